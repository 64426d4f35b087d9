import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { globTest, isGlob } from '../../../shared/text/glob.ts'

describe('what a glob matches', () => {
  test.each([
    ['main', 'main', true],
    ['main', 'Main', false],
    ['main', 'main2', false],
    ['*', 'main', true],
    ['*', 'a/b', false],
    ['*', '', true],
    ['**', 'a/b/c', true],
    ['**', '', true],
    ['release/*', 'release/1', true],
    ['release/*', 'release/1/2', false],
    ['release/*', 'release/', true],
    ['release/**', 'release/1/2', true],
    ['release/**', 'release', false],
    ['**/hotfix', 'hotfix', true],
    ['**/hotfix', 'a/hotfix', true],
    ['**/hotfix', 'a/b/hotfix', true],
    ['**/hotfix', 'ahotfix', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'ab', false],
    ['a/**/b', 'a/xb', false],
    ['**/**/x', 'x', true],
    ['**/**/x', 'a/b/c/x', true],
    ['a**b', 'a/x/b', true],
    ['a**b', 'ab', true],
    ['a***b', 'a/x/b', true],
    ['**/*.sarif', 'r.sarif', true],
    ['**/*.sarif', 'a/b/r.sarif', true],
    ['*.sarif', '.sarif', true],
    ['v?.?', 'v1.2', true],
    ['v?.?', 'v1/2', false],
    ['?', '/', false],
    ['?', 'é', true],
    ['[ab]', 'a', false],
    ['[ab]*', '[ab]c', true],
    ['{a,b}?', '{a,b}c', true],
    ['!a*', '!ab', true],
    ['a.c*', 'abc', false],
    ['(x)+*', '(x)+y', true],
    ['\\*', '\\x', true],
  ])('%j, %j: %s', (glob, path, wanted) => {
    expect(globTest(glob)(path)).toBe(wanted)
  })

  test.each([
    ['Docs/*.MD', 'docs/a.md', true],
    ['docs/a.md', 'DOCS/A.MD', true],
    ['**/ÄB', 'x/äb', true],
    ['docs/*', 'doc/a', false],
  ])('without regard to case %j, %j: %s', (glob, path, wanted) => {
    expect(globTest(glob, { ignoreCase: true })(path)).toBe(wanted)
  })

  test.each([
    ['a*', true],
    ['a?', true],
    ['a[b]', false],
    ['', false],
  ])('isGlob(%j) is %s', (text, wanted) => {
    expect(isGlob(text)).toBe(wanted)
  })
})

/** The same rules as a regular expression, which may be slow. */
function slowly(glob: string, path: string): boolean {
  const parts = glob.match(/(?<![^/])\*\*+\/|\*\*+|./gs) ?? []
  const source = parts.map((part) => {
    if (part.endsWith('*/')) return '(?:(?:[^]*)/)?'
    if (part.startsWith('**')) return '[^]*'
    if (part === '*') return '[^/]*'
    return part === '?' ? '[^/]' : part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
  })
  return new RegExp(`^${source.join('')}$`).test(path)
}

test('it says what a regular expression of the same rules says', () => {
  const glob = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '**/', '?', '.'), maxLength: 8 })
  const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 8 })
  fc.assert(
    fc.property(glob, path, (one, other) => {
      expect([one, other, globTest(one)(other)]).toEqual([one, other, slowly(one, other)])
    }),
    { numRuns: 5_000 },
  )
})

test('stars do not multiply', () => {
  // A matcher that goes back takes longer than the universe.
  expect(globTest(`${'*a'.repeat(200)}b`)('a'.repeat(400))).toBe(false)
  expect(globTest(`${'**/'.repeat(200)}b`)('a/'.repeat(400))).toBe(false)
  expect(globTest(`${'*'.repeat(100_000)}b`)('a'.repeat(400))).toBe(false)
})
