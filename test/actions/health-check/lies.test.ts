import { describe, expect, test } from '@jest/globals'
import { authority } from '../../support/certificates.ts'
import * as lying from '../../support/lying-servers.ts'
import { expectConclusion } from '../../support/runner.ts'
import { stage } from './stage.ts'
import { checkOf, errorOf, healthCheck, workspace } from './step.ts'

interface Lie {
  name: string
  start: () => Promise<lying.LyingServer>
  class: string | RegExp
  reason: RegExp
  inputs?: Record<string, string>
}

// Each of these would be a false green for a tool that looks at the first status line it gets.
const LIES: Lie[] = [
  {
    name: '200 with an unhealthy member',
    start: lying.startUnhealthy200,
    class: 'health',
    reason: /^checks\.redis is "unhealthy: timeout" \(HTTP 200, attempt \d+, \d+ ms\)$/,
  },
  {
    name: 'the old version',
    start: () => lying.startOldVersion('1.4.1', '1.4.2', 1_000_000),
    class: 'version',
    reason: /^version "1\.4\.1", expected "1\.4\.2"/,
    inputs: { 'expect-version': '1.4.2' },
  },
  {
    name: 'a login redirect',
    start: lying.startLoginRedirect,
    class: 'status',
    reason: /^HTTP 302 .* to http:.*\/login/,
  },
  {
    name: 'the login page, when redirects are followed',
    start: lying.startLoginRedirect,
    class: 'json',
    reason: /not JSON/,
    inputs: { 'follow-redirects': '3', 'expect-json': 'status: ok' },
  },
  {
    name: 'one good answer out of three',
    start: () => lying.startFlapping(3),
    class: 'health',
    reason: /^\d+ of \d+ tries were good, but not 2 in a row; the last failure: status is "down"/,
  },
  {
    name: 'JSON that ends in the middle',
    start: lying.startTruncatedJson,
    class: 'json',
    reason: /does not parse/,
  },
  { name: 'a body cut short', start: lying.startCutBody, class: 'protocol', reason: /120 of 500 bytes/ },
  { name: 'broken chunks', start: lying.startBrokenChunks, class: 'protocol', reason: /./ },
  {
    name: 'silence',
    start: lying.startSilent,
    class: 'timeout',
    reason: /./,
    inputs: { 'attempt-timeout': '200ms' },
  },
  {
    name: 'a dripping body',
    start: lying.startDrippingBody,
    class: 'timeout',
    reason: /./,
    inputs: { 'attempt-timeout': '200ms' },
  },
  {
    name: 'headers without end',
    start: lying.startEndlessHeaders,
    class: /timeout|protocol/,
    reason: /./,
    inputs: { 'attempt-timeout': '200ms' },
  },
  {
    name: 'headers without end, fast',
    start: () => lying.startEndlessHeaders('fast'),
    class: 'protocol',
    reason: /./,
  },
  {
    name: 'a gzip bomb',
    start: lying.startGzipBomb,
    class: 'body',
    reason: /longer than max-body \(1 MiB\)/,
  },
  {
    name: 'a huge body',
    start: lying.startHugeBody,
    class: 'body',
    reason: /longer than max-body \(1 MiB\)/,
  },
  {
    name: 'a huge body in chunks of one byte',
    start: () =>
      lying.startTcp((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
        socket.end('1\r\nx\r\n'.repeat(300_000))
      }),
    class: 'body',
    reason: /longer than max-body \(256 KiB\)/,
    inputs: { 'max-body': '256KiB' },
  },
  { name: 'a reset', start: lying.startReset, class: /connect|protocol/, reason: /./ },
  {
    name: 'a certificate for another name',
    start: () => lying.startHonest({}, { tls: 'wrong-name' }),
    class: 'tls',
    reason: /other\.example/,
    inputs: { 'ca-file': 'ca.pem' },
  },
  {
    name: 'an expired certificate',
    start: () => lying.startHonest({}, { tls: 'expired' }),
    class: 'tls',
    reason: /expired/,
    inputs: { 'ca-file': 'ca.pem' },
  },
  {
    name: 'a self-signed certificate',
    start: () => lying.startHonest({}, { tls: 'self-signed' }),
    class: 'tls',
    reason: /self-signed/,
  },
  {
    name: 'a certificate of an unknown issuer',
    start: () => lying.startHonest({}, { tls: 'unknown-issuer' }),
    class: 'tls',
    reason: /./,
  },
  {
    name: '204 where JSON is expected',
    start: lying.startNoContent,
    class: 'json',
    reason: /not JSON/,
    inputs: { 'expect-json': 'status: ok' },
  },
  {
    name: 'another service',
    start: lying.startWrongService,
    class: 'json',
    reason: /not JSON/,
    inputs: { 'expect-json': 'status: ok' },
  },
  {
    name: 'another service, told by its text',
    start: lying.startWrongService,
    class: 'body',
    reason: /does not contain "orders"/,
    inputs: { 'expect-body': 'orders' },
  },
  {
    name: '405 on HEAD',
    start: lying.startNoHead,
    class: 'status',
    reason: /^HTTP 405/,
    inputs: { method: 'HEAD' },
  },
  {
    name: 'bytes that are no text',
    start: lying.startInvalidUtf8,
    class: /json|body/,
    reason: /./,
    inputs: { 'expect-body': 'healthy' },
  },
  { name: 'a server that speaks SSH', start: lying.startSshBanner, class: 'protocol', reason: /./ },
]

