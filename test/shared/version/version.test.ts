import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  buildMetadataProblem,
  compareVersions,
  coreOf,
  isStable,
  parsePrefixedVersion,
  parseVersion,
  prereleaseProblem,
  type Version,
} from '../../../shared/version/version.ts'

const read = (text: string): Version => parseVersion(text) as Version
const number = fc.oneof(fc.nat(3), fc.nat())
const identifier = fc.oneof(
  fc.nat(20).map(String),
  fc.stringMatching(/^[0-9A-Za-z-]*[A-Za-z-][0-9A-Za-z-]*$/).map((id) => id.slice(0, 20)),
)
const word = identifier.filter((id) => prereleaseProblem(id) === undefined)
const versionText = fc
  .tuple(number, number, number, fc.array(word, { maxLength: 3 }), fc.array(identifier, { maxLength: 2 }))
  .map(([a, b, c, pre, build]) => {
    const rest = (mark: string, ids: string[]): string => (ids.length === 0 ? '' : mark + ids.join('.'))
    return `${a}.${b}.${c}${rest('-', pre)}${rest(
      '+',
      build.filter((id) => id !== ''),
    )}`
  })

describe('parseVersion', () => {
  test.each([
    ['0.0.0', 'item 2: zero is a number'],
    ['1.9.0', 'item 2'],
    ['1.10.0', 'item 2: numbers, not digits'],
    ['1.0.0-alpha', 'item 9'],
    ['1.0.0-alpha.1', 'item 9'],
    ['1.0.0-0.3.7', 'item 9: numeric identifiers'],
    ['1.0.0-x.7.z.92', 'item 9'],
    ['1.0.0-x-y-z.--', 'item 9: hyphens are letters here'],
    ['1.0.0-0a', 'item 9: no numeric identifier, so its zero leads nothing'],
    ['1.0.0-alpha+001', 'item 10: build metadata may have leading zeros'],
    ['1.0.0+20130313144700', 'item 10'],
    ['1.0.0-beta+exp.sha.5114f85', 'item 10'],
    ['1.0.0+21AF26D3----117B344092BD', 'item 10'],
    ['9007199254740991.0.0', 'the largest safe number'],
  ])('%s is a version: %s', (text) => {
    expect(read(text).raw).toBe(text)
  })

  test.each([
    ['', 'nothing'],
    ['1', 'item 2: three numbers'],
    ['1.2', 'item 2: three numbers'],
    ['1.2.3.4', 'item 2: three numbers'],
    ['01.2.3', 'item 2: leading zero'],
    ['1.02.3', 'item 2: leading zero'],
    ['1.2.03', 'item 2: leading zero'],
    ['2024.01.15', 'a date'],
    ['-1.2.3', 'item 2: negative'],
    ['v1.2.3', 'the prefix is not part of a version'],
    ['=1.2.3', 'a form of npm'],
    ['V1.2.3', 'the prefix is not part of a version'],
    [' 1.2.3', 'white space'],
    ['1.2.3 ', 'white space'],
    ['1.2.3\n', 'white space'],
    ['1.2.3-', 'item 9: empty identifier'],
    ['1.2.3-a..b', 'item 9: empty identifier'],
    ['1.2.3-01', 'item 9: numeric with leading zero'],
    ['1.2.3-rc_1', 'item 9: other characters'],
    ['1.2.3-ä', 'item 9: ASCII only'],
    ['1.2.3+', 'item 10: empty identifier'],
    ['1.2.3+a..b', 'item 10: empty identifier'],
    ['1.2.3+a+b', 'item 10: one plus'],
    ['1.2.3-beta+!', 'item 10: other characters'],
    ['1.2.x', 'no range'],
    ['1.2.3rc1', 'the loose form of npm'],
    ['１.2.3', 'other digits'],
    ['1.2.3\u0000', 'NUL'],
    ['9007199254740992.0.0', 'not safe to count in'],
    ['1.0.0-9007199254740992', 'not safe to compare'],
    [`1.0.0-${'a'.repeat(300)}`, 'longer than 256 characters'],
  ])('%j is none: %s', (text) => {
    expect(parseVersion(text)).toBeUndefined()
  })

  test('gives back what was formatted', () => {
    fc.assert(fc.property(versionText, (text) => read(text).raw === text))
  })

  test('takes any text without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseVersion(text)?.raw !== ''))
  })
})

