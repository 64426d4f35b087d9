import { oneLine } from '../text/untrusted.ts'
import type { GitHub } from './client.ts'
import { type Failed, judgeAnswer } from './judge.ts'
import type { Call, Reply } from './send.ts'

interface GraphqlAnswer {
  data?: unknown
  errors?: readonly GraphqlError[]
}

interface GraphqlError {
  type?: string
  path?: readonly unknown[]
  message?: string
  extensions?: { code?: string }
}

export interface Query extends Pick<Call, 'about' | 'attempts'> {
  text: string
  variables: Readonly<Record<string, unknown>>
  /** It writes: then a failure that leaves its outcome open is not repeated. */
  writes?: boolean
  /** What does not exist within the repository is null in the data, and no failure. */
  nullable?: boolean
}

/**
 * One GraphQL query or mutation. Any error in the answer is a failure, also beside data.
 *
 * @throws GitHubError
 */
export async function query<T>(
  github: GitHub,
  { text, variables, about, attempts, writes, nullable = false }: Query,
): Promise<T> {
  const reply = await github.send<{ data: T }>({
    route: `POST ${github.options.graphqlUrl}`,
    parameters: { query: text, variables },
    repeatable: writes !== true,
    about,
    check: (answer) => check(answer, nullable),
    ...(attempts === undefined ? {} : { attempts }),
  })
  return reply.data.data
}

/** GraphQL answers 200 whatever became of it. */
function check({ data, headers, status }: Reply<unknown>, nullable: boolean): Failed | undefined {
  const { errors: all = [], data: result } = data as GraphqlAnswer
  const errors = all.filter(({ type, path = [] }) => !(nullable && type === 'NOT_FOUND' && path.length > 1))
  if (errors.length === 0) {
    return result === undefined || result === null
      ? judgeAnswer(502, headers, 'an answer without data')
      : undefined
  }
  const words = oneLine(errors.map(({ message }) => message ?? '').join('; '), 600)
  const types = new Set(errors.map(({ type }) => type))
  const failed = judgeAnswer(statusOf(types, words), headers, words)
  // How a server that is older than a field or a mutation says so.
  const unknown = /^(?:undefined(?:Field|Type)|argumentNotAccepted|variableRequiresValidType)$/
  if (errors.some(({ extensions }) => unknown.test(extensions?.code ?? ''))) {
    return { ...failed, kind: 'unsupported', status, transient: false, notApplied: true }
  }
  return { ...failed, status: failed.kind === 'server' ? undefined : status }
}

/** The status that REST would have given. */
function statusOf(types: ReadonlySet<string | undefined>, words: string): number {
  if (types.has('RATE_LIMITED')) return 429
  if (types.has('FORBIDDEN') || types.has('INSUFFICIENT_SCOPES')) return 403
  if (types.has('NOT_FOUND')) return 404
  if (/something went wrong|timed? ?out|loading|temporarily/i.test(words)) return 502
  return 422
}
