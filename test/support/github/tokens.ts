import { type Answer, type Route, refusal } from './route.ts'
import { peeled, type State } from './state.ts'

/** What a token may do. */
export interface Token {
  login: string
  /** The GITHUB_TOKEN of a job, an installation token of an app, or a person's. */
  kind: 'github-token' | 'app' | 'user'
  permissions: Readonly<Record<string, 'read' | 'write'>>
}

/** The GITHUB_TOKEN of a job. */
export const jobToken = (
  permissions: Token['permissions'] = {
    contents: 'write',
    'pull-requests': 'read',
    'security-events': 'write',
    issues: 'write',
  },
): Token => ({
  login: 'github-actions[bot]',
  kind: 'github-token',
  permissions: { metadata: 'read', ...permissions },
})

/** A person's token that may do all that is needed, workflow files included. */
export const userToken = (): Token => ({
  login: 'ada',
  kind: 'user',
  permissions: { metadata: 'read', contents: 'write', 'pull-requests': 'write', workflows: 'write' },
})

/** Undefined: it may. */
export function mayNot(
  { needs: [permission, level] }: Route,
  token: Token,
  state: State,
): Answer | undefined {
  const has = token.permissions[permission]
  const wanted = `${permission.replace('-', '_')}=${level}`
  if (has === undefined && level === 'read' && !state.private) return undefined
  if (has === undefined && level === 'read') return refusal(404, 'Not Found')
  if (has === 'write' || has === level) {
    if (level === 'write' && state.archived) return refusal(403, 'Repository was archived so is read-only.')
    return undefined
  }
  return forbidden(
    token,
    level === 'write' && permission === 'contents' ? `${wanted}; ${wanted},workflows=write` : wanted,
  )
}

export function forbidden(token: Token, accepted: string): Answer {
  const by = token.kind === 'user' ? 'personal access token' : 'integration'
  return {
    ...refusal(403, `Resource not accessible by ${by}`),
    headers: { 'x-accepted-github-permissions': accepted },
  }
}

/**
 * A rule that no description holds: without the workflows permission, which a GITHUB_TOKEN never has, no ref can be
 * created or moved to a commit whose workflow files differ from those of the default branch.
 *
 * @see https://github.com/cli/cli/issues/9514
 */
export function mayNotPublish(state: State, token: Token, object: string): Answer | undefined {
  if (token.permissions['workflows'] === 'write') return undefined
  const commit = state.commits.get(peeled(state, object) ?? '')
  const tip = state.commits.get(state.refs.get(`refs/heads/${state.defaultBranch}`) ?? '')
  if (commit === undefined || commit.workflows === (tip?.workflows ?? '')) return undefined
  return forbidden(token, 'contents=write; contents=write,workflows=write')
}
