import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readJsonExpectations } from '../../../shared/probe/expect/json.ts'
import { at, readJsonPath } from '../../../shared/probe/expect/json-path.ts'
import { mismatch } from '../../../shared/probe/expect/match.ts'
import { accepts, describeStatuses, readStatuses } from '../../../shared/probe/expect/statuses.ts'
import { readTextMatcher } from '../../../shared/probe/expect/text.ts'
import { unmet } from '../../../shared/probe/expect/unmet.ts'

type Read<T> = { value: T } | { problem: string }

function value<T>(reading: Read<T>): T {
  if ('problem' in reading) throw new Error(reading.problem)
  return reading.value
}

const problem = (reading: Read<unknown>): string => ('problem' in reading ? reading.problem : 'no problem')

describe('statuses', () => {
  test.each([
    ['200-299', '200-299', 'a range'],
    ['200, 204\n301-303', '200, 204, 301-303', 'a list'],
    [200, '200', 'a number in YAML'],
    [[200, '301 - 303'], '200, 301-303', 'a list in YAML'],
    ['599', '599', 'the last one'],
  ])('%j reads %s: %s', (given, text, _why) => {
    expect(describeStatuses(value(readStatuses(given)))).toBe(text)
  })

  test.each([
    ['', /names no status/, 'nothing'],
    [[], /names no status/, 'an empty list'],
    ['2xx', /"2xx" is not an HTTP status.*200, 204, 301-303/, 'a class'],
    ['600', /"600" is not/, 'no such status'],
    ['99', /"99" is not/, 'no such status'],
    ['299-200', /"299-200" is not/, 'backwards'],
    ['200-', /is not/, 'half a range'],
    ['200 204', /is not/, 'no comma'],
    [true, /"true" is not/, 'a boolean'],
    [{ a: 1 }, /is not an HTTP status/, 'a map'],
  ])('%j is refused (%s)', (given, message, _why) => {
    expect(problem(readStatuses(given))).toMatch(message)
  })

  test('a status is accepted exactly when a range holds it', () => {
    const status = fc.integer({ min: 100, max: 599 })
    const range = fc.tuple(status, status).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 5 }), status, (ranges, one) => {
        const statuses = value(readStatuses(describeStatuses(ranges)))
        expect(statuses).toEqual(ranges)
        expect(accepts(statuses, one)).toBe(ranges.some(({ from, to }) => from <= one && one <= to))
      }),
    )
  })
})

