import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { RangeCommit } from '../../../actions/changelog/model.ts'
import { resolve } from '../../../actions/changelog/plan/resolve.ts'
import { broughtByMerges } from '../../../actions/changelog/range/bridge.ts'
import { parseMessage } from '../../../shared/commits/message.ts'
import { pullMergesOf } from '../../../shared/commits/ownership.ts'
import { cancellations } from '../../../shared/commits/revert.ts'
import { pullRequestOf } from '../../../shared/commits/subject.ts'
import { makeRepository, type TestRepository } from '../../support/git.ts'

/** What people do to a repository; numbers choose among what there is. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('commit' as const), on: fc.nat(9), kind: fc.nat(9) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('branch' as const), on: fc.nat(9), kind: fc.nat(9) }) },
  // Nested and stacked: any branch into any other.
  { weight: 5, arbitrary: fc.record({ do: fc.constant('merge' as const), on: fc.nat(9), kind: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('back' as const), on: fc.nat(9), kind: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('squash' as const), on: fc.nat(9), kind: fc.nat(9) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('revert' as const), on: fc.nat(9), kind: fc.nat(40) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pick' as const), on: fc.nat(9), kind: fc.nat(40) }) },
)
const story = fc.array(step, { minLength: 5, maxLength: 40 })

interface Made {
  message: string
  parents: number[]
}

/** Plays a story; the first branch is the trunk, and in the end what is left is merged into it. */
function play(steps: readonly { do: string; on: number; kind: number }[]): Made[] {
  const commits: Made[] = [{ message: 'feat: root', parents: [] }]
  const branches = [0]
  let numbers = 0
  const add = (branch: number, message: string, ...more: number[]): void => {
    commits.push({ message, parents: [branches[branch] as number, ...more] })
    branches[branch] = commits.length - 1
  }
  const merge = (into: number, from: number, title: string): void => {
    if (into === from || contains(commits, branches[into] as number, branches[from] as number)) return
    add(into, `Merge pull request #${++numbers} from octo/b${from}\n\n${title}`, branches[from] as number)
  }
  for (const { do: what, on, kind } of steps) {
    const branch = on % branches.length
    const words = `change ${commits.length}`
    const header = ['feat: ', 'fix: ', 'wip ', 'chore: ', ''][kind % 5]
    if (what === 'commit') add(branch, `${header}${words}`)
    if (what === 'branch' && branches.length < 8) branches.push(Math.max(0, commits.length - 1 - kind))
    if (what === 'merge') merge(branch, kind % branches.length, `${header}${words}`)
    if (what === 'squash') add(branch, `${header}${words} (#${++numbers})`)
    if (what === 'revert' && kind < commits.length)
      add(branch, `Revert "x"\n\nThis reverts commit {${kind}}.`)
    if (what === 'pick' && kind < commits.length && commits[kind]?.parents.length === 1)
      add(branch, `${commits[kind]?.message.split('\n')[0]} again ${commits.length}`)
    if (
      what === 'back' &&
      branch > 0 &&
      !contains(commits, branches[branch] as number, branches[0] as number)
    )
      add(branch, `Merge branch 'main' into b${branch}`, branches[0] as number)
  }
  for (const from of branches.keys()) merge(0, from, `Everything of ${from}`)
  return commits
}

function contains(commits: readonly Made[], tip: number, wanted: number): boolean {
  const open = [tip]
  const seen = new Set(open)
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === wanted) return true
    for (const parent of commits[at]?.parents ?? []) {
      if (parent < wanted || seen.has(parent)) continue
      seen.add(parent)
      open.push(parent)
    }
  }
  return false
}

/** Makes real commits of some stories in one go; the tip of each. */
function importAll(repository: TestRepository, stories: readonly Made[][]): string[] {
  const input: string[] = []
  const shas: string[][] = []
  for (const [number, commits] of stories.entries()) {
    const own: string[] = []
    for (const [index, { message, parents }] of commits.entries()) {
      const text = message.replace(/\{(\d+)\}/, (_, at: string) => own[Number(at)] ?? '0'.repeat(40))
      const who = `Ada <ada@octo.test> ${1_767_225_600 + index * 60} +0000`
      const lines = [
        'tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904',
        ...parents.map((at) => `parent ${own[at]}`),
      ]
      input.push(
        [...lines, `author ${who}`, `committer ${who}`, '', `${text}\n\nStory: ${number}\n`].join('\n'),
      )
      own.push(repository.git(['hash-object', '-t', 'commit', '-w', '--stdin'], input.pop()))
    }
    shas.push(own)
  }
  return shas.map((own) => own.at(-1) ?? '')
}

