import { describe, expect, test } from '@jest/globals'
import { request } from '../../../shared/http/request.ts'
import {
  closedPort,
  type LyingServer,
  startBrokenChunks,
  startCutBody,
  startDrippingBody,
  startEndlessHeaders,
  startFlapping,
  startGzipBomb,
  startHealthyAfter,
  startHonest,
  startHttp,
  startHugeBody,
  startLoginRedirect,
  startOldVersion,
  startReset,
  startSilent,
  startSshBanner,
  startTcp,
  startTruncatedJson,
  startUnhealthy200,
  startWrongService,
} from '../../support/lying-servers.ts'
import { failure, get, stage, until } from './stage.ts'

/** Says this to the first bytes it gets, and hangs up. */
const startSaying = (text: string): Promise<LyingServer> =>
  startTcp((socket) => socket.once('data', () => socket.end(text)))

describe('ends at the deadline, and says how far it came', () => {
  test.each<[string, () => Promise<LyingServer>, string, RegExp]>([
    [
      'silence',
      startSilent,
      'headers',
      /^no answer within 400 ms \(connected to 127\.0\.0\.1:\d+ in \d+ ms, then silence: no status line\)$/,
    ],
    [
      'endless headers',
      startEndlessHeaders,
      'headers',
      /^no answer within 400 ms \(connected to 127\.0\.0\.1:\d+ in \d+ ms, then \d+ bytes, but no end of the headers\)$/,
    ],
    [
      'a dripping body',
      startDrippingBody,
      'body',
      /^the body did not end within 400 ms \(HTTP 200 from 127\.0\.0\.1:\d+ after \d+ ms, then \d+ bytes\)$/,
    ],
    [
      'a body that stops',
      () =>
        startTcp((socket) =>
          socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\nhello')),
        ),
      'body',
      /^the body did not end within 400 ms \(HTTP 200 from 127\.0\.0\.1:\d+ after \d+ ms, then 5 of 500 bytes\)$/,
    ],
    [
      'endless 100 Continue',
      () =>
        startTcp((socket) => {
          const timer = setInterval(() => socket.write('HTTP/1.1 100 Continue\r\n\r\n'), 5)
          socket.once('close', () => clearInterval(timer))
        }),
      'headers',
      /^no answer within 400 ms/,
    ],
  ])('%s', async (_what, start, phase, words) => {
    const server = await stage(start())
    const error = await failure(get(server.url, { timeout: 400 }))
    expect(error).toMatchObject({
      ...{ kind: 'timeout', phase, permanent: false, address: `127.0.0.1:${server.port}` },
    })
    expect(error.message).toMatch(words)
    expect(error.timings.total).toBeGreaterThan(0)
    expect(server.maxOpenSockets).toBe(1)
  })

  test('a request that the server does not take', async () => {
    const server = await stage(startTcp((socket) => socket.pause()))
    const body = 'x'.repeat(50_000_000)
    const error = await failure(get(server.url, { timeout: 400, method: 'POST', body }))
    expect(error).toMatchObject({ kind: 'timeout', phase: 'send' })
    expect(error.message).toMatch(/then the request was not taken\)$/)
    // It may leave only when the other end reads.
    await server.close()
  })
})

describe('a lie about HTTP is an error of the protocol', () => {
  test.each<[string, () => Promise<LyingServer>, string, RegExp]>([
    [
      'half a body',
      startCutBody,
      'body',
      /^connection closed in the middle of the body \(got 120 of 500 bytes\)$/,
    ],
    ['broken chunks', startBrokenChunks, 'body', /^the chunked encoding of the body is broken/],
    [
      'chunks without an end',
      () => startSaying('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'),
      'body',
      /^connection closed in the middle of the body \(got 5 bytes\)$/,
    ],
    ['hanging up', () => startSaying(''), 'headers', /^connection closed before any answer/],
    [
      'half a head',
      () => startSaying('HTTP/1.1 200 OK\r\nx-a:'),
      'headers',
      /^connection closed in the middle of the headers/,
    ],
    [
      'a reset',
      () => startTcp((socket) => socket.once('data', () => socket.resetAndDestroy())),
      'headers',
      /^connection reset before any answer/,
    ],
    [
      'another protocol',
      startSshBanner,
      'headers',
      /^the answer is not HTTP: it begins with "SSH-2\.0-OpenSSH_9\.2p1 Debian-2"/,
    ],
    [
      'a head that is too large',
      () => startEndlessHeaders('fast'),
      'headers',
      /^the headers of the answer are larger than 64 KiB/,
    ],
    [
      'two lengths',
      () => startSaying('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
      'headers',
      /^the headers of the answer are broken: HPE_/,
    ],
    [
      'a length and chunks',
      () =>
        startSaying('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'),
      'headers',
      /^the headers of the answer are broken: HPE_/,
    ],
    [
      'a switch of protocols that nobody asked for',
      () => startSaying('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      'headers',
      /^connection closed/,
    ],
    [
      'a TLS alert',
      () => startTcp((socket) => socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 10])))),
      'headers',
      /^the server speaks TLS on this port: use https/,
    ],
  ])('%s', async (_what, start, phase, words) => {
    const server = await stage(start())
    const error = await failure(get(server.url))
    expect(error).toMatchObject({ kind: 'protocol', permanent: false, address: `127.0.0.1:${server.port}` })
    expect(error.message).toMatch(words)
    expect([phase, 'send']).toContain(error.phase)
  })

  test('a reset at once', async () => {
    const server = await stage(startReset())
    // The reset may come before the connection is seen.
    expect(['protocol', 'connect']).toContain((await failure(get(server.url))).kind)
  })

  test('what comes after a whole answer does not make it worse', async () => {
    const server = await stage(startSaying('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok and more'))
    expect((await get(server.url)).body.toString()).toBe('ok')
  })

  test('HTTP/1.0 ends its body by hanging up', async () => {
    const server = await stage(startSaying('HTTP/1.0 200 OK\r\n\r\nok'))
    expect((await get(server.url)).body.toString()).toBe('ok')
  })
})

