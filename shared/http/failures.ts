import { formatDuration } from '../text/duration.ts'
import { oneLine } from '../text/untrusted.ts'
import { codeOf, type Phase, RequestError, type Timings } from './errors.ts'
import type { Line } from './line.ts'
import { sslCode } from './tls.ts'

/** How far one exchange has come. */
export interface Trace {
  /** What the whole request was given, in ms. */
  readonly timeout: number
  readonly method: string
  line?: Line | undefined
  /** An earlier exchange has opened the connection. */
  reused?: boolean
  /** What its socket had received before this exchange. */
  bytesBefore?: number
  /** On the clock of `performance.now()`. */
  sentAt?: number
  /** Whether the whole request has been written. */
  isSent?: () => boolean
  /** Of the answer: its status, and its Content-Length. */
  head?: { status: number; length: string | undefined }
  firstByte?: number
  /** Bytes of the body, as they came over the wire. */
  received: number
}

/** The phases of this exchange; a kept connection has been paid for by an earlier one. */
export function phaseTimings({ reused, line, firstByte }: Trace): Timings {
  return {
    ...(reused === true ? {} : line?.timings),
    ...(firstByte === undefined ? {} : { firstByte }),
  }
}

/** Whether the server has not seen this request, or says so, and it is safe to repeat. */
export function isStale(thrown: unknown, trace: Trace): boolean {
  const code = codeOf(thrown)
  if (trace.head !== undefined) return false
  // REFUSED_STREAM: no application has processed it, RFC 9113 section 8.7. A GOAWAY does the same to later streams.
  if (code === 'ERR_HTTP2_STREAM_ERROR') return /NGHTTP2_REFUSED_STREAM/.test(String(thrown))
  if (code === 'ERR_HTTP2_GOAWAY_SESSION' || code === 'ERR_HTTP2_INVALID_SESSION') return true
  return (
    trace.reused === true &&
    /^(?:GET|HEAD)$/.test(trace.method) &&
    (code === 'ECONNRESET' || code === 'EPIPE') &&
    headBytes(trace) === 0
  )
}

/** The error for a deadline that passed, or a caller who changed their mind, after the connection was made. */
export function stopped(why: 'timeout' | 'cancelled', trace: Trace): RequestError {
  const { line, head, timeout } = trace
  const phase = phaseOf(trace)
  const within = formatDuration(timeout)
  if (why === 'cancelled') return failure(why, 'cancelled', trace)
  if (line === undefined) return failure(why, `no connection within ${within}`, trace)
  if (head !== undefined) {
    const seen = `HTTP ${head.status} from ${line.address} after ${formatDuration(trace.firstByte ?? 0)}`
    return failure(why, `the body did not end within ${within} (${seen}, then ${bodyBytes(trace)})`, trace)
  }
  const { connect = 0, tls = 0 } = line.timings
  const connected =
    trace.reused === true
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
  if (code === 'NO_HTTP2') return failure('protocol', `the server does not speak HTTP/2${where}`, trace, code)
  if (/^ERR_HTTP2_(?:STREAM_|SESSION_)?ERROR$|^ERR_HTTP2_(?:GOAWAY|INVALID)_SESSION$/.test(code)) {
    return failure('protocol', http2Words(thrown, trace) + where, trace, code)
  }
  if (/^ERR_(?:INVALID|HTTP2?|UNESCAPED)_/.test(code)) {
    return failure('invalid', `the request cannot be sent: ${code}`, trace, code)
  }
  if (code.startsWith('ERR_SSL_')) return failure('tls', tlsWords(code) + where, trace, sslCode(code))
  if (code.startsWith('HPE_')) {
    const [words, told] = parserWords(thrown, code, trace)
    return failure('protocol', words + where, trace, told)
  }
  if (trace.head !== undefined) {
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

function phaseOf({ isSent, head, line }: Trace): Phase {
  if (head !== undefined) return 'body'
  if (line === undefined) return 'connect'
  return isSent?.() === true ? 'headers' : 'send'
}

function headBytes({ line, bytesBefore = 0 }: Trace): number {
  return (line?.socket.bytesRead ?? 0) - bytesBefore
}

/** `120 of 500 bytes` */
function bodyBytes({ head, received }: Trace): string {
  return head?.length === undefined ? `${received} bytes` : `${received} of ${head.length} bytes`
}

/** The error code of RFC 9113 section 7, where Node tells it. */
function http2Words(thrown: unknown, trace: Trace): string {
  const code = /NGHTTP2_([A-Z_]+)/.exec(String(thrown))?.[1]
  const when = trace.head === undefined ? 'before any answer' : 'in the middle of the body'
  if (code === undefined) return `HTTP/2 broke off ${when}`
  return `the server ended the request ${when} (HTTP/2 ${code})`
}

/** A TLS alert after the handshake, in words. */
export function tlsWords(given: string): string {
  const code = sslCode(given)
  if (code === 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED') return 'the server demands a client certificate'
  const alert =
    /_ALERT_((?:UNKNOWN_CA|BAD_CERTIFICATE|(?:UNSUPPORTED_)?CERTIFICATE\w*|ACCESS_DENIED|DECRYPT_ERROR))$/.exec(
      code,
    )
  if (alert !== null) return `the server refuses the client certificate: ${alert[1]}`
  return `TLS failed after the handshake: ${code}`
}

/** @returns the words, and the code to go by */
function parserWords(thrown: unknown, code: string, { head }: Trace): [string, string] {
  if (code === 'HPE_HEADER_OVERFLOW') return ['the headers of the answer are larger than 64 KiB', code]
  if (head !== undefined) return ['the chunked encoding of the body is broken', code]
  const packet = (thrown as { rawPacket?: unknown }).rawPacket
  const begin = Buffer.isBuffer(packet) ? packet.subarray(0, 80) : Buffer.alloc(0)
  // A TLS alert or handshake record: RFC 8446 section 5.1.
  if ((begin[0] === 21 || begin[0] === 22) && begin[1] === 3)
    return ['the server speaks TLS on this port: use https', code]
  if (isSettingsFrame(begin)) return ['the server speaks HTTP/2 only, not HTTP/1.1', 'ONLY_HTTP2']
  const text = begin.toString('latin1')
  if (text.startsWith('HTTP/')) return [`the headers of the answer are broken: ${code}`, code]
  return [`the answer is not HTTP: it begins with "${oneLine(text.split('\n', 1)[0] ?? '', 40)}"`, code]
}

/** The first frame of a server of HTTP/2 is SETTINGS, on stream 0: RFC 9113 sections 3.4 and 6.5. */
function isSettingsFrame(begin: Buffer): boolean {
  return (
    begin.length >= 9 &&
    begin.readUIntBE(0, 3) % 6 === 0 &&
    begin[0] === 0 &&
    begin[3] === 4 &&
    begin[4] === 0 &&
    begin.readUInt32BE(5) === 0
  )
}
