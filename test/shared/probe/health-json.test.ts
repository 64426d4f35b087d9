import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readHealth } from '../../../shared/probe/expect/health-json.ts'
import { describeBad } from '../../../shared/probe/expect/health-member.ts'

const bad = (document: unknown): string | undefined => describeBad(readHealth(document))
const paths = (document: unknown): string[] =>
  readHealth(document).map(({ path, verdict }) => `${path} ${verdict}`)

// As the contract lists them; `good` and `working` are said by products, see documents.test.ts.
const GOOD = [
  ...[
    'healthy',
    'ok',
    '200 ok',
    'up',
    'pass',
    'passing',
    'success',
    'alive',
    'ready',
    'true',
    'green',
    'serving',
  ],
  ...['available', 'running', 'online', 'active', 'operational', 'connected', 'live', 'pong', 'yes'],
]
const TOLERATED = ['degraded', 'warn', 'warning', 'yellow']

describe('words', () => {
  const dressed = (word: string): fc.Arbitrary<string> =>
    fc
      .tuple(
        fc.array(fc.boolean(), { minLength: word.length, maxLength: word.length }),
        fc.constantFrom('', ' ', '\n'),
        fc.constantFrom('', ': details', ':unhealthy', ' :x:y'),
      )
      .map(
        ([upper, space, tail]) =>
          `${space}${[...word].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter)).join('')}${tail}`,
      )

  test.each([...GOOD.map((word) => [word, 'good']), ...TOLERATED.map((word) => [word, 'tolerated'])])(
    '%s is %s: without case, up to the first colon',
    (word, verdict) => {
      fc.assert(
        fc.property(dressed(word ?? ''), (status) => {
          expect(readHealth({ status })).toMatchObject([
            { path: 'status', word: status, verdict, unknownWord: false },
          ])
        }),
      )
    },
  )

  test('every other word is unhealthy', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (status) => {
        const word = (status.split(':')[0] ?? '').trim().toLowerCase()
        fc.pre(![...GOOD, ...TOLERATED].includes(word))
        expect(readHealth({ status })[0]?.verdict).toBe('bad')
        expect(readHealth({ status: 'ok', checks: { x: status } })[0]?.verdict).toBe('bad')
      }),
    )
  })

  test.each([
    ['unhealthy', 'status is "unhealthy"'],
    ['unhealthy: timeout', 'status is "unhealthy: timeout"'],
    ['OUT_OF_SERVICE', 'status is "OUT_OF_SERVICE"'],
    [
      'starting',
      'status is "starting"; "starting" is no known word for healthy, health-json: off ignores it',
    ],
    ['okay', 'status is "okay"; "okay" is no known word for healthy, health-json: off ignores it'],
    ['not ok', 'status is "not ok"'],
    ['NOT_READY', 'status is "NOT_READY"'],
    ['', 'status is ""; "" is no known word for healthy, health-json: off ignores it'],
    [false, 'status is "false"'],
  ])('%j: %s', (status, message) => {
    expect(bad({ status })).toBe(message)
  })
})

