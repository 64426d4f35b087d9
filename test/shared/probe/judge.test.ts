import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Observation } from '../../../shared/probe/check.ts'
import { readJsonExpectations } from '../../../shared/probe/expect/json.ts'
import { judge } from '../../../shared/probe/judge.ts'
import type { Settings } from '../../../shared/probe/settings.ts'
import { checkOf, seen } from './fixtures.ts'

function expectations(map: object): Settings['expect-json'] {
  const reading = readJsonExpectations(map)
  if ('problem' in reading) throw new Error(reading.problem)
  return reading.value
}

const verdictOf = (settings: Partial<Settings>, observation: Observation) =>
  judge(checkOf(settings), observation)

/** Class and reason of a bad verdict, `good: …` of a good one. */
async function say(settings: Partial<Settings>, observation: Observation): Promise<string> {
  const { failure, reason } = await verdictOf(settings, observation)
  return `${failure ?? 'good'}: ${reason}`
}

const JSON_TYPE = { headers: { 'content-type': 'application/json; charset=utf-8' } }
const DOWN = { status: 'unhealthy', checks: { redis: 'unhealthy: timeout', db: 'ok' } }

describe('false greens: none of these is healthy', () => {
  test.each<[string, Partial<Settings>, Observation, string]>([
    ['200 but unhealthy', {}, seen(DOWN), 'health: checks.redis is "unhealthy: timeout"'],
    [
      '200 but unhealthy, said as text',
      {},
      seen(JSON.stringify(DOWN)),
      'health: checks.redis is "unhealthy: timeout"',
    ],
    [
      'behind a byte order mark',
      {},
      seen(`\ufeff${JSON.stringify(DOWN)}`),
      'health: checks.redis is "unhealthy: timeout"',
    ],
    [
      'behind a lot of white space',
      {},
      seen(`${' \n'.repeat(1_000)}${JSON.stringify(DOWN)}`),
      'health: checks.redis is "unhealthy: timeout"',
    ],
    [
      'with a type of its own',
      {},
      seen(JSON.stringify(DOWN), { headers: { 'content-type': 'application/vnd.health+json' } }),
      'health: checks.redis is "unhealthy: timeout"',
    ],
    [
      '503 and unhealthy: the member says more than the status',
      {},
      seen(DOWN, { status: 503 }),
      'health: checks.redis is "unhealthy: timeout"',
    ],
    [
      'an accepted 503 that is unhealthy',
      { 'expect-status': [{ from: 200, to: 599 }] },
      seen(DOWN, { status: 503 }),
      'health: checks.redis is "unhealthy: timeout"',
    ],
    [
      '503 though all members are well',
      {},
      seen({ status: 'ok' }, { status: 503, statusText: 'Service Unavailable' }),
      'status: HTTP 503 Service Unavailable instead of 200-299',
    ],
    [
      'an old version',
      { 'expect-version': '1.2.3' },
      seen({ status: 'ok', version: '1.2.2' }),
      'version: version "1.2.2", expected "1.2.3"',
    ],
    [
      'a version that is almost right',
      { 'expect-version': '1.2.3' },
      seen({ version: '1.2.3 ' }),
      'version: version "1.2.3 ", expected "1.2.3"',
    ],
    [
      'no version',
      { 'expect-version': '1.2.3' },
      seen({ status: 'ok' }),
      'version: no version at "version", expected "1.2.3"',
    ],
    [
      'no version, for the answer is a page',
      { 'expect-version': '1.2.3' },
      seen('<html>1.2.3</html>'),
      'version: no version at "version", expected "1.2.3"',
    ],
    [
      'a version elsewhere',
      { 'expect-version': '1', 'version-path': ['build', 'v'] },
      seen({ version: '1' }),
      'version: no version at "build.v", expected "1"',
    ],
    [
      'a login page',
      {},
      seen('', { status: 302, statusText: 'Found', headers: { location: '/login?next=%2F' } }),
      'status: HTTP 302 Found instead of 200-299, to http://api.test/login?next=%2F (follow-redirects follows it)',
    ],
    [
      'JSON that was cut off',
      {},
      seen('{"status":"ok","chec', JSON_TYPE),
      'json: the answer says it is JSON, but does not parse: ',
    ],
    [
      'an empty answer that says it is JSON',
      {},
      seen('', JSON_TYPE),
      'json: the answer says it is JSON, but does not parse: it is empty',
    ],
    [
      'JSON that is not UTF-8',
      {},
      seen('', { ...JSON_TYPE, body: Buffer.from([0x22, 0xff, 0x22]) }),
      'json: the answer says it is JSON, but does not parse: it is not valid UTF-8',
    ],
    [
      'more than was read',
      { 'max-body': 1_024 },
      seen('{"status":"ok"', { ...JSON_TYPE, truncated: true }),
      'body: the answer is longer than max-body (1 KiB)',
    ],
    [
      'more than was read, nobody looks at health',
      { 'health-json': 'off' },
      seen('x', { truncated: true }),
      'body: the answer is longer than max-body (1 MiB)',
    ],
    [
      'a text that is missing',
      { 'expect-body': { kind: 'text', text: 'ready' } },
      seen('starting'),
      'body: the answer does not contain "ready"',
    ],
    [
      'no JSON where JSON is expected',
      { 'expect-json': expectations({ a: 1 }) },
      seen('ok'),
      'json: the answer is not JSON',
    ],
    [
      'no JSON, nobody looks at health',
      { 'expect-json': expectations({ a: 1 }), 'health-json': 'off' },
      seen('{"a":1', JSON_TYPE),
      'json: the answer says it is JSON, but does not parse: ',
    ],
    [
      'another value',
      { 'expect-json': expectations({ a: 1, b: 2 }) },
      seen({ a: 1, b: 3 }),
      'json: b is 3, expected 2',
    ],
    [
      'a body that HEAD never has',
      { method: 'HEAD', 'expect-json': expectations({ a: 1 }) },
      seen({ a: 1 }),
      'json: the answer is not JSON',
    ],
    [
      '204 where JSON is expected',
      { 'expect-json': expectations({ a: 1 }) },
      seen('', { status: 204 }),
      'json: the answer is not JSON',
    ],
    [
      'an accepted 304 without a version',
      { 'expect-status': [{ from: 304, to: 304 }], 'expect-version': '1' },
      seen('', { status: 304 }),
      'version: no version at "version", expected "1"',
    ],
    [
      'a status that ends the waiting',
      { 'stop-on': [{ from: 401, to: 403 }] },
      seen('', { status: 401, statusText: 'Unauthorized' }),
      'status: HTTP 401 Unauthorized, which ends the waiting (stop-on)',
    ],
    [
      'an unhealthy status that ends the waiting',
      { 'stop-on': [{ from: 503, to: 503 }] },
      seen(DOWN, { status: 503, statusText: '' }),
      'status: HTTP 503, which ends the waiting (stop-on): checks.redis is "unhealthy: timeout"',
    ],
  ])('%s', async (_what, settings, observation, wanted) => {
    const said = await say(settings, observation)
    expect(said.startsWith(wanted)).toBe(true)
    if (!wanted.endsWith(': ')) expect(said).toBe(wanted)
  })

  test('whatever else an answer holds, a bad member or a wrong status makes it bad', async () => {
    const status = fc.integer({ min: 100, max: 599 })
    const type = fc.constantFrom(
      '',
      'text/plain',
      'text/html',
      'application/json',
      'application/problem+json',
    )
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue(),
        status,
        type,
        fc.boolean(),
        async (noise, code, contentType, isDown) => {
          const document = { noise, status: isDown ? 'down' : 'up' }
          const headers = { 'content-type': contentType }
          const { failure } = await verdictOf({}, seen(JSON.stringify(document), { status: code, headers }))
          const hasBody = code !== 204 && code !== 304
          expect(failure === undefined).toBe(code >= 200 && code < 300 && !(isDown && hasBody))
        },
      ),
    )
  })
})

