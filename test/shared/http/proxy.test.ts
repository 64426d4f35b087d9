import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { proxyFor } from '../../../shared/http/proxy.ts'
import { authority, certificate } from '../../support/certificates.ts'
import { startHonest, startSilent } from '../../support/lying-servers.ts'
import { failure, get, stage } from './stage.ts'

describe('the rules', () => {
  const proxies = { http_proxy: 'http://p:1', https_proxy: 'http://s:2' }

  test.each<[string, Record<string, string>, string | undefined]>([
    ['http://a.test/', {}, undefined],
    ['http://a.test/', { http_proxy: '' }, undefined],
    ['http://a.test/', proxies, 'http://p:1/'],
    ['https://a.test/', proxies, 'http://s:2/'],
    ['http://a.test/', { HTTP_PROXY: 'http://u:1' }, 'http://u:1/'],
    ['http://a.test/', { http_proxy: 'http://l:1', HTTP_PROXY: 'http://u:1' }, 'http://l:1/'],
    ['https://a.test/', { HTTPS_PROXY: 'https://u:1' }, 'https://u:1/'],
    ['https://a.test/', { http_proxy: 'http://p:1' }, undefined],
    ['https://a.test/', { all_proxy: 'http://a:1' }, 'http://a:1/'],
    ['http://a.test/', { ALL_PROXY: 'http://a:1', http_proxy: 'http://p:1' }, 'http://p:1/'],
    ['http://a.test/', { http_proxy: 'p:3128' }, 'http://p:3128/'],
    ['http://a.test/', { http_proxy: 'user:pass@p:3128' }, 'http://user:pass@p:3128/'],
    // Loopback
    ['http://localhost/', proxies, undefined],
    ['http://api.localhost/', proxies, undefined],
    ['http://127.0.0.1/', proxies, undefined],
    ['http://127.1.2.3/', proxies, undefined],
    ['http://[::1]:80/', proxies, undefined],
    ['http://127.0.0.1.nip.test/', proxies, 'http://p:1/'],
    ['http://notlocalhost/', proxies, 'http://p:1/'],
    // no_proxy
    ['http://a.test/', { ...proxies, no_proxy: '*' }, undefined],
    ['http://a.test/', { ...proxies, no_proxy: 'a.test' }, undefined],
    ['http://A.TEST./', { ...proxies, no_proxy: 'a.test' }, undefined],
    ['http://a.test/', { ...proxies, no_proxy: 'A.Test.' }, undefined],
    ['http://x.a.test/', { ...proxies, no_proxy: 'a.test' }, undefined],
    ['http://x.a.test/', { ...proxies, no_proxy: '.a.test' }, undefined],
    ['http://a.test/', { ...proxies, no_proxy: '.a.test' }, undefined],
    ['http://x.a.test/', { ...proxies, no_proxy: '*.a.test' }, undefined],
    ['http://ba.test/', { ...proxies, no_proxy: 'a.test' }, 'http://p:1/'],
    ['http://a.test.evil/', { ...proxies, no_proxy: 'a.test' }, 'http://p:1/'],
    ['http://a.test/', { ...proxies, no_proxy: 'b.test, a.test' }, undefined],
    ['http://a.test/', { ...proxies, no_proxy: 'b.test  a.test' }, undefined],
    ['http://a.test/', { ...proxies, NO_PROXY: 'a.test' }, undefined],
    ['http://a.test/', { ...proxies, no_proxy: 'b.test', NO_PROXY: 'a.test' }, 'http://p:1/'],
    ['http://a.test:8080/', { ...proxies, no_proxy: 'a.test:8080' }, undefined],
    ['http://a.test/', { ...proxies, no_proxy: 'a.test:80' }, undefined],
    ['https://a.test/', { ...proxies, no_proxy: 'a.test:443' }, undefined],
    ['http://a.test/', { ...proxies, no_proxy: 'a.test:8080' }, 'http://p:1/'],
    ['http://10.1.2.3/', { ...proxies, no_proxy: '10.1.2.3' }, undefined],
    ['http://10.1.2.3/', { ...proxies, no_proxy: '10.0.0.0/8' }, undefined],
    ['http://11.1.2.3/', { ...proxies, no_proxy: '10.0.0.0/8' }, 'http://p:1/'],
    ['http://10.1.2.3/', { ...proxies, no_proxy: '2.3' }, 'http://p:1/'],
    ['http://10.1.2.3/', { ...proxies, no_proxy: '10.0.0.0/99,10.0.0.0/x' }, 'http://p:1/'],
    ['http://[2001:db8::1]/', { ...proxies, no_proxy: '2001:DB8::1' }, undefined],
    ['http://[2001:db8::1]:81/', { ...proxies, no_proxy: '[2001:db8::1]:81' }, undefined],
    ['http://[2001:db8::1]/', { ...proxies, no_proxy: '2001:db8::/32' }, undefined],
    ['http://[2001:db9::1]/', { ...proxies, no_proxy: '2001:db8::/32' }, 'http://p:1/'],
  ])('%s with %j', (url, env, expected) => {
    expect(proxyFor(new URL(url), env)?.href).toBe(expected)
  })

  test.each(['socks5://p:1', 'http://', ':::', 'http://user:pass@'])('%s is refused', async (value) => {
    const error = await failure(
      Promise.resolve().then(() => proxyFor(new URL('http://a.test'), { http_proxy: value })),
    )
    expect(error).toMatchObject({ kind: 'invalid', permanent: true })
    expect(error.message).toBe('the variable http_proxy is not the URL of an http or https proxy')
  })

  test('no_proxy may be anything, and * always wins', () => {
    const hosts = fc.constantFrom('a.test', '10.0.0.1', '[2001:db8::1]', 'x.y.a.test')
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), hosts, (list, host) => {
        const url = new URL(`http://${host}/`)
        expect(() => proxyFor(url, { http_proxy: 'http://p:1', no_proxy: list })).not.toThrow()
        expect(proxyFor(url, { http_proxy: 'http://p:1', no_proxy: `${list},*` })).toBeUndefined()
      }),
    )
  })
})

