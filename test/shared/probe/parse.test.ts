import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Problem } from '../../../shared/action/errors.ts'
import type { Problems } from '../../../shared/action/inputs.ts'
import type { Check } from '../../../shared/probe/check.ts'
import { checkTogether, parseChecks, uniqueNames } from '../../../shared/probe/parse.ts'
import { isSampled, samplesOf } from '../../../shared/probe/samples.ts'
import { defaultSettings, SETTINGS, type SettingName, type Settings } from '../../../shared/probe/settings.ts'
import { parseYaml } from '../../../shared/text/yaml.ts'
import { checkOf } from './fixtures.ts'

function collector(): Problems & { list: Problem[] } {
  const list: Problem[] = []
  return { list, add: (input, message) => list.push({ input, message }) }
}

interface Parsed {
  checks: Check[]
  problems: string[]
}

function parse(list: unknown, defaults: Partial<Settings> = {}, untrusted = false): Parsed {
  const problems = collector()
  const options = { defaults: { ...defaultSettings, ...defaults }, origin: 'checks', untrusted }
  const checks = parseChecks(list, options, problems)
  return { checks, problems: problems.list.map(({ input, message }) => `${input}: ${message}`) }
}

const problemsOf = (mapping: object, defaults?: Partial<Settings>, untrusted?: boolean): string[] =>
  parse([{ url: 'http://a/', ...mapping }], defaults, untrusted).problems

describe('the list', () => {
  test.each([[null], [[]], ['http://a'], [{ url: 'http://a' }], [5]])('%j is none', (list) => {
    expect(parse(list).problems).toEqual([
      'checks: it is not a list of checks. Write one "- http://host/health" or "- name: …" per check.',
    ])
  })

  test('every item is read, right ones and wrong ones, with their places', () => {
    const { checks, problems } = parse([
      'http://a/',
      5,
      { url: 'nope' },
      null,
      ['x'],
      { url: 'tcp://b:1', name: 'b' },
    ])
    expect(checks.map(({ name }) => name)).toEqual(['a', 'b'])
    expect(problems).toEqual([
      'checks[1]: "5" is neither a URL nor a mapping with "url".',
      'checks[2].url: "nope" has no scheme. Write for example http://nope.',
      'checks[3]: "null" is neither a URL nor a mapping with "url".',
      'checks[4]: "["x"]" is neither a URL nor a mapping with "url".',
    ])
  })

  test('a bare URL has its own place in a message', () => {
    expect(parse(['tcp://b']).problems).toEqual([
      'checks[0]: "tcp://b" names no port. Write tcp://host:port.',
    ])
  })
})