describe('what is healthy', () => {
  test.each<[string, Partial<Settings>, Observation, string]>([
    ['a plain answer', {}, seen('ok'), 'good: HTTP 200 OK'],
    ['any bytes', {}, seen('', { body: Buffer.from([0xff, 0xfe, 0, 1]) }), 'good: HTTP 200 OK'],
    ['text that only looks like JSON', {}, seen('{{ template }}'), 'good: HTTP 200 OK'],
    [
      'no content',
      {},
      seen('', { status: 204, statusText: 'No Content', ...JSON_TYPE }),
      'good: HTTP 204 No Content',
    ],
    ['HEAD of JSON', { method: 'HEAD' }, seen('', JSON_TYPE), 'good: HTTP 200 OK'],
    [
      'members and a version',
      {},
      seen({ status: 'ok', version: '1.2.3', checks: { a: 'ok', b: 'up' } }),
      'good: HTTP 200 OK, 2 members healthy, version 1.2.3',
    ],
    [
      'one member',
      {},
      seen({ checks: [{ name: 'a', status: 'UP' }] }),
      'good: HTTP 200 OK, 1 member healthy',
    ],
    ['unhealthy, and nobody looks', { 'health-json': 'off' }, seen(DOWN), 'good: HTTP 200 OK'],
    ['broken JSON, and nobody looks', { 'health-json': 'off' }, seen('{"a', JSON_TYPE), 'good: HTTP 200 OK'],
    [
      'the version as a number',
      { 'expect-version': '7' },
      seen({ version: 7 }),
      'good: HTTP 200 OK, version 7',
    ],
    [
      'JSON Lines are not JSON',
      {},
      seen('{"a":1}\n{"a":2}', { headers: { 'content-type': 'application/x-ndjson' } }),
      'good: HTTP 200 OK',
    ],
    [
      'an accepted status',
      { 'expect-status': [{ from: 404, to: 404 }] },
      seen('', { status: 404, statusText: 'Not Found' }),
      'good: HTTP 404 Not Found',
    ],
    ['not HTTP', {}, { timings: { total: 1 }, note: 'accepts connections' }, 'good: accepts connections'],
  ])('%s', async (_what, settings, observation, wanted) => {
    expect(await say(settings, observation)).toBe(wanted)
  })

  test('a program is judged by its output, but has no health document', async () => {
    const { status: _, statusText: __, headers: ___, ...output } = seen({ status: 'down', version: '2' })
    expect(await say({ 'expect-version': '2' }, output)).toBe('good: version 2')
    expect(await say({ 'expect-version': '3' }, output)).toBe('version: version "2", expected "3"')
    expect(await say({ 'expect-json': expectations({ status: 'down' }) }, output)).toBe('good: version 2')
  })
})