describe('JSON paths', () => {
  test.each([
    ['status', ['status'], 'a key'],
    ['checks.redis', ['checks', 'redis'], 'a key in a key'],
    ['items[0].id', ['items', '0', 'id'], 'a position'],
    ['items[0][1]', ['items', '0', '1'], 'positions'],
    ['components["disk.space"].status', ['components', 'disk.space', 'status'], 'a key with a dot'],
    ["a['b c']", ['a', 'b c'], 'single quotes'],
    ['a["b\\"c"]', ['a', 'b"c'], 'a quote in a key'],
    ['a\\.b', ['a.b'], 'a literal dot'],
    ['$.a', ['a'], 'as JSONPath writes it'],
    ['$[0].a', ['0', 'a'], 'a list at the top'],
    ['$', [], 'the whole document'],
    ['$schema', ['$schema'], 'a key that begins with a dollar'],
    ['["a"]', ['a'], 'a quoted key first'],
    [' a ', ['a'], 'white space around it'],
    ['disk space', ['disk space'], 'white space inside'],
  ])('%j: %s', (text, path, _why) => {
    expect(value(readJsonPath(text))).toEqual(path)
  })

  test.each(['', ' ', '.a', 'a.', 'a..b', 'a[', 'a[]', 'a[x]', 'a["b]', 'a]', 'a\\', '$.', '$..a'])(
    '%j is refused',
    (text) => {
      expect(problem(readJsonPath(text))).toMatch(/is not a JSON path/)
    },
  )

  test.each([1, null, true, ['a'], { a: 1 }])('%j is no text', (given) => {
    expect(problem(readJsonPath(given))).toMatch(/is not a JSON path/)
  })

  test('any key can be written, and leads to its value', () => {
    const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 })
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), fc.integer(), (keys, leaf) => {
        const text = keys.map((one) => `["${one.replace(/["\\]/g, '\\$&')}"]`).join('')
        const path = value(readJsonPath(text))
        expect(path).toEqual(keys)
        const document: unknown = JSON.parse(
          keys.reduceRight((inner, one) => `{${JSON.stringify(one)}:${inner}}`, String(leaf)),
        )
        expect(at(document, path)).toBe(leaf)
      }),
    )
  })

  test('whatever it is given, it answers', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ab.[\]"'\\$0 ]{0,20}$/), (text) => {
        expect(readJsonPath(text)).toBeDefined()
      }),
    )
    expect(problem(readJsonPath('["'.repeat(100_000)))).toMatch(/is not a JSON path/)
    expect(problem(readJsonPath(`["${'\\'.repeat(200_001)}`))).toMatch(/is not a JSON path/)
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    '%s is not found unless it is there',
    (key) => {
      expect(at({}, [key])).toBeUndefined()
      expect(at([], [key])).toBeUndefined()
      expect(at(JSON.parse(`{"${key}": 1}`), [key])).toBe(1)
    },
  )

  test('nothing stands inside a text, a number or null', () => {
    expect([at('abc', ['length']), at(1, ['a']), at(null, ['a']), at({ a: null }, ['a', 'b'])]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })
})

async function unmetBy(wanted: unknown, document: unknown): Promise<string | undefined> {
  const [expectation] = value(readJsonExpectations({ a: wanted }))
  if (expectation === undefined) throw new Error('no expectation')
  return unmet(expectation, document)
}

