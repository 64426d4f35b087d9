import { type Answer, request } from '../../http/request.ts'
import { formatDuration } from '../../text/duration.ts'
import { oneLine } from '../../text/untrusted.ts'
import type { Check, Observation } from '../check.ts'
import { type FailureClass, ProbeFailure } from '../failure.ts'
import type { Attempt } from '../probe.ts'
import { asProbeFailure } from './failure.ts'
import { tlsOf } from './way.ts'

/** Of HealthCheckResponse. @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
const STATES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']
const SERVING = 1
/** @see https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
const CODES = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE'],
  ...['UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
]
const MAX_ANSWER = 65_536
/** The longest timeout that fits into eight digits: "Requests" of the protocol of gRPC over HTTP/2. */
const MAX_TIMEOUT_MS = 99_999_999

/** `grpc.health.v1.Health/Check` of the service in the path, or of the whole server, is answered with SERVING. */
export async function probe(check: Check, attempt: Attempt): Promise<Observation> {
  const { target, settings } = check
  if (target.scheme === 'exec') throw new TypeError('not a gRPC target')
  const { url } = target
  const service = decodeURIComponent(url.pathname.slice(1))
  // User information becomes Basic credentials there.
  const to = new URL(url.href.replace(/^grpc(s?):/, 'http$1:'))
  to.pathname = '/grpc.health.v1.Health/Check'
  const timeout = Math.max(1, Math.min(MAX_TIMEOUT_MS, Math.ceil(attempt.timeout)))
  let answer: Answer
  try {
    answer = await request({
      url: to,
      version: '2',
      method: 'POST',
      headers: {
        ...settings.headers,
        'content-type': 'application/grpc',
        te: 'trailers',
        'grpc-timeout': `${timeout}m`,
      },
      body: frame(healthCheckRequest(service)),
      timeout: attempt.timeout,
      maxBody: MAX_ANSWER,
      connectTo: settings['connect-to'],
      tls: tlsOf(check, attempt),
      signal: attempt.signal,
    })
  } catch (error) {
    throw asProbeFailure(error)
  }
  const timings = { ...answer.timings, total: answer.timings.total ?? 0 }
  const verdict = read(answer, service)
  if ('message' in verdict) {
    const { address } = answer
    throw new ProbeFailure(verdict.failure, verdict.message, { address, timings })
  }
  return {
    address: answer.address,
    timings,
    ...(answer.certificate === undefined ? {} : { certificate: answer.certificate }),
    note: `${verdict.note} in ${formatDuration(timings.total)}`,
  }
}

/** What an answer says; pure. */
export function read(
  { status, headers, trailers, body }: Pick<Answer, 'status' | 'headers' | 'trailers' | 'body'>,
  service: string,
): { note: string } | { failure: FailureClass; message: string } {
  const type = headers['content-type'] ?? ''
  // An answer that is nothing but its end has the status among its headers.
  const code = trailers['grpc-status'] ?? headers['grpc-status']
  const of = service === '' ? 'the server' : `the service ${oneLine(service, 100)}`
  if (status !== 200 || !/^application\/grpc(?:[+;]|$)/i.test(type) || code === undefined) {
    const seen = type === '' ? `HTTP ${status}` : `HTTP ${status} with ${oneLine(type, 60)}`
    return {
      failure: status === 401 || status === 403 ? 'authentication' : 'protocol',
      message: `the answer is not that of gRPC but ${seen}`,
    }
  }
  if (code !== '0') return refusal(code, trailers['grpc-message'] ?? headers['grpc-message'] ?? '', of)
  const state = healthCheckResponse(body)
  if (state === undefined) return { failure: 'protocol', message: 'the answer is not a HealthCheckResponse' }
  const word = STATES[state] ?? `status ${state}`
  if (state !== SERVING) return { failure: 'health', message: `${of} is ${word}` }
  return { note: service === '' ? word : `${oneLine(service, 100)} is ${word}` }
}

function refusal(code: string, encoded: string, of: string): { failure: FailureClass; message: string } {
  const name = CODES[Number(code)] ?? 'an unknown status'
  const words = oneLine(decoded(encoded), 200)
  const said = `${name} (grpc-status ${oneLine(code, 10)})${words === '' ? '' : `: ${words}`}`
  switch (name) {
    case 'UNIMPLEMENTED':
      return {
        failure: 'health',
        message: `the server has no health service (grpc.health.v1.Health): register it, or check the port with tcp:// or tls://. It answers ${said}`,
      }
    case 'NOT_FOUND':
      return { failure: 'health', message: `the health service does not know ${of}. It answers ${said}` }
    case 'UNAUTHENTICATED':
    case 'PERMISSION_DENIED':
      return { failure: 'authentication', message: `${said}: send credentials with headers` }
    case 'DEADLINE_EXCEEDED':
      return { failure: 'timeout', message: said }
    default:
      return { failure: 'health', message: said }
  }
}

/** Percent-encoded; what is not stays as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Not compressed, then the length. */
function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(message.length, 1)
  return Buffer.concat([head, message])
}

/** `string service = 1`; an empty one is not written. */
function healthCheckRequest(service: string): Buffer {
  const name = Buffer.from(service)
  if (name.length === 0) return name
  return Buffer.concat([Buffer.from([0x0a]), varint(name.length), name])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest >>= 7) bytes.push((rest & 127) | 128)
  return Buffer.from([...bytes, rest])
}

/** `ServingStatus status = 1`; without it it is UNKNOWN, as protobuf has it. undefined when it is something else. */
function healthCheckResponse(body: Buffer): number | undefined {
  if (body.length < 5 || body[0] !== 0 || body.length !== 5 + body.readUInt32BE(1)) return undefined
  const message = body.subarray(5)
  if (message.length === 0) return 0
  return message.length === 2 && message[0] === 0x08 && (message[1] ?? 128) < 128 ? message[1] : undefined
}
