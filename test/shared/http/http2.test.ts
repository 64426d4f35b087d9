import { createServer } from 'node:http'
import { createSecureServer, type ServerHttp2Stream } from 'node:http2'
import { type AddressInfo, connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from '@jest/globals'
import { keepAlive } from '../../../shared/http/keep-alive.ts'
import { authority, certificate } from '../../support/certificates.ts'
import { startHttp, startTcp } from '../../support/lying-servers.ts'
import { type Answering, type Server2, startHttp2 } from '../../support/services/http2.ts'
import { closeAtEnd, failure, get, stage } from './stage.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function started(
  handle: (stream: ServerHttp2Stream, headers: Record<string, unknown>, nth: number) => void,
  options: Answering = {},
): Promise<Server2> {
  const server = await startHttp2(handle, options)
  closing.push(() => server.close())
  return server
}

const ok = (stream: ServerHttp2Stream): void => {
  stream.respond({ ':status': 200, 'x-twice': ['a', 'b'] })
  stream.end('ok')
}
const clear = { version: '2' } as const

describe('HTTP/2 without TLS', () => {
  test('status, headers, trailers and body are as over HTTP/1.1', async () => {
    const server = await started((stream) => {
      stream.respond({ ':status': 201, 'x-twice': ['a', 'b'] }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }))
      stream.end('body')
    })
    const answer = await get(`http://127.0.0.1:${server.port}/a?b=c`, clear)
    expect(answer).toMatchObject({
      status: 201,
      statusText: 'Created',
      headers: { 'x-twice': 'a, b' },
      trailers: { 'x-sum': '1' },
      httpVersion: '2',
      truncated: false,
      address: `127.0.0.1:${server.port}`,
    })
    expect(answer.body.toString()).toBe('body')
    expect(Object.keys(answer.headers).filter((name) => name.startsWith(':'))).toEqual([])
    expect(answer.timings).toEqual({
      connect: expect.any(Number),
      firstByte: expect.any(Number),
      total: expect.any(Number),
    })
  })

  test('what is sent: pseudo-headers, the user’s headers, no headers of a connection, the body', async () => {
    let seen: Record<string, unknown> = {}
    let sent = ''
    const server = await started((stream, headers) => {
      seen = headers
      stream.on('data', (chunk) => {
        sent += chunk
      })
      stream.on('end', () => ok(stream))
    })
    await get(`http://user:pa%20ss@127.0.0.1:${server.port}/x`, {
      ...clear,
      method: 'POST',
      body: 'snow ☃',
      headers: { Host: 'shop.example', 'X-Team': 'Shop', Connection: 'close', 'Keep-Alive': '5' },
    })
    expect(seen).toMatchObject({
      ':method': 'POST',
      ':path': '/x',
      ':scheme': 'http',
      ':authority': 'shop.example',
      'x-team': 'Shop',
      'content-length': '8',
      authorization: `Basic ${Buffer.from('user:pa ss').toString('base64')}`,
    })
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(['connection']))
    expect(seen).not.toHaveProperty('host')
    expect(sent).toBe('snow ☃')
  })

  test('HEAD, 204, a coded body, a body that is too long', async () => {
    const server = await started((stream, headers) => {
      if (headers[':method'] === 'HEAD') {
        stream.respond({ ':status': 200, 'content-length': '100' }, { endStream: true })
      } else if (headers[':path'] === '/none') stream.respond({ ':status': 204 }, { endStream: true })
      else if (headers[':path'] === '/gzip') {
        stream.respond({ ':status': 200, 'content-encoding': 'gzip' })
        stream.end(gzipSync('packed'))
      } else {
        stream.respond({ ':status': 200 })
        stream.end(Buffer.alloc(300_000, 'x'))
      }
    })
    const at = `http://127.0.0.1:${server.port}`
    expect(await get(at, { ...clear, method: 'HEAD' })).toMatchObject({ status: 200, truncated: false })
    expect(await get(`${at}/none`, clear)).toMatchObject({ status: 204 })
    expect((await get(`${at}/gzip`, clear)).body.toString()).toBe('packed')
    const long = await get(`${at}/long`, { ...clear, maxBody: 1_000 })
    expect(long.truncated).toBe(true)
    expect(long.body.length).toBe(1_000)
    expect((await get(`${at}/long`, { ...clear, maxBody: 1_000_000 })).body.length).toBe(300_000)
  })

  test('silence, and a change of mind', async () => {
    const server = await started(() => undefined)
    const url = `http://127.0.0.1:${server.port}/`
    const slow = await failure(get(url, { ...clear, timeout: 200 }))
    expect(slow).toMatchObject({ kind: 'timeout', address: `127.0.0.1:${server.port}` })
    expect(slow.message).toMatch(/^no answer within 200 ms \(connected to /)
    const controller = new AbortController()
    const waiting = failure(get(url, { ...clear, signal: controller.signal }))
    setTimeout(() => controller.abort(), 50)
    expect((await waiting).kind).toBe('cancelled')
  })

  test('a stream that is refused, once and for ever', async () => {
    let refusals = 1
    const server = await started((stream) => {
      refusals -= 1
      if (refusals >= 0) stream.close(7)
      else ok(stream)
    })
    const url = `http://127.0.0.1:${server.port}/`
    expect((await get(url, clear)).status).toBe(200)
    refusals = 1_000
    const refused = await failure(get(url, clear))
    expect(refused).toMatchObject({ kind: 'protocol' })
    expect(refused.message).toMatch(
      /^the server ended the request before any answer \(HTTP\/2 REFUSED_STREAM\)/,
    )
    expect(server.requests).toBe(4)
  })

  test('servers of something else', async () => {
    const older = await stage(startHttp((_request, response) => response.end('x')))
    const ssh = await stage(startTcp((socket) => socket.write('SSH-2.0-x\r\n')))
    const closing = await stage(startTcp((socket) => socket.once('data', () => socket.end())))
    expect((await failure(get(older.url, clear))).message).toMatch(/^the server does not speak HTTP\/2 \(/)
    expect((await failure(get(ssh.url, clear))).message).toMatch(/^the server does not speak HTTP\/2 \(/)
    expect((await failure(get(closing.url, clear))).message).toMatch(
      /^connection closed before any answer \(/,
    )
  })

  test('a kept connection carries many requests at a time, and is replaced when the server goes away', async () => {
    const server = await started((stream, _headers, nth) => {
      ok(stream)
      if (nth === 10) stream.session?.goaway(0)
    })
    const handle = closeAtEnd(keepAlive())
    const url = `http://127.0.0.1:${server.port}/`
    const first = await get(url, { ...clear, keepAlive: handle })
    expect(first.timings).toHaveProperty('connect')
    const many = await Promise.all(Array.from({ length: 9 }, () => get(url, { ...clear, keepAlive: handle })))
    expect(many.every(({ status }) => status === 200)).toBe(true)
    expect(server.connections).toBe(1)
    for (const answer of many) expect(answer.timings).not.toHaveProperty('connect')
    for (let i = 0; i < 3; i++) expect((await get(url, { ...clear, keepAlive: handle })).status).toBe(200)
    expect(server.connections).toBe(2)
  })
})

describe('a tunnel', () => {
  /** A proxy that only opens tunnels, to one place whatever is asked. */
  async function startTunnel(port: number): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = []
    const proxy = createServer((request, response) => {
      asked.push(`forward ${request.url}`)
      response.writeHead(500).end()
    })
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '')
      const upstream = connect({ host: '127.0.0.1', port }, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
        upstream.pipe(socket).pipe(upstream)
      })
      upstream.on('error', () => socket.destroy())
      socket.on('error', () => upstream.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    closing.push(
      () =>
        new Promise((resolve) => {
          proxy.close(() => resolve())
          proxy.closeAllConnections()
        }),
    )
    return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked }
  }

  test('is used for connect-to, and for HTTP/2 without TLS', async () => {
    const server = await started((stream, headers) => {
      stream.respond({ ':status': 200 })
      stream.end(String(headers[':authority']))
    })
    const tunnel = await startTunnel(server.port)
    const env = { http_proxy: tunnel.url }
    const answer = await get('http://shop.test/', { ...clear, env })
    expect(answer.body.toString()).toBe('shop.test')
    await get('http://shop.test/', { ...clear, env, connectTo: { host: 'green.test', port: 8080 } })
    expect(tunnel.asked).toEqual(['shop.test:80', 'green.test:8080'])
    const older = await stage(startHttp((request, response) => response.end(request.headers.host)))
    const second = await startTunnel(older.port)
    const plain = await get('http://shop.test/', {
      env: { http_proxy: second.url },
      connectTo: { host: 'green.test', port: 8080 },
    })
    expect(plain.body.toString()).toBe('shop.test')
    expect(second.asked).toEqual(['green.test:8080'])
  })

  test('to a metadata address is refused here', async () => {
    const tunnel = await startTunnel(1)
    const error = await failure(
      get('https://shop.test/', {
        env: { https_proxy: tunnel.url },
        connectTo: { host: '169.254.169.254', port: 443 },
      }),
    )
    expect(error).toMatchObject({ kind: 'refused-address', permanent: true })
    expect(tunnel.asked).toEqual([])
  })
})

test('a redirect to another origin takes neither connect-to, nor name, nor certificate along', async () => {
  const shown: unknown[] = []
  const elsewhere = createSecureServer(
    { ...(await certificate('good')), allowHTTP1: true, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const socket = request.socket as unknown as { getPeerCertificate?(): object; servername?: unknown }
      shown.push(Object.keys(socket.getPeerCertificate?.() ?? {}).length, socket.servername)
      response.end('there')
    },
  )
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => elsewhere.close(() => resolve())))
  const { port } = elsewhere.address() as AddressInfo
  const first = await stage(
    startHttp((_request, response) =>
      response.writeHead(302, { location: `https://localhost:${port}/` }).end(),
    ),
  )
  const identity = await certificate('good')
  const answer = await get('http://shop.test/', {
    connectTo: { host: '127.0.0.1', port: first.port },
    followRedirects: 1,
    tls: { verify: true, ca: [await authority()], identity, servername: 'inside.test' },
  })
  expect(answer.body.toString()).toBe('there')
  expect(shown).toEqual([0, 'localhost'])
})
