import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type Asked, isRedirect, redirected } from '../../../shared/http/redirect.ts'
import { authority } from '../../support/certificates.ts'
import { type LyingServer, startHonest, startHttp, startLoginRedirect } from '../../support/lying-servers.ts'
import { failure, get, stage } from './stage.ts'

const asked = (changes: Partial<Asked> & { from?: string } = {}): Asked => ({
  url: new URL(changes.from ?? 'https://a.test/x/y?q=1'),
  method: 'GET',
  body: undefined,
  headers: { 'X-Api-Key': 'k', authorization: 'Bearer t', 'Content-Type': 'text/plain' },
  ...changes,
})

describe('the rules', () => {
  test.each([
    ['/z', 'https://a.test/z'],
    ['z?p', 'https://a.test/x/z?p'],
    ['?p', 'https://a.test/x/y?p'],
    ['//b.test/z', 'https://b.test/z'],
    ['https://b.test:8443', 'https://b.test:8443/'],
    ['https://user:pass@b.test/', 'https://b.test/'],
  ])('%s leads to %s', (location, expected) => {
    expect(redirected(asked(), 302, location).url.href).toBe(expected)
  })

  test.each([
    ['http://a.test/', 'the redirect leads from https to http (a.test)'],
    ['file:///etc/passwd', 'the redirect leads to file:'],
    ['data:text/plain,ok', 'the redirect leads to data:'],
    ['https://', 'the redirect leads to an impossible URL'],
  ])('%s is refused', async (location, words) => {
    const error = await failure(Promise.resolve().then(() => redirected(asked(), 302, location)))
    expect(error).toMatchObject({ kind: 'redirect', message: words })
  })

  test.each([
    ['another host', 'https://b.test/', false],
    ['a name below', 'https://www.a.test/', false],
    ['another port', 'https://a.test:444/', false],
    ['the same origin', 'https://a.test:443/', true],
  ])('%s and the headers of the user', (_what, location, kept) => {
    const { headers } = redirected(asked(), 307, location)
    expect(headers).toEqual(kept ? asked().headers : {})
  })

  test('what was left behind does not come back', () => {
    const away = redirected(asked(), 302, 'https://b.test/')
    expect(redirected(away, 302, 'https://a.test/').headers).toEqual({})
  })

  test.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [301, 'PUT', 'PUT'],
    [302, 'HEAD', 'HEAD'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ])('%d after %s asks %s', (status, method, next) => {
    const body = method === 'HEAD' ? undefined : 'b'
    const result = redirected(asked({ method, body }), status, '/z')
    expect(result.method).toBe(next)
    expect(result.body).toBe(next === 'GET' ? undefined : body)
    expect('Content-Type' in result.headers).toBe(next !== 'GET')
    expect(result.headers).toHaveProperty('X-Api-Key')
  })

  test('a body never goes to another origin', async () => {
    const post = asked({ method: 'POST', body: 'b' })
    const error = await failure(Promise.resolve().then(() => redirected(post, 307, 'https://b.test/')))
    expect(error.message).toBe('the redirect would take the body to another origin (b.test)')
  })

  test.each([
    [300, '/', false],
    [304, '/', false],
    [200, '/', false],
    [302, undefined, false],
    [302, '/', true],
    [308, '', true],
  ])('is %d with Location %j one? %p', (status, location, expected) => {
    expect(isRedirect(status, location)).toBe(expected)
  })

  test('whatever Location says: only http(s), nothing of the user elsewhere, no way down', () => {
    const host = fc.constantFrom('a.test', 'b.test', 'a.test:8080', 'user:pass@a.test', '[::1]')
    const location = fc.oneof(
      fc.string(),
      fc.webUrl(),
      fc
        .tuple(fc.constantFrom('http://', 'https://', '//', 'ftp://', '\\\\', 'HTTPS:\t//'), host)
        .map((p) => p.join('')),
    )
    const from = fc.constantFrom('https://a.test/', 'http://a.test/x')
    fc.assert(
      fc.property(location, from, fc.constantFrom(301, 302, 303, 307, 308), (to, start, status) => {
        const before = asked({ from: start, method: 'POST', body: 'b' })
        let after: Asked
        try {
          after = redirected(before, status, to)
        } catch {
          return
        }
        expect(['http:', 'https:']).toContain(after.url.protocol)
        expect(before.url.protocol === 'https:' && after.url.protocol === 'http:').toBe(false)
        expect(after.url.username + after.url.password).toBe('')
        if (after.url.origin !== before.url.origin) {
          expect(after.headers).toEqual({})
          expect(after.body).toBeUndefined()
        }
      }),
    )
  })
})