describe('only as much is read as was asked for', () => {
  test.each([
    ['a gzip bomb', startGzipBomb],
    ['a huge body', startHugeBody],
  ])('%s', async (_what, start) => {
    const server = await stage(start())
    const before = process.memoryUsage().rss
    const answer = await get(server.url, { maxBody: 65_536, timeout: 20_000 })
    expect(answer).toMatchObject({ status: 200, truncated: true })
    expect(answer.body).toHaveLength(65_536)
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000)
  })

  test.each([0, 1, 4, 5, 6])('%d bytes of five', async (maxBody) => {
    const server = await stage(startHttp((_asked, response) => response.end('hello')))
    const { body, truncated } = await get(server.url, { maxBody })
    expect(body.toString()).toBe('hello'.slice(0, maxBody))
    expect(truncated).toBe(maxBody < 5)
  })
})

test('a lie about health is an answer like any other', async () => {
  const bodyOf = async (starting: Promise<LyingServer>): Promise<string> =>
    (await get((await stage(starting)).url)).body.toString()
  expect(await bodyOf(startUnhealthy200())).toContain('"redis":"unhealthy: timeout"')
  expect(await bodyOf(startOldVersion())).toContain('"version":"1.0.0"')
  expect(await bodyOf(startTruncatedJson())).toMatch(/\{"redis":$/)
  expect(await bodyOf(startWrongService())).toContain('<title>')
  expect(await get((await stage(startLoginRedirect())).url)).toMatchObject({
    status: 302,
    headers: { location: '/login' },
  })
  const statuses = async (starting: Promise<LyingServer>): Promise<number[]> => {
    const { url } = await stage(starting)
    return [
      (await get(url)).status,
      (await get(url)).status,
      (await get(url)).status,
      (await get(url)).status,
    ]
  }
  expect(await statuses(startFlapping())).toEqual([200, 503, 503, 200])
  expect(await statuses(startHealthyAfter({ requests: 2 }))).toEqual([503, 503, 200, 200])
})

test('refused, then up', async () => {
  const port = await closedPort()
  const error = await failure(get(`http://127.0.0.1:${port}`))
  expect(error).toMatchObject({ kind: 'connect', code: 'ECONNREFUSED', phase: 'connect', permanent: false })
  expect(error.message).toBe(`connection refused (127.0.0.1:${port})`)
  await stage(startHonest(undefined, { port }))
  expect((await get(`http://127.0.0.1:${port}`)).status).toBe(200)
})

describe('the caller changes their mind', () => {
  test('before it began', async () => {
    const server = await stage(startHonest())
    expect((await failure(get(server.url, { signal: AbortSignal.abort() }))).kind).toBe('cancelled')
  })

  test.each([
    ['while it waits for the answer', startSilent],
    ['in the middle of the body', startDrippingBody],
  ])('%s', async (_what, start) => {
    const server = await stage(start())
    const controller = new AbortController()
    const outcome = failure(get(server.url, { signal: controller.signal }))
    await until(() => server.requests === 1, 'the request')
    controller.abort(new Error('secret reason'))
    expect(await outcome).toMatchObject({ kind: 'cancelled', message: 'cancelled' })
  })
})

test('no error tells a secret of the URL, the headers or the proxy', async () => {
  const secret = 's3cr3t'
  const starts = [startSilent, startCutBody, startReset, startSshBanner, startDrippingBody, startGzipBomb]
  const ports = [await closedPort()]
  for (const start of starts) ports.push((await stage(start())).port)
  const told: string[] = []
  const tell = async (url: string, more: object = {}): Promise<void> => {
    const options = { timeout: 150, maxBody: 10, followRedirects: 2, headers: { 'x-key': secret }, ...more }
    const error = await request({ url: new URL(url), env: {}, ...options }).catch((thrown: Error) => thrown)
    if (error instanceof Error)
      told.push(`${error.message} ${error.stack} ${JSON.stringify(error)} ${error.cause}`)
  }
  for (const port of ports) {
    const authority = `${secret}:${secret}@127.0.0.1:${port}`
    await tell(`http://${authority}/${secret}?token=${secret}`)
    await tell(`https://${authority}/${secret}?token=${secret}`)
    await tell(`http://api.test/${secret}`, { env: { http_proxy: authority } })
    await tell(`https://api.test/${secret}`, { env: { https_proxy: `http://${authority}` } })
  }
  await tell(`http://api.invalid/${secret}`)
  await tell(`http://169.254.169.254/${secret}`)
  await tell(`http://127.0.0.1:${ports[0]}/`, { headers: { 'x-key': `${secret}\n` } })
  await tell('http://api.test/', { env: { http_proxy: `socks5://${secret}` } })
  expect(told.length).toBeGreaterThan(20)
  for (const text of told) expect(text).not.toContain(secret)
})