test('the first of several faults is told: stop-on, status, length, JSON, health, body, JSON values, version, certificate', async () => {
  const certificate = { subject: 'a', issuer: 'b', validTo: '2026-03-04T05:06:07Z', daysLeft: 3 }
  const settings: Partial<Settings> = {
    'stop-on': [{ from: 500, to: 500 }],
    'expect-body': { kind: 'text', text: 'needle' },
    'expect-json': expectations({ a: 1 }),
    'expect-version': '2',
    'min-certificate-days': 14,
  }
  const answer = (document: object, more: Partial<Observation> = {}): Observation =>
    seen(document, { certificate, ...more })
  const order = [
    answer({ status: 'down' }, { status: 500 }),
    answer({ a: 2 }, { status: 404 }),
    answer({ status: 'down' }, { truncated: true }),
    seen('{"a', { ...JSON_TYPE, certificate }),
    answer({ status: 'down' }),
    answer({ a: 2 }),
    answer({ a: 2, b: 'needle' }),
    answer({ a: 1, b: 'needle' }),
    answer({ a: 1, b: 'needle', version: '2' }),
  ]
  const said = await Promise.all(order.map((observation) => verdictOf(settings, observation)))
  expect(said.map(({ failure }) => failure)).toEqual([
    'status',
    'status',
    'body',
    'json',
    'health',
    'body',
    'json',
    'version',
    'certificate',
  ])
  expect(said.map(({ permanent }) => permanent)).toEqual([true, ...Array(8).fill(false)])
  expect(said.at(-1)?.reason).toBe(
    'the certificate is valid for 3 more days (until 2026-03-04), expected at least 14',
  )
})