describe('documents', () => {
  test.each([
    [
      'a plain map',
      { status: 'ok', checks: { db: 'ok', redis: 'unhealthy: timeout' } },
      'checks.redis is "unhealthy: timeout"',
    ],
    ['booleans', { status: 'ok', checks: { db: true, redis: false } }, 'checks.redis is "false"'],
    [
      'Spring Boot Actuator',
      { status: 'UP', components: { db: { status: 'DOWN', details: { error: 'x' } } } },
      'components.db is "DOWN"',
    ],
    [
      'Spring Boot, composite',
      {
        status: 'UP',
        components: { db: { status: 'UP', components: { replica: { status: 'OUT_OF_SERVICE' } } } },
      },
      'components.db.components.replica is "OUT_OF_SERVICE"',
    ],
    [
      'ASP.NET',
      { status: 'Healthy', entries: { sql: { status: 'Unhealthy', data: {} } } },
      'entries.sql is "Unhealthy"',
    ],
    [
      'ASP.NET with names as .NET writes them',
      { Status: 'Healthy', Entries: { sql: { Status: 'Unhealthy' } } },
      'Entries.sql is "Unhealthy"',
    ],
    [
      'application/health+json',
      { status: 'pass', checks: { 'cassandra:responseTime': [{ status: 'pass' }, { status: 'fail' }] } },
      'checks.cassandra:responseTime[1] is "fail"',
    ],
    [
      'MicroProfile',
      {
        status: 'UP',
        checks: [
          { name: 'a', status: 'UP' },
          { name: 'b', status: 'DOWN' },
        ],
      },
      'checks.b is "DOWN"',
    ],
    ['a list without names', { checks: ['ok', 'down'] }, 'checks.1 is "down"'],
    ['a list of lists', { checks: [[{ status: 'down' }]] }, 'checks.0[0] is "down"'],
    [
      'a member that is healthy or not',
      { status: 'ok', checks: { db: { healthy: false } } },
      'checks.db.healthy is "false"',
    ],
    [
      'a member that is ok or not',
      { status: 'ok', checks: { db: { ok: false, latency: 3 } } },
      'checks.db.ok is "false"',
    ],
    ['a group that is a word', { checks: 'failing' }, 'checks is "failing"'],
    ['only an overall status', { status: 'error', detail: 'x' }, 'status is "error"'],
    ['an overall status below its members', { status: 'fail', checks: { a: 'ok' } }, 'status is "fail"'],
    ['a flag at the top', { ok: false, error: 'x' }, 'ok is "false"'],
    ['the other flag', { healthy: false }, 'healthy is "false"'],
    ['two members', { checks: { a: 'down', b: 'down' } }, 'checks.a is "down", checks.b is "down"'],
    [
      'very many members',
      { checks: Object.fromEntries([...'abcdefg'].map((name) => [name, 'down'])) },
      'checks.a is "down", checks.b is "down", checks.c is "down", checks.d is "down", checks.e is "down", and 2 more',
    ],
    [
      'the member is named rather than the sum of it',
      { status: 'DOWN', components: { db: { status: 'DOWN' } } },
      'components.db is "DOWN"',
    ],
    [
      'a member named like a method',
      JSON.parse('{"status":"ok","checks":{"__proto__":"down","constructor":"down"}}'),
      'checks.__proto__ is "down", checks.constructor is "down"',
    ],
  ])('%s', (_what, document, message) => {
    expect(bad(document)).toBe(message)
  })

  test.each([
    ['numbers are no words', { status: 200, checks: { latency: 5 } }],
    ['nor is null', { status: null }],
    ['nor is a structure', { status: { code: 'down' } }],
    ['no document', { error: 'failed', detail: 'down' }],
    ['a list of something else', [{ status: 'shipped' }]],
    ['something else below a name', { order: { status: 'shipped' }, address: { state: 'CA' } }],
    ['a text', 'hello'],
    ['a longer text', 'down we go again'],
    ['null', null],
    ['a flag that is no boolean', { ok: 'no', healthy: 0 }],
    ['a document whose flag is beside its status', { status: 'up', ok: false }],
    ['inherited', Object.create({ status: 'down' })],
  ])('%s', (_what, document) => {
    expect(bad(document)).toBeUndefined()
  })

  test('tells tolerated members from good ones', () => {
    expect(paths({ status: 'warn', checks: { a: 'ok', b: 'degraded' } })).toEqual([
      'checks.a good',
      'checks.b tolerated',
      'status tolerated',
    ])
  })

  test('one bad member anywhere makes the document bad, wherever it hides', () => {
    const group = fc.constantFrom('checks', 'components', 'entries', 'Checks')
    const wrap = fc.constantFrom<(inner: unknown) => unknown>(
      (inner) => inner,
      (inner) => [inner],
      (inner) => ({ x: inner, y: 'ok' }),
      (inner) => [{ name: 'n', status: 'up' }, inner],
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(group, wrap), { minLength: 1, maxLength: 8 }), (layers) => {
        const inner = layers.reduceRight<unknown>((value, [name, around]) => ({ [name]: around(value) }), {
          status: 'down',
        })
        const outer = { status: 'ok', ...(inner as object) }
        fc.pre(reachable(inner))
        expect(bad(outer)).toBeDefined()
      }),
    )
  })

  test.each([
    ['lists', `{"checks":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
    ['members', `{"status":"ok",${'"checks":{"a":{'.repeat(50_000)}${'}}'.repeat(50_000)}}`],
  ])('endless nesting of %s is no health', (_what, text) => {
    expect(bad(JSON.parse(text))).toMatch(/is "nested too deeply"; .*health-json: off/)
  })

  test('what a service calls its members cannot flood or garble the message', () => {
    const name = `a\n::error::b\u202e${'x'.repeat(100_000)}`
    const message = bad({ checks: { [name]: 'y'.repeat(100_000) } }) ?? ''
    expect(message).not.toMatch(/[\n\u202e]/)
    expect(message.length).toBeLessThan(500)
    expect(bad({ status: `${'y'.repeat(38)}🐎 `.repeat(10) })?.isWellFormed()).toBe(true)
  })
})

/** Whether a reading that goes from groups to members gets to the innermost status. */
function reachable(value: unknown, isGroup = false): boolean {
  if (Array.isArray(value)) return value.some((item) => reachable(item))
  if (value === null || typeof value !== 'object') return false
  return Object.entries(value).some(([key, item]) => {
    if (isGroup) return reachable(item)
    if (key === 'status') return item === 'down'
    return (
      /^(checks|components|entries)$/i.test(key) &&
      (Array.isArray(item) ? reachable(item) : reachable(item, true))
    )
  })
}
