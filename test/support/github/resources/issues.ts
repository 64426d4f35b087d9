import { type Answer, type Asked, notFound, page, type Route, refusal } from '../route.ts'
import { isoSeconds, type StageIssue } from '../state.ts'
import { userJson } from './people.ts'

const MAX_TITLE = 256
const MAX_BODY = 65_536

interface Body {
  title?: string
  body?: string | null
  labels?: string[]
  state?: 'open' | 'closed'
  state_reason?: StageIssue['reason']
}

export const issues: readonly Route[] = [
  {
    operation: 'GET /repos/{owner}/{repo}/issues',
    needs: ['issues', 'read'],
    handle: (asked) => {
      const { state, query } = asked
      const labels = (query.get('labels') ?? '').split(',').filter((label) => label !== '')
      const wanted = query.get('state') ?? 'open'
      const found = state.issues.filter(
        (issue) =>
          (wanted === 'all' || issue.state === wanted) &&
          labels.every((label) => issue.labels.some((has) => has.toLowerCase() === label.toLowerCase())),
      )
      const { items, headers } = page(asked, `/repos/${state.owner}/${state.name}/issues`, found.toReversed())
      return { status: 200, data: items.map((issue) => issueJson(asked, issue)), headers }
    },
  },
  { operation: 'POST /repos/{owner}/{repo}/issues', needs: ['issues', 'write'], handle: create },
  {
    operation: 'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
    needs: ['issues', 'write'],
    handle: update,
  },
]

function create(asked: Asked): Answer {
  const { state, token } = asked
  const { title = '', body = null, labels = [] } = asked.body as Body
  const wrong = wrongText(title, body)
  if (wrong !== undefined) return wrong
  const issue: StageIssue = {
    ...{ number: state.issues.length + 1, title, body, labels, state: 'open', reason: null },
    ...{ author: token.login, association: token.kind === 'user' ? 'OWNER' : 'NONE', isPull: false },
    createdAt: isoSeconds(state.now()),
  }
  state.issues.push(issue)
  return { status: 201, data: issueJson(asked, issue) }
}

function update(asked: Asked): Answer {
  const { state, parameters } = asked
  const issue = state.issues.find(({ number }) => String(number) === parameters['issue_number'])
  if (issue === undefined) return notFound()
  const given = asked.body as Body
  const wrong = wrongText(given.title ?? issue.title, given.body ?? issue.body)
  if (wrong !== undefined) return wrong
  const changed = given.state !== undefined && given.state !== issue.state
  Object.assign(issue, {
    title: given.title ?? issue.title,
    body: given.body ?? issue.body,
    labels: given.labels ?? issue.labels,
    state: given.state ?? issue.state,
    reason: changed
      ? (given.state_reason ?? (given.state === 'open' ? 'reopened' : 'completed'))
      : issue.reason,
  })
  return { status: 200, data: issueJson(asked, issue) }
}

function wrongText(title: string, body: string | null): Answer | undefined {
  const tooLong = (field: string, limit: number): Answer =>
    refusal(422, 'Validation Failed', [
      {
        resource: 'Issue',
        code: 'custom',
        field,
        message: `${field} is too long (maximum is ${limit} characters)`,
      },
    ])
  if (title.trim() === '')
    return refusal(422, 'Validation Failed', [{ resource: 'Issue', code: 'missing_field', field: 'title' }])
  if (title.length > MAX_TITLE) return tooLong('title', MAX_TITLE)
  return (body ?? '').length > MAX_BODY ? tooLong('body', MAX_BODY) : undefined
}

function issueJson({ state, apiUrl, serverUrl }: Asked, issue: StageIssue): unknown {
  const { number, title, body, labels, reason, author, association, isPull, createdAt } = issue
  const repository = `${apiUrl}/repos/${state.owner}/${state.name}`
  const url = `${repository}/issues/${number}`
  const html = `${serverUrl}/${state.owner}/${state.name}/${isPull ? 'pull' : 'issues'}/${number}`
  const pull = { url: `${repository}/pulls/${number}`, html_url: html, diff_url: null, patch_url: null }
  return {
    ...{ id: 1_000 + number, node_id: `I_${number}`, number, title, body, state: issue.state },
    ...{ url, repository_url: repository, html_url: html, labels_url: `${url}/labels{/name}` },
    ...{ comments_url: `${url}/comments`, events_url: `${url}/events`, comments: 0, locked: false },
    ...{ assignee: null, assignees: [], milestone: null, state_reason: reason },
    labels: labels.map((name, id) => ({ id, node_id: `LA_${name}`, name, color: 'ededed', default: false })),
    user: userJson(author, apiUrl, serverUrl),
    author_association: association,
    ...{ created_at: createdAt, updated_at: createdAt },
    closed_at: issue.state === 'closed' ? createdAt : null,
    ...(isPull ? { pull_request: pull } : {}),
  }
}
