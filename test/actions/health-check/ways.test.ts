import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { authority, certificate, certificateFor, chained } from '../../support/certificates.ts'
import { closedPort, startHonest, startHttp } from '../../support/lying-servers.ts'
import { testWith } from '../../support/real-parts.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { startHttp2, startMutualTls, startOnSocket } from '../../support/services/http2.ts'
import { startNginxHttp2 } from '../../support/services/nginx-http2.ts'
import { stage } from './stage.ts'
import { checkOf, errorOf, healthCheck, workspace } from './step.ts'

const OK = JSON.stringify({ status: 'ok' })
const PATIENT = { timeout: '20s', 'attempt-timeout': '10s' }

function answer(stream: ServerHttp2Stream, body = OK): void {
  stream.respond({ ':status': 200, 'content-type': 'application/json' })
  stream.end(body)
}

const honest = (_request: IncomingMessage, response: ServerResponse): void => {
  response.setHeader('content-type', 'application/json')
  response.end(OK)
}

async function trusted(more: Record<string, string> = {}): Promise<string> {
  return workspace({ 'ca.pem': await authority(), ...more })
}

describe('HTTP/2', () => {
  test('is spoken where TLS agrees on it, and HTTP/1.1 where it does not', async () => {
    const seen: unknown[] = []
    const server = await startHttp2(
      (stream, headers) => {
        seen.push(headers)
        answer(stream)
      },
      { tls: { ...(await certificate('good')), allowHTTP1: false } },
    )
    const folder = await trusted()
    const url = `https://localhost:${server.port}/health?a=1`
    for (const version of ['auto', '2']) {
      const step = await healthCheck(
        { url, ...PATIENT, 'ca-file': 'ca.pem', 'http-version': version, headers: 'X-Team: shop' },
        { workspace: folder },
      )
      expectConclusion(step, 'success')
      expect(checkOf(step)).toMatchObject({ status: 200, certificate: { daysLeft: 30 } })
    }
    expect(seen[0]).toMatchObject({
      ':authority': `localhost:${server.port}`,
      ':path': '/health?a=1',
      ':scheme': 'https',
      'x-team': 'shop',
    })
    const refused = await healthCheck(
      { url, 'ca-file': 'ca.pem', 'http-version': '1.1' },
      { workspace: folder },
    )
    expectConclusion(refused, 'failure')
    expect(errorOf(refused)).toMatch(
      /the server speaks TLS, but none of the protocols that were offered \(127\.0\.0\.1:\d+\): http-version: auto takes HTTP\/2 and HTTP\/1\.1/,
    )
    await server.close()
  })

  test('is not there', async () => {
    const server = await stage(startHonest({ status: 'ok' }, { tls: 'good' }))
    const url = `https://localhost:${server.port}/`
    const folder = await trusted()
    const auto = await healthCheck({ url, ...PATIENT, 'ca-file': 'ca.pem' }, { workspace: folder })
    expectConclusion(auto, 'success')
    const wanted = await healthCheck({ url, 'ca-file': 'ca.pem', 'http-version': '2' }, { workspace: folder })
    expectConclusion(wanted, 'failure')
    expect(errorOf(wanted)).toMatch(
      /the server (?:does not speak HTTP\/2|speaks TLS, but none of the protocols)/,
    )
    const plain = await stage(startHonest())
    const cleartext = await healthCheck({ url: `h2c://127.0.0.1:${plain.port}/` })
    expectConclusion(cleartext, 'failure')
    expect(errorOf(cleartext)).toMatch(/the server does not speak HTTP\/2 .*: write http:\/\/ or https:\/\//)
  })

  test('without TLS: a server that speaks nothing else, and words for who asks it in HTTP/1.1', async () => {
    const server = await startHttp2((stream) => answer(stream))
    const step = await healthCheck({ url: `h2c://LOCALHOST:${server.port}`, ...PATIENT })
    expectConclusion(step, 'success')
    expect(checkOf(step)).toMatchObject({ target: `h2c://localhost:${server.port}/`, status: 200 })
    const also = await healthCheck({
      url: `http://127.0.0.1:${server.port}/`,
      ...PATIENT,
      'http-version': '2',
    })
    expectConclusion(also, 'success')
    const older = await healthCheck({ url: `http://127.0.0.1:${server.port}/` })
    expectConclusion(older, 'failure')
    expect(errorOf(older)).toMatch(/the server speaks HTTP\/2 only, not HTTP\/1\.1 .*: write h2c:\/\//)
    await server.close()
  })

  test('a server that goes away before it answers is asked again, and loses no try', async () => {
    const server = await startHttp2((stream) => answer(stream), {
      onSession: (session, nth) => {
        if (nth === 1) session.goaway(0)
      },
    })
    const step = await healthCheck({ url: `h2c://127.0.0.1:${server.port}/`, ...PATIENT })
    expectConclusion(step, 'success')
    expect(checkOf(step).attempts).toBe(2)
    await server.close()
  })

  test('samples share one connection', async () => {
    const server = await startHttp2((stream) => answer(stream))
    const step = await healthCheck({
      url: `h2c://127.0.0.1:${server.port}/`,
      ...PATIENT,
      samples: '30',
      concurrency: '5',
    })
    expectConclusion(step, 'success')
    expect(checkOf(step).samples).toMatchObject({ count: 30, failed: 0 })
    expect(server.connections).toBe(3)
    await server.close()
  })

  test('bad answers are told as over HTTP/1.1', async () => {
    const broken = await startHttp2((stream) => {
      stream.respond({ ':status': 503, 'content-type': 'application/json' })
      stream.end('{"status":"unhealthy"}')
    })
    expect(errorOf(await healthCheck({ url: `h2c://127.0.0.1:${broken.port}/` }))).toMatch(/HTTP 503/)
    const dripping = await startHttp2((stream) => {
      stream.respond({ ':status': 200, 'content-length': '500' })
      stream.write('{')
    })
    const slow = await healthCheck({ url: `h2c://127.0.0.1:${dripping.port}/`, 'attempt-timeout': '300ms' })
    expect(checkOf(slow)).toMatchObject({
      class: 'timeout',
      reason: expect.stringMatching(/^the body did not end within .*then 1 of 500 bytes/),
    })
    const resetting = await startHttp2((stream) => {
      stream.respond({ ':status': 200 })
      stream.write('{"status":')
      setTimeout(() => stream.destroy(new Error('broken')), 20)
    })
    const reset = await healthCheck({ url: `h2c://127.0.0.1:${resetting.port}/` })
    expect(checkOf(reset)).toMatchObject({
      class: 'protocol',
      reason: expect.stringMatching(
        /^the server ended the request in the middle of the body \(HTTP\/2 INTERNAL_ERROR\)/,
      ),
    })
    const dying = await startHttp2((stream) => {
      stream.respond({ ':status': 200 })
      stream.write('{"status":')
      setTimeout(() => stream.session?.destroy(), 20)
    })
    expect(checkOf(await healthCheck({ url: `h2c://127.0.0.1:${dying.port}/` }))).toMatchObject({
      class: 'protocol',
      reason: expect.stringMatching(/^connection closed in the middle of the body \(got 10 bytes\)/),
    })
    for (const server of [broken, dripping, resetting, dying]) await server.close()
  })

  testWith('nginx', 'nginx speaks it with and without TLS', async (program) => {
    const nginx = await startNginxHttp2(program)
    const folder = await trusted()
    const step = await healthCheck(
      {
        checks: `- url: https://localhost:${nginx.tlsPort}/
- { url: "https://localhost:${nginx.tlsPort}/", name: one, http-version: 1.1, expect-header: { X-Protocol: HTTP/1.1 } }
- { url: "https://localhost:${nginx.tlsPort}/", name: two, http-version: 2, expect-header: { X-Protocol: HTTP/2.0 } }
- { url: "h2c://localhost:${nginx.cleartextPort}/", name: clear, expect-header: { X-Protocol: HTTP/2.0 } }`,
        'ca-file': 'ca.pem',
        'expect-version': '1.4.2',
        ...PATIENT,
      },
      { workspace: folder },
    )
    expectConclusion(step, 'success')
    const older = await healthCheck({ url: `http://localhost:${nginx.cleartextPort}/` })
    expect(errorOf(older)).toMatch(/the server speaks HTTP\/2 only, not HTTP\/1\.1/)
    await nginx.stop()
  })
})

describe('connect-to', () => {
  test('asks one address under the public name and certificate', async () => {
    const names: unknown[] = []
    const server = await startHttp2(
      (stream, headers) => {
        names.push(headers[':authority'])
        answer(stream)
      },
      { tls: await certificateFor('shop.example.com') },
    )
    const step = await healthCheck(
      {
        url: 'https://shop.example.com/health',
        'connect-to': `127.0.0.1:${server.port}`,
        'ca-file': 'ca.pem',
        ...PATIENT,
      },
      { workspace: await trusted() },
    )
    expectConclusion(step, 'success')
    expect(checkOf(step)).toMatchObject({
      target: 'https://shop.example.com/health',
      address: `127.0.0.1:${server.port}`,
    })
    expect(names).toEqual(['shop.example.com', 'shop.example.com'])
    await server.close()
  })

  test('per check, over plain HTTP, past a proxy that is for the public name', async () => {
    const hosts: unknown[] = []
    const server = await stage(
      startHttp((request, response) => {
        hosts.push(request.headers.host)
        honest(request, response)
      }),
    )
    const step = await healthCheck(
      {
        checks: `- url: http://shop.example.com/health\n  connect-to: localhost:${server.port}`,
        ...PATIENT,
      },
      { env: { http_proxy: `http://127.0.0.1:${await closedPort()}` } },
    )
    expectConclusion(step, 'success')
    expect(hosts).toEqual(['shop.example.com', 'shop.example.com'])
  })

  test('is not for where a redirect leads to', async () => {
    const elsewhere = await stage(startHonest())
    const first = await stage(
      startHttp((_request, response) => response.writeHead(302, { location: `${elsewhere.url}/` }).end()),
    )
    const step = await healthCheck({
      url: 'http://shop.example.com/',
      'connect-to': `127.0.0.1:${first.port}`,
      'follow-redirects': '1',
      ...PATIENT,
    })
    expectConclusion(step, 'success')
    expect(elsewhere.requests).toBe(2)
  })

  test.each([
    'localhost',
    '127.0.0.1:0',
    'a.b:70000',
    'http://a.b:80',
    ':80',
    '{color}.internal:80',
    'a b:80',
    '::1:80',
  ])('%s is an input error', async (given) => {
    const step = await healthCheck({ url: 'http://127.0.0.1:1/', 'connect-to': given })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(/connect-to: .*is not a host and a port\. Write 10\.0\.0\.7:8443/)
  })

  test('no metadata service behind it', async () => {
    const step = await healthCheck({ url: 'http://shop.example.com/', 'connect-to': '169.254.169.254:80' })
    expectConclusion(step, 'failure')
    expect(checkOf(step)).toMatchObject({ class: 'config', attempts: 1 })
  })
})

test('server-name is what TLS asks for, and what the certificate must be for', async () => {
  const server = await startHttp2((stream) => answer(stream), {
    tls: await certificateFor('inside.example.com'),
  })
  const folder = await trusted()
  const url = `https://127.0.0.1:${server.port}/`
  const named = { url, 'ca-file': 'ca.pem', 'server-name': 'inside.example.com', ...PATIENT }
  expectConclusion(await healthCheck(named, { workspace: folder }), 'success')
  const other = await healthCheck({ url, 'ca-file': 'ca.pem' }, { workspace: folder })
  expect(errorOf(other)).toMatch(
    /the certificate is not for 127\.0\.0\.1 but for inside\.example\.com .*: when another name is right, give it with server-name/,
  )
  await server.close()
})

describe('a client certificate', () => {
  test.each(['TLSv1.3', 'TLSv1.2'])('is shown to a server that demands it (%s)', async (version) => {
    const good = await certificate('good')
    const server = await startMutualTls(
      { ...good, ca: await authority(), ...(version === 'TLSv1.2' ? { maxVersion: 'TLSv1.2' } : {}) },
      honest,
    )
    const other = await certificate('wrong-name')
    const folder = await trusted({
      'me.pem': good.cert,
      'me.key': good.key,
      'other.key': other.key,
      'both.pem': `${good.cert}\n${good.key}`,
    })
    const url = `https://localhost:${server.port}/`
    const secure = { 'ca-file': 'ca.pem', ...PATIENT }
    const step = await healthCheck(
      { url, ...secure, 'client-cert': 'me.pem', 'client-key': 'me.key' },
      { workspace: folder },
    )
    expectConclusion(step, 'success')
    const body = good.key.split('\n')[1] ?? ''
    expect(body.length).toBeGreaterThan(40)
    expect(
      step.stdout.split('\n').filter((line) => line.includes(body) && !line.startsWith('::add-mask::')),
    ).toEqual([])
    expect(step.stdout).toContain(`::add-mask::${body}`)
    for (const scheme of ['https', 'tls']) {
      const target = `${scheme}://localhost:${server.port}`
      const both = await healthCheck(
        { url: target, ...secure, 'client-cert': 'both.pem' },
        { workspace: folder },
      )
      expectConclusion(both, 'success')
      const inline = await healthCheck(
        { url: target, ...secure, 'client-cert': good.cert, 'client-key': good.key },
        { workspace: folder },
      )
      expectConclusion(inline, 'success')
      const without = await healthCheck({ url: target, 'ca-file': 'ca.pem' }, { workspace: folder })
      expectConclusion(without, 'failure')
      expect(checkOf(without).class).toBe('tls')
      expect(errorOf(without)).toMatch(
        /client certificate.*give client-cert and client-key|the server refused the TLS handshake .*give client-cert and client-key/,
      )
    }
    await server.close()
  })

  test('that cannot be used is an input error which shows no key', async () => {
    const good = await certificate('good')
    const other = await certificate('wrong-name')
    const folder = await trusted({ 'me.pem': good.cert, 'other.key': other.key, 'junk.key': 'junk' })
    const run = async (inputs: Record<string, string>): Promise<string> => {
      const step = await healthCheck({ url: 'https://127.0.0.1:1/', ...inputs }, { workspace: folder })
      expectConclusion(step, 'failure')
      expect(step.outputs['status']).toBeUndefined()
      return errorOf(step)
    }
    expect(await run({ 'client-cert': 'me.pem', 'client-key': 'other.key' })).toMatch(
      /client-key: it is not the key of client-cert/,
    )
    expect(await run({ 'client-cert': 'me.pem', 'client-key': 'junk.key' })).toMatch(
      /client-key: it holds no PEM key/,
    )
    expect(await run({ 'client-cert': 'me.pem' })).toMatch(/client-key: it is missing/)
    expect(await run({ 'client-key': 'other.key' })).toMatch(/client-cert: it is missing/)
    expect(await run({ 'client-cert': 'nowhere.pem', 'client-key': 'other.key' })).toMatch(
      /nowhere\.pem.* cannot be read: ENOENT/,
    )
    const pasted = await run({ 'client-cert': 'me.pem', 'client-key': 'MIGHAgEAMBMGByqGSM49secretsecret' })
    expect(pasted).toMatch(/client-key: the file cannot be read: ENOENT/)
    expect(pasted).not.toContain('MIGHAgEA')
  })

  test('is not for a list out of the checkout', async () => {
    const folder = workspace({
      'checks.yml': '- { url: "https://127.0.0.1:1/", client-key: me.key }\n- unix:///run/docker.sock:/info',
    })
    const step = await healthCheck({ 'checks-file': 'checks.yml' }, { workspace: folder })
    expect(errorOf(step)).toMatch(/client-key is accepted in the inputs "client-key" and "checks" only/)
    expect(errorOf(step)).toMatch(/unix is accepted in the inputs "url" and "checks" only/)
  })
})

test('a chain with a hole, and an authority nobody knows, come with the remedy', async () => {
  const { key, leaf, intermediate } = await chained()
  const whole = await startHttp2((stream) => answer(stream), {
    tls: { key, cert: `${leaf}\n${intermediate}` },
  })
  const holed = await startHttp2((stream) => answer(stream), { tls: { key, cert: leaf } })
  const folder = await trusted()
  const ask = (port: number, inputs: Record<string, string>) =>
    healthCheck({ url: `https://localhost:${port}/`, ...inputs }, { workspace: folder })
  expectConclusion(await ask(whole.port, { 'ca-file': 'ca.pem', ...PATIENT }), 'success')
  expect(errorOf(await ask(holed.port, { 'ca-file': 'ca.pem' }))).toMatch(
    /from an unknown issuer \(CN=Test Intermediate CA\) .*it leaves out an intermediate one \(let it send the full chain\)/,
  )
  expect(errorOf(await ask(whole.port, {}))).toMatch(
    /from an unknown issuer .*: give the certificate of that authority with ca-file/,
  )
  await Promise.all([whole.close(), holed.close()])
  const server = await stage(startHonest({ status: 'ok' }, { tls: 'unknown-issuer' }))
  const unknown = await healthCheck({ url: `https://localhost:${server.port}/` })
  expect(errorOf(unknown)).toMatch(
    /the certificate is from an unknown issuer .*let it send the full chain.*give its certificate with ca-file/,
  )
  const own = await stage(startHonest({ status: 'ok' }, { tls: 'self-signed' }))
  const alone = await healthCheck({ url: `https://localhost:${own.port}/` })
  expect(errorOf(alone)).toMatch(/the certificate is self-signed .*: give it with ca-file/)
})

describe('a Unix socket', () => {
  test('is asked over HTTP', async () => {
    const path = join(tempFolder('nexus-sock-'), 'app.sock')
    const urls: unknown[] = []
    const server = await startOnSocket(path, (request, response) => {
      urls.push([request.url, request.headers.host])
      honest(request, response)
    })
    const step = await healthCheck({ url: `unix://${path}:/health?x=1`, ...PATIENT, samples: '20' })
    expectConclusion(step, 'success')
    expect(checkOf(step)).toMatchObject({
      target: `unix://${path}:/health?x=1`,
      address: `unix:${path}`,
      status: 200,
      samples: { count: 20 },
    })
    expect(urls[0]).toEqual(['/health?x=1', 'localhost'])
    expectConclusion(await healthCheck({ url: `unix://${path}`, ...PATIENT }), 'success')
    await server.close()
  })

  test('that is not there, is a file, or has too long a path', async () => {
    const folder = workspace({ file: '' })
    expect(errorOf(await healthCheck({ url: `unix://${folder}/none.sock:/` }))).toMatch(
      /there is no such socket \(unix:/,
    )
    expect(errorOf(await healthCheck({ url: `unix://${folder}/file:/` }))).toMatch(
      /nobody listens on the socket/,
    )
    const long = await healthCheck({ url: `unix:///${'a'.repeat(107)}:/` })
    expect(errorOf(long)).toMatch(/has at most 107 bytes, and this one has 108/)
    for (const url of ['unix://app.sock', 'unix://host/app.sock:/', 'unix:///'])
      expect(errorOf(await healthCheck({ url }))).toMatch(/does not name a socket by its absolute path/)
  })
})

test('expect-header holds response headers against values and operators', async () => {
  const server = await stage(
    startHttp((_request, response) => {
      response.setHeader('x-version', '12')
      response.setHeader('Cache-Control', 'no-store')
      honest(_request, response)
    }),
  )
  const run = (expectation: string) =>
    healthCheck({ url: server.url, 'expect-header': expectation, timeout: '2s' })
  for (const good of [
    'cache-control: no-store',
    'X-Version: ">= 12"',
    'X-Version: 12',
    'Server: absent',
    'CONTENT-TYPE: "~ json"',
    'Cache-Control: [no-cache, no-store]',
  ])
    expectConclusion(await run(good), 'success')
  const missing = await run('X-Request-Id: exists')
  expect(checkOf(missing)).toMatchObject({
    class: 'header',
    reason: expect.stringMatching(/^the header X-Request-Id is missing, expected it to exist/),
  })
  expect(checkOf(await run('Cache-Control: public')).reason).toMatch(
    /^the header Cache-Control is "no-store", expected "public"/,
  )
  expect(errorOf(await run('"bad name": x'))).toMatch(/is not a header name/)
  expect(errorOf(await run('x'))).toMatch(/is not a map of header names to values/)
})

test.each([
  ['kafka://h:9092', /For kafka, write tcp:\/\/host:9092.*or "exec" in "checks"/],
  ['mongodb+srv://h/', /For mongodb\+srv, write mongodb:\/\/host:27017/],
  ['etcd://h:2379', /For etcd, it has an HTTP endpoint for that/],
  ['oracle://h:1521', /For oracle, write tcp:\/\/host:port/],
])('%s has a remedy', async (url, words) => {
  const message = errorOf(await healthCheck({ url }))
  expect(message).toMatch(words)
  expect(message).toMatch(/Known are /)
  expect(message).not.toMatch(/Known are [^.]*\bexec\b/)
})
