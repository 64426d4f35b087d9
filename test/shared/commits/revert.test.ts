import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { broughtBy, commitsSince } from '../../../shared/commits/graph.ts'
import { parseMessage } from '../../../shared/commits/message.ts'
import { cancellations, type RangeCommit, revertOf } from '../../../shared/commits/revert.ts'

const sha = (letter: string): string => letter.repeat(40)
/** Newest first; each row is `[letter, message, parents]`. */
const range = (...rows: [letter: string, message: string, parents?: string][]): RangeCommit[] =>
  rows.map(([letter, message, parents]) => ({
    sha: sha(letter),
    message: parseMessage(message),
    ...(parents === undefined ? {} : { parents: [...parents].map(sha) }),
  }))
const cancelled = (commits: RangeCommit[]): string =>
  [...cancellations(commits).keys()]
    .map((id) => id[0])
    .sort()
    .join('')
const git = (letter: string, subject = 'feat: a'): string =>
  `Revert "${subject}"\n\nThis reverts commit ${sha(letter)}.`

describe('revertOf', () => {
  test.each<[string, object, string]>([
    [`Revert "feat: a"\n\nThis reverts commit ${sha('a')}.`, { shas: [sha('a')], subject: 'feat: a' }, 'git'],
    [
      `Revert "a"\n\nThis reverts commit ${sha('a')}, reversing\nchanges made to ${sha('b')}.`,
      { shas: [sha('a')] },
      'git, a merge: the second id is no target',
    ],
    [
      `Reapply "feat: a"\n\nThis reverts commit ${sha('a')}.`,
      { shas: [sha('a')], subject: 'Revert "feat: a"' },
      'git 2.43',
    ],
    [
      'revert: let us never speak of it\n\nRefs: 676104e, a215868',
      { shas: ['676104e', 'a215868'] },
      'the FAQ of Conventional Commits',
    ],
    [
      `revert: feat: a\n\nThis reverts commit ${sha('A')}.`,
      { shas: [sha('a')], subject: 'feat: a' },
      'Angular',
    ],
    ['revert(api)!: a', { shas: [], subject: 'a' }, 'scope and mark'],
    ['REVERT: a', { subject: 'a' }, 'case does not count'],
    [
      'Revert "feat: a (#12)" (#13)\n\nReverts o/r#12',
      { shas: [], pullRequests: [12], subject: 'feat: a (#12)' },
      'GitHub',
    ],
    ['Revert "feat: a" (#13)\n\nReverts #12', { pullRequests: [12] }, 'GitHub, the same repository'],
    [
      `Revert "a"\n\nThis reverts commit ${sha('a')}.\nThis reverts commit ${sha('b')}.`,
      { shas: [sha('a'), sha('b')] },
      'several',
    ],
    [`Take it out\n\nThis reverts commit ${sha('a')}.`, { shas: [sha('a')] }, 'the subject edited'],
    ['Revert "Revert "a""', { subject: 'Revert "a"' }, 'a revert of a revert'],
    ['revert: a\n\nRefs: #1234567, PROJ-1234567', { shas: [] }, 'issues are no commits'],
  ])('%j (%#)', (message, expected, _why) => {
    expect(revertOf(parseMessage(message))).toMatchObject(expected)
  })

  test.each([
    ['feat: revert the thing', 'another type'],
    ['Reverting "a"', 'another word'],
    ['Revert the thing', 'no quotes'],
    ['Revert "a" and more', 'text behind'],
    [
      `feat: b (#9)\n\n* feat: a\n\nThis reverts commit ${sha('a')}.`,
      'a squash merge lists what it squashed',
    ],
    [`Squashed\n\n* Revert "a"\n\nThis reverts commit ${sha('a')}.`, 'the same without a type'],
    ['Merge pull request #3 from o/revert-2-a\n\nRevert "a"', 'the merge of a revert'],
  ])('%j is none: %s', (message) => {
    expect(revertOf(parseMessage(message))).toBeUndefined()
  })
})

