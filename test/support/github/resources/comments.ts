import { type Answer, type Asked, notFound, page, type Route, refusal } from '../route.ts'
import { isoSeconds, type StageComment } from '../state.ts'
import { userJson } from './people.ts'

const MAX_BODY = 65_536

/** Comments on pull requests: those are what an action writes. */
export const comments: readonly Route[] = [
  {
    operation: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    needs: ['pull-requests', 'read'],
    handle: (asked) => {
      const { state, parameters } = asked
      const number = Number(parameters['issue_number'])
      const path = `/repos/${state.owner}/${state.name}/issues/${number}/comments`
      const { items, headers } = page(
        asked,
        path,
        state.comments.filter((comment) => comment.number === number),
      )
      return { status: 200, data: items.map((comment) => commentJson(asked, comment)), headers }
    },
  },
  {
    operation: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
    needs: ['pull-requests', 'write'],
    handle: (asked) => {
      const { state, parameters, token } = asked
      const body = String(asked.body['body'])
      const wrong = wrongBody(body)
      if (wrong !== undefined) return wrong
      const comment: StageComment = {
        ...{ id: 9_000 + state.comments.length, number: Number(parameters['issue_number']), body },
        ...{ author: token.login, association: token.kind === 'user' ? 'OWNER' : 'NONE' },
        createdAt: isoSeconds(state.now()),
      }
      state.comments.push(comment)
      return { status: 201, data: commentJson(asked, comment) }
    },
  },
  {
    operation: 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
    needs: ['pull-requests', 'write'],
    handle: (asked) => {
      const comment = asked.state.comments.find(({ id }) => String(id) === asked.parameters['comment_id'])
      if (comment === undefined) return notFound()
      const body = String(asked.body['body'])
      const wrong = wrongBody(body)
      if (wrong !== undefined) return wrong
      comment.body = body
      return { status: 200, data: commentJson(asked, comment) }
    },
  },
]

function wrongBody(body: string): Answer | undefined {
  const error = (code: string, message: string): Answer =>
    refusal(422, 'Validation Failed', [{ resource: 'IssueComment', code, field: 'body', message }])
  if (body.trim() === '') return error('missing_field', 'body cannot be blank')
  return body.length > MAX_BODY
    ? error('unprocessable', `body is too long (maximum is ${MAX_BODY} characters)`)
    : undefined
}

function commentJson({ state, apiUrl, serverUrl }: Asked, comment: StageComment): unknown {
  const { id, number, body, author, association, createdAt } = comment
  const repository = `${apiUrl}/repos/${state.owner}/${state.name}`
  return {
    ...{ id, node_id: `IC_${id}`, body, author_association: association },
    url: `${repository}/issues/comments/${id}`,
    issue_url: `${repository}/issues/${number}`,
    html_url: `${serverUrl}/${state.owner}/${state.name}/pull/${number}#issuecomment-${id}`,
    user: userJson(author, apiUrl, serverUrl),
    ...{ created_at: createdAt, updated_at: createdAt, performed_via_github_app: null },
  }
}
