import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { PullFacts, RangeCommit } from '../../../actions/changelog/model.ts'
import { grouped, placer } from '../../../actions/changelog/plan/group.ts'
import { sectionsOf } from '../../../actions/changelog/plan/history.ts'
import { referencesOf } from '../../../actions/changelog/plan/references.ts'
import { type Resolved, resolve } from '../../../actions/changelog/plan/resolve.ts'
import { broughtByMerges } from '../../../actions/changelog/range/bridge.ts'
import { versionTags } from '../../../actions/changelog/range/versions.ts'
import { parseMessage } from '../../../shared/commits/message.ts'

const NO_PULLS: PullFacts = {
  byNumber: new Map(),
  byCommit: new Map(),
  carriers: new Set(),
  logins: new Map(),
  newcomers: new Map(),
}

interface Given {
  sha?: string
  message: string
  parents?: string[]
  author?: string
}

const sha = (number: number): string => number.toString(16).padStart(40, '0')

/** Commits on one line, the newest first; or with parents of their own. */
function commits(...given: (string | Given)[]): RangeCommit[] {
  return given.map((one, index) => {
    const { message, author = 'Ada', ...rest } = typeof one === 'string' ? { message: one } : one
    return {
      sha: rest.sha ?? sha(given.length - index),
      parents: rest.parents ?? (index === given.length - 1 ? [] : [sha(given.length - index - 1)]),
      author: { name: author, email: `${author.toLowerCase()}@octo.test` },
      committedAt: 1_767_225_600 - index * 60,
      message: parseMessage(message),
    }
  })
}

/** As the action resolves a range: what its merges tell is known. */
function linesOf(range: RangeCommit[], pulls: PullFacts): Resolved {
  const { byCommit, carriers } = broughtByMerges(range)
  return resolve(range, { observation: { pulls: { ...pulls, byCommit, carriers } }, unit: 'auto' })
}

/** Each line in short: type(scope): subject #number ×commits. */
function told({ lines, reverted, merged }: Resolved): unknown {
  return {
    lines: lines.map(({ entry, commits: count }) => {
      const scope = entry.scope === undefined ? '' : `(${entry.scope})`
      const number = entry.pullRequest === undefined ? '' : ` #${entry.pullRequest.number}`
      return `${entry.type ?? '-'}${scope}: ${entry.subject}${number}${count === 1 ? '' : ` ×${count}`}`
    }),
    ...(reverted === 0 ? {} : { reverted }),
    ...(merged === 0 ? {} : { merged }),
  }
}

const pull = (number: number, title: string, labels: string[] = [], author = 'ada') => ({
  ...{ number, title, labels, author },
})