function rangeOf(repository: TestRepository, tip: string): RangeCommit[] {
  const log = repository.git(['log', '-z', '--format=%H%x01%P%x01%B', tip])
  return log.split('\0').map((record) => {
    const [sha = '', parents = '', message = ''] = record.split('\x01')
    return {
      sha,
      parents: parents.split(' ').filter((parent) => parent !== ''),
      author: { name: 'Ada', email: 'ada@octo.test' },
      committedAt: 0,
      message: parseMessage(message),
    }
  })
}

const list = (text: string): string[] => text.split('\n').filter((line) => line !== '')

/** What git itself says: the merges of pull requests whose `M^1..M^2` holds each commit. */
function holdersOf(repository: TestRepository, range: readonly RangeCommit[]): Map<string, Set<string>> {
  const holders = new Map(range.map(({ sha }) => [sha, new Set<string>()]))
  for (const { sha, parents, message } of range) {
    if (parents.length < 2 || pullRequestOf(message.subject) === undefined) continue
    for (const held of list(repository.git(['rev-list', `${parents[0]}..${parents[1]}`])))
      holders.get(held)?.add(sha)
  }
  return holders
}

function check(repository: TestRepository, tip: string): void {
  const range = rangeOf(repository, tip)
  const holders = holdersOf(repository, range)
  const bySha = new Map(range.map((commit) => [commit.sha, commit]))
  const lineOf = (sha: string | undefined): Set<string> =>
    new Set(sha === undefined ? [] : list(repository.git(['rev-list', '--first-parent', sha])))
  const trunk = lineOf(tip)
  const owners = pullMergesOf(range)
  const lines = new Map<string, Set<string>>()
  for (const { sha } of range) {
    const owner = owners.get(sha)
    const held = holders.get(sha) ?? new Set()
    if (owner === undefined) {
      expect(held.size === 0 || trunk.has(sha)).toBe(true)
      continue
    }
    expect(held.has(owner)).toBe(true)
    expect(trunk.has(sha)).toBe(false)
    // No pull request within that one holds it too, unless it was made on the branch of that one.
    if (!lines.has(owner)) lines.set(owner, lineOf(bySha.get(owner)?.parents[1]))
    const inner = [...held].filter((other) => other !== owner && holders.get(other)?.has(owner))
    if (lines.get(owner)?.has(sha) === false) expect(inner).toEqual([])
  }
  checkLines(range, owners)
}

/** Reverts and lines: nobody's commit is told under another pull request, and no feature is lost. */
function checkLines(range: readonly RangeCommit[], owners: ReadonlyMap<string, string>): void {
  const brought = broughtByMerges(range)
  const none = { byNumber: new Map(), logins: new Map(), newcomers: new Map() }
  const pulls = { ...none, byCommit: brought.byCommit, carriers: brought.carriers }
  const resolved = resolve(range, { observation: { pulls }, unit: 'auto' })
  const bySha = new Map(range.map((commit) => [commit.sha, commit]))
  const numberOf = (sha: string | undefined): number | undefined =>
    pullRequestOf(bySha.get(sha ?? '')?.message.subject ?? '')
  const told = new Set<string>()
  for (const { entry } of resolved.lines) {
    for (const sha of entry.shas) {
      expect(told.has(sha)).toBe(false)
      told.add(sha)
      expect(entry.pullRequest?.number).toBe(numberOf(sha) ?? numberOf(owners.get(sha)))
    }
  }
  const cancelled = cancellations(range, brought.byCommit)
  for (const { sha, parents, message } of range) {
    const isFeature = parents.length < 2 && /^(?:feat|fix)$/.test(message.header?.type ?? '')
    if (isFeature && !cancelled.has(sha))
      expect([message.subject, told.has(sha)]).toEqual([message.subject, true])
  }
  const inLines = resolved.lines.reduce((sum, line) => sum + line.commits, 0)
  expect(inLines + resolved.reverted + resolved.merged).toBe(range.length)
}

describe('who a commit came with', () => {
  const graphs = process.env['NEXUS_LONG'] === '1' ? 20_000 : 300
  test(`${graphs} graphs, held against git rev-list M^1..M^2`, () => {
    const repository = makeRepository({ bare: true })
    try {
      const stories = fc.sample(story, {
        numRuns: graphs,
        seed: Number(process.env['NEXUS_SEED'] ?? 20261201),
      })
      for (const [index, steps] of stories.entries()) {
        try {
          const [tip = ''] = importAll(repository, [play(steps)])
          check(repository, tip)
        } catch (error) {
          throw new Error(`graph ${index}: ${JSON.stringify(steps)}`, { cause: error })
        }
      }
    } finally {
      repository.remove()
    }
  }, 7_200_000)
})