describe('a proxy', () => {
  const proxies: { server: Server; sockets: Set<Socket> }[] = []
  afterEach(async () => {
    for (const { server, sockets } of proxies.splice(0)) {
      await new Promise((resolve) => {
        server.close(resolve)
        for (const socket of sockets) socket.destroy()
      })
    }
  })

  /** Leads every name to one port of this machine, and notes what it was asked. */
  async function startProxy(
    target: number,
    { status = 200, secure = false } = {},
  ): Promise<{ authority: string; asked: string[] }> {
    const asked: string[] = []
    const sockets = new Set<Socket>()
    const keep = (socket: Socket): void => {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    const server = secure ? createSecureServer(await certificate('good')) : createServer()
    server.on('request', (request, response) => {
      const { host, 'proxy-authorization': credentials = 'none' } = request.headers
      asked.push(`${request.method} ${request.url} host=${host} credentials=${credentials}`)
      response.end('forwarded')
    })
    server.on('connection', keep)
    server.on('connect', (request, client: Socket) => {
      const { host, 'proxy-authorization': credentials = 'none' } = request.headers
      asked.push(`CONNECT ${request.url} host=${host} credentials=${credentials}`)
      if (status !== 200) {
        client.end(`HTTP/1.1 ${status} No ::error::way\r\n\r\n`)
        return
      }
      const upstream = connect(target, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n')
        upstream.pipe(client).pipe(upstream)
      })
      keep(upstream)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    proxies.push({ server, sockets })
    return { authority: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
  }

  test('forwards http, which it is asked for in absolute form', async () => {
    const { authority: proxy, asked } = await startProxy(0)
    const answer = await get('http://user:pass@api.test:8080/x?y=1', {
      env: { http_proxy: `http://us%20er:s3cret@${proxy}` },
    })
    expect(answer.body.toString()).toBe('forwarded')
    expect(answer).toMatchObject({ address: proxy, url: 'http://api.test:8080/x?y=1' })
    const credentials = Buffer.from('us er:s3cret').toString('base64')
    expect(asked).toEqual([
      `GET http://api.test:8080/x?y=1 host=api.test:8080 credentials=Basic ${credentials}`,
    ])
  })

  test('opens a tunnel for https, in which the certificate is that of the origin', async () => {
    const server = await stage(startHonest({ status: 'ok' }, { tls: 'wrong-name' }))
    const { authority: proxy, asked } = await startProxy(server.port)
    const env = { HTTPS_PROXY: `http://user:s3cret@${proxy}` }
    const tls = { verify: true, ca: [await authority()] }
    const answer = await get('https://other.example/', { env, tls })
    expect(answer).toMatchObject({
      status: 200,
      address: proxy,
      certificate: { subject: 'CN=wrong-name.test' },
    })
    const credentials = Buffer.from('user:s3cret').toString('base64')
    expect(asked).toEqual([
      `CONNECT other.example:443 host=other.example:443 credentials=Basic ${credentials}`,
    ])
    const error = await failure(get('https://api.test/', { env, tls }))
    expect(error.message).toContain('the certificate is not for api.test but for other.example')
  })

  test('may be spoken to over TLS itself', async () => {
    const server = await stage(startHonest({ status: 'ok' }, { tls: 'wrong-name' }))
    const { authority: proxy, asked } = await startProxy(server.port, { secure: true })
    const env = { all_proxy: `https://${proxy}` }
    const tls = { verify: true, ca: [await authority()] }
    const plain = await get('http://api.test/', { env, tls })
    expect(plain.body.toString()).toBe('forwarded')
    expect(plain.certificate).toBeUndefined()
    const answer = await get('https://other.example/', { env, tls })
    expect(answer).toMatchObject({ status: 200, certificate: { subject: 'CN=wrong-name.test' } })
    expect(asked).toHaveLength(2)
    expect((await failure(get('http://api.test/', { env }))).kind).toBe('tls')
  })

  test('that refuses the tunnel is told', async () => {
    const { authority: proxy } = await startProxy(0, { status: 407 })
    const error = await failure(get('https://api.test/secret', { env: { https_proxy: proxy } }))
    expect(error).toMatchObject({ kind: 'connect', address: proxy })
    expect(error.message).toBe(
      `the proxy ${proxy} refused to open a tunnel to api.test:443: HTTP 407 No ::error::way`,
    )
  })

  test('that is silent ends at the deadline', async () => {
    const server = await stage(startSilent())
    const env = { https_proxy: `http://127.0.0.1:${server.port}` }
    const error = await failure(get('https://api.test/', { env, timeout: 400 }))
    expect(error).toMatchObject({ kind: 'timeout', phase: 'connect' })
    expect(error.message).toMatch(/^the proxy 127\.0\.0\.1:\d+ opened no tunnel within \d+ ms$/)
  })

  test('is not asked for a refused address, nor for loopback', async () => {
    const { authority: proxy, asked } = await startProxy(0)
    const env = { http_proxy: `http://${proxy}`, https_proxy: `http://${proxy}` }
    expect((await failure(get('http://169.254.169.254/', { env }))).kind).toBe('refused-address')
    expect((await failure(get('https://[::ffff:a9fe:a9fe]/', { env }))).kind).toBe('refused-address')
    const server = await stage(startHonest())
    expect((await get(server.url, { env })).address).toBe(`127.0.0.1:${server.port}`)
    expect(asked).toEqual([])
  })
})