describe('one check', () => {
  test('takes its settings from the step, and its own over them', () => {
    const { checks, problems } = parse(
      [{ url: 'http://u:p@a/x?token=t', name: 'A', timeout: '5s', 'expect-status': '204', required: false }],
      { method: 'HEAD', timeout: 10_000 },
    )
    expect(problems).toEqual([])
    expect(checks[0]).toMatchObject({
      name: 'A',
      display: 'http://a/x?token=***',
      required: false,
      settings: {
        method: 'HEAD',
        timeout: 5_000,
        'expect-status': [{ from: 204, to: 204 }],
        interval: undefined,
      },
    })
  })

  test('an empty value is not given', () => {
    const { checks, problems } = parse([{ url: 'http://a/', method: null, interval: null }], {
      method: 'HEAD',
    })
    expect(problems).toEqual([])
    expect(checks[0]?.settings.method).toBe('HEAD')
  })

  test.each<[object, string, string]>([
    [{ url: undefined }, 'checks[0]: it has no "url".', 'no target'],
    [{ exec: ['a'] }, 'checks[0]: it has both "url" and "exec"; write one of them.', 'two targets'],
    [
      { url: undefined, exec: 'a b' },
      'checks[0].exec: "a b" is not an argument list such as [python, manage.py, check]. There is no shell.',
      'a command line',
    ],
    [{ name: '' }, 'checks[0].name: "" is not a name.', 'an empty name'],
    [{ name: { a: 1 } }, 'checks[0].name: "{"a":1}" is not a name.', 'a structure for a name'],
    [{ required: 'yes' }, 'checks[0].required: "yes" is neither true nor false.', 'YAML 1.2 knows no yes'],
    [{ timout: '5s' }, 'checks[0].timout: it is not known. Did you mean "timeout"?', 'a slip'],
    [
      { expectstatus: 200 },
      'checks[0].expectstatus: it is not known. Did you mean "expect-status"?',
      'a slip',
    ],
    [{ frobnicate: 1 }, 'checks[0].frobnicate: it is not known.', 'nothing near'],
    [
      JSON.parse('{"__proto__": {"polluted": true}}'),
      'checks[0].__proto__: it is not known.',
      'a hostile key',
    ],
    [{ constructor: 1 }, 'checks[0].constructor: it is not known.', 'a key that every object has'],
    [{ toString: 1 }, 'checks[0].toString: it is not known.', 'another'],
    [
      { 'a\n::error::\u001b': 1 },
      'checks[0].a ::error::\\u{1b}: it is not known.',
      'a key that is not one line',
    ],
    [
      { 'fail-on-unhealthy': false },
      'checks[0].fail-on-unhealthy: it does not belong here: write "required: false" to report a check without failing.',
      'for the step',
    ],
    [
      { 'dry-run': true },
      'checks[0].dry-run: it does not belong here: it is for the whole step.',
      'for the step',
    ],
    [{ checks: [] }, 'checks[0].checks: it does not belong here: lists do not nest.', 'a list in the list'],
    [
      { 'checks-file': 'x' },
      'checks[0].checks-file: it does not belong here: lists do not nest.',
      'a file in the list',
    ],
    [{ 'max-age': '5m' }, 'checks[0].max-age: it means nothing for http.', 'a setting of files'],
    [{ 'expect-exit': 1 }, 'checks[0].expect-exit: it means nothing for http.', 'a setting of programs'],
    [
      { url: 'tcp://a:1', method: 'GET' },
      'checks[0].method: it means nothing for tcp. There are name, url, required, timeout,',
      'HTTP only',
    ],
    [{ url: 'tcp://a:1', samples: 5 }, 'checks[0].samples: it means nothing for tcp.', 'HTTP only'],
    [
      { url: 'file:///x', 'expect-body': 'x' },
      'checks[0].expect-body: it means nothing for file.',
      'files have contains',
    ],
    [
      { method: 'GET /' },
      'checks[0].method: "GET /" is not an HTTP method. Write GET, HEAD, POST, OPTIONS …',
      'not a token',
    ],
    [{ method: 'CONNECT' }, 'checks[0].method: "CONNECT" is not an HTTP method.', 'a tunnel'],
    [
      { headers: 'Authorization: Bearer hunter2' },
      'checks[0].headers: it is not a map of header names to values',
      'a header line',
    ],
    [{ headers: ['a'] }, 'checks[0].headers: it is not a map', 'a list'],
    [{ headers: { 'a b': '1' } }, 'checks[0].headers: "a b" is not a header name.', 'a space in a name'],
    [{ headers: { 'X-A:': '1' } }, 'checks[0].headers: "X-A:" is not a header name.', 'a colon in a name'],
    [
      { headers: { a: ['hunter2'] } },
      'checks[0].headers: the value of a is not a text.',
      'a list for a value',
    ],
    [{ headers: { a: null } }, 'checks[0].headers: the value of a is not a text.', 'null for a value'],
    [
      { headers: { a: 'hunter2\r\nb: c' } },
      'checks[0].headers: the value of a holds a line break',
      'CRLF would be a second header',
    ],
    [{ headers: { a: 'hunter2\u0000' } }, 'checks[0].headers: the value of a holds a line break', 'NUL'],
    [
      { headers: { a: 'hunter2 ✓' } },
      'checks[0].headers: the value of a holds a line break or another character',
      'beyond Latin-1',
    ],
    [
      { body: { password: 'hunter2' } },
      'checks[0].body: it is not a text. Put JSON in quotes, or below "body: |".',
      'YAML makes a map of JSON',
    ],
    [{ 'expect-status': '2xx' }, 'checks[0].expect-status: "2xx" is not an HTTP status.', 'a class'],
    [{ 'stop-on': 'x' }, 'checks[0].stop-on: "x" is not an HTTP status.', 'likewise'],
    [{ 'expect-body': '/(/' }, 'checks[0].expect-body: Invalid regular expression', 'a broken expression'],
    [{ 'expect-json': 'status: ok' }, 'checks[0].expect-json: "status: ok" is not a map', 'text for a map'],
    [
      { 'expect-json': { a: '> x' } },
      'checks[0].expect-json: a: "> x": what follows > is not a number.',
      'with its path',
    ],
    [
      { 'expect-version': ' ' },
      'checks[0].expect-version: " " is not a version.',
      'an empty output of a step',
    ],
    [{ 'expect-version': [1] }, 'checks[0].expect-version: "[1]" is not a version.', 'a list'],
    [{ 'version-path': 'a..b' }, 'checks[0].version-path: "a..b" is not a JSON path', 'a broken path'],
    [{ 'same-version': 'maybe' }, 'checks[0].same-version: "maybe" is neither true nor false.', 'no boolean'],
    [
      { 'health-json': 'of' },
      'checks[0].health-json: "of" is not one of "auto" or "off". Did you mean "off"?',
      'a slip',
    ],
    [
      { timeout: '2m' },
      'checks[0].timeout: it is longer than the timeout of the whole step (1 min). Raise that one.',
      'longer than the step',
    ],
    [{ timeout: '0' }, 'checks[0].timeout: "0" is too short: at least 1 ms.', 'no time at all'],
    [
      { timeout: 'for ever' },
      'checks[0].timeout: "for ever" is not a duration. Write 250ms, 30s, 5m or 1h30m',
      'not a duration',
    ],
    [{ 'attempt-timeout': '-5s' }, 'checks[0].attempt-timeout: "-5s" is not a duration.', 'negative'],
    [{ interval: '1ms' }, 'checks[0].interval: "1ms" is too short: at least 10 ms.', 'a flood'],
    [
      { 'initial-delay': '60s' },
      'checks[0].initial-delay: 1 min do not fit into the timeout of 1 min. Raise the timeout.',
      'the delay takes all the time',
    ],
    [
      { hold: '60s' },
      'checks[0].hold: 1 min do not fit into the timeout of 1 min. Raise the timeout.',
      'the hold takes all the time',
    ],
    [
      { timeout: '5s', hold: '5s' },
      'checks[0].hold: 5 s do not fit into the timeout of 5 s.',
      'its own timeout',
    ],
    [
      { 'success-threshold': 0 },
      'checks[0].success-threshold: "0" is out of range: from 1 to 1000.',
      'nothing proves nothing',
    ],
    [{ 'success-threshold': 1.5 }, 'checks[0].success-threshold: "1.5" is not a whole number.', 'a fraction'],
    [{ 'follow-redirects': 21 }, 'checks[0].follow-redirects: "21" is out of range: from 0 to 20.', 'a loop'],
    [
      { 'follow-redirects': true },
      'checks[0].follow-redirects: "true" is not a whole number.',
      'a number is needed',
    ],
    [{ samples: 'many' }, 'checks[0].samples: "many" is not a whole number.', 'no number'],
    [{ concurrency: 0 }, 'checks[0].concurrency: "0" is out of range: from 1 to 256.', 'nobody asks'],
    [
      { samples: 10, 'max-p95': '1s' },
      'checks[0].samples: max-p95 needs at least 20 samples, not 10.',
      'too few for p95',
    ],
    [
      { samples: 99, 'max-p99': '1s' },
      'checks[0].samples: max-p99 needs at least 100 samples, not 99.',
      'too few for p99',
    ],
    [
      { 'max-error-rate': '1' },
      'checks[0].max-error-rate: "1" is not a share. Write 1%, 0.5% or a fraction such as 0.01.',
      'one percent or all',
    ],
    [{ 'max-error-rate': '101%' }, 'checks[0].max-error-rate: "101%" is not a share.', 'more than all'],
    [{ 'tls-verify': 'off' }, 'checks[0].tls-verify: "off" is neither true nor false.', 'no boolean'],
    [
      { 'min-certificate-days': -1 },
      'checks[0].min-certificate-days: "-1" is out of range: from 0 to 10000.',
      'negative',
    ],
    [
      { 'max-body': '1TB' },
      'checks[0].max-body: "1TB" is not a size. Write 64KiB, 1MiB or a number of bytes.',
      'unknown unit',
    ],
    [{ 'max-body': 0 }, 'checks[0].max-body: "0" is out of range: from 1 byte to 64 MiB.', 'nothing'],
    [
      { 'max-body': '1GiB' },
      'checks[0].max-body: "1GiB" is out of range: from 1 byte to 64 MiB.',
      'too much',
    ],
    [
      { invert: true, hold: '5s' },
      'checks[0].invert: a target that is to be down has no samples and no hold.',
      'hold',
    ],
    [
      { invert: true, samples: 5 },
      'checks[0].invert: a target that is to be down has no samples and no hold.',
      'samples',
    ],
    [
      { invert: true, 'max-error-rate': '1%' },
      'checks[0].invert: a target that is to be down has no samples and no hold.',
      'a threshold',
    ],
  ])('%j (%#)', (mapping, message, _why) => {
    const problems = problemsOf(mapping)
    expect(problems).toHaveLength(1)
    expect(problems[0]?.startsWith(message)).toBe(true)
    expect(problems[0]).not.toContain('hunter2')
  })

  test('all that is wrong with it is told at once', () => {
    expect(problemsOf({ url: 'tcp://a', timeout: 'x', name: '', required: 5, nope: 1 })).toHaveLength(5)
  })

  test('every setting of every check can be given as its input would write it, or as YAML', async () => {
    const given = `
- url: http://a/
  method: post
  headers: { X-A: 1.10, X-B: true }
  body: x
  expect-status: [200, "301-302"]
  expect-body: /ok/i
  expect-json: { a.b: [1, 2], c: ">= 2" }
  expect-version: 1.10
  version-path: build.version
  same-version: true
  health-json: off
  timeout: 30
  attempt-timeout: 2s
  interval: 500ms
  initial-delay: 1s
  success-threshold: 3
  hold: 5s
  stop-on: 401,403
  follow-redirects: 3
  samples: 200
  concurrency: 4
  max-p95: 200ms
  max-p99: 1s
  max-error-rate: 1%
  tls-verify: false
  ca-file: ca.pem
  min-certificate-days: 14
  max-body: 64KiB
- { url: "file:///x", contains: ready, max-age: 5m }
- { exec: [a, 1], expect-exit: 2, invert: false, required: false }
`
    const yaml = await parseYaml(given)
    const { checks, problems } = parse(yaml.ok ? yaml.value : null)
    expect(problems).toEqual([])
    expect(checks[0]?.settings).toMatchObject({
      method: 'POST',
      headers: { 'X-A': '1.10', 'X-B': 'true' },
      'expect-version': '1.10',
      timeout: 30_000,
      'max-error-rate': 0.01,
    })
    const covered = new Set(checks.flatMap((check) => Object.keys(check.settings)))
    expect([...covered].sort()).toEqual(Object.keys(SETTINGS).sort())
  })
})

