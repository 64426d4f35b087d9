import type { RequestOptions } from 'node:http'
import type { Socket } from 'node:net'
import { readBody } from './body.ts'
import { http } from './builtin.ts'
import { phaseTimings, stopped, type Trace } from './failures.ts'
import { headersFor, joined } from './headers.ts'
import type { Hop, Reply } from './hop.ts'
import { onLimit } from './limits.ts'
import { isForwarded, type Line, openLine, portOf } from './line.ts'
import { isRedirect } from './redirect.ts'

/** How large the head of an answer may be; Node's 16 KiB is less than curl and browsers take. */
const MAX_HEAD = 65_536

/** What is known of a connection, for as long as it is kept. */
const lines = new WeakMap<Socket, Line>()

/**
 * One request over HTTP/1.1, on a new connection or on one that is kept.
 *
 * @param opened a connection for it that is there already
 */
export async function askHttp1(hop: Hop, trace: Trace, opened?: Line): Promise<Reply> {
  const { keepAlive } = hop
  const connection = connecting(hop, opened)
  const request = http.request({
    host: hop.url.hostname,
    port: portOf(hop.url),
    method: hop.method,
    path: pathOf(hop),
    headers: headersFor(hop),
    maxHeaderSize: MAX_HEAD,
    insecureHTTPParser: false,
    createConnection: connection.create,
    ...(keepAlive === undefined ? {} : { agent: keepAlive.agent }),
  })
  trace.isSent = () => request.writableFinished
  // A limit that passed just when connecting had succeeded.
  let late: 'timeout' | 'cancelled' | undefined
  let forget: (() => void) | undefined
  let reusable = false
  try {
    return await new Promise<Reply>((resolve, reject) => {
      forget = onLimit(hop, (why) => {
        late = why
        // Connecting has the same limits, and more to tell.
        if (!connection.isPending()) reject(stopped(why, trace))
      })
      request.on('socket', (socket) => {
        trace.line = lines.get(socket)
        trace.reused = request.reusedSocket
        trace.bytesBefore = socket.bytesRead
        trace.sentAt = performance.now()
        if (late !== undefined) reject(stopped(late, trace))
      })
      let complete = (): boolean => false
      request.on('error', (error) => {
        // What comes after the end of the answer (more bytes, a reset) does not make it worse.
        if (!complete()) reject(error)
      })
      // Without an error, for example, after a 101 that nobody asked for.
      request.on('close', () => {
        if (trace.head === undefined) reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' }))
      })
      request.on('response', (response) => {
        const { statusCode: status = 0, statusMessage: statusText = '', headers } = response
        trace.head = { status, length: headers['content-length'] }
        trace.firstByte = performance.now() - (trace.sentAt ?? 0)
        complete = () => response.complete
        response.on('error', reject)
        const reply = (body: Buffer, truncated: boolean): Reply => ({
          status,
          statusText,
          headers: joined(headers),
          trailers: joined(response.trailers),
          httpVersion: response.httpVersion,
          body,
          truncated,
          address: trace.line?.address ?? '',
          certificate: trace.line?.certificate,
          timings: phaseTimings(trace),
        })
        if (hop.followsRedirects && isRedirect(status, headers.location)) {
          return resolve(reply(Buffer.alloc(0), true))
        }
        readBody(response, headers['content-encoding'], hop.maxBody, trace).then(({ body, truncated }) => {
          reusable = !truncated
          resolve(reply(body, truncated))
        }, reject)
      })
      request.end(hop.body)
    })
  } finally {
    forget?.()
    // The agent may have found another one in the meantime.
    if (opened !== undefined && trace.line !== opened) opened.socket.destroy()
    if (keepAlive === undefined || !reusable) {
      request.destroy()
      trace.line?.socket.destroy()
    }
  }
}

/** How Node gets the connection from us. */
function connecting(
  hop: Hop,
  opened: Line | undefined,
): { create: NonNullable<RequestOptions['createConnection']>; isPending: () => boolean } {
  let pending = false
  return {
    isPending: () => pending,
    create: (_options, callback) => {
      pending = true
      // Here it is too late to speak anything else.
      const own = hop.version === 'auto' ? { ...hop, version: '1.1' as const } : hop
      const line = opened === undefined ? openLine(own) : Promise.resolve(opened)
      line
        .finally(() => {
          pending = false
        })
        .then(
          (made) => {
            lines.set(made.socket, made)
            callback(null, made.socket)
          },
          (error: Error) => callback(error, undefined as never),
        )
      return undefined
    },
  }
}

/** Absolute for a proxy that forwards: RFC 9112 section 3.2.2. */
function pathOf(hop: Hop): string {
  const { url } = hop
  return (isForwarded(hop) ? url.origin : '') + url.pathname + url.search
}
