import type { ClientRequest, IncomingMessage } from 'node:http'
import { formatDuration } from '../text/duration.ts'
import { oneLine } from '../text/untrusted.ts'
import { codeOf, type Phase, RequestError, type Timings } from './errors.ts'
import type { Line } from './line.ts'

/** How far one exchange has come. */
export interface Trace {
  /** What the whole request was given, in ms. */
  readonly timeout: number
  request?: ClientRequest
  line?: Line | undefined
  /** What its socket had received before this exchange. */
  bytesBefore?: number
  /** On the clock of `performance.now()`. */
  sentAt?: number
  response?: IncomingMessage
  firstByte?: number
  /** Bytes of the body, as they came over the wire. */
  received: number
}

/** The phases of this exchange; a kept connection has been paid for by an earlier one. */
export function phaseTimings({ request, line, firstByte }: Trace): Timings {
  return {
    ...(request?.reusedSocket === true ? {} : line?.timings),
    ...(firstByte === undefined ? {} : { firstByte }),
  }
}

/** Whether a kept connection was closed by the server before it saw this request, which is safe to repeat. */
export function isStale(thrown: unknown, trace: Trace): boolean {
  const code = codeOf(thrown)
  return (
    trace.request?.reusedSocket === true &&
    /^(?:GET|HEAD)$/.test(trace.request.method) &&
    (code === 'ECONNRESET' || code === 'EPIPE') &&
    headBytes(trace) === 0
  )
}

/** The error for a deadline that passed, or a caller who changed their mind, after the connection was made. */
export function stopped(why: 'timeout' | 'cancelled', trace: Trace): RequestError {
  const { line, response, timeout } = trace
  const phase = phaseOf(trace)
  const within = formatDuration(timeout)
  if (why === 'cancelled') return failure(why, 'cancelled', trace)
  if (line === undefined) return failure(why, `no connection within ${within}`, trace)
  if (response !== undefined) {
    const head = `HTTP ${response.statusCode} from ${line.address} after ${formatDuration(trace.firstByte ?? 0)}`
    return failure(why, `the body did not end within ${within} (${head}, then ${bodyBytes(trace)})`, trace)
  }
  const { connect = 0, tls = 0 } = line.timings
  const connected =
    trace.request?.reusedSocket === true
      ? `kept connection to ${line.address}`
      : `connected to ${line.address} in ${formatDuration(connect + tls)}`
  const bytes = headBytes(trace)
  let then = 'then silence: no status line'
  if (bytes > 0) then = `then ${bytes} bytes, but no end of the headers`
  else if (phase === 'send') then = 'then the request was not taken'
  return failure(why, `no answer within ${within} (${connected}, ${then})`, trace)
}

/** What was thrown during an exchange, as a RequestError; an error without a code is a fault of this program. */
export function broken(thrown: unknown, trace: Trace): unknown {
  const code = codeOf(thrown)
  if (thrown instanceof RequestError || code === undefined) return thrown
  const where = trace.line === undefined ? '' : ` (${trace.line.address})`
  if (/^ERR_(?:INVALID|HTTP|UNESCAPED)_/.test(code)) {
    return failure('invalid', `the request cannot be sent: ${code}`, trace, code)
  }
  if (code.startsWith('ERR_SSL_')) return failure('tls', tlsWords(code) + where, trace, code)
  if (code.startsWith('HPE_'))
    return failure('protocol', parserWords(thrown, code, trace) + where, trace, code)
  if (trace.response !== undefined) {
    const words = `connection closed in the middle of the body (got ${bodyBytes(trace)})`
    return failure('protocol', words, trace, code)
  }
  const isReset = (thrown as { syscall?: unknown }).syscall !== undefined
  const when = headBytes(trace) > 0 ? 'in the middle of the headers' : 'before any answer'
  return failure('protocol', `connection ${isReset ? 'reset' : 'closed'} ${when}${where}`, trace, code)
}

function failure(kind: RequestError['kind'], message: string, trace: Trace, code?: string): RequestError {
  return new RequestError(kind, message, {
    phase: phaseOf(trace),
    code,
    permanent: kind === 'invalid',
    address: trace.line?.address,
    timings: phaseTimings(trace),
  })
}

function phaseOf({ request, response, line }: Trace): Phase {
  if (response !== undefined) return 'body'
  if (line === undefined) return 'connect'
  return request?.writableFinished === true ? 'headers' : 'send'
}

function headBytes({ line, bytesBefore = 0 }: Trace): number {
  return (line?.socket.bytesRead ?? 0) - bytesBefore
}

/** `120 of 500 bytes` */
function bodyBytes({ response, received }: Trace): string {
  const length = response?.headers['content-length']
  return length === undefined ? `${received} bytes` : `${received} of ${length} bytes`
}

function tlsWords(code: string): string {
  if (code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED') return 'the server demands a client certificate'
  return `TLS failed after the handshake: ${code}`
}

function parserWords(thrown: unknown, code: string, { response }: Trace): string {
  if (code === 'HPE_HEADER_OVERFLOW') return 'the headers of the answer are larger than 64 KiB'
  if (response !== undefined) return 'the chunked encoding of the body is broken'
  const packet = (thrown as { rawPacket?: unknown }).rawPacket
  const begin = Buffer.isBuffer(packet) ? packet.subarray(0, 80) : Buffer.alloc(0)
  // A TLS alert or handshake record: RFC 8446 section 5.1.
  if ((begin[0] === 21 || begin[0] === 22) && begin[1] === 3)
    return 'the server speaks TLS on this port: use https'
  const text = begin.toString('latin1')
  if (text.startsWith('HTTP/')) return `the headers of the answer are broken: ${code}`
  return `the answer is not HTTP: it begins with "${oneLine(text.split('\n', 1)[0] ?? '', 40)}"`
}
