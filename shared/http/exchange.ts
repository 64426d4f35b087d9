import type { IncomingMessage, RequestOptions } from 'node:http'
import type { Socket } from 'node:net'
import type { Lookup } from './addresses.ts'
import { type Body, readBody } from './body.ts'
import { http } from './builtin.ts'
import type { Certificate } from './certificate.ts'
import type { Timings } from './errors.ts'
import { broken, isStale, phaseTimings, stopped, type Trace } from './failures.ts'
import { dropIdle, type KeepAlive } from './keep-alive.ts'
import { type Limits, onLimit } from './limits.ts'
import { type Line, openLine, portOf } from './line.ts'
import { basicCredentials } from './proxy.ts'
import { type Asked, isRedirect } from './redirect.ts'
import type { TlsTrust } from './tls.ts'

export interface Hop extends Asked, Limits {
  proxy: URL | undefined
  maxBody: number
  /** Then the body of a redirect is not read. */
  followsRedirects: boolean
  tls: TlsTrust
  lookup: Lookup | undefined
  keepAlive: KeepAlive | undefined
  /** What the whole request was given, in ms; for messages. */
  timeout: number
}

export interface Reply extends Body {
  response: IncomingMessage
  address: string
  certificate: Certificate | undefined
  /** Of this exchange alone. */
  timings: Timings
}

/** How large the head of an answer may be; Node's 16 KiB is less than curl and browsers take. */
const MAX_HEAD = 65_536

/** What is known of a connection, for as long as it is kept. */
const lines = new WeakMap<Socket, Line>()

/**
 * One request and its answer. A kept connection that turns out to be closed is replaced once, when the request is
 * safe to repeat (RFC 9110 section 9.2.2).
 *
 * @throws RequestError
 */
export async function exchange(hop: Hop): Promise<Reply> {
  const trace: Trace = { timeout: hop.timeout, received: 0 }
  try {
    return await attempt(hop, trace)
  } catch (thrown) {
    if (hop.keepAlive === undefined || !isStale(thrown, trace)) throw broken(thrown, trace)
    dropIdle(hop.keepAlive)
  }
  const again: Trace = { timeout: hop.timeout, received: 0 }
  return await attempt(hop, again).catch((thrown: unknown) => {
    throw broken(thrown, again)
  })
}

async function attempt(hop: Hop, trace: Trace): Promise<Reply> {
  const { keepAlive } = hop
  let connecting = false
  // A limit that passed just when connecting had succeeded.
  let late: 'timeout' | 'cancelled' | undefined
  const connect: RequestOptions['createConnection'] = (_options, callback) => {
    connecting = true
    openLine(hop)
      .finally(() => {
        connecting = false
      })
      .then(
        (line) => {
          lines.set(line.socket, line)
          callback(null, line.socket)
        },
        (error: Error) => callback(error, undefined as never),
      )
    return undefined
  }
  const request = http.request({
    host: hop.url.hostname,
    port: portOf(hop.url),
    method: hop.method,
    path: pathOf(hop),
    headers: headersOf(hop),
    maxHeaderSize: MAX_HEAD,
    insecureHTTPParser: false,
    createConnection: connect,
    ...(keepAlive === undefined ? {} : { agent: keepAlive.agent }),
  })
  trace.request = request
  let forget: (() => void) | undefined
  let reusable = false
  try {
    return await new Promise<Reply>((resolve, reject) => {
      forget = onLimit(hop, (why) => {
        late = why
        // Connecting has the same limits, and more to tell.
        if (!connecting) reject(stopped(why, trace))
      })
      request.on('socket', (socket) => {
        trace.line = lines.get(socket)
        trace.bytesBefore = socket.bytesRead
        trace.sentAt = performance.now()
        if (late !== undefined) reject(stopped(late, trace))
      })
      request.on('error', (error) => {
        // What comes after the end of the answer (more bytes, a reset) does not make it worse.
        if (trace.response?.complete !== true) reject(error)
      })
      // Without an error, for example, after a 101 that nobody asked for.
      request.on('close', () => {
        if (trace.response === undefined) reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }))
      })
      request.on('response', (response) => {
        trace.response = response
        trace.firstByte = performance.now() - (trace.sentAt ?? 0)
        response.on('error', reject)
        const reply = (body: Body): Reply => ({
          ...body,
          response,
          address: trace.line?.address ?? '',
          certificate: trace.line?.certificate,
          timings: phaseTimings(trace),
        })
        if (hop.followsRedirects && isRedirect(response.statusCode, response.headers.location)) {
          return resolve(reply({ body: Buffer.alloc(0), truncated: true }))
        }
        readBody(response, hop.maxBody, trace).then((body) => {
          reusable = !body.truncated
          resolve(reply(body))
        }, reject)
      })
      request.end(hop.body)
    })
  } finally {
    forget?.()
    if (keepAlive === undefined || !reusable) {
      trace.response?.destroy()
      request.destroy()
      trace.line?.socket.destroy()
    }
  }
}

/** Absolute for a proxy that forwards: RFC 9112 section 3.2.2. */
function pathOf({ url, proxy }: Hop): string {
  const origin = proxy !== undefined && url.protocol === 'http:' ? url.origin : ''
  return origin + url.pathname + url.search
}

function headersOf({ url, proxy, body, headers }: Hop): Record<string, string> {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  const merged: Record<string, string> = { ...headers }
  const offer = (name: string, value: string | undefined): void => {
    if (value !== undefined && !given.has(name)) merged[name] = value
  }
  offer('host', url.host)
  offer('user-agent', 'nexus-actions')
  offer('accept', '*/*')
  // Cheapest for both ends; what a server encodes nevertheless is decoded.
  offer('accept-encoding', 'identity')
  if (body !== undefined) offer('content-length', String(Buffer.byteLength(body)))
  if (proxy !== undefined && url.protocol === 'http:') offer('proxy-authorization', basicCredentials(proxy))
  return merged
}