describe('JSON expectations', () => {
  test.each([
    ['ok', { a: 'ok' }, 'a text'],
    [2, { a: 2 }, 'a number'],
    [2, { a: '2' }, 'a number also equals its text'],
    ['2', { a: 2 }, 'and the other way round'],
    ['1.10', { a: 1.1 }, 'JSON has lost the zero'],
    ['1.10', { a: '1.10' }, 'a version'],
    [true, { a: true }, 'a boolean'],
    ['true', { a: true }, 'a boolean as an input writes it'],
    [null, { a: null }, 'null'],
    ['null', { a: null }, 'null as an input writes it'],
    [['x', 'y'], { a: 'y' }, 'one of a list'],
    [[200, 204], { a: 204 }, 'one of numbers'],
    [[['x']], { a: ['x'] }, 'a list is expected inside a list'],
    [{ b: [1, { c: 'd' }] }, { a: { b: [1, { c: 'd' }] } }, 'a structure'],
    ['exists', { a: null }, 'null is there'],
    ['exists', { a: false }, 'false is there'],
    ['absent', {}, 'not there'],
    ['absent', [], 'not there in a list'],
    ['>= 2', { a: 2 }, 'at least'],
    ['>=2', { a: 3 }, 'without a space'],
    ['> 2', { a: 2.1 }, 'more than'],
    ['<= 2', { a: '2' }, 'a number written as text'],
    ['< 2', { a: -1 }, 'less than'],
    ['< -1.5', { a: -2 }, 'negative'],
    ['!= 0', { a: 1 }, 'anything else'],
    ['!=0', { a: 1 }, 'without a space'],
    ['!= down', { a: 'up' }, 'another text'],
    ['!= null', { a: 0 }, 'something rather than null'],
    ['= >= 2', { a: '>= 2' }, 'taken literally'],
    ['= exists', { a: 'exists' }, 'taken literally'],
    ['~ ^ok', { a: 'ok, running' }, 'a regular expression'],
    ['~ 2$', { a: 12 }, 'on a number'],
    ['~ "b"', { a: ['b'] }, 'on a list, as JSON'],
  ])('%j is met by %j: %s', async (wanted, document, _why) => {
    expect(await unmetBy(wanted, document)).toBeUndefined()
  })

  test.each([
    ['ok', { a: 'OK' }, 'a is "OK", expected "ok"', 'case counts'],
    ['ok', {}, 'a is missing, expected "ok"', 'missing'],
    [null, {}, 'a is missing, expected null', 'missing is not null'],
    [0, { a: null }, 'a is null, expected 0', 'null is not zero'],
    [0, { a: false }, 'a is false, expected 0', 'false is not zero'],
    [0, { a: '' }, 'a is "", expected 0', 'nor is an empty text'],
    ['', { a: 0 }, 'a is 0, expected ""', 'an empty text is no number'],
    [true, { a: 'true' }, 'a is "true", expected true', 'a text is no boolean'],
    ['1.10', { a: '1.1' }, 'a is "1.1", expected "1.10"', 'another version'],
    [1.1, { a: '1.10' }, 'a is "1.10", expected 1.1', 'another text'],
    [['x', 2], { a: 'z' }, 'a is "z", expected "x" or 2', 'none of a list'],
    [['x'], { a: ['x'] }, 'a is ["x"], expected "x"', 'a list is not its member'],
    [{ b: 1 }, { a: { b: 1, c: 2 } }, 'a is {"b":1,"c":2}, expected {"b":1}', 'more than expected'],
    ['exists', {}, 'a is missing, expected it to exist', 'exists'],
    ['absent', { a: null }, 'a is null, expected it to be absent', 'null is there'],
    ['>= 2', { a: 1 }, 'a is 1, expected >= 2', 'less'],
    ['>= 2', { a: 'abc' }, 'a is "abc", expected >= 2', 'no number'],
    ['>= 2', { a: '' }, 'a is "", expected >= 2', 'an empty text is not zero'],
    ['< 2', { a: null }, 'a is null, expected < 2', 'null is not zero'],
    ['< 2', { a: false }, 'a is false, expected < 2', 'nor is false'],
    ['< 2', { a: [] }, 'a is [], expected < 2', 'nor is an empty list'],
    ['< 2', {}, 'a is missing, expected < 2', 'nor is nothing'],
    ['>= 2', { a: 'Infinity' }, 'a is "Infinity", expected >= 2', 'nor is infinity a number'],
    ['> 2', { a: 2 }, 'a is 2, expected > 2', 'equal is not more'],
    ['!= 0', { a: 0 }, 'a is 0, expected anything else', 'equal'],
    ['!= 0', { a: '0' }, 'a is "0", expected anything else', 'equal as text'],
    ['!= 1.0', { a: 1 }, 'a is 1, expected anything else', 'equal as a number'],
    ['!= null', { a: null }, 'a is null, expected anything else', 'null'],
    ['!= 0', {}, 'a is missing', 'missing is no answer'],
    ['~ ^ok', { a: 'not ok' }, 'a is "not ok" and does not match /^ok/', 'no match'],
    ['~ .*', {}, 'a is missing', 'missing matches nothing'],
    ['= exists', { a: 'x' }, 'a is "x", expected "exists"', 'literal'],
  ])('%j is not met by %j: %s', async (wanted, document, message, _why) => {
    expect(await unmetBy(wanted, document)).toBe(message)
  })

  test.each([
    [[], /not a map from JSON path to value/, 'a list'],
    [null, /not a map/, 'null'],
    ['status: ok', /not a map.*"status: ok"/, 'text'],
    [{ 'a..b': 1 }, /is not a JSON path/, 'a wrong path'],
    [{ a: '>= x' }, /^a: ">= x": what follows >= is not a number/, 'no number'],
    [{ a: '>= ' }, /^a: ">= ": what follows >= is not a number/, 'nothing to compare with'],
    [{ a: '> Infinity' }, /not a number/, 'nothing is more than infinity'],
    [{ a: '~ (' }, /^a: Invalid regular expression/, 'a wrong regular expression'],
    [{ a: [] }, /^a: the list of accepted values is empty/, 'nothing could be right'],
  ])('%j is refused (%s)', (given, message, _why) => {
    expect(problem(readJsonExpectations(given))).toMatch(message)
  })

  test('a value equals itself, and its message is short whatever its size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (a, b) => {
        const document = JSON.parse(JSON.stringify({ a })) as { a: unknown }
        const wanted: unknown = [JSON.parse(JSON.stringify(a))]
        expect(await unmetBy(wanted, document)).toBeUndefined()
        const message = await unmetBy([{ never: b }], document)
        if (message !== undefined) expect(message.length).toBeLessThan(300)
      }),
    )
  })

  test.each(['x', 'exists', '~ x', '!= x', '>= 2', [{ b: [] }]])(
    'a document nested 200,000 deep is an answer like any other: %j',
    async (wanted) => {
      const deep: unknown = JSON.parse(`{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`)
      const message = await unmetBy(wanted, deep)
      expect(message ?? 'met').toEqual(
        expect.stringMatching(/^(met|a is a value nested too deeply to be shown)/),
      )
    },
  )
})

