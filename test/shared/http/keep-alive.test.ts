import { describe, expect, test } from '@jest/globals'
import { type KeepAlive, keepAlive } from '../../../shared/http/keep-alive.ts'
import { authority } from '../../support/certificates.ts'
import { startHonest, startHttp, startIdleCloser } from '../../support/lying-servers.ts'
import { closeAtEnd, failure, get, stage, until } from './stage.ts'

const kept = (): KeepAlive => closeAtEnd(keepAlive())

describe('kept connections', () => {
  test.each([undefined, 'good'] as const)('one serves many requests (TLS: %s)', async (tls) => {
    const sockets = new Set<unknown>()
    const server = await stage(
      startHttp(
        (request, response) => {
          sockets.add(request.socket)
          response.end('ok')
        },
        tls === undefined ? {} : { tls },
      ),
    )
    const handle = kept()
    const options = { keepAlive: handle, tls: { verify: true, ca: [await authority()] } }
    const first = await get(server.url, options)
    expect(first.timings).toHaveProperty('connect')
    for (let i = 0; i < 5; i++) {
      const answer = await get(server.url, options)
      expect(answer).toMatchObject({ status: 200, address: `127.0.0.1:${server.port}` })
      expect(answer.certificate).toEqual(first.certificate)
      expect(answer.timings).not.toHaveProperty('connect')
      expect(answer.timings).not.toHaveProperty('tls')
    }
    expect(sockets.size).toBe(1)
    handle.close()
    await until(() => server.openSockets === 0, 'closed')
  })

  test('there are as many as requests at a time', async () => {
    const server = await stage(startHonest())
    const options = { keepAlive: kept() }
    const worker = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) await get(server.url, options)
    }
    await Promise.all([worker(), worker(), worker()])
    expect(server.requests).toBe(30)
    expect(server.maxOpenSockets).toBe(3)
  })

  test.each(['GET', 'HEAD'])('%s is sent again when the server had hung up', async (method) => {
    const server = await stage(startIdleCloser())
    const handle = kept()
    for (let i = 0; i < 4; i++) {
      expect((await get(server.url, { keepAlive: handle, method })).status).toBe(200)
    }
    // Four answers, and three requests that nobody answered.
    expect(server.requests).toBe(7)
  })

  test('over TLS as well', async () => {
    const server = await stage(startIdleCloser({ tls: 'self-signed' }))
    const options = { keepAlive: kept(), tls: { verify: false, ca: [] } }
    for (let i = 0; i < 3; i++) expect((await get(server.url, options)).status).toBe(200)
  })

  test('a write is not', async () => {
    const server = await stage(startIdleCloser())
    const options = { keepAlive: kept(), method: 'POST', body: 'pay' }
    await get(server.url, options)
    const error = await failure(get(server.url, options))
    expect(error.message).toMatch(/^connection closed before any answer/)
    expect(server.requests).toBe(2)
  })

  test('an answer that had begun is not asked for again', async () => {
    const server = await stage(
      startHttp((request, response, nth) => {
        if (nth === 1) response.end('ok')
        else request.socket.end('HTTP/1.1 200 OK\r\n')
      }),
    )
    const options = { keepAlive: kept() }
    await get(server.url, options)
    const error = await failure(get(server.url, options))
    expect(error.message).toMatch(/^connection closed in the middle of the headers/)
    expect(server.requests).toBe(2)
  })

  test('a failure, and an answer that was not read to its end, give theirs up', async () => {
    const server = await stage(
      startHttp((_request, response, nth) => {
        if (nth !== 2) response.end('hello')
      }),
    )
    const options = { keepAlive: kept(), timeout: 5_000 }
    expect((await get(server.url, { ...options, maxBody: 1 })).truncated).toBe(true)
    await until(() => server.openSockets === 0, 'given up')
    const error = await failure(get(server.url, { ...options, timeout: 400 }))
    expect(error.kind).toBe('timeout')
    expect((await get(server.url, options)).body.toString()).toBe('hello')
  })

  test('a redirect to elsewhere does not use them', async () => {
    const elsewhere = await stage(startHonest())
    const server = await stage(
      startHttp((_request, response) => response.writeHead(302, { location: elsewhere.url }).end()),
    )
    await get(server.url, { keepAlive: kept(), followRedirects: 1 })
    await until(() => elsewhere.openSockets === 0, 'closed')
  })
})
