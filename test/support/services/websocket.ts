import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { atEnd } from '../runner/cleanup.ts'

export interface Sockets {
  port: number
  readonly handshakes: number
  /** Close codes as the server has heard them. */
  readonly closes: readonly number[]
  close(): Promise<void>
}

export interface SocketsOptions {
  tls?: { cert: string; key: string }
  /** Where it listens; anywhere unless said otherwise. */
  port?: number
  /** The path that is served; others get 404 by an HTTP server. */
  path?: string
  /** Refused with 401 without it. */
  token?: string
  /** Whether pings are answered. */
  autoPong?: boolean
  onOpen?: (socket: WebSocket, request: IncomingMessage) => void
}

/** The server of `ws`, behind an HTTP server as frameworks have it. */
export async function startWebSockets(options: SocketsOptions = {}): Promise<Sockets> {
  const server = options.tls === undefined ? createServer() : createHttps(options.tls)
  const sockets = new WebSocketServer({ noServer: true, autoPong: options.autoPong ?? true })
  const closes: number[] = []
  let handshakes = 0
  server.on('upgrade', (request, socket, head) => {
    handshakes += 1
    const { pathname } = new URL(request.url ?? '/', 'http://x')
    const refuse = (status: string): void => {
      socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`)
    }
    if (pathname !== (options.path ?? '/')) refuse('404 Not Found')
    else if (options.token !== undefined && request.headers.authorization !== options.token)
      refuse('401 Unauthorized')
    else
      sockets.handleUpgrade(request, socket, head, (open) => {
        open.on('error', () => undefined)
        open.on('close', (code) => closes.push(code))
        options.onOpen?.(open, request)
      })
  })
  server.on('request', (_request, response) => response.end('<html>'))
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const open of sockets.clients) open.terminate()
      server.close(() => resolve())
      server.closeAllConnections()
    })
  atEnd(() => void close())
  return {
    port: (server.address() as AddressInfo).port,
    get handshakes() {
      return handshakes
    },
    closes,
    close,
  }
}