describe('precedence', () => {
  // Items 9 and 11, lowest first.
  const order =
    '0.0.0-0 0.0.0 0.1.0 0.9.9 1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.9.0 1.10.0 2.0.0 2.1.0 2.1.1'.split(
      ' ',
    )
  test.each(order.slice(1).map((text, index) => [order[index] as string, text]))('%s < %s', (low, high) => {
    expect(compareVersions(read(low), read(high))).toBeLessThan(0)
    expect(compareVersions(read(high), read(low))).toBeGreaterThan(0)
  })

  test.each([
    ['1.0.0-1', '1.0.0-alpha', 'item 11.4.3: numbers rank below words'],
    ['1.0.0-9', '1.0.0-10', 'item 11.4.1: numbers as numbers'],
    ['1.0.0-Z', '1.0.0-a', 'item 11.4.2: ASCII order'],
    ['1.0.0-a', '1.0.0-a.0', 'item 11.4.4: more identifiers rank higher'],
    ['1.0.0-999999999', '1.0.0', 'item 11.3: a pre-release ranks below'],
  ])('%s < %s: %s', (low, high) => {
    expect(compareVersions(read(low), read(high))).toBe(-1)
  })

  test('does not see build metadata (item 10)', () => {
    expect(compareVersions(read('1.0.0+a'), read('1.0.0+b'))).toBe(0)
    expect(compareVersions(read('1.0.0-rc.1+a'), read('1.0.0-rc.1'))).toBe(0)
  })

  test('is a total order', () => {
    fc.assert(
      fc.property(versionText, versionText, versionText, (x, y, z) => {
        const [a, b, c] = [read(x), read(y), read(z)]
        expect(compareVersions(a, a)).toBe(0)
        expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0)
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })

  test('a core ranks at or above each of its pre-releases', () => {
    fc.assert(
      fc.property(versionText, (text) => {
        const version = read(text)
        expect(compareVersions(coreOf(version), version)).toBe(isStable(version) ? 0 : 1)
      }),
    )
  })
})

test.each([
  ['1.2.3', 'v', '1.2.3'],
  ['v1.2.3', 'v', '1.2.3'],
  ['api-v1.2.3', 'api-v', '1.2.3'],
  ['vv1.2.3', 'v', undefined],
  ['V1.2.3', 'v', undefined],
  ['v1.2.3', '', undefined],
  ['v1.2.3', 'api-v', undefined],
])('%s with the prefix "%s" is %s', (text, prefix, version) => {
  expect(parsePrefixedVersion(text, prefix)?.version).toBe(version)
})

test.each(['rc', 'beta.x', 'alpha-1', '0', '10', '0a', '--'])('%s is a pre-release identifier', (id) => {
  expect(prereleaseProblem(id)).toBeUndefined()
})
test.each(['', '.', 'rc.', '.rc', 'a..b', '01', 'rc.01', 'r_c', 'rc 1', 'rc+1', 'ä', 'a'.repeat(300)])(
  '%j is no pre-release identifier',
  (id) => {
    expect(prereleaseProblem(id)).toEqual(expect.any(String))
  },
)
test.each([
  ['001', true],
  ['a.b-c', true],
  ['', false],
  ['a+b', false],
  ['a..b', false],
  ['a_b', false],
])('build metadata %j: %s', (text, isRight) => {
  expect(buildMetadataProblem(text) === undefined).toBe(isRight)
})