describe('a list out of the checkout, or a lone URL', () => {
  test.each<[object, string]>([
    [
      { url: undefined, exec: ['sh', '-c', 'x'] },
      'checks[0].exec: exec is accepted in the input "checks" only.',
    ],
    [{ url: 'file:///etc/passwd' }, 'checks[0].url: file is accepted in the input "checks" only.'],
    [
      { headers: { 'X-A': '1' } },
      'checks[0].headers: headers are accepted in the inputs "headers" and "checks" only.',
    ],
  ])('%j is refused', (mapping, message) => {
    expect(problemsOf(mapping, {}, true)).toEqual([message])
    expect(problemsOf(mapping, {}, false)).toEqual([])
  })
})

describe('rules between settings', () => {
  const together = (given: Partial<Settings>): string[] => {
    const problems = collector()
    checkTogether(
      { ...defaultSettings, ...given },
      (key) => key in given,
      (key) => key,
      problems,
    )
    return problems.list.map(({ input, message }) => `${input}: ${message}`)
  }

  test('what is wrong with the step is not told again for each check', () => {
    const step: Partial<Settings> = { samples: 10, 'max-p95': 5, hold: 60_000, 'initial-delay': 90_000 }
    expect(together(step)).toHaveLength(3)
    expect(problemsOf({ name: 'x' }, step)).toEqual([])
  })

  test('what a check and the step only together do wrong is told', () => {
    expect(problemsOf({ 'max-p99': '1s' }, { samples: 50 })).toEqual([
      'checks[0].samples: max-p99 needs at least 100 samples, not 50.',
    ])
    expect(problemsOf({ samples: 5 }, { 'max-p95': 5 })).toEqual([
      'checks[0].samples: max-p95 needs at least 20 samples, not 5.',
    ])
    expect(problemsOf({ timeout: '5s' }, { hold: 10_000 })).toEqual([
      'checks[0].hold: 10 s do not fit into the timeout of 5 s. Raise the timeout.',
    ])
    expect(problemsOf({ hold: '5s' }, { invert: true })).toEqual([
      'checks[0].invert: a target that is to be down has no samples and no hold.',
    ])
    expect(problemsOf({ samples: 5 }, { invert: true })).toHaveLength(1)
  })

  test('one target of several may be one that is to be down, although the step has thresholds', () => {
    const { checks, problems } = parse(
      [{ url: 'http://a/', invert: true }, { url: 'tcp://b:1', invert: true }, 'http://c/'],
      {
        'max-p95': 100,
        samples: 50,
      },
    )
    expect(problems).toEqual([])
    expect(checks.map(isSampled)).toEqual([false, false, true])
  })

  test.each<[Partial<Settings>, number]>([
    [{}, 0],
    [{ samples: 7 }, 7],
    [{ 'max-p95': 1 }, 50],
    [{ 'max-error-rate': 0 }, 50],
    [{ 'max-p99': 1 }, 100],
    [{ 'max-p99': 1, 'max-p95': 1 }, 100],
    [{ 'max-p95': 1, samples: 30 }, 30],
    [{ 'max-p95': 1, invert: true }, 0],
  ])('%j takes %d samples', (settings, count) => {
    expect(samplesOf({ ...defaultSettings, ...settings })).toBe(count)
  })

  test('what passes has enough samples, and time to be held', () => {
    const settings = fc.record(
      {
        samples: fc.integer({ min: 0, max: 200 }),
        'max-p95': fc.integer({ min: 1, max: 100 }),
        'max-p99': fc.integer({ min: 1, max: 100 }),
        hold: fc.integer({ min: 0, max: 100_000 }),
        'initial-delay': fc.integer({ min: 0, max: 100_000 }),
        invert: fc.boolean(),
      },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(settings, (given) => {
        if (together(given).length > 0) return
        const whole = { ...defaultSettings, ...given } as Settings
        const count = samplesOf(whole)
        if (!whole.invert && whole['max-p95'] !== undefined) expect(count).toBeGreaterThanOrEqual(20)
        if (!whole.invert && whole['max-p99'] !== undefined) expect(count).toBeGreaterThanOrEqual(100)
        expect(Math.max(whole.hold, whole['initial-delay'])).toBeLessThan(whole.timeout)
        if (whole.invert) expect([count, whole.hold]).toEqual([0, 0])
      }),
    )
  })
})

