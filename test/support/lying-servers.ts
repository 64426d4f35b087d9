import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { type CertificateKind, certificate } from './certificates.ts'

/** A server on loopback, on a port of its own. */
export interface LyingServer {
  /** Without a slash at the end. */
  url: string
  port: number
  /** HTTP requests so far; connections for a server that speaks no HTTP. */
  readonly requests: number
  readonly openSockets: number
  /** The highest number of sockets that were open at a time. */
  readonly maxOpenSockets: number
  /** Destroys every connection. */
  close(): Promise<void>
}

export interface Place {
  host?: '127.0.0.1' | '::1'
  port?: number
  /** https with this certificate. */
  tls?: CertificateKind
}

/** @param nth counts from 1 */
export type Handler = (request: IncomingMessage, response: ServerResponse, nth: number) => void

/** An HTTP server that does what the handler says. */
export async function startHttp(handler: Handler, place: Place = {}): Promise<LyingServer> {
  const server = place.tls === undefined ? createHttp() : createHttps(await certificate(place.tls))
  const listening = await listen(server, place)
  server.on('request', (request, response) => {
    listening.requests += 1
    response.on('error', () => {})
    handler(request, response, listening.requests)
  })
  return listening
}

/** A TCP server that does what `speak` says with every connection. */
export async function startTcp(speak: (socket: Socket) => void, place: Place = {}): Promise<LyingServer> {
  const server = createTcp({ noDelay: true })
  const listening = await listen(server, place)
  server.on('connection', (socket) => {
    listening.requests += 1
    socket.resume() // or it never hears that the client has left
    speak(socket)
  })
  return listening
}

async function listen(
  server: Server,
  { host = '127.0.0.1', port = 0, tls }: Place,
): Promise<LyingServer & { requests: number }> {
  const sockets = new Set<Socket>()
  let maxOpenSockets = 0
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    maxOpenSockets = Math.max(maxOpenSockets, sockets.size)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const actual = (server.address() as AddressInfo).port
  const authority = host === '::1' ? `[::1]:${actual}` : `${host}:${actual}`
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${authority}`,
    port: actual,
    requests: 0,
    get openSockets() {
      return sockets.size
    },
    get maxOpenSockets() {
      return maxOpenSockets
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** A port of 127.0.0.1 where nobody listens (until somebody else takes it). */
export async function closedPort(): Promise<number> {
  const server = await startTcp(() => {})
  await server.close()
  return server.port
}

function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  const body = JSON.stringify(value)
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  response.writeHead(status, headers).end(body)
}

function sendHtml(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>${text}</title>`)
}

/** Writes `chunk` every few ms until the connection ends. */
function drip(socket: Socket, write: () => void): void {
  const timer = setInterval(write, 10)
  socket.once('close', () => clearInterval(timer))
}

// Honest ones.

export const startHonest = (body: unknown = { status: 'ok' }, place?: Place): Promise<LyingServer> =>
  startHttp((_request, response) => sendJson(response, body), place)

/** Only on `::1`, as Node programs that listen on localhost sometimes are. */
export const startIpv6Only = (): Promise<LyingServer> => startHonest(undefined, { host: '::1' })

export const startNoContent = (): Promise<LyingServer> =>
  startHttp((_request, response) => response.writeHead(204).end())

/** 405 for HEAD, honest otherwise. */
export const startNoHead = (): Promise<LyingServer> =>
  startHttp((request, response) =>
    request.method === 'HEAD'
      ? response.writeHead(405, { allow: 'GET' }).end()
      : sendJson(response, { status: 'ok' }),
  )

/** 503 at first. */
export const startHealthyAfter = (when: { requests?: number; ms?: number }): Promise<LyingServer> => {
  const begun = performance.now()
  return startHttp((_request, response, nth) => {
    const healthy = nth > (when.requests ?? 0) && performance.now() - begun >= (when.ms ?? 0)
    sendJson(response, { status: healthy ? 'ok' : 'starting' }, healthy ? 200 : 503)
  })
}

// Wrong answers that look right.

export const startUnhealthy200 = (): Promise<LyingServer> =>
  startHonest({ status: 'unhealthy', checks: { database: 'up', redis: 'unhealthy: timeout' } })

