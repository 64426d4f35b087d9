import type { Socket } from 'node:net'
import { connectTcp } from '../../http/connect.ts'
import { type Limits, onLimit } from '../../http/limits.ts'
import { startTls } from '../../http/tls.ts'
import type { Certificate, Check, Observation } from '../check.ts'
import type { Attempt } from '../probe.ts'
import { asProbeFailure } from './failure.ts'
import { type Call, type Language, type Line, openLine } from './line.ts'
import { destinationOf, tlsOf } from './way.ts'

const GOODBYE_MS = 100

/** How one service talks, and when TLS starts. */
export interface Protocol<Message> extends Language<Message> {
  /** From the first byte, or agreed on in the clear. */
  tls: boolean | Negotiation
  /** Whether the certificate must be good; by default as `tls-verify` says. */
  verify?: boolean
}

/** What is said before TLS starts, or does not. */
export interface Negotiation {
  begins: RegExp
  agree: (line: Line<Buffer>) => Promise<boolean>
}

/** What came of a conversation. */
export interface Talk {
  note: string
  /** The protocol's good-bye, so that the server's log holds no complaint about us. */
  goodbye?: Uint8Array
}

/**
 * Connects, starts TLS where the protocol wants it, talks, and leaves nothing behind: no reconnecting, no second
 * connection, and the socket is destroyed whatever happens.
 *
 * @throws ProbeFailure
 */
export async function converse<Message>(
  check: Check,
  attempt: Attempt,
  protocol: Protocol<Message>,
  talk: (line: Line<Message>) => Promise<Talk>,
): Promise<Observation> {
  const { target } = check
  if (target.scheme === 'exec') throw new TypeError('not a service')
  const started = performance.now()
  const limits: Limits = { deadline: started + attempt.timeout, signal: attempt.signal }
  const { host, port } = destinationOf(check, target.url)
  const sockets: Socket[] = []
  try {
    const tcp = await connectTcp({ host, port, ...limits })
    let { socket }: { socket: Socket } = tcp
    sockets.push(socket)
    const { address } = tcp
    const username = decodeURIComponent(target.url.username)
    const password = decodeURIComponent(target.url.password)
    const timings: Call['timings'] = { ...tcp.timings }
    const call: Call = { address, timings, started, timeout: attempt.timeout, limits, username, password }
    let certificate: Certificate | undefined
    const secure = await wantsTls(socket, protocol, call)
    if (secure) {
      const trust = tlsOf(check, attempt)
      const verify = protocol.verify ?? trust.verify
      const servername = trust.servername ?? target.url.hostname
      const tls = await startTls(socket, { ...trust, servername, address, verify, ...limits })
      socket = tls.socket
      sockets.push(socket)
      timings.tls = tls.ms
      certificate = tls.certificate
    }
    const line = openLine(socket, protocol, call, secure)
    try {
      const { note, goodbye } = await talk(line)
      const total = performance.now() - started
      await leave(socket, goodbye, limits)
      return {
        address,
        timings: { ...timings, total },
        note,
        ...(certificate === undefined ? {} : { certificate }),
      }
    } finally {
      line.close()
    }
  } catch (error) {
    throw asProbeFailure(error)
  } finally {
    for (const socket of sockets) socket.destroy()
  }
}

async function wantsTls<Message>(
  socket: Socket,
  { name, tls }: Protocol<Message>,
  call: Call,
): Promise<boolean> {
  if (typeof tls === 'boolean') return tls
  const language: Language<Buffer> = { name, begins: tls.begins, decoder: (push) => push }
  const line = openLine(socket, language, call, false)
  try {
    return await tls.agree(line)
  } finally {
    line.close()
    // What comes from now on is for the next reader.
    socket.pause()
  }
}

/**
 * Says good-bye and waits until the server has hung up: who closes on top of an answer resets the connection, and the
 * server's log calls that an error. A server that takes its time is left.
 */
function leave(socket: Socket, goodbye: Uint8Array | undefined, { deadline, signal }: Limits): Promise<void> {
  if (goodbye === undefined || socket.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const patience = Math.min(deadline, performance.now() + GOODBYE_MS)
    const done = (): void => {
      forget()
      resolve()
    }
    const forget = onLimit({ deadline: patience, signal }, done)
    socket.once('close', done)
    socket.write(goodbye)
  })
}