describe('texts and regular expressions', () => {
  test.each([
    ['ready', 'I am ready.', 'it occurs'],
    ['a.c', 'a.c', 'a point is a point'],
    [42, 'the answer is 42', 'a number in YAML'],
    [true, 'true', 'a boolean in YAML'],
    ['/^b$/m', 'a\nb', 'flags'],
    ['/ÉTÉ/iu', 'été', 'Unicode'],
    ['/a/b/', 'a/b', 'a slash inside'],
    [' /x/ ', 'x', 'white space around an expression'],
    ['/^$/', '', 'an empty answer'],
  ])('%j is in %j: %s', async (given, text, _why) => {
    expect(await mismatch(value(readTextMatcher(given)), text)).toBeUndefined()
  })

  test.each([
    ['ready', 'READY', 'does not contain "ready"'],
    ['/^b$/', 'a\nb', 'does not match /^b$/'],
    ['a.c', 'abc', 'does not contain "a.c"'],
  ])('%j is not in %j', async (given, text, why) => {
    expect(await mismatch(value(readTextMatcher(given)), text)).toBe(why)
  })

  test.each([
    ['/x/g', /the flags "g" are not accepted; i, m, s, u and v are/, 'g and y keep state'],
    ['/x/uv', /flags/, 'flags that exclude each other'],
    ['/x/ii', /flags/, 'a flag twice'],
    ['/(/', /Invalid regular expression/, 'not an expression'],
    [null, /neither a text nor/, 'null'],
    [['a'], /neither a text nor/, 'a list'],
  ])('%j is refused (%s)', (given, message, _why) => {
    expect(problem(readTextMatcher(given))).toMatch(message)
  })

  test.each(['/(a+)+$/', '/^(a|a)*$/', '/(?:a*)*b/'])('the catastrophic %s is stopped', async (given) => {
    // V8 gives up by itself on some, for want of backtracking stack.
    const why = await mismatch(value(readTextMatcher(given)), `${'a'.repeat(50_000)}!`).catch(String)
    expect(why).toMatch(
      /could not be matched: .* took more than 200 ms; make the expression simpler|does not match/,
    )
  })

  test('neither expression nor text can reach out of their context', async () => {
    const matcher = { kind: 'regex', source: '(?:)`+process.exit()+`', flags: '' } as const
    expect(await mismatch(matcher, '")+process.exit()+("')).toMatch(/does not match/)
  })

  test('agrees with the engine on any text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('^a', 'b$', '[^a]', '\\s', '.'),
        async (text, source) => {
          const why = await mismatch({ kind: 'regex', source, flags: '' }, text)
          expect(why === undefined).toBe(new RegExp(source).test(text))
        },
      ),
      { numRuns: 50 },
    )
  })
})
