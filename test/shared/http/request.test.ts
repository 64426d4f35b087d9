import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { request } from '../../../shared/http/request.ts'
import { authority } from '../../support/certificates.ts'
import {
  type LyingServer,
  type Place,
  startHonest,
  startHttp,
  startInvalidUtf8,
  startIpv6Only,
  startNoContent,
  startNoHead,
} from '../../support/lying-servers.ts'
import { failure, get, stage } from './stage.ts'

interface Echo {
  method: string
  url: string
  headers: Record<string, string>
  body: string
}

/** Answers with what it was asked. */
const startEcho = (place?: Place): Promise<LyingServer> =>
  startHttp(async (asked, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of asked) chunks.push(chunk as Buffer)
    const { method, url, headers } = asked
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }))
  }, place)

const echoOf = ({ body }: { body: Buffer }): Echo => JSON.parse(body.toString()) as Echo

describe('request', () => {
  test('gives the answer, where it came from, and how long each phase took', async () => {
    const server = await stage(startHonest({ status: 'ok' }))
    const answer = await get(`${server.url}/health?deep=1`)
    expect(answer).toMatchObject({
      status: 200,
      statusText: 'OK',
      truncated: false,
      url: `${server.url}/health?deep=1`,
      redirects: [],
      address: `127.0.0.1:${server.port}`,
    })
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.body.toString()).toBe('{"status":"ok"}')
    const { connect = -1, firstByte = -1, total = -1 } = answer.timings
    expect(connect).toBeGreaterThan(0)
    expect(firstByte).toBeGreaterThan(0)
    expect(total).toBeGreaterThanOrEqual(connect + firstByte)
    expect(answer.certificate).toBeUndefined()
  })

  test('gives what comes behind the body', async () => {
    const server = await stage(
      startHttp((_request, response) => {
        response.writeHead(200, { trailer: 'ETag' })
        response.write('body')
        response.addTrailers({ ETag: '"7"' })
        response.end()
      }),
    )
    const { body, headers, trailers } = await get(server.url)
    expect(body.toString()).toBe('body')
    expect(headers['etag']).toBeUndefined()
    expect(trailers).toEqual({ etag: '"7"' })
  })

  test('sends few headers of its own', async () => {
    const server = await stage(startEcho())
    const { headers } = echoOf(await get(server.url))
    expect(headers).toEqual({
      host: `127.0.0.1:${server.port}`,
      'user-agent': 'nexus-actions',
      accept: '*/*',
      'accept-encoding': 'identity',
      connection: 'close',
    })
  })

  test('headers of the user win, whatever their case', async () => {
    const server = await stage(startEcho())
    const given = { HOST: 'api.example', 'User-Agent': 'me', 'X-Api-Key': 'k', Accept: 'text/plain' }
    const { headers } = echoOf(await get(server.url, { headers: given }))
    expect(headers).toMatchObject({
      host: 'api.example',
      'user-agent': 'me',
      'x-api-key': 'k',
      accept: 'text/plain',
    })
  })

  test.each(['POST', 'PUT', 'GET', 'delete'])('%s sends a body with its length', async (method) => {
    const server = await stage(startEcho())
    const echo = echoOf(await get(server.url, { method, body: '{"ü":1}' }))
    expect(echo).toMatchObject({ method: method.toUpperCase(), body: '{"ü":1}' })
    expect(echo.headers).toMatchObject({ 'content-length': '8' })
    expect(echo.headers).not.toHaveProperty('transfer-encoding')
  })

  test('user information becomes Basic authorization, and is nowhere else', async () => {
    const server = await stage(startEcho())
    const url = `http://us%C3%A9r:p%40ss%3A@127.0.0.1:${server.port}/x`
    const answer = await get(url)
    const basic = `Basic ${Buffer.from('usér:p@ss:').toString('base64')}`
    expect(echoOf(answer)).toMatchObject({ url: '/x', headers: { authorization: basic } })
    expect(answer.url).toBe(`${server.url}/x`)
    const own = await get(url, { headers: { Authorization: 'Bearer t' } })
    expect(echoOf(own).headers['authorization']).toBe('Bearer t')
  })

  test('localhost reaches a server on ::1 only, and the address is told', async () => {
    const server = await stage(startIpv6Only())
    expect((await get(`http://localhost:${server.port}`)).address).toBe(`[::1]:${server.port}`)
    expect((await get(server.url)).address).toBe(`[::1]:${server.port}`)
  })

  test('204, HEAD, 304 and a coded empty body have no body', async () => {
    const none = await stage(startNoContent())
    expect(await get(none.url)).toMatchObject({ status: 204, body: Buffer.alloc(0), truncated: false })
    const noHead = await stage(startNoHead())
    expect((await get(noHead.url, { method: 'HEAD' })).status).toBe(405)
    const coded = await stage(
      startHttp((asked, response) =>
        response.writeHead(asked.url === '/304' ? 304 : 200, { 'content-encoding': 'gzip' }).end(),
      ),
    )
    expect((await get(`${coded.url}/304`)).body).toHaveLength(0)
    expect((await get(coded.url, { method: 'HEAD' })).body).toHaveLength(0)
    expect((await get(coded.url)).body).toHaveLength(0)
  })

  test('bytes that are no UTF-8 are bytes', async () => {
    const server = await stage(startInvalidUtf8())
    expect([...(await get(server.url)).body.subarray(0, 4)]).toEqual([0x6f, 0x6b, 0xff, 0xfe])
  })

  test('repeated headers are joined', async () => {
    const server = await stage(
      startHttp((_asked, response) =>
        response
          .setHeader('x-a', ['1', '2'])
          .setHeader('set-cookie', ['a=1', 'b=2'])
          .setHeader('__proto__', 'x')
          .end(),
      ),
    )
    const { headers } = await get(server.url)
    expect(headers).toMatchObject({ 'x-a': '1, 2', 'set-cookie': 'a=1, b=2' })
    expect(Object.getPrototypeOf(headers)).toBe(Object.getPrototypeOf({}))
  })

  test('https, with the certificate', async () => {
    const server = await stage(startHonest({ status: 'ok' }, { tls: 'good' }))
    const tls = { verify: true, ca: [await authority()] }
    const answer = await get(server.url, { tls })
    expect(answer.certificate).toMatchObject({ subject: 'CN=good.test', daysLeft: 30 })
    expect(answer.timings.tls).toBeGreaterThan(0)
    expect(answer.body.toString()).toBe('{"status":"ok"}')
    const error = await failure(get(server.url))
    expect(error).toMatchObject({ kind: 'tls', phase: 'tls' })
    expect(server.requests).toBe(1)
  })

  test('a server of https asked for http, and the other way round', async () => {
    const secure = await stage(startHonest({}, { tls: 'good' }))
    const plain = await stage(startHonest())
    expect((await failure(get(`http://127.0.0.1:${secure.port}`))).kind).toBe('protocol')
    const error = await failure(get(`https://127.0.0.1:${plain.port}`))
    expect(error.message).toBe(`the server does not speak TLS on this port (127.0.0.1:${plain.port})`)
  })
})