describe('lines from commits', () => {
  test.each<[string, RangeCommit[], unknown]>([
    ['one each', commits('feat(api): a (#12)', 'b'), { lines: ['feat(api): a #12', '-: b'] }],
    [
      'none for what was reverted, and none for the revert',
      commits(`Revert "fix: a"\n\nThis reverts commit ${sha(1)}.`, 'fix: a'),
      { lines: [], reverted: 2 },
    ],
    [
      'one for what was reverted and brought back',
      commits(
        `Reapply "fix: a"\n\nThis reverts commit ${sha(2)}.`,
        `Revert "fix: a"\n\nThis reverts commit ${sha(1)}.`,
        'fix: a',
      ),
      { lines: ['fix: a'], reverted: 2 },
    ],
    [
      'none for the one of two alike whose number is quoted',
      commits('Revert "fix: a (#2)" (#4)', 'fix: a (#3)', 'fix: a (#2)'),
      { lines: ['fix: a #3'], reverted: 2 },
    ],
    [
      'one for the revert of something older',
      commits('Revert "feat: old" (#9)'),
      { lines: ['revert: Revert "feat: old" #9'] },
    ],
    [
      'one for commits that say the same',
      commits('fix: a', 'docs: b', 'fix: a'),
      { lines: ['fix: a ×2', 'docs: b'] },
    ],
    ['one for a cherry-pick and its origin', commits('fix: a', 'fix: a (#7)'), { lines: ['fix: a #7 ×2'] }],
    [
      'two for the same words of two pull requests',
      commits('chore: update (#2)', 'chore: update (#1)'),
      { lines: ['chore: update #2', 'chore: update #1'] },
    ],
    [
      'none for merges of branches',
      commits("Merge branch 'main' into x", "Merge remote-tracking branch 'origin/x'", 'feat: a'),
      { lines: ['feat: a'], merged: 2 },
    ],
    [
      'one for a merge that somebody wrote words for',
      commits({ message: 'feat: all of it', parents: [sha(1), sha(9)] }, 'a'),
      { lines: ['feat: all of it', '-: a'] },
    ],
    [
      'one for updates of a dependency that follow each other',
      commits(
        'chore(deps): bump left-pad from 1.1.0 to 1.2.0 (#3)',
        'chore(deps): bump other from 1.0.0 to 2.0.0 (#2)',
        'chore(deps): bump left-pad from 1.0.0 to 1.1.0 (#1)',
      ),
      {
        lines: [
          'chore(deps): bump left-pad from 1.0.0 to 1.2.0 #3 ×2',
          'chore(deps): bump other from 1.0.0 to 2.0.0 #2',
        ],
      },
    ],
    [
      'two for an update that was taken back',
      commits('fix(deps): bump a from 2 to 1', 'fix(deps): bump a from 1 to 2'),
      { lines: ['fix(deps): bump a from 2 to 1', 'fix(deps): bump a from 1 to 2'] },
    ],
    [
      'two for updates that do not meet',
      commits('build: bump a from 3 to 4', 'build: bump a from 1 to 2', 'build: bump a from 3 to 4 in /web'),
      {
        lines: [
          'build: bump a from 3 to 4',
          'build: bump a from 1 to 2',
          'build: bump a from 3 to 4 in /web',
        ],
      },
    ],
  ])('%s', (_, range, expected) => {
    expect(told(linesOf(range, NO_PULLS))).toEqual(expected)
  })

  /** main: 1 – 4 (merge of #5: 2, 3) – … */
  const merged = (title: string, ...messages: [string, string]): RangeCommit[] =>
    commits(
      { sha: sha(4), message: `Merge pull request #5 from octo/x\n\n${title}`, parents: [sha(1), sha(3)] },
      { sha: sha(3), message: messages[1], parents: [sha(2)] },
      { sha: sha(2), message: messages[0], parents: [sha(1)] },
      { sha: sha(1), message: 'feat: root', parents: [] },
    )

  test('a merge with a conventional title is told instead of its commits', () => {
    expect(told(linesOf(merged('feat: x', 'feat: x', 'fix: y'), NO_PULLS))).toEqual({
      lines: ['feat: x #5 ×3', 'feat: root'],
    })
  })

  test('not when its commits move the version farther', () => {
    expect(told(linesOf(merged('chore: x', 'feat: x', 'fix: y'), NO_PULLS))).toEqual({
      lines: ['fix: y #5', 'feat: x #5', 'feat: root'],
      merged: 1,
    })
  })

  test('a merge of conventional commits without a conventional title is not told, its commits are', () => {
    expect(told(linesOf(merged('Some work', 'feat: x', 'fix: y'), NO_PULLS))).toEqual({
      lines: ['fix: y #5', 'feat: x #5', 'feat: root'],
      merged: 1,
    })
  })

  test('what was not written for readers is folded into what was', () => {
    expect(told(linesOf(merged('Some work', 'feat: x', 'wip'), NO_PULLS))).toEqual({
      lines: ['feat: x #5 ×2', 'feat: root'],
      merged: 1,
    })
  })

  test('a merge with a conventional title is told instead of commits that nobody wrote for readers', () => {
    expect(told(linesOf(merged('feat!: x', 'wip', 'more'), NO_PULLS))).toEqual({
      lines: ['feat: x #5 ×3', 'feat: root'],
    })
  })

  test('a merge with a plain title is told instead of plain commits', () => {
    expect(told(linesOf(merged('Some work', 'wip', 'more'), NO_PULLS))).toEqual({
      lines: ['-: Some work #5 ×3', 'feat: root'],
    })
  })

  test('a merge and its squashed twin are one line', () => {
    const range = commits(
      { sha: sha(4), message: 'feat: x (#5)', parents: [sha(3)] },
      { sha: sha(3), message: 'Merge pull request #5 from octo/x\n\nfeat: x', parents: [sha(1), sha(2)] },
      { sha: sha(2), message: 'wip', parents: [sha(1)] },
      { sha: sha(1), message: 'root', parents: [] },
    )
    expect(told(linesOf(range, NO_PULLS))).toEqual({ lines: ['feat: x #5 ×3', '-: root'] })
  })

  test('the title of a pull request as it is now counts for its squash', () => {
    const pulls = {
      ...NO_PULLS,
      byNumber: new Map([
        [5, pull(5, 'feat(ui): better words')],
        [6, pull(6, 'free words')],
      ]),
    }
    const range = commits('feat: words (#5)', 'fix: kept (#6)', 'other (#6)')
    expect(told(linesOf(range, pulls))).toEqual({
      lines: ['feat(ui): better words #5', 'fix: kept #6 ×2'],
    })
  })

  test('a reverted pull request takes its squash along', () => {
    const range = commits('Revert "feat: a (#5)" (#6)\n\nReverts octo/demo#5', 'feat: a (#5)')
    expect(told(linesOf(range, NO_PULLS))).toEqual({ lines: [], reverted: 2 })
  })
})

