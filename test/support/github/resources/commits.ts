import { ancestors, compareCommits, resolve, sorted } from '../history.ts'
import { changesOf, treeOf } from '../pulls.ts'
import { type Asked, notFound, page, type Route, refusal } from '../route.ts'
import type { StageCommit } from '../state.ts'

export const commits: readonly Route[] = [
  {
    operation: 'GET /repos/{owner}/{repo}/commits',
    needs: ['contents', 'read'],
    handle: (asked) => {
      const { state, query } = asked
      if (state.commits.size === 0) return refusal(409, 'Git Repository is empty.')
      const start = resolve(state, query.get('sha') ?? state.defaultBranch)
      if (start === undefined) return notFound()
      const path = query.get('path') ?? ''
      const found = sorted(state, ancestors(state, start.sha)).filter((commit) => touches(commit, path))
      const { items, headers } = page(asked, `/repos/${state.owner}/${state.name}/commits`, found)
      return { status: 200, data: items.map((commit) => commitJson(asked, commit)), headers }
    },
  },
  {
    operation: 'GET /repos/{owner}/{repo}/commits/{ref}',
    needs: ['contents', 'read'],
    handle: (asked) => {
      const { state, parameters } = asked
      const ref = parameters['ref'] ?? ''
      if (state.commits.size === 0) return refusal(409, 'Git Repository is empty.')
      const commit = resolve(state, ref)
      if (commit === undefined) return refusal(422, `No commit found for SHA: ${ref}`)
      const stats = { additions: 0, deletions: 0, total: 0 }
      return { status: 200, data: { ...commitJson(asked, commit), stats, files: [] } }
    },
  },
  {
    operation: 'GET /repos/{owner}/{repo}/compare/{basehead}',
    needs: ['contents', 'read'],
    handle: (asked) => {
      const { state, parameters, query } = asked
      const basehead = parameters['basehead'] ?? ''
      const [base, head] = basehead.split('...').map((name) => resolve(state, name))
      if (base === undefined || head === undefined) return notFound()
      const compared = compareCommits(state, base.sha, head.sha)
      if (compared === undefined)
        return refusal(404, `No common ancestor between ${base.sha} and ${head.sha}.`)
      const { status, aheadBy, behindBy, mergeBase, commits: all } = compared
      const paged = new URLSearchParams(query)
      if (!query.has('per_page') && !query.has('page')) paged.set('per_page', '250')
      const path = `/repos/${state.owner}/${state.name}/compare/${encodeURIComponent(basehead)}`
      const { items, headers } = page({ ...asked, query: paged }, path, all)
      const html = `${asked.serverUrl}/${state.owner}/${state.name}/compare/${basehead}`
      return {
        status: 200,
        headers,
        data: {
          url: asked.apiUrl + path,
          ...{ html_url: html, permalink_url: html, diff_url: `${html}.diff`, patch_url: `${html}.patch` },
          base_commit: commitJson(asked, base),
          merge_base_commit: commitJson(asked, mergeBase),
          ...{ status, ahead_by: aheadBy, behind_by: behindBy, total_commits: aheadBy },
          commits: items.map((commit) => commitJson(asked, commit)),
          files: filesOf(asked, mergeBase.sha, head.sha),
        },
      }
    },
  },
]

/** What differs between the merge base and the head; GitHub gives 300 files at most, and only on the first page. */
function filesOf({ state, serverUrl, query }: Asked, from: string, to: string): unknown[] {
  if ((query.get('page') ?? '1') !== '1') return []
  const before = treeOf(state, from)
  return [...changesOf(before, treeOf(state, to))].slice(0, 300).map(([filename, file]) => ({
    ...{ filename, sha: file?.blob ?? before.get(filename)?.blob ?? null },
    status: file === undefined ? 'removed' : before.has(filename) ? 'modified' : 'added',
    ...{
      additions: 1,
      deletions: 1,
      changes: 2,
      blob_url: serverUrl,
      raw_url: serverUrl,
      contents_url: serverUrl,
    },
  }))
}

/** As `git log -- path`, but for the merges that history simplification would leave out. */
function touches({ paths }: StageCommit, path: string): boolean {
  const wanted = path.replace(/\/+$/, '')
  return wanted === '' || paths.some((changed) => changed === wanted || changed.startsWith(`${wanted}/`))
}

function commitJson(
  { state, apiUrl, serverUrl }: Asked,
  { sha, tree, parents, author, committer, message }: StageCommit,
): Record<string, unknown> {
  const repository = `${apiUrl}/repos/${state.owner}/${state.name}`
  const html = `${serverUrl}/${state.owner}/${state.name}/commit`
  return {
    ...{ sha, node_id: `C_${sha}`, url: `${repository}/commits/${sha}`, html_url: `${html}/${sha}` },
    comments_url: `${repository}/commits/${sha}/comments`,
    commit: {
      ...{ url: `${repository}/git/commits/${sha}`, author, committer, comment_count: 0 },
      // GitHub leaves out the line ends at its end.
      message: message.replace(/\n+$/, ''),
      tree: { sha: tree, url: `${repository}/git/trees/${tree}` },
      verification: {
        verified: false,
        reason: 'unsigned',
        signature: null,
        payload: null,
        verified_at: null,
      },
    },
    author: null,
    committer: null,
    parents: parents.map((parent) => ({
      ...{ sha: parent, url: `${repository}/commits/${parent}`, html_url: `${html}/${parent}` },
    })),
  }
}
