import { describe, expect, test } from '@jest/globals'
import * as lying from '../../support/lying-servers.ts'
import { expectConclusion } from '../../support/runner.ts'
import { stage } from './stage.ts'
import { errorOf, healthCheck } from './step.ts'

const answering = async (
  status: number,
  body: string,
  headers: Record<string, string> = {},
): Promise<string> =>
  (await stage(lying.startHttp((_request, response) => response.writeHead(status, headers).end(body)))).url

const JSON_TYPE = { 'content-type': 'application/json' }
const json = (status: number, document: unknown): Promise<string> =>
  answering(status, JSON.stringify(document), JSON_TYPE)

interface Failure {
  what: string
  url: () => Promise<string>
  inputs?: Record<string, string>
  /** What is wrong, where, why, and what to do. */
  says: RegExp
}

/** What people are called for at night. */
const FAILURES: Failure[] = [
  {
    what: 'nothing listens',
    url: async () => `http://127.0.0.1:${await lying.closedPort()}/`,
    says: /connection refused.*127\.0\.0\.1:\d+/,
  },
  {
    what: 'the name is wrong',
    url: async () => 'http://api.invalid/health',
    says: /api\.invalid.*(not resolve|no such|name)/i,
  },
  {
    what: 'the service hangs',
    url: async () => (await stage(lying.startSilent())).url,
    inputs: { 'attempt-timeout': '300ms' },
    says: /no answer within 300 ms \(connected to 127\.0\.0\.1:\d+ in .*, then silence: no status line\)/,
  },
  {
    what: 'credentials are missing',
    url: () => json(401, { status: 'error', message: 'Token is missing' }),
    says: /^\S+: HTTP 401 Unauthorized instead of 200-299: Token is missing; send credentials with headers or in the URL; stop-on: 401 ends the waiting/,
  },
  {
    what: 'a firewall refuses',
    url: () =>
      answering(403, '<html><head><title>Access denied | Shield</title></head></html>', {
        'content-type': 'text/html',
      }),
    says: /^\S+: HTTP 403 Forbidden instead of 200-299: Access denied \| Shield; the credentials do not suffice, or a firewall refuses this runner/,
  },
  {
    what: 'the path is wrong',
    url: () => answering(404, 'Cannot GET /healthz\nat router\n'),
    says: /^\S+: HTTP 404 Not Found instead of 200-299: Cannot GET \/healthz; nothing is served at this path/,
  },
  {
    what: 'the request is not understood',
    url: () => json(422, { detail: [{ loc: ['body', 'name'], msg: 'Field required', type: 'missing' }] }),
    says: /^\S+: HTTP 422 Unprocessable \w+ instead of 200-299: body\.name: Field required/,
  },
  {
    what: 'the service breaks',
    url: () => json(500, { error: { code: 7, message: 'relation "users" does not exist' } }),
    says: /^\S+: HTTP 500 Internal Server Error instead of 200-299: relation "users" does not exist/,
  },
  {
    what: 'the service behind the proxy is down',
    url: () =>
      answering(502, '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body></body></html>'),
    says: /^\S+: HTTP 502 Bad Gateway instead of 200-299: 502 Bad Gateway; a proxy answers, and the service behind it does not/,
  },
  {
    what: 'a member is down',
    url: () => json(503, { status: 'unhealthy', checks: { redis: 'unhealthy: timeout', db: 'ok' } }),
    says: /^\S+: checks\.redis is "unhealthy: timeout" \(HTTP 503, attempt \d+, \d+ ms\)/,
  },
  {
    what: 'the service says no, and why',
    url: () => json(503, { status: 'error', message: 'migrations are pending' }),
    says: /^\S+: status is "error": migrations are pending \(HTTP 503/,
  },
  {
    what: 'there is a login page',
    url: async () => (await stage(lying.startLoginRedirect())).url,
    says: /^\S+: HTTP 302 Found instead of 200-299, to http:\S+\/login.* \(follow-redirects follows it\)/,
  },
  {
    what: 'the old release answers',
    url: () => json(200, { status: 'ok', version: '1.4.1' }),
    inputs: { 'expect-version': '1.4.2' },
    says: /^\S+: version "1\.4\.1", expected "1\.4\.2" \(HTTP 200/,
  },
  {
    what: 'the certificate is not trusted',
    url: async () => (await stage(lying.startHonest({ status: 'ok' }, { tls: 'self-signed' }))).url,
    says: /the certificate is self-signed .*ca-file/,
  },
]

describe('what people are called for', () => {
  test.each(FAILURES.map((failure) => [failure.what, failure] as const))('%s', async (_what, failure) => {
    const step = await healthCheck({ url: await failure.url(), timeout: '700ms', ...failure.inputs })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(failure.says)
    expect(errorOf(step).split('\n')).toHaveLength(1)
    expect(errorOf(step)).not.toContain('health-json: off')
  })
})

describe('what a body says for itself', () => {
  test.each<[string, string, Record<string, string>, RegExp]>([
    ['a long text is cut at 120 characters', 'x'.repeat(5_000), {}, /200-299: x{119}…( |;|$)/],
    ['controls are shown', 'a\u001b[31mred\u202e', {}, /: a\\u\{1b\}\[31mred\\u\{202e\}/],
    [
      'the first line',
      '\n\n  Ingester not ready: waiting  \nat x',
      {},
      /: Ingester not ready: waiting( |;|$)/,
    ],
    [
      'RFC 9457',
      '{"type":"about:blank","title":"Quota","detail":"Disk is full"}',
      { 'content-type': 'application/problem+json' },
      /: Disk is full/,
    ],
    ['a list of errors', '{"errors":[{"message":"first"},{"message":"second"}]}', JSON_TYPE, /: .*first/],
    ['nothing', '', {}, /instead of 200-299 \(attempt/],
    ['nothing in JSON', '{"a":1}', JSON_TYPE, /instead of 200-299 \(attempt/],
    ['an entity in a title', '<title>A &amp; B</title>', {}, /: A & B/],
    ['a command of the runner', '::error::x', {}, /200-299: :.*:error::x/],
  ])('%s', async (_what, body, headers, says) => {
    const step = await healthCheck({ url: await answering(500, body, headers), timeout: '500ms' })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(says)
  })
})

describe('a body without a Content-Type', () => {
  const kinds = async (inputs: Record<string, string>): Promise<[string | undefined, string]> => {
    let kind: string | undefined
    const server = await stage(
      lying.startHttp((request, response) => {
        kind = request.headers['content-type']
        response.end('ok')
      }),
    )
    const step = await healthCheck({ url: server.url, method: 'POST', ...inputs })
    expectConclusion(step, 'success')
    return [kind, step.log]
  }

  test('is JSON when it begins like JSON, and that is said', async () => {
    const [kind, log] = await kinds({ body: '{"query": "{ health }"}' })
    expect(kind).toBe('application/json')
    expect(log).toContain('with a body of application/json')
  })

  test('is left alone otherwise, and when one was given', async () => {
    expect((await kinds({ body: 'a=b' }))[0]).toBeUndefined()
    expect((await kinds({ body: '[1]', headers: 'content-type: text/x-list' }))[0]).toBe('text/x-list')
  })
})

describe('what the author expects of a place decides for that place', () => {
  test.each<[string, unknown, Record<string, string>, 'success' | 'failure']>([
    [
      'a red cluster that may be so',
      { status: 'red' },
      { 'expect-json': 'status: [green, yellow, red]' },
      'success',
    ],
    [
      'but not the members',
      { status: 'red', checks: { db: 'down' } },
      { 'expect-json': 'status: red' },
      'failure',
    ],
    ['a member', { status: 'up', checks: { db: 'down' } }, { 'expect-json': 'checks.db: down' }, 'success'],
    [
      'a member that is an object',
      { checks: { db: { status: 'idle' } } },
      { 'expect-json': 'checks.db.status: idle' },
      'success',
    ],
    ['exists says nothing of it', { status: 'down' }, { 'expect-json': 'status: exists' }, 'failure'],
    ['by its text', { status: 'down' }, { 'expect-body': '"status":"down"' }, 'success'],
    ['by the text of something else', { status: 'down', ok: 1 }, { 'expect-body': '"ok":1' }, 'failure'],
  ])('%s', async (_what, document, inputs, conclusion) => {
    expectConclusion(
      await healthCheck({ url: await json(200, document), timeout: '500ms', ...inputs }),
      conclusion,
    )
  })

  test('a text', async () => {
    const url = await answering(200, 'Unhealthy')
    expectConclusion(await healthCheck({ url, timeout: '500ms' }), 'failure')
    expectConclusion(await healthCheck({ url, 'expect-body': 'Unhealthy' }), 'success')
    expectConclusion(await healthCheck({ url, 'health-json': 'off' }), 'success')
  })
})

test('a check is planned with what it can do only', async () => {
  const step = await healthCheck({
    checks: '- tcp://127.0.0.1:9\n- http://127.0.0.1:9/',
    'expect-version': '2.1.0',
    'expect-json': 'a: 1',
    'dry-run': 'true',
  })
  expect(step.log).toMatch(/tcp:\/\/127\.0\.0\.1:9 \(2 × in a row\)/)
  expect(step.log).toMatch(/http:\/\/127\.0\.0\.1:9\/ \(HTTP 200-299, version 2\.1\.0, a, 30 × in a row/)
})

test('the table of the summary is no wider than a page', async () => {
  const url = `${await json(200, { status: 'ok', version: '1.2.3-rc.1+build.20261121.abcdef' })}/${'long/'.repeat(30)}`
  const step = await healthCheck({ checks: `- { name: "${'n'.repeat(100)}", url: "${url}" }` })
  const row = step.summary.split('\n').find((line) => line.includes('nnnn')) ?? ''
  const cells = row
    .split('|')
    .map((cell) => Math.max(...cell.split('<br>').map((part) => part.trim().length)))
  expect(cells.reduce((sum, width) => sum + width, 0)).toBeLessThan(130)
})
