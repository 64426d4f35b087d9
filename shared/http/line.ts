import type { Socket } from 'node:net'
import { formatDuration } from '../text/duration.ts'
import { oneLine } from '../text/untrusted.ts'
import { hostPort, type Lookup, refusal } from './addresses.ts'
import { http } from './builtin.ts'
import type { Certificate } from './certificate.ts'
import { connectTcp, refusedAddress } from './connect.ts'
import { RequestError, type Timings } from './errors.ts'
import { bareHost } from './host.ts'
import { type Limits, onLimit } from './limits.ts'
import { basicCredentials } from './proxy.ts'
import { startTls, type TlsConnection, type TlsTrust } from './tls.ts'
import { connectUnix } from './unix.ts'

/** Which HTTP is spoken: as ALPN decides (without TLS 1.1), or only this one. */
export type HttpVersion = 'auto' | '1.1' | '2'

/** A connection that a request can be sent on. */
export interface Line {
  socket: Socket
  /** That of the proxy, when there is one. */
  address: string
  /** That of the origin, never that of a proxy. */
  certificate?: Certificate
  /** What TLS has agreed on; undefined where the server chose nothing, and without TLS. */
  protocol?: string | undefined
  timings: Timings
}

export interface LineOptions extends Limits {
  url: URL
  proxy: URL | undefined
  tls: TlsTrust
  lookup: Lookup | undefined
  version: HttpVersion
  /** Connected to in the place of host and port of the URL; everything else stays the URL's. */
  connectTo: Destination | undefined
  /** A Unix socket that is connected to instead. */
  socketPath: string | undefined
}

export interface Destination {
  /** A name or an IP address; IPv6 with or without brackets. */
  host: string
  port: number
}

const OFFERS: Readonly<Record<HttpVersion, readonly string[]>> = {
  auto: ['h2', 'http/1.1'],
  '1.1': ['http/1.1'],
  2: ['h2'],
}

/**
 * Connects to the origin of a URL: name, TCP, the proxy's tunnel for https, TLS.
 *
 * @throws RequestError
 */
export async function openLine(options: LineOptions): Promise<Line> {
  const { url, proxy, deadline, signal, lookup } = options
  const limits = { deadline, signal }
  const destination = options.connectTo ?? destinationOf(url)
  const target = bareHost(destination.host)
  // Behind a proxy only the proxy sees what a name resolves to; an address can be refused here.
  if (proxy !== undefined && refusal(target) !== undefined) throw refusedAddress(target, target)
  const peer = proxy === undefined ? destination : destinationOf(proxy)
  const { socket, address, timings } =
    options.socketPath === undefined
      ? await connectTcp({ ...limits, host: peer.host, port: peer.port, lookup })
      : await connectUnix(options.socketPath, limits)
  const line: Line = { socket, address, timings }
  const secure = async (
    servername: string,
    tls: TlsTrust,
    alpn: readonly string[],
  ): Promise<TlsConnection> => {
    const secured = await startTls(line.socket, { ...tls, ...limits, servername, address, alpn })
    line.socket = secured.socket
    line.timings = { ...line.timings, tls: (line.timings.tls ?? 0) + secured.ms }
    return secured
  }
  if (proxy?.protocol === 'https:') {
    await secure(proxy.hostname, { verify: options.tls.verify, ca: options.tls.ca }, ['http/1.1'])
  }
  if (proxy !== undefined && !isForwarded(options)) {
    await tunnel(line, { to: destination, proxy, limits, speaksFirst: url.protocol === 'http:' })
  }
  if (url.protocol === 'https:') {
    const servername = options.tls.servername ?? bareHost(url.hostname)
    const secured = await secure(servername, options.tls, OFFERS[options.version])
    line.certificate = secured.certificate
    line.protocol = secured.protocol
  }
  return line
}

/** Whether the proxy reads the request, and does not only carry its bytes. */
export function isForwarded({ url, proxy, version, connectTo }: LineOptions): boolean {
  return proxy !== undefined && url.protocol === 'http:' && version !== '2' && connectTo === undefined
}

function destinationOf(url: URL): Destination {
  return { host: url.hostname, port: portOf(url) }
}

export function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}

interface Tunnel {
  to: Destination
  proxy: URL
  limits: Limits
  /** Whether the server at its end may say something before it is spoken to, as in HTTP/2. */
  speaksFirst: boolean
}

/** CONNECT, RFC 9110 section 9.3.6. */
async function tunnel(line: Line, { to, proxy, limits, speaksFirst }: Tunnel): Promise<void> {
  const { socket, address } = line
  const target = hostPort(to.host, to.port)
  const credentials = basicCredentials(proxy)
  const begun = performance.now()
  const failure = (words: string): RequestError =>
    new RequestError('connect', `the proxy ${address} ${words}`, { phase: 'connect', address })
  const connect = http.request({
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...(credentials === undefined ? {} : { 'proxy-authorization': credentials }) },
    createConnection: () => socket,
  })
  let forget: (() => void) | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      forget = onLimit(limits, (why) => {
        const waited = formatDuration(performance.now() - begun)
        const message =
          why === 'cancelled' ? 'cancelled' : `the proxy ${address} opened no tunnel within ${waited}`
        reject(new RequestError(why, message, { phase: 'connect', address }))
      })
      connect.on('error', () => reject(failure('closed the connection instead of opening a tunnel')))
      connect.on('connect', (answer, _socket, head: Buffer) => {
        const { statusCode: code = 0, statusMessage = '' } = answer
        const status = `${code} ${oneLine(statusMessage, 60)}`.trim()
        if (code < 200 || code > 299) reject(failure(`refused to open a tunnel to ${target}: HTTP ${status}`))
        else if (head.length > 0 && !speaksFirst) reject(failure('sent data before the tunnel was used'))
        else {
          if (head.length > 0) socket.unshift(head)
          resolve()
        }
      })
      connect.end()
    })
  } catch (error) {
    socket.destroy()
    throw error
  } finally {
    forget?.()
  }
}
