import { RequestError } from '../http/errors.ts'
import type { KeepAlive } from '../http/keep-alive.ts'
import { request } from '../http/request.ts'

/** As much of `fetch` as Octokit uses. */
export type Fetch = (url: string, options: FetchOptions) => Promise<FetchAnswer>

interface FetchOptions {
  method: string
  headers: Record<string, string>
  body?: string
}

interface FetchAnswer {
  status: number
  statusText: string
  url: string
  headers: { get(name: string): string | null; [Symbol.iterator](): Iterator<[string, string]> }
  text(): Promise<string>
  arrayBuffer(): Promise<ArrayBuffer>
}

export interface TransportOptions {
  /** Milliseconds that one request with a body of this length may still take. */
  timeout: (bytes: number) => number
  signal: AbortSignal | undefined
  env: NodeJS.ProcessEnv | undefined
  keepAlive: KeepAlive
}

const MAX_BODY = 67_108_864
const MAX_REDIRECTS = 3

/**
 * Octokit's requests over shared/http instead of undici: the same proxies, deadlines, caps and refused addresses as
 * everywhere in this suite, at half the CPU. Reads follow redirects (a renamed repository); writes do not, and their
 * 3xx is an error.
 */
export function transport(options: TransportOptions): Fetch {
  return async (url, { method, headers, body }) => {
    const answer = await request({
      url: new URL(url),
      method,
      headers: withBearer(headers),
      body,
      timeout: options.timeout(body?.length ?? 0),
      maxBody: MAX_BODY,
      followRedirects: method === 'GET' ? MAX_REDIRECTS : 0,
      signal: options.signal,
      env: options.env,
      keepAlive: options.keepAlive,
    })
    if (answer.truncated) throw protocol('the answer is larger than 64 MiB')
    if (answer.status >= 300 && answer.status < 400 && answer.status !== 304) {
      const where = answer.headers['location'] === undefined ? '' : ', to another address'
      throw protocol(`the answer is a redirect (HTTP ${answer.status})${where}: was the repository renamed?`)
    }
    const { status, statusText, headers: received } = answer
    return {
      ...{ status, statusText, url: answer.url },
      headers: {
        get: (name) => received[name.toLowerCase()] ?? null,
        [Symbol.iterator]: () => Object.entries(received)[Symbol.iterator](),
      },
      text: async () => answer.body.toString('utf8'),
      arrayBuffer: async () => Uint8Array.from(answer.body).buffer,
    }
  }
}

/** Octokit writes `token …`; GitHub's own documentation, and what stands before some servers, has `Bearer …`. */
function withBearer(headers: Record<string, string>): Record<string, string> {
  const { authorization } = headers
  if (authorization === undefined) return headers
  return { ...headers, authorization: authorization.replace(/^token (?=\S)/, 'Bearer ') }
}

function protocol(message: string): RequestError {
  return new RequestError('protocol', message, { phase: 'body', permanent: true })
}
