import { type Asked, page, type Route } from '../route.ts'
import { peeled } from '../state.ts'
import { userJson } from './people.ts'

const LINKS =
  'archive assignees blobs branches collaborators comments commits compare contents contributors deployments downloads events forks git_commits git_refs git_tags hooks issue_comment issue_events issues keys labels languages merges milestones notifications pulls releases stargazers statuses subscribers subscription tags teams trees'

export const repository: readonly Route[] = [
  {
    operation: 'GET /repos/{owner}/{repo}',
    needs: ['metadata', 'read'],
    handle: (asked) => ({ status: 200, data: repositoryJson(asked) }),
  },
  {
    operation: 'GET /repos/{owner}/{repo}/tags',
    needs: ['contents', 'read'],
    handle: (asked) => {
      const { state, apiUrl } = asked
      const url = `${apiUrl}/repos/${state.owner}/${state.name}`
      const names = [...state.refs.keys()]
        .filter((ref) => ref.startsWith('refs/tags/'))
        .sort()
        .reverse()
      const { items, headers } = page(asked, `/repos/${state.owner}/${state.name}/tags`, names)
      const data = items.map((ref) => {
        const sha = peeled(state, state.refs.get(ref) ?? '')
        return {
          ...{
            name: ref.slice('refs/tags/'.length),
            node_id: `REF_${ref}`,
            commit: { sha, url: `${url}/commits/${sha}` },
          },
          ...{ zipball_url: `${url}/zipball/${ref}`, tarball_url: `${url}/tarball/${ref}` },
        }
      })
      return { status: 200, data, headers }
    },
  },
]

export function nodeId({ owner, name }: { owner: string; name: string }): string {
  return `R_${Buffer.from(`${owner}/${name}`).toString('base64url')}`
}

export function repositoryJson({ state, apiUrl, serverUrl }: Asked): Record<string, unknown> {
  const { owner, name } = state
  const url = `${apiUrl}/repos/${owner}/${name}`
  const html = `${serverUrl}/${owner}/${name}`
  const date = '2026-01-01T00:00:00Z'
  const counts = ['forks', 'open_issues', 'watchers', 'stargazers', 'network', 'subscribers']
  const has = ['issues', 'projects', 'downloads', 'wiki', 'pages', 'discussions']
  return {
    ...{ id: 1, node_id: nodeId(state), name, full_name: `${owner}/${name}`, private: state.private },
    ...{
      owner: userJson(owner, apiUrl, serverUrl),
      html_url: html,
      url,
      description: null,
      fork: false,
    },
    ...Object.fromEntries(LINKS.split(' ').map((link) => [`${link}_url`, `${url}/${link}`])),
    ...{ git_url: html, ssh_url: html, clone_url: `${html}.git`, svn_url: html, mirror_url: null },
    ...{
      homepage: null,
      language: null,
      license: null,
      forks: 0,
      open_issues: 0,
      watchers: 0,
      size: 1,
    },
    ...Object.fromEntries(counts.map((count) => [`${count}_count`, 0])),
    ...Object.fromEntries(has.map((what) => [`has_${what}`, false])),
    ...{
      default_branch: state.defaultBranch,
      is_template: false,
      topics: [],
      archived: state.archived,
    },
    ...{ disabled: false, visibility: state.private ? 'private' : 'public' },
    ...{ created_at: date, updated_at: date, pushed_at: date },
  }
}
