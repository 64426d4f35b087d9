import { hostPort, type Lookup } from './addresses.ts'
import { http } from './builtin.ts'
import type { Certificate } from './certificate.ts'
import { RequestError, type Timings } from './errors.ts'
import { exchange } from './exchange.ts'
import type { Hop, Reply } from './hop.ts'
import type { KeepAlive } from './keep-alive.ts'
import type { Destination, HttpVersion } from './line.ts'
import { basicCredentials, proxyFor } from './proxy.ts'
import { type Asked, isRedirect, redirected, refused } from './redirect.ts'
import type { TlsTrust } from './tls.ts'

export interface RequestOptions {
  /** http or https; user information in it becomes Basic authorization, unless `headers` has one. */
  url: URL
  /** GET when not given. */
  method?: string | undefined
  /** They win over the default ones (host, user-agent, accept, accept-encoding), and never leave the origin of `url`. */
  headers?: Readonly<Record<string, string>> | undefined
  body?: string | Uint8Array | undefined
  /** ms for everything: name, connection, TLS, headers, body, all redirects. */
  timeout: number
  /** Decoded bytes to read of the body. */
  maxBody: number
  /** How many redirects to follow; with 0, or when not given, a 3xx is the answer. */
  followRedirects?: number | undefined
  /** Verified by the default store, when not given. */
  tls?: TlsTrust | undefined
  signal?: AbortSignal | undefined
  /** Instead of the resolver of the system. */
  lookup?: Lookup | undefined
  /** Where the proxies are looked up: http_proxy, https_proxy, all_proxy, no_proxy. */
  env?: NodeJS.ProcessEnv | undefined
  /** 1.1 when not given; 2 over http is HTTP/2 without TLS, with prior knowledge (RFC 9113 section 3.3). */
  version?: HttpVersion | undefined
  /** Connected to in the place of host and port of `url`; a redirect to another origin does not go there. */
  connectTo?: Destination | undefined
  /** A Unix socket to connect to instead. */
  socketPath?: string | undefined
  /** Keeps connections to the origin of `url` open between requests that share it and have the same `tls`. */
  keepAlive?: KeepAlive | undefined
}

export interface Answer {
  status: number
  statusText: string
  /** Lower-case names; a repeated header is joined with `, `. */
  headers: Record<string, string>
  /** `1.1` or `2` */
  httpVersion: string
  /** Headers that came after the body (RFC 9110, section 6.5); lower-case names. */
  trailers: Record<string, string>
  body: Buffer
  /** The body is longer than `maxBody`, and `body` is its beginning. */
  truncated: boolean
  /** The URL that answered, without user information; its path and query may still be secrets. */
  url: string
  /** The URLs that were redirected to, in order; the last is `url`. */
  redirects: string[]
  /** `127.0.0.1:8080`; that of the proxy, when there was one. */
  address: string
  certificate?: Certificate
  /** Of the last exchange; `total` is from the call to here. */
  timings: Timings
}

const TRUST: TlsTrust = { verify: true, ca: [] }

/**
 * One request over HTTP/1.1 or HTTP/2, and its answer whatever the status. Everything ends within `timeout`, and nothing stays
 * open: a body that is cut, undecodable or endless is an error or `truncated`, never a good answer.
 *
 * @throws RequestError
 */
export async function request(options: RequestOptions): Promise<Answer> {
  const begun = performance.now()
  const { timeout, maxBody, signal, lookup, env = process.env } = options
  const follow = options.followRedirects ?? 0
  const redirects: string[] = []
  try {
    let asked = firstAsked(options)
    for (;;) {
      const reply = await exchange({
        ...asked,
        ...wayTo(asked.url, options, env),
        deadline: begun + timeout,
        followsRedirects: follow > 0,
        timeout,
        maxBody,
        signal,
        lookup,
      })
      const { status, headers } = reply
      if (follow === 0 || !isRedirect(status, headers['location'])) {
        return answerOf(reply, asked.url, redirects, performance.now() - begun)
      }
      const next = redirected(asked, status, headers['location'])
      if (redirects.length === follow) throw refused(`is one more than the ${follow} allowed`, next.url)
      redirects.push(next.url.href)
      asked = next
    }
  } catch (error) {
    if (error instanceof RequestError) error.timings.total = performance.now() - begun
    throw error
  }
}

function answerOf(reply: Reply, url: URL, redirects: string[], total: number): Answer {
  const { certificate, timings, ...answer } = reply
  return {
    ...answer,
    url: url.href,
    redirects,
    ...(certificate === undefined ? {} : { certificate }),
    timings: { ...timings, total },
  }
}

/** How to get there. What was given for the first origin is for nobody else. */
function wayTo(
  url: URL,
  { url: first, tls = TRUST, version = '1.1', connectTo, socketPath, keepAlive }: RequestOptions,
  env: NodeJS.ProcessEnv,
): Pick<Hop, 'proxy' | 'tls' | 'version' | 'connectTo' | 'socketPath' | 'keepAlive'> {
  if (url.origin !== first.origin) {
    return {
      proxy: proxyFor(url, env),
      tls: { verify: tls.verify, ca: tls.ca },
      version: url.protocol === 'http:' ? '1.1' : version,
      connectTo: undefined,
      socketPath: undefined,
      keepAlive: undefined,
    }
  }
  // Whether it needs a proxy depends on what is connected to.
  const reached =
    connectTo === undefined ? url : new URL(`${url.protocol}//${hostPort(connectTo.host, connectTo.port)}`)
  const proxy = socketPath === undefined ? proxyFor(reached, env) : undefined
  return { proxy, tls, version, connectTo, socketPath, keepAlive }
}

/** @throws RequestError invalid, before anything is sent anywhere */
function firstAsked({ url: given, method = 'GET', headers = {}, body }: RequestOptions): Asked {
  if (given.protocol !== 'http:' && given.protocol !== 'https:') {
    throw invalid(`${given.protocol} is not http: or https:`)
  }
  // Other tokens are lawful, but CONNECT and TRACE have meanings of their own.
  if (!/^[A-Z][A-Z-]*$/i.test(method) || /^(?:CONNECT|TRACE)$/i.test(method)) {
    throw invalid('the method is not one that can be sent')
  }
  for (const [name, value] of Object.entries(headers)) checkHeader(name, value)
  const url = new URL(given)
  const credentials = basicCredentials(url)
  url.username = ''
  url.password = ''
  const hasAuthorization = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization')
  const authorization = credentials === undefined || hasAuthorization ? {} : { authorization: credentials }
  return { url, method: method.toUpperCase(), body, headers: { ...headers, ...authorization } }
}

function checkHeader(name: string, value: string): void {
  try {
    http.validateHeaderName(name)
    http.validateHeaderValue(name, value)
  } catch {
    throw invalid(`the header ${JSON.stringify(name)} has a character that no header may have`)
  }
  if (/^(?:content-length|transfer-encoding)$/i.test(name)) throw invalid(`${name} follows from the body`)
}

function invalid(message: string): RequestError {
  return new RequestError('invalid', message, { phase: 'send', permanent: true })
}