describe('references', () => {
  test.each<[string, unknown[]]>([
    [
      'Closes #12, fixes acme/other#34, GH-56',
      [
        { number: 12, action: 'closes' },
        { owner: 'acme', repository: 'other', number: 34, action: 'fixes' },
        { number: 56, action: 'fixes' },
      ],
    ],
    [
      'Fixed: #1 and #2',
      [
        { number: 1, action: 'fixes' },
        { number: 2, action: 'fixes' },
      ],
    ],
    ['See #3, #3', [{ number: 3, action: 'refs' }]],
    ['in prose #12, abc#12, fixes abc#12, closes #0012, closes `#12`, closes #12a', []],
    ['prefixes #12 and enclosed #13', []],
  ])('%s', (body, expected) => {
    expect(referencesOf(parseMessage(`fix: a\n\n${body}`))).toEqual(expected)
    expect(referencesOf(parseMessage('fix: a'))).toEqual([])
  })

  test('in footers', () => {
    const message = parseMessage('fix: a\n\nbody\n\nCloses: #12\nRefs #13\nReviewed-by: B <b@b>')
    expect(referencesOf(message).map(({ number }) => number)).toEqual([12, 13])
  })

  test('of a long message take linear time', () => {
    const references = referencesOf(
      parseMessage(`fix: a\n\n${'closes #1, '.repeat(100_000)}${'closes '.repeat(100_000)}`),
    )
    expect(references).toEqual([{ number: 1, action: 'closes' }])
  })
})

describe('any history', () => {
  const word = fc.constantFrom(
    'feat: a',
    'fix: b',
    'c',
    'docs(x): d',
    'feat: a (#3)',
    'feat!: e',
    "Merge branch 'x'",
    'chore: bump a from 1 to 2',
    'chore: bump a from 2 to 3',
  )
  const commit = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('plain' as const),
        message: word,
        back: fc.nat(3),
        merge: fc.nat(12),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('revert' as const),
        message: fc.constant(''),
        back: fc.nat(5),
        merge: fc.constant(0),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('pull' as const),
        message: word,
        back: fc.nat(3),
        merge: fc.nat(12),
      }),
    },
  )
  /** Oldest first made, newest first given. */
  const histories = fc.array(commit, { maxLength: 40 }).map((shapes) => {
    const range = shapes.map(({ kind, message, back, merge }, index): RangeCommit => {
      const parent = index - 1 - Math.min(back, index - 1)
      const other = index - 1 - merge
      const parents =
        index === 0
          ? []
          : [sha(parent + 1), ...(merge > 0 && other >= 0 && kind !== 'revert' ? [sha(other + 1)] : [])]
      const target = Math.max(0, index - 1 - back)
      const text =
        kind === 'revert' && index > 0
          ? `Revert "${shapes[target]?.message}"\n\nThis reverts commit ${sha(target + 1)}.`
          : kind === 'pull'
            ? `Merge pull request #${index} from octo/x\n\n${message}`
            : message || 'x'
      return {
        sha: sha(index + 1),
        parents,
        author: { name: 'Ada', email: 'a@octo.test' },
        committedAt: 1_767_225_600 + index,
        message: parseMessage(text),
      }
    })
    return range.reverse()
  })
  const exclude = { authors: [], types: ['docs'], scopes: [], labels: [], patterns: [] }

  test('every commit is listed, reverted, merged or excluded', () => {
    fc.assert(
      fc.property(
        histories,
        fc.constantFrom('all' as const, 'notable' as const, 'conventional' as const),
        (range, include) => {
          const { lines, reverted, merged } = linesOf(range, NO_PULLS)
          const place = placer({ groups: undefined, place: undefined, include, exclude })
          const { groups, listed, excluded } = grouped(lines, place)
          const inLines = lines.reduce((sum, line) => sum + line.commits, 0)
          const left = [...excluded.values()].reduce((sum, count) => sum + count, 0)
          expect(inLines + reverted + merged).toBe(range.length)
          expect(listed.reduce((sum, line) => sum + line.commits, 0) + left).toBe(inLines)
          expect(groups.reduce((sum, group) => sum + group.entries.length, 0)).toBe(listed.length)
          // No commit stands in two lines.
          const shas = lines.flatMap(({ entry }) => entry.shas)
          expect(new Set(shas).size).toBe(shas.length)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('every commit is in the lowest version that contains it', () => {
    fc.assert(
      fc.property(histories, fc.array(fc.tuple(fc.nat(40), fc.nat(3), fc.nat(5))), (range, marks) => {
        const tags = versionTags(
          marks.map(([at, minor, patch]) => ({ name: `v1.${minor}.${patch}`, commit: sha(at + 1) })),
          ['v'],
        )
        const sections = sectionsOf(range, tags)
        const all = sections.flatMap((section) => section.commits.map((one) => one.sha))
        expect(all.sort()).toEqual(range.map((one) => one.sha).sort())
        const parents = new Map(range.map((one) => [one.sha, one.parents]))
        const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
          from === to ||
          (parents.get(from) ?? []).some((next) => {
            if (seen.has(next)) return false
            seen.add(next)
            return reaches(next, to, seen)
          })
        sections.forEach(({ tag, commits: some }, index) => {
          const lower = sections
            .slice(index + 1)
            .flatMap((section) => section.tag?.commit ?? [])
            // The highest version on a commit has its changes.
            .filter(
              (commit, at) =>
                !sections.slice(0, index + 1 + at).some((higher) => higher.tag?.commit === commit),
            )
          for (const one of some) {
            if (tag !== undefined) expect(reaches(tag.commit, one.sha)).toBe(true)
            expect(lower.some((commit) => reaches(commit, one.sha))).toBe(false)
          }
        })
      }),
      { numRuns: 500 },
    )
  })
})