describe('a coded body', () => {
  const text = 'hello '.repeat(1_000)
  const coders: Record<string, (data: Buffer) => Buffer> = {
    gzip: gzipSync,
    'x-gzip': gzipSync,
    GZIP: gzipSync,
    deflate: deflateSync,
    ' deflate ': deflateRawSync,
    br: brotliCompressSync,
    zstd: zstdCompressSync,
    identity: (data) => data,
    'gzip, br': (data) => brotliCompressSync(gzipSync(data)),
    'identity, deflate, gzip': (data) => gzipSync(deflateSync(data)),
  }

  test.each(Object.entries(coders))(
    '%s is decoded, with the cap on decoded bytes',
    async (coding, encode) => {
      const server = await stage(
        startHttp((_asked, response) =>
          response.setHeader('content-encoding', coding).end(encode(Buffer.from(text))),
        ),
      )
      const whole = await get(server.url, { maxBody: text.length })
      expect(whole.body.toString()).toBe(text)
      expect(whole.truncated).toBe(false)
      const cut = await get(server.url, { maxBody: text.length - 1 })
      expect(cut.body.toString()).toBe(text.slice(0, -1))
      expect(cut.truncated).toBe(true)
    },
  )

  test.each([
    ['gzip', gzipSync(text).subarray(0, -9), /^the body \(content-encoding: gzip\) is corrupt$/],
    ['gzip', Buffer.from('not gzip at all'), /^the body \(content-encoding: gzip\) is corrupt$/],
    ['br', Buffer.from('not brotli at all'), /is corrupt$/],
    ['deflate', deflateSync(text).subarray(0, 20), /is corrupt$/],
    ['zstd', zstdCompressSync(text).subarray(0, 12), /is corrupt$/],
    [
      'compress',
      Buffer.from('x'),
      /^the body \(content-encoding: compress\) has a coding that is not known$/,
    ],
    ['gzip,gzip,gzip,gzip,gzip,gzip', Buffer.from('x'), /is not known$/],
  ])('%s that is broken is an error', async (coding, data, words) => {
    const server = await stage(
      startHttp((_asked, response) => response.setHeader('content-encoding', coding).end(data)),
    )
    const error = await failure(get(server.url))
    expect(error).toMatchObject({ kind: 'protocol', phase: 'body' })
    expect(error.message).toMatch(words)
  })
})