describe('following', () => {
  const startRedirect = (location: string | (() => string), status = 302): Promise<LyingServer> =>
    startHttp((_asked, response) => {
      // A body without an end: nobody should wait for it.
      response.writeHead(status, { location: typeof location === 'string' ? location : location() })
      response.write('moved')
    })

  test('with 0 the redirect is the answer', async () => {
    const server = await stage(startLoginRedirect())
    expect(await get(server.url)).toMatchObject({ status: 302, redirects: [], url: `${server.url}/` })
    expect(server.requests).toBe(1)
  })

  test('a relative Location', async () => {
    const server = await stage(startLoginRedirect())
    const answer = await get(`${server.url}/health`, { followRedirects: 1 })
    expect(answer).toMatchObject({
      status: 200,
      url: `${server.url}/login`,
      redirects: [`${server.url}/login`],
    })
  })

  test('headers of the user, and credentials, stay with their origin: another port is another', async () => {
    const seen: Record<string, unknown>[] = []
    const target = await stage(
      startHttp(({ headers }, response) => {
        seen.push(headers)
        response.end('ok')
      }),
    )
    const server = await stage(startRedirect(`${target.url}/`))
    const url = `http://user:pass@127.0.0.1:${server.port}/`
    const headers = { 'X-Api-Key': 'k', Cookie: 'c=1', Host: 'spoofed.test', 'User-Agent': 'me' }
    await get(url, { followRedirects: 1, headers })
    expect(seen).toEqual([
      {
        host: `127.0.0.1:${target.port}`,
        'user-agent': 'nexus-actions',
        accept: '*/*',
        'accept-encoding': 'identity',
        connection: 'close',
      },
    ])
  })

  test('a loop ends by count', async () => {
    const first: LyingServer = await stage(startRedirect(() => second.url))
    const second: LyingServer = await stage(startRedirect(() => first.url))
    const error = await failure(get(first.url, { followRedirects: 5 }))
    expect(error).toMatchObject({ kind: 'redirect', permanent: false })
    expect(error.message).toBe(`the redirect is one more than the 5 allowed (127.0.0.1:${first.port})`)
    expect(first.requests + second.requests).toBe(6)
  })

  test.each(['http://169.254.169.254/latest/meta-data/', 'http://[::ffff:a9fe:a9fe]/', 'http://0xa9fea9fe/'])(
    'never to %s',
    async (location) => {
      const server = await stage(startRedirect(location))
      const error = await failure(get(server.url, { followRedirects: 3 }))
      expect(error).toMatchObject({ kind: 'refused-address', permanent: true })
    },
  )

  test('nor to a name that resolves to such an address only now', async () => {
    const server = await stage(startRedirect('http://rebind.test/'))
    const lookup = async (): Promise<string[]> => ['169.254.169.254']
    const error = await failure(get(server.url, { followRedirects: 3, lookup }))
    expect(error.kind).toBe('refused-address')
  })

  test('https never falls to http', async () => {
    const plain = await stage(startHonest())
    const server = await stage(
      startHttp((_asked, response) => response.writeHead(301, { location: plain.url }).end(), {
        tls: 'good',
      }),
    )
    const tls = { verify: true, ca: [await authority()] }
    const error = await failure(get(server.url, { followRedirects: 3, tls }))
    expect(error.message).toBe(`the redirect leads from https to http (127.0.0.1:${plain.port})`)
    expect(plain.requests).toBe(0)
  })

  test('a write that is answered 303 is not sent again', async () => {
    const methods: string[] = []
    const server = await stage(
      startHttp((request, response) => {
        methods.push(`${request.method} ${request.headers['content-length'] ?? 'without body'}`)
        if (methods.length === 1) response.writeHead(303, { location: '/done' })
        response.end()
      }),
    )
    await get(server.url, { followRedirects: 1, method: 'POST', body: 'pay' })
    expect(methods).toEqual(['POST 3', 'GET without body'])
  })
})
