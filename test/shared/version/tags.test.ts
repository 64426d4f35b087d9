import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  bumpVersion,
  higherVersion,
  highestLevel,
  isPrereleaseOf,
  LEVELS,
  levelBetween,
  nextPrerelease,
} from '../../../shared/version/bump.ts'
import { tagNameProblem } from '../../../shared/version/tag-name.ts'
import {
  baseOf,
  floatingName,
  higherOfCore,
  highestOfLine,
  highestTag,
  lastPrereleaseOf,
  readVersionTags,
} from '../../../shared/version/tags.ts'
import { compareVersions, parseVersion, type Version } from '../../../shared/version/version.ts'

const v = (text: string): Version => parseVersion(text) as Version
const tags = (names: string, reachable = true) =>
  readVersionTags(
    names.split(' ').map((name) => ({ name, reachable })),
    'v',
  )
const core = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9)).map((numbers) => v(numbers.join('.')))

describe('bumpVersion', () => {
  test.each([
    ['1.2.3', 'patch', '1.2.4', 'item 6'],
    ['1.2.3', 'minor', '1.3.0', 'item 7: patch goes to zero'],
    ['1.2.3', 'major', '2.0.0', 'item 8: minor and patch go to zero'],
    ['0.4.2', 'major', '1.0.0', 'an ordered major leaves 0.y.z'],
    ['0.4.2', 'minor', '0.5.0', 'item 4'],
    ['1.9.9', 'minor', '1.10.0', 'item 2: numbers, not digits'],
    ['1.2.3-rc.1+x', 'patch', '1.2.4', 'of the core'],
  ] as const)('%s %s → %s (%s)', (before, level, after, _why) => {
    expect(bumpVersion(v(before), level)?.raw).toBe(after)
  })

  test('refuses to count beyond the safe numbers', () => {
    expect(bumpVersion(v('9007199254740991.0.0'), 'major')).toBeUndefined()
  })

  test('is monotone: higher than before, and a higher level gives a higher version', () => {
    fc.assert(
      fc.property(core, (before) => {
        const after = (['patch', 'minor', 'major'] as const).map(
          (level) => bumpVersion(before, level) as Version,
        )
        const chain = [before, ...after]
        for (let i = 1; i < chain.length; i++)
          expect(compareVersions(chain[i] as Version, chain[i - 1] as Version)).toBe(1)
        expect(after.map((version) => levelBetween(before, version))).toEqual(['patch', 'minor', 'major'])
      }),
    )
  })
})

test('levels', () => {
  expect(highestLevel([])).toBe('none')
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...LEVELS), { minLength: 1 }), (levels) => {
      const rank = levels.map((level) => LEVELS.indexOf(level))
      expect(LEVELS.indexOf(highestLevel(levels))).toBe(Math.max(...rank))
    }),
  )
  expect(levelBetween(undefined, v('0.1.0'))).toBe('minor')
  expect(levelBetween(undefined, v('0.0.0'))).toBe('patch')
  expect(levelBetween(v('1.2.3'), v('1.2.3'))).toBe('none')
  expect(higherVersion(v('1.0.0'), v('1.0.1')).raw).toBe('1.0.1')
})

describe('nextPrerelease', () => {
  test.each([
    ['1.3.0', 'rc', '', '1.3.0-rc.1', 'the first'],
    ['1.3.0', 'rc', '1.3.0-rc.1 1.3.0-rc.2', '1.3.0-rc.3', 'one more than the highest'],
    ['1.3.0', 'rc', '1.3.0-rc.9 1.3.0-rc.10', '1.3.0-rc.11', 'numbers, not digits'],
    ['1.3.0', 'rc', '1.3.0-rc.5 1.3.0-rc.2', '1.3.0-rc.6', 'in any order, gaps stay'],
    ['1.3.0', 'rc', '1.2.0-rc.7', '1.3.0-rc.1', 'another core'],
    ['1.3.0', 'rc', '1.3.0-beta.7', '1.3.0-rc.1', 'another identifier'],
    ['1.3.0', 'rc', '1.3.0-rc 1.3.0-rc.x 1.3.0-rc.1.2 1.3.0-rc7', '1.3.0-rc.1', 'other forms'],
    ['1.3.0', 'rc', '1.3.0-RC.4', '1.3.0-rc.1', 'identifiers differ in case (item 11.4.2)'],
    ['1.3.0', 'next.db', '1.3.0-next.db.4 1.3.0-next.9', '1.3.0-next.db.5', 'an identifier with a dot'],
    ['1.3.0', 'rc', '1.3.0-rc.4+b', '1.3.0-rc.5', 'build metadata does not count'],
    ['1.3.0', '1', '1.3.0-1.4', '1.3.0-1.5', 'a numeric identifier'],
    ['1.3.0', 'rc', '1.3.0-rc.9007199254740990', undefined, 'not safe to count in'],
  ])('%s %s after %s is %s (%s)', (text, id, existing, expected, _why) => {
    const known = existing
      .split(' ')
      .filter((name) => name !== '')
      .map(v)
    expect(nextPrerelease(v(text), id, known)?.raw).toBe(expected)
  })

  test('ranks above every pre-release of its core and identifier, below the core', () => {
    fc.assert(
      fc.property(core, fc.array(fc.nat(50)), (of, numbers) => {
        const existing = numbers.map((number) => v(`${of.raw}-rc.${number}`))
        const next = nextPrerelease(of, 'rc', existing) as Version
        for (const version of existing) expect(compareVersions(next, version)).toBe(1)
        expect(compareVersions(next, of)).toBe(-1)
        expect(isPrereleaseOf(next, of, 'rc')).toBe(true)
      }),
    )
  })
})