describe('names', () => {
  const named = (name: string): Check => checkOf({}, { name })
  const unnamed = (host: string): Check => {
    const url = new URL(`http://${host}/`)
    return { ...checkOf({}, { name: host, target: { scheme: 'http', url } }) }
  }

  test('those that were made up get a number, given ones must differ', () => {
    const problems = collector()
    const all = uniqueNames(
      [unnamed('a'), unnamed('a'), named('b'), named('b'), unnamed('c')],
      problems,
      'checks',
    )
    expect(all.map(({ name }) => name)).toEqual(['a', 'a (2)', 'b', 'b (2)', 'c'])
    expect(problems.list).toEqual([
      { input: 'checks', message: 'two checks are named "b". Give each a name of its own.' },
    ])
  })

  test('are always told apart', () => {
    const check = fc.oneof(
      fc.constantFrom('a', 'b', 'a (2)', 'a (3)', 'a (2) (2)').map(named),
      fc.constantFrom('a', 'b').map(unnamed),
    )
    fc.assert(
      fc.property(fc.array(check, { maxLength: 8 }), (checks) => {
        const all = uniqueNames(checks, collector(), 'checks').map(({ name }) => name)
        expect(new Set(all).size).toBe(checks.length)
      }),
    )
  })
})

test('whatever is in a list, all problems are short and on one line', () => {
  const keys = fc.oneof(
    fc.constantFrom<string>(...(Object.keys(SETTINGS) as SettingName[]), 'url', 'exec', 'name', 'required'),
    fc.string({ maxLength: 8 }),
  )
  const item = fc.dictionary(
    keys,
    fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constant('http://a/')),
    { maxKeys: 6 },
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(item, fc.jsonValue()), { maxLength: 4 }),
      fc.boolean(),
      (list, untrusted) => {
        for (const problem of parse(list, {}, untrusted).problems) {
          expect(problem).not.toMatch(/\p{Cc}/u)
          expect(problem.length).toBeLessThan(900)
        }
      },
    ),
  )
})
