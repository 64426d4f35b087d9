import { createHash, randomBytes } from 'node:crypto'
import type { ClientRequest, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { http } from '../../http/builtin.ts'
import { codeOf, RequestError } from '../../http/errors.ts'
import { broken, type Trace } from '../../http/failures.ts'
import { onLimit } from '../../http/limits.ts'
import { type Destination, openLine, portOf } from '../../http/line.ts'
import { basicCredentials, proxyFor } from '../../http/proxy.ts'
import { formatDuration } from '../../text/duration.ts'
import { oneLine } from '../../text/untrusted.ts'
import type { Check, Observation } from '../check.ts'
import { type FailureClass, ProbeFailure } from '../failure.ts'
import type { Attempt } from '../probe.ts'
import { asProbeFailure } from './failure.ts'
import { tlsOf } from './way.ts'
import { clientFrame, type Frame, frames, OPCODE } from './ws/frames.ts'

/** RFC 6455 section 1.3. */
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** What a server may push before it answers a ping. */
const MAX_MESSAGE = 1_048_576
const GOING_AWAY = Buffer.from([0x03, 0xe8])

/** A handshake that the server accepts, and a ping that it answers. */
export async function probe(check: Check, attempt: Attempt): Promise<Observation> {
  const { target, settings } = check
  if (target.scheme === 'exec') throw new TypeError('not a WebSocket')
  const started = performance.now()
  const limits = { deadline: started + attempt.timeout, signal: attempt.signal }
  const url = new URL(target.url.href.replace(/^ws(s?):/, 'http$1:'))
  // A proxy that reads requests does not pass an upgrade on: it is given a tunnel, as browsers do.
  const connectTo: Destination = settings['connect-to'] ?? { host: url.hostname, port: portOf(url) }
  const trace: Trace = { timeout: attempt.timeout, method: 'GET', received: 0 }
  let socket: Socket | undefined
  try {
    const line = await openLine({
      url,
      proxy: proxyFor(new URL(`${url.protocol}//${hostOf(connectTo)}`), process.env),
      tls: tlsOf(check, attempt),
      lookup: undefined,
      version: '1.1',
      connectTo,
      socketPath: undefined,
      ...limits,
    })
    trace.line = line
    socket = line.socket
    const { address } = line
    const asked = performance.now()
    const failure = (kind: FailureClass, message: string): ProbeFailure =>
      new ProbeFailure(kind, message, {
        address,
        timings: { ...line.timings, total: performance.now() - started },
      })
    const key = randomBytes(16).toString('base64')
    const { upgraded, rest } = await within(
      limits,
      (why) => late(why, address, 'answer to the handshake', attempt, failure),
      () => handshake(socketRequest(url, settings.headers, key, line.socket), key, failure),
    )
    socket = upgraded
    const firstByte = performance.now() - asked
    const begun = performance.now()
    await within(
      limits,
      (why) => late(why, address, 'answer to a ping', attempt, failure),
      () => pingPong(upgraded, rest, failure),
    )
    const took = formatDuration(performance.now() - begun)
    upgraded.end(clientFrame(OPCODE.CLOSE, GOING_AWAY, randomBytes(4)))
    return {
      address,
      timings: { ...line.timings, firstByte, total: performance.now() - started },
      ...(line.certificate === undefined ? {} : { certificate: line.certificate }),
      note: `WebSocket opened, pong in ${took}`,
    }
  } catch (error) {
    const told = asProbeFailure(codeOf(error) === undefined ? error : broken(error, trace))
    throw told
  } finally {
    const open = socket
    // What has been written still goes out.
    if (open !== undefined && !open.writableFinished) open.destroySoon()
    else open?.destroy()
  }
}

function hostOf({ host, port }: Destination): string {
  return `${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}:${port}`
}

function late(
  why: 'timeout' | 'cancelled',
  address: string,
  what: string,
  { timeout }: Attempt,
  failure: (kind: FailureClass, message: string) => ProbeFailure,
): ProbeFailure {
  if (why === 'cancelled') return failure('cancelled', 'cancelled')
  return failure('timeout', `connected to ${address}, but no ${what} within ${formatDuration(timeout)}`)
}

async function within<T>(
  limits: { deadline: number; signal: AbortSignal },
  words: (why: 'timeout' | 'cancelled') => ProbeFailure,
  work: () => Promise<T>,
): Promise<T> {
  let forget: (() => void) | undefined
  try {
    return await new Promise<T>((resolve, reject) => {
      forget = onLimit(limits, (why) => reject(words(why)))
      work().then(resolve, reject)
    })
  } finally {
    forget?.()
  }
}

function socketRequest(
  url: URL,
  headers: Readonly<Record<string, string>>,
  key: string,
  socket: Socket,
): ClientRequest {
  const credentials = basicCredentials(url)
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  return http.request({
    method: 'GET',
    host: url.hostname,
    path: url.pathname + url.search,
    headers: {
      ...(given.has('host') ? {} : { host: url.host }),
      ...(given.has('user-agent') ? {} : { 'user-agent': 'nexus-actions' }),
      ...(credentials === undefined || given.has('authorization') ? {} : { authorization: credentials }),
      ...headers,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
    },
    createConnection: () => socket,
  })
}

/** @throws ProbeFailure when the server answers with anything but 101 and the right proof */
function handshake(
  request: ClientRequest,
  key: string,
  failure: (kind: FailureClass, message: string) => ProbeFailure,
): Promise<{ upgraded: Socket; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    request.on('upgrade', (answer, upgraded, rest) => {
      const proof = createHash('sha1').update(`${key}${MAGIC}`).digest('base64')
      if (answer.headers['sec-websocket-accept'] === proof) resolve({ upgraded, rest })
      else
        reject(
          failure(
            'protocol',
            'the server agrees to something else than this WebSocket (Sec-WebSocket-Accept)',
          ),
        )
    })
    request.on('response', (answer) => {
      answer.resume()
      reject(refusal(answer, failure))
    })
    request.on('error', reject)
    request.on('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
    request.end()
  })
}

