import { ancestors } from '../history.ts'
import { headOf, isOpen } from '../pulls.ts'
import { type Answer, type Asked, notFound, type Route, refusal } from '../route.ts'
import { isoSeconds, type StagePull } from '../state.ts'
import { userJson } from './people.ts'
import { repositoryJson } from './repository.ts'

/** Counted in code points, ASCII or not. */
const MAX_BODY = 65_536

export const pulls: readonly Route[] = [
  { operation: 'POST /repos/{owner}/{repo}/pulls', needs: ['pull-requests', 'write'], handle: create },
  {
    operation: 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}',
    needs: ['pull-requests', 'write'],
    handle: update,
  },
  {
    operation: 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels',
    needs: ['pull-requests', 'write'],
    handle: label,
  },
]

interface Body {
  title?: string
  head?: string
  base?: string
  body?: string
  state?: 'open' | 'closed'
}

function create(asked: Asked): Answer {
  const { state, token } = asked
  const { title = '', head: given = '', base = '', body = '' } = asked.body as Body
  const head = given.replace(new RegExp(`^${state.owner}:`), '')
  if (token.kind === 'github-token' && !state.mayOpenPulls)
    return refusal(403, 'GitHub Actions is not permitted to create or approve pull requests.')
  if (title.trim() === '') return invalid({ code: 'missing_field', field: 'title' })
  const [from, to] = [state.refs.get(`refs/heads/${head}`), state.refs.get(`refs/heads/${base}`)]
  if (from === undefined) return invalid({ code: 'invalid', field: 'head' })
  if (to === undefined) return invalid({ code: 'invalid', field: 'base' })
  const wrong = tooLong(body)
  if (wrong !== undefined) return wrong
  if (state.pulls.some((pull) => isOpen(pull) && pull.head === head && pull.base === base)) {
    return custom(`A pull request already exists for ${state.owner}:${head}.`)
  }
  if (ancestors(state, to).has(from)) return custom(`No commits between ${base} and ${head}`)
  const pull: StagePull = {
    ...{ number: Math.max(0, ...state.pulls.map(({ number }) => number), state.issues.length) + 1 },
    ...{ title, author: token.login, labels: [], merged: false, base, body, commits: [] },
    ...{ head, headOid: from, open: true },
  }
  state.pulls.push(pull)
  return { status: 201, data: pullJson(asked, pull) }
}

function update(asked: Asked): Answer {
  const { state } = asked
  const pull = state.pulls.find(({ number }) => String(number) === asked.parameters['pull_number'])
  if (pull === undefined) return notFound()
  const { title = pull.title, body = pull.body, state: wanted } = asked.body as Body
  if (title.trim() === '') return invalid({ code: 'missing_field', field: 'title' })
  const wrong = tooLong(body)
  if (wrong !== undefined) return wrong
  if (wanted === 'open' && !isOpen(pull)) {
    if (pull.merged || state.refs.get(`refs/heads/${pull.head}`) !== pull.headOid) {
      const message = 'state cannot be changed. The pull request cannot be reopened.'
      return invalid({ code: 'invalid', field: 'state', message })
    }
    pull.open = true
  }
  if (wanted === 'closed') pull.open = false
  Object.assign(pull, { title, body })
  return { status: 200, data: pullJson(asked, pull) }
}

/** A label that the repository does not have is made on the fly, by those who may. */
function label(asked: Asked): Answer {
  const { state, token } = asked
  const pull = state.pulls.find(({ number }) => String(number) === asked.parameters['issue_number'])
  if (pull === undefined) return notFound()
  const { labels: names = [] } = asked.body as { labels?: string[] }
  const missing = names.filter((name) => !state.labels.has(name))
  if (missing.length > 0 && token.permissions['issues'] !== 'write') {
    const error = { resource: 'Repository', field: 'label', code: 'unauthorized' }
    return refusal(403, 'You do not have permission to create labels on this repository.', [error])
  }
  for (const name of missing) state.labels.add(name)
  pull.labels = [...new Set([...pull.labels, ...names])]
  return { status: 200, data: pull.labels.map((name) => labelJson(asked, name)) }
}

function tooLong(body: string): Answer | undefined {
  if ([...body].length <= MAX_BODY) return undefined
  return invalid({
    code: 'custom',
    field: 'body',
    message: `body is too long (maximum is ${MAX_BODY} characters)`,
  })
}

function custom(message: string): Answer {
  return invalid({ code: 'custom', message })
}

function invalid(error: Record<string, string>): Answer {
  return refusal(422, 'Validation Failed', [{ resource: 'PullRequest', ...error }])
}

function labelJson({ apiUrl, state }: Asked, name: string): Record<string, unknown> {
  const url = `${apiUrl}/repos/${state.owner}/${state.name}/labels/${encodeURIComponent(name)}`
  return { id: 1, node_id: `LA_${name}`, url, name, description: null, color: 'ededed', default: false }
}

function pullJson(asked: Asked, pull: StagePull): unknown {
  const { state, apiUrl, serverUrl } = asked
  const { number, title, body, merged } = pull
  const repository = `${apiUrl}/repos/${state.owner}/${state.name}`
  const url = `${repository}/pulls/${number}`
  const html = `${serverUrl}/${state.owner}/${state.name}/pull/${number}`
  const date = isoSeconds(state.now())
  const side = (ref: string, sha: string): unknown => ({
    ...{ label: `${state.owner}:${ref}`, ref, sha },
    ...{ user: userJson(state.owner, apiUrl, serverUrl), repo: repositoryJson(asked) },
  })
  const links = [
    'comments',
    'commits',
    'statuses',
    'html',
    'issue',
    'review_comments',
    'review_comment',
    'self',
  ]
  return {
    ...{
      id: 1_000 + number,
      node_id: `PR_${number}`,
      number,
      title,
      body,
      url,
      html_url: html,
      locked: false,
    },
    ...{ state: isOpen(pull) ? 'open' : 'closed', merged, draft: false, merged_at: merged ? date : null },
    ...{ diff_url: `${html}.diff`, patch_url: `${html}.patch`, issue_url: `${repository}/issues/${number}` },
    ...{ comments_url: url, commits_url: url, review_comment_url: url, review_comments_url: url },
    ...{ statuses_url: url, created_at: date, updated_at: date, closed_at: isOpen(pull) ? null : date },
    ...{ merge_commit_sha: pull.commits.at(-1) ?? null, mergeable: true, mergeable_state: 'clean' },
    ...{ additions: 0, deletions: 0, changed_files: 0, comments: 0, commits: 1, review_comments: 0 },
    ...{ assignee: null, milestone: null, auto_merge: null, merged_by: null, maintainer_can_modify: false },
    ...{ author_association: 'NONE', user: userJson(pull.author ?? 'ghost', apiUrl, serverUrl) },
    labels: pull.labels.map((name) => labelJson(asked, name)),
    head: side(pull.head ?? '', headOf(state, pull)),
    base: side(pull.base, state.refs.get(`refs/heads/${pull.base}`) ?? ''),
    _links: Object.fromEntries(links.map((name) => [name, { href: url }])),
  }
}