/** Answers `old`, and `now` after that many requests. */
export const startOldVersion = (
  old = '1.0.0',
  now = '2.0.0',
  after = Number.POSITIVE_INFINITY,
): Promise<LyingServer> =>
  startHttp((_request, response, nth) =>
    sendJson(response, { status: 'ok', version: nth > after ? now : old }),
  )

/** 302 to a page that is 200. */
export const startLoginRedirect = (): Promise<LyingServer> =>
  startHttp((request, response) =>
    request.url?.startsWith('/login')
      ? sendHtml(response, 'Log in')
      : response.writeHead(302, { location: '/login' }).end(),
  )

/** Good once in `every` answers, the first of them. */
export const startFlapping = (every = 3): Promise<LyingServer> =>
  startHttp((_request, response, nth) => {
    const good = nth % every === 1
    sendJson(response, { status: good ? 'ok' : 'down' }, good ? 200 : 503)
  })

/** HTTP is right, JSON ends in the middle. */
export const startTruncatedJson = (): Promise<LyingServer> =>
  startHttp((_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok","checks":{"redis":'),
  )

/** Another service: HTML whatever is asked for. */
export const startWrongService = (): Promise<LyingServer> =>
  startHttp((_request, response) => sendHtml(response, 'Welcome to nginx!'))

export const startInvalidUtf8 = (): Promise<LyingServer> =>
  startHttp((_request, response) =>
    response
      .writeHead(200, { 'content-type': 'text/plain; charset=utf-8' })
      .end(Buffer.from([0x6f, 0x6b, 0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80])),
  )

// Answers that are too long, too short or too slow.

/** Announces 500 bytes, sends 120, hangs up. */
export const startCutBody = (): Promise<LyingServer> =>
  startHttp((_request, response) => {
    response.writeHead(200, { 'content-length': 500 })
    response.write('x'.repeat(120), () => response.socket?.end())
  })

/** A chunk whose size is no number. */
export const startBrokenChunks = (): Promise<LyingServer> =>
  startTcp((socket) =>
    socket.once('data', () =>
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzzz\r\n'),
    ),
  )

export const startDrippingBody = (): Promise<LyingServer> =>
  startHttp((_request, response) => {
    response.writeHead(200).flushHeaders()
    drip(response.socket as Socket, () => response.write('.'))
  })

/** Header after header, slowly, or as fast as they are taken. */
export const startEndlessHeaders = (pace: 'slow' | 'fast' = 'slow'): Promise<LyingServer> =>
  startTcp((socket) =>
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const headers = 'x-more: of the same\r\n'.repeat(pace === 'fast' ? 1_000 : 1)
      drip(socket, () => socket.write(headers))
    }),
  )

function* zeros(bytes: number): Generator<Buffer> {
  const block = Buffer.alloc(1_048_576)
  for (let left = bytes; left > 0; left -= block.length) yield block.subarray(0, left)
}

/** 200 MB of zeros, gzipped as they are taken. */
export const startGzipBomb = (bytes = 200_000_000): Promise<LyingServer> =>
  startHttp((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    pipeline(Readable.from(zeros(bytes)), createGzip({ level: 1 }), response, () => {})
  })

export const startHugeBody = (bytes = 200_000_000): Promise<LyingServer> =>
  startHttp((_request, response) => {
    response.writeHead(200, { 'content-length': bytes })
    pipeline(Readable.from(zeros(bytes)), response, () => {})
  })

// Servers that are hardly servers.

/** Accepts, and never says a word. */
export const startSilent = (): Promise<LyingServer> => startTcp(() => {})

/** Accepts, and resets. */
export const startReset = (): Promise<LyingServer> => startTcp((socket) => socket.resetAndDestroy())

export const startSshBanner = (): Promise<LyingServer> =>
  startTcp((socket) => socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'))

/** Keeps connections open, and hangs up when they are used a second time: what a client sees of an idle timeout. */
export const startIdleCloser = (place?: Place): Promise<LyingServer> => {
  const used = new WeakSet<object>()
  return startHttp((request, response) => {
    if (used.has(request.socket)) request.socket.destroy()
    else {
      used.add(request.socket)
      sendJson(response, { status: 'ok' })
    }
  }, place)
}
