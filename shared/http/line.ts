import type { Socket } from 'node:net'
import { formatDuration } from '../text/duration.ts'
import { oneLine } from '../text/untrusted.ts'
import { bareHost, hostPort, type Lookup, refusal } from './addresses.ts'
import { http } from './builtin.ts'
import type { Certificate } from './certificate.ts'
import { connectTcp, refusedAddress } from './connect.ts'
import { RequestError, type Timings } from './errors.ts'
import { type Limits, onLimit } from './limits.ts'
import { basicCredentials } from './proxy.ts'
import { startTls, type TlsTrust } from './tls.ts'

/** A connection that a request can be sent on. */
export interface Line {
  socket: Socket
  /** That of the proxy, when there is one. */
  address: string
  /** That of the origin, never that of a proxy. */
  certificate?: Certificate
  timings: Timings
}

export interface LineOptions extends Limits {
  url: URL
  proxy: URL | undefined
  tls: TlsTrust
  lookup: Lookup | undefined
}

/**
 * Connects to the origin of a URL: name, TCP, the proxy's tunnel for https, TLS.
 *
 * @throws RequestError
 */
export async function openLine(options: LineOptions): Promise<Line> {
  const { url, proxy, deadline, signal, lookup } = options
  const limits = { deadline, signal }
  const target = bareHost(url.hostname)
  // Behind a proxy only the proxy sees what a name resolves to; an address can be refused here.
  if (proxy !== undefined && refusal(target) !== undefined) throw refusedAddress(target, target)
  const peer = proxy ?? url
  const { socket, address, timings } = await connectTcp({
    ...limits,
    host: peer.hostname,
    port: portOf(peer),
    lookup,
  })
  const line: Line = { socket, address, timings }
  const secure = async (servername: string): Promise<Certificate> => {
    const tls = { ...options.tls, ...limits, servername, address, alpn: ['http/1.1'] }
    const secured = await startTls(line.socket, tls)
    line.socket = secured.socket
    line.timings = { ...line.timings, tls: (line.timings.tls ?? 0) + secured.ms }
    return secured.certificate
  }
  if (proxy?.protocol === 'https:') await secure(proxy.hostname)
  if (url.protocol === 'https:') {
    if (proxy !== undefined) await tunnel(line, url, proxy, limits)
    line.certificate = await secure(target)
  }
  return line
}

export function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}

/** CONNECT, RFC 9110 section 9.3.6. */
async function tunnel(line: Line, url: URL, proxy: URL, limits: Limits): Promise<void> {
  const { socket, address } = line
  const target = hostPort(url.hostname, portOf(url))
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
        else if (head.length > 0) reject(failure('sent data before the tunnel was used'))
        else resolve()
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
