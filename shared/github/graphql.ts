import { maybe, type Shape, shapeProblem } from '../text/shape.ts'
import { oneLine } from '../text/untrusted.ts'
import { type Failed, judgeAnswer, strangeAnswer } from './judge.ts'
import type { Call, GitHub, Reply } from './model.ts'

interface GraphqlAnswer {
  data?: unknown
  errors?: readonly GraphqlError[] | null
}

interface GraphqlError {
  type?: string | null
  path?: readonly unknown[] | null
  message?: string | null
  extensions?: { code?: string | null } | null
}

export interface Query extends Pick<Call, 'about' | 'attempts'> {
  text: string
  variables: Readonly<Record<string, unknown>>
  /** It writes: then a failure that leaves its outcome open is not repeated. */
  writes?: boolean
  /** What `data` holds. */
  shape?: Shape
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
  { text, variables, about, attempts, writes, shape = 'any', nullable = false }: Query,
): Promise<T> {
  const reply = await github.send<{ data: T }>({
    route: `POST ${github.options.graphqlUrl}`,
    parameters: { query: text, variables },
    repeatable: writes !== true,
    about,
    shape: ANSWER,
    check: (answer) => check(answer, { nullable, writes: writes === true }) ?? misshapen(answer, shape),
    ...(attempts === undefined ? {} : { attempts }),
  })
  return reply.data.data
}

const ANSWER = {
  errors: maybe([
    {
      type: maybe('string'),
      path: maybe(['any']),
      message: maybe('string'),
      extensions: maybe({ code: maybe('string') }),
    },
  ]),
}

function misshapen({ data, headers, status }: Reply<unknown>, shape: Shape): Failed | undefined {
  const problem = shapeProblem((data as GraphqlAnswer).data, shape, 'data')
  return problem === undefined ? undefined : strangeAnswer(status, headers, `of another shape (${problem})`)
}

/**
 * More than GitHub spends on one query (since September 2025 with HTTP 200 and a part of the data), or more nodes than
 * one may ask for. The same again would fail again; less of it may not.
 *
 * @see https://github.blog/changelog/2025-09-01-graphql-api-resource-limits/
 */
const TOO_MUCH = /^(?:RESOURCE_LIMITS?_EXCEEDED|MAX_NODE_LIMIT_EXCEEDED)$/
const TOO_MUCH_WORDS =
  /resource limits? (?:for this query )?(?:were |was )?exceeded|exceeds? the maximum limit of [\d,]+|exceeds? (?:the )?(?:node|resource) limit/i

/** GraphQL answers 200 whatever became of it. */
function check(
  { data, headers, status }: Reply<unknown>,
  { nullable, writes }: { nullable: boolean; writes: boolean },
): Failed | undefined {
  const { errors: all, data: result } = data as GraphqlAnswer
  const errors = (all ?? []).filter(
    ({ type, path }) => !(nullable && type === 'NOT_FOUND' && (path ?? []).length > 1),
  )
  if (errors.length === 0) {
    return result === undefined || result === null
      ? strangeAnswer(status, headers, 'without data')
      : undefined
  }
  const words = oneLine(errors.map(({ message }) => message ?? '').join('; '), 600)
  if (errors.some(isTooMuch))
    return { ...judgeAnswer(502, headers, words), status: undefined, transient: writes }
  const types = new Set(errors.map(({ type }) => type))
  const failed = judgeAnswer(statusOf(types, words), headers, words)
  // How a server that is older than a field or a mutation says so.
  const unknown = /^(?:undefined(?:Field|Type)|argumentNotAccepted|variableRequiresValidType)$/
  if (errors.some(({ extensions }) => unknown.test(extensions?.code ?? ''))) {
    return { ...failed, kind: 'unsupported', status, transient: false, notApplied: true }
  }
  return { ...failed, status: failed.kind === 'server' ? undefined : status }
}

function isTooMuch({ type, message, extensions }: GraphqlError): boolean {
  const codes = [type, extensions?.code].some((code) => TOO_MUCH.test(code ?? ''))
  return codes || TOO_MUCH_WORDS.test(message ?? '')
}

/** The status that REST would have given. */
function statusOf(types: ReadonlySet<string | null | undefined>, words: string): number {
  if (types.has('RATE_LIMITED')) return 429
  if (types.has('FORBIDDEN') || types.has('INSUFFICIENT_SCOPES')) return 403
  if (types.has('NOT_FOUND')) return 404
  if (/something went wrong|timed? ?out|loading|temporarily/i.test(words)) return 502
  return 422
}