describe('tags', () => {
  test.each([
    ['v1.2.3', 'v', '1.2.3'],
    ['1.2.3', '', '1.2.3'],
    ['api-v1.2.3', 'api-v', '1.2.3'],
    ['api/v1.2.3', 'api/v', '1.2.3'],
    ['a.c1.2.3', 'a.c', '1.2.3'],
    ['abc1.2.3', 'a.c', undefined],
    ['vv1.2.3', 'v', undefined],
    ['v=1.2.3', 'v', undefined],
    ['v 1.2.3', 'v', undefined],
    ['v1', 'v', undefined],
    ['v1.2', 'v', undefined],
    ['v1.2.3.4', 'v', undefined],
    ['v2024.01.02', 'v', undefined],
    ['v01.2.3', 'v', undefined],
    ['api-v1.2.3', 'v', undefined],
    ['1.2.3', 'v', undefined],
    ['V1.2.3', 'v', undefined],
    ['v1.2.3 ', 'v', undefined],
  ])('%s with the prefix "%s" is %s', (name, prefix, expected) => {
    expect(readVersionTags([{ name }], prefix)[0]?.version.raw).toBe(expected)
  })

  test('the base is the highest stable reachable one', () => {
    const known = [...tags('v1.9.0 v1.10.0 v2.0.0-rc.1 v1.2 v1'), ...tags('v3.0.0', false)]
    expect(baseOf(known)?.name).toBe('v1.10.0')
    expect(lastPrereleaseOf(known)?.name).toBe('v2.0.0-rc.1')
    expect(lastPrereleaseOf(tags('v1.0.0 v1.0.0-rc.3'))).toBeUndefined()
    expect(lastPrereleaseOf(tags('v1.0.0-rc.3'))?.name).toBe('v1.0.0-rc.3')
    expect(baseOf([])).toBeUndefined()
  })

  test('does not depend on the order, also with build metadata', () => {
    const names = ['v1.0.0+b', 'v1.0.0', 'v1.0.0+a', 'v0.9.0']
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 4 }), (mixed) => {
        expect(highestTag(tags(mixed.join(' ')))?.name).toBe('v1.0.0')
      }),
    )
  })

  test('what stands above a version in its core', () => {
    const known = tags('v1.3.0-beta.1 v1.3.0-rc.1 v1.4.0')
    expect(higherOfCore(known, v('1.3.0-beta.2'))?.name).toBe('v1.3.0-rc.1')
    expect(higherOfCore(known, v('1.3.0-rc.2'))).toBeUndefined()
  })
})

describe('floating tags', () => {
  test.each([
    ['major', 'v', 'v1'],
    ['minor', 'v', 'v1.2'],
    ['latest', 'v', 'latest'],
    ['major', '', '1'],
    ['minor', 'api-v', 'api-v1.2'],
    ['latest', '', 'latest'],
    ['latest', 'api-v', 'api-latest'],
    ['latest', 'api/v', 'api/latest'],
    ['latest', 'rel-', 'rel-latest'],
    ['latest', 'dev', 'devlatest'],
  ] as const)('%s with the prefix "%s" is %s', (kind, prefix, name) => {
    expect(floatingName(kind, v('1.2.3'), prefix)).toBe(name)
  })

  test.each([
    ['major', '1.2.4', 'v1.3.0'],
    ['minor', '1.2.4', 'v1.2.9'],
    ['latest', '1.2.4', 'v2.0.0'],
    ['minor', '1.4.0', undefined],
  ] as const)('the line of %s at %s is led by %s', (kind, version, name) => {
    expect(highestOfLine(kind, v(version), tags('v1.2.9 v1.3.0 v2.0.0 v3.0.0-rc.1'))?.name).toBe(name)
  })
})

test.each(['v1.2.3', 'api/v1.2.3', 'v1.2.3-rc.1', 'a@b', 'ä1.0.0'])('git takes the tag %s', (name) => {
  expect(tagNameProblem(name)).toBeUndefined()
})
test.each([
  ['', 'empty'],
  ['-v1', 'hyphen'],
  ['a b', 'space'],
  ['a\tb', 'control'],
  ['a\u007fb', 'control'],
  ['a~b', '~'],
  ['a^b', '^'],
  ['a:b', ':'],
  ['a?b', '?'],
  ['a*b', '*'],
  ['a[b', '['],
  ['a\\b', '\\'],
  ['a..b', 'two dots'],
  ['a@{b', '@{'],
  ['/a', 'slash'],
  ['a/', 'slash'],
  ['a//b', 'slash'],
  ['.a', 'dot'],
  ['a/.b', 'dot'],
  ['a.', 'dot'],
  ['a.lock', '.lock'],
  ['a.lock/b', '.lock'],
  ['a'.repeat(251), '250'],
])('git takes no tag %j: %s', (name, reason) => {
  expect(tagNameProblem(name)).toContain(reason)
})
