import { afterEach, describe, expect, test } from '@jest/globals'
import { type KeepAlive, keepAlive } from '../../../shared/http/keep-alive.ts'
import { authority } from '../../support/certificates.ts'
import { startHonest, startHttp, startIdleCloser, startSilent } from '../../support/lying-servers.ts'
import { failure, get, stage, until } from './stage.ts'

const open: KeepAlive[] = []
const kept = (connections?: number): KeepAlive => {
  const handle = keepAlive(connections)
  open.push(handle)
  return handle
}
// Runs before the check that no socket is left: hooks of this file come after those it imports, and run first.
afterEach(() => {
  for (const handle of open.splice(0)) handle.close()
})

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

  test('there are never more of them than allowed', async () => {
    const server = await stage(startHonest())
    const handle = kept(3)
    await Promise.all(Array.from({ length: 20 }, () => get(server.url, { keepAlive: handle })))
    expect(server.requests).toBe(20)
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
    const error = await failure(get(server.url, { ...options, timeout: 50 }))
    expect(error.kind).toBe('timeout')
    expect((await get(server.url, options)).body.toString()).toBe('hello')
  })

  test('waiting for one counts', async () => {
    const server = await stage(startSilent())
    const handle = kept(1)
    const first = failure(get(server.url, { keepAlive: handle, timeout: 200 }))
    const second = await failure(get(server.url, { keepAlive: handle, timeout: 50 }))
    expect(second).toMatchObject({ kind: 'timeout', message: 'no free connection within 50 ms' })
    expect((await first).kind).toBe('timeout')
    expect(server.maxOpenSockets).toBe(1)
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
