import { createConnection, type Socket } from 'node:net'
import { formatDuration } from '../text/duration.ts'
import { groupBy } from '../text/group.ts'
import { joinWords } from '../text/list.ts'
import { hostPort, type Lookup, refusal, resolveHost } from './addresses.ts'
import { codeOf, RequestError } from './errors.ts'
import { bareHost } from './host.ts'
import { type Limits, onLimit } from './limits.ts'

export interface ConnectOptions extends Limits {
  /** A name or an IP address; IPv6 with or without brackets. */
  host: string
  port: number
  /** Instead of the resolver of the system. */
  lookup?: Lookup | undefined
}

export interface TcpConnection {
  /** Errors on it are never thrown at the process; whoever wants to know listens to `error` or `close`. */
  socket: Socket
  /** The address that answered: `127.0.0.1:8080` or `[::1]:8080`. */
  address: string
  /** In ms; `dns` only for a name. */
  timings: { dns?: number; connect: number }
}

/** "Connection Attempt Delay", RFC 8305 section 5. */
const STAGGER_MS = 250

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'connecting is forbidden on this machine',
  EADDRNOTAVAIL: 'no such address on this machine',
  EAFNOSUPPORT: 'this kind of address is not available on this machine',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to the host',
  EMFILE: 'too many open files on this machine',
  ENETUNREACH: 'the network cannot be reached',
  EPERM: 'connecting is forbidden on this machine',
  ETIMEDOUT: 'no reply',
}

interface Failure {
  address: string
  code: string
}

/**
 * A TCP connection to the first address of a host that accepts one. Each further address is tried as soon as one
 * fails, or after 250 ms (less when the time is short), so that a black hole does not starve the others; sockets
 * that lose are destroyed. Link-local and cloud metadata addresses are never connected to.
 *
 * @throws RequestError dns, refused-address, connect, timeout, invalid, cancelled
 */
export async function connectTcp(options: ConnectOptions): Promise<TcpConnection> {
  const host = bareHost(options.host)
  const { port } = options
  if (host === '' || host.length > 255 || !Number.isInteger(port) || port < 1 || port > 65_535) {
    const target = hostPort(host.slice(0, 255), port)
    throw new RequestError('invalid', `${target} is not a host and a port from 1 to 65535`, {
      phase: 'resolve',
      permanent: true,
    })
  }
  const begun = performance.now()
  const addresses = await resolveHost(host, options)
  const resolved = performance.now()
  const allowed = addresses.filter((address) => refusal(address) === undefined)
  if (allowed.length === 0) throw refusedAddress(host, addresses[0] ?? host)
  const { socket, address } = await firstToAnswer(allowed, port, options)
  const connect = performance.now() - resolved
  const timings = addresses[0] === host ? { connect } : { dns: resolved - begun, connect }
  return { socket, address, timings }
}

/** The error for a host that leads to an address which {@link refusal} refuses. */
export function refusedAddress(host: string, address: string): RequestError {
  const which = host === address ? address : `${host} (${address})`
  return new RequestError('refused-address', `${which} is refused: it is ${refusal(address)}`, {
    phase: 'connect',
    permanent: true,
  })
}

function firstToAnswer(
  addresses: readonly string[],
  port: number,
  limits: Limits,
): Promise<{ socket: Socket; address: string }> {
  const begun = performance.now()
  const stagger = Math.max(0, Math.min(STAGGER_MS, (limits.deadline - begun) / addresses.length))
  const waiting = [...addresses]
  const trying = new Map<Socket, string>()
  const failures: Failure[] = []
  let timer: NodeJS.Timeout | undefined

  return new Promise((resolve, reject) => {
    const finish = (): void => {
      forget()
      clearTimeout(timer)
      waiting.length = 0
      for (const socket of trying.keys()) socket.destroy()
      trying.clear()
    }
    const forget = onLimit(limits, (why) => {
      const silent = [...trying.values()]
      finish()
      if (why === 'cancelled') reject(new RequestError('cancelled', 'cancelled', { phase: 'connect' }))
      else reject(tooLate(silent, failures, performance.now() - begun))
    })
    const lost = (socket: Socket, code: string): void => {
      const address = trying.get(socket)
      if (address === undefined) return
      trying.delete(socket)
      socket.destroy()
      failures.push({ address, code })
      if (waiting.length > 0) next()
      else if (trying.size === 0) {
        finish()
        reject(allFailed(failures))
      }
    }
    const next = (): void => {
      clearTimeout(timer)
      const host = waiting.shift()
      if (host === undefined) return
      const socket = createConnection({ host, port, noDelay: true })
      const address = hostPort(host, port)
      trying.set(socket, address)
      socket.on('error', (error) => lost(socket, codeOf(error) ?? 'unknown error'))
      socket.once('connect', () => {
        if (connectedToItself(socket)) return lost(socket, 'ECONNREFUSED')
        trying.delete(socket)
        finish()
        resolve({ socket, address })
      })
      timer = setTimeout(next, stagger)
    }
    next()
  })
}

/**
 * TCP lets a socket connect to itself when the kernel happens to choose the port it calls as its own (simultaneous
 * open, RFC 9293 section 3.5): on loopback, a closed port in the ephemeral range then looks open.
 */
function connectedToItself(socket: Socket): boolean {
  return socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress
}

function allFailed(failures: readonly Failure[]): RequestError {
  return new RequestError('connect', told(failures), {
    phase: 'connect',
    code: failures[0]?.code,
    address: failures.length === 1 ? failures[0]?.address : undefined,
  })
}

function tooLate(silent: readonly string[], failures: readonly Failure[], ms: number): RequestError {
  const reasons = [`${joinWords(silent)} did not answer`, ...(failures.length > 0 ? [told(failures)] : [])]
  return new RequestError('timeout', `no connection within ${formatDuration(ms)}: ${reasons.join('; ')}`, {
    phase: 'connect',
    address: silent.length === 1 && failures.length === 0 ? silent[0] : undefined,
  })
}

/** `connection refused (127.0.0.1:80 and [::1]:80); no route to the host (10.0.0.1:80)` */
function told(failures: readonly Failure[]): string {
  return [...groupBy(failures, ({ code }) => WORDS[code] ?? code)]
    .map(([words, same]) => `${words} (${joinWords(same.map(({ address }) => address))})`)
    .join('; ')
}