describe('cancellations', () => {
  const rows: [name: string, commits: RangeCommit[], expected: string][] = [
    ['nothing to undo', range(['b', 'fix: b'], ['a', 'feat: a']), ''],
    ['a commit and its revert', range(['b', git('a')], ['a', 'feat: a']), 'ab'],
    ['others between', range(['c', git('a')], ['b', 'fix: b'], ['a', 'feat: a']), 'ac'],
    [
      'a revert of a revert: the commit counts again',
      range(['c', git('b', 'Revert "feat: a"')], ['b', git('a')], ['a', 'feat: a']),
      'bc',
    ],
    [
      'three reverts deep',
      range(['d', git('c')], ['c', git('b')], ['b', git('a')], ['a', 'feat: a']),
      'abcd',
    ],
    ['outside the range', range(['b', git('f')], ['a', 'feat: a']), ''],
    ['a revert of a revert of something outside', range(['c', git('b')], ['b', git('f')]), 'bc'],
    ['outside by id, although the subject is there', range(['b', git('f', 'feat: a')], ['a', 'feat: a']), ''],
    [
      'one inside, one outside: the revert stays',
      range(['b', `revert: x\n\nRefs: aaaaaaa, fffffff`], ['a', 'feat: a']),
      'a',
    ],
    [
      'two at once',
      range(['c', `revert: x\n\nRefs: aaaaaaa, bbbbbbb`], ['b', 'fix: b'], ['a', 'feat: a']),
      'abc',
    ],
    ['by a short id', range(['b', `Revert "x"\n\nThis reverts commit aaaaaaaa.`], ['a', 'feat: a']), 'ab'],
    ['by subject', range(['b', 'Revert "feat: a"'], ['a', 'feat: a']), 'ab'],
    ['by subject, Angular', range(['b', 'revert: feat: a'], ['a', 'feat: a']), 'ab'],
    [
      'by subject, only the newest',
      range(['c', 'Revert "feat: a"'], ['b', 'feat: a'], ['a', 'feat: a']),
      'bc',
    ],
    ['by subject, never a newer one', range(['b', 'feat: a'], ['a', 'Revert "feat: a"']), ''],
    [
      'by subject, the number does not matter',
      range(['b', 'Revert "feat: a" (#2)'], ['a', 'feat: a (#1)']),
      'ab',
    ],
    [
      'Reapply by subject',
      range(['c', 'Reapply "feat: a"'], ['b', 'Revert "feat: a"'], ['a', 'feat: a']),
      'bc',
    ],
    [
      'by pull request, whatever the title',
      range(['b', 'Revert "Long ti…" (#2)\n\nReverts o/r#1'], ['a', 'feat: long title (#1)']),
      'ab',
    ],
    [
      'a pull request outside',
      range(['b', 'Revert "feat: a" (#2)\n\nReverts o/r#9'], ['a', 'feat: a (#1)']),
      '',
    ],
    [
      'a merge takes along what it merged',
      range(
        [
          'd',
          `Revert "Merge"\n\nThis reverts commit ${sha('c')}, reversing\nchanges made to ${sha('a')}.`,
          'c',
        ],
        ['c', 'Merge pull request #1 from x/y', 'ab'],
        ['b', 'feat: b', 'e'],
        ['a', 'fix: a', 'e'],
      ),
      'bcd',
    ],
    [
      'a merge without known parents goes alone',
      range(['d', git('c')], ['c', 'Merge x'], ['b', 'feat: b']),
      'cd',
    ],
    ['two reverts of the same', range(['c', git('a')], ['b', git('a')], ['a', 'feat: a']), 'abc'],
    ['itself', range(['a', git('a')]), ''],
  ]
  test.each(rows)('%s', (_name, commits, expected) => {
    expect(cancelled(commits)).toBe(expected)
  })

  test('each cancelled commit names its other half', () => {
    expect(cancellations(range(['b', git('a')], ['a', 'feat: a']))).toEqual(
      new Map([
        [sha('a'), sha('b')],
        [sha('b'), sha('a')],
      ]),
    )
  })

  test('a chain of reverts as long as you like: an even number undoes itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (length) => {
        const id = (index: number): string => index.toString(16).padStart(7, '0').padEnd(40, '0')
        const commits = Array.from({ length: length + 1 }, (_, index) => ({
          sha: id(index),
          message: parseMessage(index === 0 ? 'feat: a' : git('x').replace(sha('x'), id(index - 1))),
        })).reverse()
        expect(cancellations(commits).has(id(0))).toBe(length % 2 === 1)
      }),
    )
  })

  test('20,000 commits that all revert the same, and 20,000 reverts in a row', () => {
    const id = (index: number): string => index.toString(16).padStart(40, '0')
    const same = Array.from({ length: 20_000 }, (_, index) => ({
      sha: id(index),
      message: parseMessage('Revert "a"'),
    }))
    expect(cancellations(same).size).toBe(0)
    const byNumber = same.map((commit) => ({
      ...commit,
      message: parseMessage('Revert "a"\n\nReverts #1'),
    }))
    const numbers = new Map(byNumber.map((commit) => [commit.sha, 1]))
    expect(cancellations(byNumber, numbers).size).toBeGreaterThan(0)
  })

  test('no input throws, and what it names is in the range', () => {
    const letters = [...'abcdef']
    const message = fc.oneof(
      fc.constantFrom('feat: a', 'fix: b (#1)', 'Revert "feat: a"', 'Merge pull request #1 from x/y'),
      fc.constantFrom(...letters.map((letter) => git(letter))),
    )
    const row = fc.tuple(fc.constantFrom(...letters), message, fc.subarray(letters))
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), (all) => {
        const commits = range(
          ...all.map(([id, text, parents]) => [id, text, parents.join('')] as [string, string, string]),
        )
        const known = new Set(commits.map((commit) => commit.sha))
        for (const [id, other] of cancellations(commits)) {
          expect(known.has(id)).toBe(true)
          expect(known.has(other)).toBe(true)
        }
      }),
    )
  })
})

describe('graph', () => {
  //  e ─ d ─── b      a merge of c (from d) into b
  //       └ c ─┘
  const nodes = range(['a', 'x', 'bc'], ['b', 'x', 'd'], ['c', 'x', 'd'], ['d', 'x', 'e'])
  test.each([
    ['b', 'ac', 'a branch that was merged later is not in it'],
    ['d', 'abc', 'in the middle'],
    ['a', '', 'the tip'],
    ['f', 'abcd', 'before the range'],
  ])('since %s: %s (%s)', (tip, expected) => {
    expect(
      commitsSince(nodes, sha(tip))
        .map((id) => id[0])
        .join(''),
    ).toBe(expected)
  })

  test('what a merge brought', () => {
    const map = new Map(nodes.map((node) => [node.sha, node]))
    expect(broughtBy(nodes[0] as RangeCommit, map)).toEqual([sha('c')])
    expect(broughtBy(nodes[1] as RangeCommit, map)).toEqual([])
  })
})
