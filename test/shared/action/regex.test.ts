import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { matchAny, matchRegex, RegexStopped } from '../../../shared/action/regex.ts'
import { regexProblem } from '../../../shared/text/regex.ts'

/** Expressions that take longer than the universe on these texts. */
const CATASTROPHES: readonly [string, string][] = [
  ['(a+)+$', `${'a'.repeat(60)}!`],
  ['(a*)*b', 'a'.repeat(60)],
  ['(a|a)*$', `${'a'.repeat(60)}!`],
  ['(a|aa)+$', `${'a'.repeat(100)}!`],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(60)],
  ['(.*a){30}', 'a'.repeat(80)],
  ['(\\w*\\s*)*$', `${'word '.repeat(30)}!`],
  ['(x+x+)+y', 'x'.repeat(60)],
]

describe('matchRegex', () => {
  test('finds what the expression finds', async () => {
    const source = fc.constantFrom('a+', '(b)(c)?', '^x|y$', '[a-c]{2}', '(?:a|(b))', '')
    await fc.assert(
      fc.asyncProperty(
        source,
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'x', 'y', '\n') }),
        async (given, text) => {
          const right = new RegExp(given, 'm').exec(text)
          expect(await matchRegex({ source: given, flags: 'm' }, text)).toEqual(
            right === null ? undefined : [...right],
          )
        },
      ),
      { numRuns: 50 },
    )
  })

  test.each(CATASTROPHES)('%s is stopped', async (source, text) => {
    await expect(matchRegex({ source, flags: '' }, text)).rejects.toThrow(RegexStopped)
    await expect(matchAny([{ source, flags: '' }], ['b', text], 200)).rejects.toThrow(/took more than 200 ms/)
  })

  test('what V8 finds too large is no defect', async () => {
    await expect(matchRegex({ source: 'a?'.repeat(30_000), flags: '' }, 'a'.repeat(30_000))).rejects.toThrow(
      /too large/,
    )
  })

  test('neither expression nor text is a program', async () => {
    const nasty = '"); process.exit(3); ("'
    expect(await matchRegex({ source: nasty.replace(/[()]/g, '\\$&'), flags: '' }, nasty)).toEqual([nasty])
    expect(await matchAny([{ source: 'x', flags: '' }], ['$ process', 'x'])).toEqual([false, true])
  })
})

test('matchAny says it of each text', async () => {
  const regexes = [
    { source: '^feat', flags: '' },
    { source: 'BOT', flags: 'i' },
  ]
  expect(await matchAny(regexes, ['feat: a', 'fix: b', 'by a bot', ''])).toEqual([true, false, true, false])
  expect(await matchAny([], ['a'])).toEqual([false])
  expect(await matchAny(regexes, [])).toEqual([])
})

test.each([
  ['a', '', undefined],
  ['(', '', /Unterminated group/],
  ['a', 'q', /flags/],
  ['[a--b]', 'v', undefined],
  ['x'.repeat(1_001), '', /has 1,001 characters, and an expression has at most 1,000/],
  ['a?'.repeat(500), '', undefined],
])('%.20s with "%s"', (source, flags, wanted) => {
  const problem = regexProblem({ source, flags })
  if (wanted === undefined) expect(problem).toBeUndefined()
  else expect(problem).toMatch(wanted)
})