function refusal(
  { statusCode: status = 0, statusMessage = '', headers }: IncomingMessage,
  failure: (kind: FailureClass, message: string) => ProbeFailure,
): ProbeFailure {
  const seen = `HTTP ${status} ${oneLine(statusMessage, 60)}`.trim()
  if (status === 401 || status === 403) {
    return failure('authentication', `${seen} instead of 101: send credentials with headers or in the URL`)
  }
  const where =
    headers.location === undefined ? '' : `, to ${oneLine(headers.location.replace(/[?#].*$/s, ''), 100)}`
  const hint = status === 200 ? ' (nothing here speaks WebSocket)' : ''
  return failure('status', `${seen} instead of 101 Switching Protocols${where}${hint}`)
}

/** @throws ProbeFailure when the connection ends before the very ping has come back */
function pingPong(
  socket: Socket,
  rest: Buffer,
  failure: (kind: FailureClass, message: string) => ProbeFailure,
): Promise<void> {
  const payload = randomBytes(8)
  return new Promise((resolve, reject) => {
    const read = ({ opcode, payload: received }: Frame): void => {
      if (opcode === OPCODE.PONG && received.equals(payload)) resolve()
      if (opcode === OPCODE.PING) socket.write(clientFrame(OPCODE.PONG, received, randomBytes(4)))
      if (opcode === OPCODE.CLOSE) reject(failure(...closing(received)))
    }
    const decode = frames(MAX_MESSAGE, read)
    const take = (chunk: Buffer): void => {
      try {
        decode(chunk)
      } catch (error) {
        const why = error instanceof Error ? error.message : ''
        reject(failure('protocol', `what comes after the handshake is not WebSocket: ${why}`))
      }
    }
    socket.on('data', take)
    socket.on('error', (error) =>
      reject(
        new RequestError('protocol', `connection reset before the answer to a ping: ${codeOf(error)}`, {
          phase: 'body',
        }),
      ),
    )
    socket.on('close', () => reject(failure('protocol', 'connection closed before the answer to a ping')))
    socket.on('end', () => reject(failure('protocol', 'connection closed before the answer to a ping')))
    if (rest.length > 0) take(rest)
    socket.write(clientFrame(OPCODE.PING, payload, randomBytes(4)))
    socket.resume()
  })
}

/** Code and reason of a close frame. @see https://www.iana.org/assignments/websocket/websocket.xhtml */
function closing(payload: Buffer): [FailureClass, string] {
  const code = payload.length < 2 ? 1005 : payload.readUInt16BE(0)
  const reason = oneLine(payload.subarray(2).toString('utf8'), 120)
  const isAboutUs = [1008, 3000, 3003, 4001, 4003, 4401, 4403].includes(code)
  const said = reason === '' ? '' : `: "${reason}"`
  return [
    isAboutUs ? 'authentication' : 'health',
    `the server closes the WebSocket at once with ${code}${said}`,
  ]
}
