import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseYaml } from '../../../shared/text/yaml.ts'

const yaml = async (text: string): Promise<unknown> => {
  const parsed = await parseYaml(text)
  if (!parsed.ok) throw new Error(parsed.problem)
  return parsed.value
}

describe('values', () => {
  test.each([
    ['1.10', '1.10', 'a version keeps its last zero'],
    ['007', '007', 'leading zeros'],
    ['1e3', '1e3', 'not as JavaScript writes it'],
    ['0x1F', '0x1F', 'hexadecimal'],
    ['+5', '+5', 'signed'],
    ['12345678901234567890', '12345678901234567890', 'more digits than a number holds'],
    ['.inf', '.inf', 'not finite'],
    ['42', 42, 'a plain integer is a number'],
    ['1.5', 1.5, 'a plain fraction is a number'],
    ['-3', -3, 'negative'],
    ['"42"', '42', 'quoted is text'],
    ['yes', 'yes', 'YAML 1.2: only true and false are booleans'],
    ['True', true, 'the core schema has three spellings'],
    ['~', null, 'null'],
    ['2026-01-02', '2026-01-02', 'no dates'],
    ['<<: {a: 1}', { '<<': { a: 1 } }, 'no merge keys in 1.2'],
    ['{"a": [1, "x", null]}', { a: [1, 'x', null] }, 'JSON is YAML'],
    ['a: 1.10\nb: [1.10, 2]', { a: '1.10', b: ['1.10', 2] }, 'also inside'],
    ['1.10: x', { '1.10': 'x' }, 'and as a key'],
    ['', null, 'nothing'],
    ['\ufeffa: b', { a: 'b' }, 'a byte order mark'],
    ['a: 1\r\nb: 2\r\n', { a: 1, b: 2 }, 'CRLF'],
  ])('%j is %j: %s', async (text, value, _why) => {
    expect(await yaml(text)).toEqual(value)
  })

  test('JSON with integers and texts comes back as it is', async () => {
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.string(),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 6 }), tie('any'), { maxKeys: 4, noNullPrototype: true }),
      ),
    })).any
    await fc.assert(
      fc.asyncProperty(value, async (given) => {
        expect(await yaml(JSON.stringify(given))).toEqual(JSON.parse(JSON.stringify(given)))
      }),
    )
  })
})

describe('what is refused', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefgh']
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`)
    .join('\n')}`

  const REFUSED: readonly [string, RegExp, string][] = [
    ['a: 1\na: 2', /stands twice in one map \(line [12]\)/, 'a key twice'],
    ['1.0: x\n"1.0": y', /stands twice in one map \(line [12]\)/, 'a key twice, once in quotes'],
    [
      '1: x\n"1": y',
      /stands twice in one map \(line [12]\)/,
      'a number and its text are one key of an object',
    ],
    [bomb, /more than 300,000 values, each alias written out/, 'aliases that blow up'],
    ['['.repeat(200_000), /nested too deeply/, '200,000 open brackets'],
    [`${'['.repeat(200_000)}${']'.repeat(200_000)}`, /nested too deeply/, '200,000 nested lists'],
    [`${'{a: '.repeat(100_000)}`, /nested too deeply|end with/, 'nested maps'],
    ['- '.repeat(100_000), /nested too deeply/, 'nested block lists'],
    ['a: &x [*x]', /itself|alias/i, 'a list that holds itself'],
    ['x'.repeat(1_048_577), /1 MiB/, 'too long'],
    ['a: b: c', /mapping/i, 'no YAML'],
    ['a: "b', /quote/i, 'a quote without end'],
    ['a: *nobody', /alias/i, 'an alias without anchor'],
    ['a: 1\n---\nb: 2', /document/i, 'two documents'],
  ]

  test.each(REFUSED.map(([text, problem, why]) => ({ text, problem, why })))(
    '$why',
    async ({ text, problem }) => {
      const parsed = await parseYaml(text)
      expect(parsed).toEqual({ ok: false, problem: expect.stringMatching(problem) })
      if (parsed.ok) return
      expect(parsed.problem).not.toMatch(/[\n\r]/)
      expect(parsed.problem.length).toBeLessThan(200)
    },
  )

  test('a __proto__ key is a key like any other', async () => {
    const value = (await yaml('__proto__: {polluted: true}\nconstructor: 1')) as object
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor'])
    expect('polluted' in value).toBe(false)
    expect('polluted' in {}).toBe(false)
  })

  test('whatever it is given, it answers', async () => {
    const part = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '&x ',
      '*x',
      '|',
      '>',
      '"',
      "'",
      '#',
      '?',
      '!',
      '%',
      '@',
      '\t',
      '~',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 25 }), async (parts) => {
        const parsed = await parseYaml(parts.join(''))
        expect(parsed.ok ? JSON.stringify(parsed.value) : parsed.problem).toEqual(expect.any(String))
      }),
      { numRuns: 1_000 },
    )
  })
})
