import type { State } from './state.ts'
import type { Token } from './tokens.ts'

/** One request, after its token and its body were checked. */
export interface Asked {
  state: State
  token: Token
  parameters: Readonly<Record<string, string>>
  query: URLSearchParams
  /** Checked against GitHub's description. */
  body: Readonly<Record<string, unknown>>
  /** As it came. */
  raw: Buffer
  /** The media type that is asked for. */
  accept: string
  /** `http://127.0.0.1:1234/api/v3`: for addresses in answers. */
  apiUrl: string
  /** `http://127.0.0.1:1234` */
  serverUrl: string
}

export interface Answer {
  status: number
  data?: unknown
  headers?: Readonly<Record<string, string>>
  /** Of a media type that GitHub's description does not have. */
  undescribed?: boolean
}

export type Permission =
  | 'contents'
  | 'metadata'
  | 'pull-requests'
  | 'security-events'
  | 'issues'
  | 'deployments'

/** What a resource answers to. */
export interface Route {
  /** As GitHub's description names it: `GET /repos/{owner}/{repo}`. */
  operation: string
  /** What a token needs, such as `contents: write`; the repository itself can be seen by any. */
  needs: readonly [permission: Permission, level: 'read' | 'write']
  handle: (asked: Asked) => Answer
}

/** The route of a request and its parameters. A parameter takes one path segment, in which a slash is %2F. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; parameters: Record<string, string> } | undefined {
  for (const route of routes) {
    const [verb, template = ''] = route.operation.split(' ')
    if (verb !== method) continue
    const names: string[] = []
    const pattern = template.replace(/\{(\w+)\}/g, (_, name: string) => {
      names.push(name)
      // Refs and paths may also come with plain slashes.
      return /^(?:ref|basehead|tag|path)$/.test(name) ? '(.+)' : '([^/]+)'
    })
    const values = new RegExp(`^${pattern}$`).exec(path)?.slice(1)
    if (values === undefined) continue
    try {
      const decoded = values.map((value) => decodeURIComponent(value))
      return {
        route,
        parameters: Object.fromEntries(names.map((name, index) => [name, decoded[index] ?? ''])),
      }
    } catch {
      return undefined
    }
  }
  return undefined
}

export function refusal(status: number, message: string, errors?: readonly unknown[]): Answer {
  const documentation = 'https://docs.github.com/rest'
  return {
    status,
    data: {
      message,
      ...(errors === undefined ? {} : { errors }),
      documentation_url: documentation,
      status: String(status),
    },
  }
}

export const notFound = (): Answer => refusal(404, 'Not Found')

/** One page of a list, with the Link header of the others. */
export function page<T>(
  { query, apiUrl }: Pick<Asked, 'query' | 'apiUrl'>,
  path: string,
  all: readonly T[],
): { items: T[]; headers: Record<string, string> } {
  const size = Math.min(100, Math.max(1, Number(query.get('per_page') ?? 30) || 30))
  const number = Math.max(1, Number(query.get('page') ?? 1) || 1)
  const last = Math.max(1, Math.ceil(all.length / size))
  const link = (to: number, rel: string): string => {
    const search = new URLSearchParams(query)
    search.set('page', String(to))
    return `<${apiUrl}${path}?${search}>; rel="${rel}"`
  }
  const links = [
    ...(number > 1 ? [link(number - 1, 'prev'), link(1, 'first')] : []),
    ...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []),
  ]
  return {
    items: all.slice((number - 1) * size, number * size),
    headers: links.length === 0 ? {} : { link: links.join(', ') },
  }
}
