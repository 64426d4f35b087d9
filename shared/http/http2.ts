import type { ClientHttp2Session, ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2'
import { readBody } from './body.ts'
import { http, http2 } from './builtin.ts'
import { phaseTimings, stopped, type Trace } from './failures.ts'
import { headersFor, joined } from './headers.ts'
import type { Hop, Reply } from './hop.ts'
import { onLimit } from './limits.ts'
import type { Line } from './line.ts'
import { isRedirect } from './redirect.ts'

/** Headers that belong to one connection of HTTP/1.1: RFC 9113 section 8.2.2 forbids them. */
const OF_CONNECTION =
  /^(?:connection|host|keep-alive|proxy-connection|transfer-encoding|upgrade|http2-settings)$/i

/** What is known of a connection over HTTP/2. */
interface Kept {
  line: Line
  /** How many requests it has carried. */
  carried: number
  /** The server has sent its settings, which are the first of its frames: RFC 9113 section 3.4. */
  speaks: boolean
  error?: Error
}
const kept = new WeakMap<ClientHttp2Session, Kept>()

/** HTTP/2 on a connection; it is kept for the next request where `keepAlive` says so. */
export function startSession({ url, keepAlive }: Hop, line: Line): ClientHttp2Session {
  const session = http2().connect(url.origin, {
    createConnection: () => line.socket,
    settings: { enablePush: false },
  })
  const known: Kept = { line, carried: 0, speaks: false }
  kept.set(session, known)
  session.once('remoteSettings', () => {
    known.speaks = true
  })
  session.on('error', (error) => {
    known.error = error
  })
  keepAlive?.sessions.add(session)
  // An idle connection does not keep the process alive; a request on it does by its deadline.
  return session
}

/** One request over HTTP/2. */
export async function askHttp2(hop: Hop, trace: Trace, session: ClientHttp2Session): Promise<Reply> {
  const known = kept.get(session) as Kept
  const { line } = known
  trace.line = line
  trace.reused = known.carried > 0
  known.carried += 1
  trace.bytesBefore = line.socket.bytesRead
  let stream: ClientHttp2Stream | undefined
  let forget: (() => void) | undefined
  try {
    return await new Promise<Reply>((resolve, reject) => {
      // What happens to the connection comes with more words than what it does to the stream.
      const lost = (error: Error): void => {
        reject(trace.head === undefined && !known.speaks ? foreign(error, line) : error)
      }
      forget = onLimit(hop, (why) => reject(stopped(why, trace)))
      const asked = session.request(pseudoHeaders(hop), { endStream: hop.body === undefined })
      stream = asked
      trace.sentAt = performance.now()
      trace.isSent = () => asked.writableFinished
      let trailers: IncomingHttpHeaders = {}
      asked.on('trailers', (received) => {
        trailers = received
      })
      asked.on('error', (error) => lost(known.error ?? error))
      asked.on('close', () => {
        if (trace.head === undefined) lost(closed())
      })
      asked.on('response', (received) => {
        const { ':status': status = 0 } = received
        const length = received['content-length']
        trace.head = { status, length }
        trace.firstByte = performance.now() - (trace.sentAt ?? 0)
        const reply = (body: Buffer, truncated: boolean): Reply => ({
          status,
          // HTTP/2 has none: RFC 9113 section 8.3.2. This is for people.
          statusText: http.STATUS_CODES[status] ?? '',
          headers: joined(received),
          trailers: joined(trailers),
          httpVersion: '2',
          body,
          truncated,
          address: line.address,
          certificate: line.certificate,
          timings: phaseTimings(trace),
        })
        if (hop.followsRedirects && isRedirect(status, received.location)) {
          return resolve(reply(Buffer.alloc(0), true))
        }
        readBody(asked, received['content-encoding'], hop.maxBody, trace).then(({ body, truncated }) => {
          if (truncated) resolve(reply(body, true))
          // The data ends as well when the server breaks off, and before the trailers come.
          else if (asked.destroyed) finish(body)
          else asked.once('close', () => finish(body))
        }, reject)
        const finish = (body: Buffer): void => {
          const code = asked.rstCode ?? 0
          if (code === 0) resolve(reply(body, false))
          // When the connection breaks, Node cancels what is on it.
          else if (line.socket.destroyed) lost(closed())
          else lost(streamError(code))
        }
      })
      if (hop.body !== undefined) asked.end(hop.body)
    })
  } finally {
    forget?.()
    if (hop.keepAlive === undefined || session.closed) {
      stream?.destroy()
      session.destroy()
      line.socket.destroy()
    } else if (stream?.closed === false) {
      stream.close(http2().constants.NGHTTP2_CANCEL)
    }
  }
}

function closed(): Error {
  return Object.assign(new Error('closed'), { code: 'ECONNRESET' })
}

/** The error codes of RFC 9113 section 7, by their number. */
const ERROR_CODES = [
  ...[
    'NO_ERROR',
    'PROTOCOL_ERROR',
    'INTERNAL_ERROR',
    'FLOW_CONTROL_ERROR',
    'SETTINGS_TIMEOUT',
    'STREAM_CLOSED',
  ],
  ...[
    'FRAME_SIZE_ERROR',
    'REFUSED_STREAM',
    'CANCEL',
    'COMPRESSION_ERROR',
    'CONNECT_ERROR',
    'ENHANCE_YOUR_CALM',
  ],
  ...['INADEQUATE_SECURITY', 'HTTP_1_1_REQUIRED'],
]

/** As Node words it. */
function streamError(code: number): Error {
  const name = `NGHTTP2_${ERROR_CODES[code] ?? `ERROR_${code}`}`
  return Object.assign(new Error(`Stream closed with error code ${name}`), { code: 'ERR_HTTP2_STREAM_ERROR' })
}

/** The error for whoever has answered with something else than HTTP/2. */
function foreign(error: Error, line: Line): Error {
  return line.socket.bytesRead === 0 ? error : Object.assign(new Error('foreign'), { code: 'NO_HTTP2' })
}

function pseudoHeaders(hop: Hop): Record<string, string> {
  const { url, method } = hop
  const headers = Object.entries(headersFor(hop))
  const authority = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? url.host
  return {
    ':method': method,
    ':scheme': url.protocol.slice(0, -1),
    ':authority': authority,
    ':path': url.pathname + url.search,
    ...Object.fromEntries(
      headers
        .filter(([name]) => !OF_CONNECTION.test(name))
        .map(([name, value]) => [name.toLowerCase(), value]),
    ),
  }
}