describe('a server that lies is unhealthy, for the right reason', () => {
  test.each(LIES)('$name', async ({ start, class: kind, reason, inputs }) => {
    const server = await stage(start())
    const step = await healthCheck(
      { url: server.url, ...inputs },
      { workspace: workspace({ 'ca.pem': await authority() }) },
    )
    expectConclusion(step, 'failure')
    const check = checkOf(step)
    expect(check.class).toMatch(kind)
    expect(check.reason).toMatch(reason)
    expect(step.outputs).toMatchObject({
      healthy: 'false',
      status: 'unhealthy',
      passed: '',
      failed: check.name,
    })
    expect(errorOf(step)).toBe(`${check.name}: ${check.reason}`)
    // One in flight; the server may see the next one before it has seen the end of the last.
    expect(server.maxOpenSockets).toBeLessThanOrEqual(2)
  })

  test('nobody listens', async () => {
    const step = await healthCheck({ url: `http://127.0.0.1:${await lying.closedPort()}/` })
    expectConclusion(step, 'failure')
    expect(checkOf(step)).toMatchObject({ class: 'connect', reason: expect.stringMatching(/refused/) })
  })
})

describe('an honest server is healthy', () => {
  test('at the second good answer, with no wait between', async () => {
    const server = await stage(lying.startHonest())
    const step = await healthCheck({ url: server.url })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ healthy: 'true', status: 'healthy', failed: '', attempts: '2' })
    expect(server.requests).toBe(2)
  })

  test('on ::1 only, when it is called localhost', async () => {
    const server = await stage(lying.startIpv6Only())
    const step = await healthCheck({ url: `http://localhost:${server.port}/health` })
    expectConclusion(step, 'success')
    expect(checkOf(step).address).toBe(`[::1]:${server.port}`)
  })

  test('after a while', async () => {
    const server = await stage(lying.startHealthyAfter({ requests: 4 }))
    const step = await healthCheck({ url: server.url, timeout: '10s' })
    expectConclusion(step, 'success')
    expect(checkOf(step).attempts).toBe(6)
  })

  test('with 204, when nothing is expected of the body', async () => {
    const server = await stage(lying.startNoContent())
    expectConclusion(await healthCheck({ url: server.url }), 'success')
  })

  test('with HEAD left alone by GET', async () => {
    const server = await stage(lying.startNoHead())
    expectConclusion(await healthCheck({ url: server.url }), 'success')
  })
})
