import { createServer as createHttp, type RequestListener } from 'node:http'
import {
  createServer as createCleartext,
  createSecureServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { atEnd } from '../runner/cleanup.ts'

/** A server of this process on loopback. */
export interface Server2 {
  port: number
  /** Connections so far. */
  readonly connections: number
  readonly requests: number
  close(): Promise<void>
}

export interface Answering {
  /** TLS with this certificate, and what goes with it. */
  tls?: {
    cert: string
    key: string
    ca?: string
    requestCert?: boolean
    allowHTTP1?: boolean
    minVersion?: 'TLSv1.3'
  }
  /** Where it listens; anywhere unless said otherwise. */
  port?: number
  /** Called for every session before any request. */
  onSession?: (session: ServerHttp2Session, nth: number) => void
}

/** Speaks HTTP/2 and nothing else, unless `allowHTTP1` says so. */
export async function startHttp2(
  handle: (stream: ServerHttp2Stream, headers: Record<string, unknown>, nth: number) => void,
  { tls, port, onSession }: Answering = {},
): Promise<Server2> {
  const server: Http2Server =
    tls === undefined ? createCleartext() : (createSecureServer(tls) as unknown as Http2Server)
  let sessions = 0
  server.on('session', (session) => {
    sessions += 1
    session.on('error', () => undefined)
    onSession?.(session, sessions)
  })
  const served = await serve(server, port ?? 0)
  server.on('stream', (stream, headers) => {
    served.requests += 1
    stream.on('error', () => undefined)
    handle(stream, headers, served.requests)
  })
  return served
}

/** HTTP/1.1 over TLS that demands a certificate of its clients. */
export async function startMutualTls(
  tls: { cert: string; key: string; ca: string; maxVersion?: 'TLSv1.2' },
  handle: RequestListener,
): Promise<Server2> {
  const server = createHttps({ ...tls, requestCert: true, rejectUnauthorized: true }, handle)
  server.on('tlsClientError', () => undefined)
  return serve(server)
}

/** HTTP/1.1 on a Unix socket. */
export async function startOnSocket(path: string, handle: RequestListener): Promise<Server2> {
  return serve(createHttp(handle), path)
}

async function serve(
  server: Server | Http2Server,
  at: string | number = 0,
): Promise<Server2 & { requests: number }> {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    if (typeof at === 'number') server.listen(at, '127.0.0.1', resolve)
    else server.listen(at, resolve)
  })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  atEnd(() => void close())
  return {
    port: typeof at === 'number' ? (server.address() as AddressInfo).port : 0,
    get connections() {
      return connections
    },
    requests: 0,
    close,
  }
}