describe('degraded', () => {
  test('is good, and names the members', async () => {
    const verdict = await verdictOf({}, seen({ status: 'warn', checks: { a: 'ok', b: 'DEGRADED: slow' } }))
    expect(verdict).toMatchObject({ degraded: ['checks.b is "DEGRADED: slow"', 'status is "warn"'] })
    expect(verdict.failure).toBeUndefined()
  })

  test('a hundred thousand degraded members are a short list', async () => {
    const verdict = await verdictOf({}, seen({ checks: Array(100_000).fill('warn') }))
    expect(verdict.degraded.length).toBeLessThanOrEqual(20)
  })
})

describe('messages', () => {
  test.each([
    ['https://user:hunter2@sso.test/login?token=hunter2&a=b', 'https://sso.test/login?token=***&a=b'],
    ['/login?api_key=hunter2', 'http://api.test/login?api_key=***'],
    ['http://user:hunter2@ho st/?sig=hunter2', 'http://***@ho st/?sig=***'],
  ])('a redirect to %s shows no credential', async (where, shown) => {
    expect(await say({}, seen('', { status: 302, headers: { location: where } }))).toContain(
      `, to ${shown} (`,
    )
  })

  test('a Location is a redirect only with a status that redirects', async () => {
    expect(
      await say(
        { 'expect-status': [{ from: 200, to: 200 }] },
        seen('', { status: 201, statusText: 'Created', headers: { location: '/items/1' } }),
      ),
    ).toBe('status: HTTP 201 Created instead of 200')
  })

  test('nothing that a server says floods or garbles a reason', async () => {
    const text = fc.string({ unit: 'binary' })
    const observation = fc.record({
      status: fc.integer({ min: 100, max: 599 }),
      statusText: text,
      headers: fc.record({
        'content-type': fc.constantFrom('application/json', 'text/plain'),
        location: text,
      }),
      body: fc
        .oneof(
          text,
          fc.jsonValue().map((value) => JSON.stringify(value)),
          text.map((word) => JSON.stringify({ version: word, status: word, checks: { [word]: word } })),
        )
        .map((body) => Buffer.from(body)),
      timings: fc.constant({ total: 1 }),
    })
    const settings: Partial<Settings> = {
      'expect-version': '1',
      'expect-json': expectations({ 'checks.a': 'x' }),
    }
    await fc.assert(
      fc.asyncProperty(observation, fc.constantFrom({}, settings), async (answer, given) => {
        const { reason } = await verdictOf(given, answer)
        expect(reason.length).toBeLessThan(2_000)
        expect(reason).not.toMatch(/[\n\r]/)
      }),
    )
    const long = 'x'.repeat(900_000)
    for (const body of [
      { version: long },
      { status: long },
      { checks: { [long]: 'down' } },
      { checks: { [long]: 'warn' } },
    ]) {
      const { reason, degraded, version } = await verdictOf({}, seen(body))
      expect(reason.length + degraded.join('').length + (version ?? '').length).toBeLessThan(1_000)
    }
  })

  test('a content type of any length is read in time', async () => {
    for (const type of [
      ' '.repeat(60_000),
      `${'/json '.repeat(10_000)}x`,
      `application/json${' '.repeat(60_000)}x`,
    ]) {
      expect(await say({}, seen('ok', { headers: { 'content-type': type } }))).toBe('good: HTTP 200 OK')
    }
  })
})