describe('what cannot be sent is told before anything is', () => {
  const unreachable = async (): Promise<never> => {
    throw new Error('looked up')
  }
  const attempt = (options: object, url = 'http://api.test/'): Promise<unknown> =>
    request({ url: new URL(url), timeout: 1_000, maxBody: 1, env: {}, lookup: unreachable, ...options })

  test.each([
    ['a CRLF in a value', { headers: { 'x-a': 'b\r\nx-injected: 1' } }],
    ['a line feed in a value', { headers: { 'x-a': 'b\nc' } }],
    ['a NUL in a value', { headers: { 'x-a': 'b\0c' } }],
    ['a value that is no latin1', { headers: { 'x-a': '→' } }],
    ['a CRLF in a name', { headers: { 'x-a\r\nx-b': '1' } }],
    ['a space in a name', { headers: { 'x a': '1' } }],
    ['an empty name', { headers: { '': '1' } }],
    ['a length of its own', { headers: { 'Content-Length': '5' }, body: 'hello' }],
    ['a framing of its own', { headers: { 'transfer-encoding': 'chunked' } }],
    ['a method with a line break', { method: 'GET / HTTP/1.1\r\nx: y' }],
    ['an empty method', { method: '' }],
    ['CONNECT', { method: 'CONNECT' }],
    ['TRACE', { method: 'trace' }],
  ])('%s', async (_what, options) => {
    const error = await failure(attempt(options))
    expect(error).toMatchObject({ kind: 'invalid', permanent: true })
    expect(error.message).not.toMatch(/[\r\n\0]/)
  })

  test.each(['file:///etc/passwd', 'data:text/plain,ok', 'ftp://api.test/', 'javascript:1'])(
    '%s',
    async (url) => {
      expect(await failure(attempt({}, url))).toMatchObject({ kind: 'invalid', permanent: true })
    },
  )

  test('a port that cannot be', async () => {
    expect(await failure(attempt({}, 'http://api.test:0/'))).toMatchObject({
      kind: 'invalid',
      permanent: true,
    })
  })

  test('no header value, whatever is in it, adds a header', async () => {
    const server = await stage(startEcho())
    const given = fc.string({ unit: 'binary', maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(given, async (value) => {
        const outcome = await get(server.url, { headers: { 'x-value': value } }).catch(
          (error: unknown) => error,
        )
        const names =
          outcome instanceof Error ? [] : Object.keys(echoOf(outcome as { body: Buffer }).headers).sort()
        const invalid = outcome instanceof Error && 'kind' in outcome && outcome.kind === 'invalid'
        const plain = ['accept', 'accept-encoding', 'connection', 'host', 'user-agent', 'x-value']
        expect(invalid || names.join() === plain.join()).toBe(true)
      }),
      { numRuns: 60 },
    )
  })
})
