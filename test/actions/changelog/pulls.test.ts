import { describe, expect, test } from '@jest/globals'
import type { RangeCommit } from '../../../actions/changelog/model.ts'
import { observePulls, type PullsWanted } from '../../../actions/changelog/observe/pulls.ts'
import { broughtByMerges } from '../../../actions/changelog/range/bridge.ts'
import { parseMessage } from '../../../shared/commits/message.ts'
import { client, stage } from '../../shared/github/stage.ts'
import { secondaryLimit } from '../../support/github/faults.ts'
import { sorted } from '../../support/github/history.ts'
import type { Stage } from '../../support/github/server.ts'
import { addCommit, type StagePull, type State } from '../../support/github/state.ts'
import { jobToken } from '../../support/github/tokens.ts'

const AUTO: PullsWanted = { pullRequests: 'auto', contributors: true, isFirst: false }

/** All commits of a stage, as the range of a release. */
function range(state: State): RangeCommit[] {
  return sorted(state, state.commits.keys()).map(({ sha, parents, author, committer, message }) => ({
    ...{ sha, parents, author, committedAt: Date.parse(committer.date) / 1_000 },
    message: parseMessage(message),
  }))
}

function addPull(state: State, number: number, commits: string[], more: Partial<StagePull> = {}): void {
  const pull = { title: `title ${number}`, author: 'ada', labels: [], merged: true, base: 'main', body: '' }
  state.pulls.push({ ...pull, number, commits, ...more })
}

/** Commits that name their pull request, and commits that do not. */
async function history(named: number, unnamed: number): Promise<Stage> {
  const github = await stage()
  const { state } = github
  for (let index = 1; index <= named; index++)
    addPull(state, index, [addCommit(state, { message: `feat: ${index} (#${index})` })])
  for (let index = 1; index <= unnamed; index++) addCommit(state, { message: `fix: ${index}` })
  return github
}

async function observed(github: Stage, wanted: Partial<PullsWanted> = {}) {
  const one = client(github)
  const facts = await observePulls(range(github.state), { ...AUTO, ...wanted }, async () => one)
  return { facts, calls: one.calls, waits: one.waits }
}

describe('calls', () => {
  test.each([
    [0, 0, 0],
    [1, 0, 2],
    [100, 0, 2],
    [101, 1, 4],
    [0, 100, 1],
    [250, 150, 6],
  ])('%i pull requests and %i commits without a number take %i', async (named, unnamed, expected) => {
    const { facts, calls } = await observed(await history(named, unnamed))
    expect(calls).toBe(expected)
    expect(facts.byNumber.size).toBe(named)
    expect(facts.warning).toBeUndefined()
  })

  test('none at all with pull-requests: false', async () => {
    const { facts, calls } = await observed(await history(3, 3), { pullRequests: 'false' })
    expect([calls, facts.byNumber.size, facts.warning]).toEqual([0, 0, undefined])
  })

  test.each([{ contributors: false }, { isFirst: true }])('nobody is new with %j', async (wanted) => {
    const { facts, calls } = await observed(await history(3, 0), wanted)
    expect([calls, facts.newcomers.size]).toEqual([1, 0])
  })

  test('a batch that GitHub cannot finish is halved, and nothing is missing', async () => {
    const github = await history(80, 0)
    github.fault({ on: 'POST /graphql', answer: { status: 502, text: '<html>' } })
    const { facts, calls } = await observed(github)
    expect([facts.byNumber.size, calls, facts.warning]).toEqual([80, 4, undefined])
  })

  test('a rate limit is waited for as long as GitHub says', async () => {
    const github = await history(2, 0)
    github.fault({ on: 'POST /graphql', answer: secondaryLimit(7) })
    const { facts, waits } = await observed(github)
    expect(facts.byNumber.size).toBe(2)
    expect(Math.floor((waits[0] ?? 0) / 1_000)).toBe(7)
  })
})

describe('what is known', () => {
  test('titles, labels and authors, of merged pull requests alone', async () => {
    const github = await stage()
    const { state } = github
    addPull(state, 7, [addCommit(state, { message: 'feat: a (#7)' })], { labels: ['bug'], author: null })
    addPull(state, 8, [addCommit(state, { message: 'fix: b (#8)' })], { merged: false })
    addCommit(state, { message: 'fix: c (#99)' })
    const unnamed = addCommit(state, { message: 'fix: d' })
    addPull(state, 9, [unnamed], { merged: false })
    addPull(state, 10, [unnamed], { author: 'dependabot[bot]' })
    addPull(state, 11, [unnamed])
    const { facts } = await observed(github)
    expect([...facts.byNumber.values()]).toEqual([
      { number: 7, title: 'title 7', labels: ['bug'] },
      { number: 10, title: 'title 10', labels: [], author: 'dependabot[bot]' },
    ])
    expect([...facts.byCommit]).toEqual([[unnamed, 10]])
  })

  test('who is new: whose first merged pull request is in the range', async () => {
    const github = await stage()
    const { state } = github
    addPull(state, 1, ['f'.repeat(40)], { author: 'Old' })
    addPull(state, 2, ['f'.repeat(40)], { author: 'new', merged: false })
    const authors = ['old', 'New', 'renovate[bot]', 'New']
    for (const [index, author] of authors.entries()) {
      const number = index + 5
      addPull(state, number, [addCommit(state, { message: `feat: x (#${number})` })], { author })
    }
    const { facts } = await observed(github)
    expect([...facts.newcomers]).toEqual([['new', 6]])
  })

  test('the author of a squash is who opened it, also with an unknown address', async () => {
    const github = await stage()
    const { state } = github
    const author = { name: 'Ada', email: 'Ada@Home.test' }
    addPull(state, 7, [addCommit(state, { message: 'feat: a (#7)', author })])
    const merger = { name: 'Bob', email: 'bob@home.test' }
    const first = addCommit(state, { message: 'feat: b', author: merger })
    const merge = addCommit(state, {
      message: 'Merge pull request #8 from octo/x',
      author: merger,
      parents: [first, first],
    })
    addPull(state, 8, [merge])
    const { facts } = await observed(github)
    expect([...facts.logins]).toEqual([['ada@home.test', 'ada']])
  })

  test('commits that a merge of the range brought in are not asked about', async () => {
    const github = await stage()
    const { state } = github
    const base = addCommit(state, { message: 'start' })
    const one = addCommit(state, { message: 'feat: one', branch: 'side', parents: [base] })
    const two = addCommit(state, { message: 'feat: two', branch: 'side' })
    addPull(state, 8, [
      addCommit(state, { message: 'Merge pull request #8 from octo/side', parents: [base, two] }),
    ])
    const { facts, calls } = await observed(github, { contributors: false })
    expect(Object.fromEntries(facts.byCommit)).toEqual({ [one]: 8, [two]: 8 })
    expect(calls).toBe(2)
    expect(JSON.stringify(github.log[1]?.body)).toContain(base)
    expect(JSON.stringify(github.log[1]?.body)).not.toContain(one)
  })
})

describe('without data', () => {
  test('no token: notes from commits, and a warning with a remedy', async () => {
    const github = await history(2, 1)
    const facts = await observePulls(range(github.state), AUTO, undefined)
    expect(facts).toMatchObject({ byNumber: new Map(), newcomers: new Map() })
    expect(facts.warning).toContain('token')
    expect(facts.warning).toContain('pull-requests: false')
    expect(github.log).toEqual([])
  })

  test.each([
    ['GitHub is down', { answer: { status: 503 } }, 'GitHub did not answer'],
    [
      'the token may not',
      { answer: { status: 403, data: { message: 'Resource not accessible by integration' } } },
      'permissions',
    ],
    ['the connection is cut', { cut: 'before' as const }, 'No answer'],
    [
      'the token is wrong',
      { answer: { status: 401, data: { message: 'Bad credentials' } } },
      'does not accept the token',
    ],
    ['it is no GitHub at all', { answer: { status: 200, text: '<html>sign in</html>' } }, 'an HTML page'],
  ])('%s: a warning that says so', async (_, fault, words) => {
    const github = await history(3, 2)
    github.fault({ on: 'POST /graphql', times: 99, ...fault })
    const { facts, calls } = await observed(github)
    expect(facts.byNumber.size).toBe(0)
    expect(facts.warning).toContain('the notes are made from commits alone')
    expect(facts.warning).toContain(words)
    expect(calls).toBeLessThan(10)
    await expect(observed(github, { pullRequests: 'true' })).rejects.toThrow(words)
  })

  test('a rate limit that is too far away is not waited for', async () => {
    const github = await history(3, 0)
    github.limits.remaining = 0
    const { facts, waits } = await observed(github)
    expect(facts.warning).toContain('GitHub answers no more calls')
    expect(waits).toEqual([])
  })

  test('half of the data is better than none', async () => {
    const github = await history(3, 2)
    github.fault({ on: 'POST /graphql', after: 1, times: 99, answer: { status: 500 } })
    const { facts } = await observed(github)
    expect(facts.byNumber.size).toBe(3)
    expect(facts.warning).toContain('may be missing')
  })

  test('a private repository whose job lacks pull-requests: read', async () => {
    const github = await stage({ tokens: { 'stage-token': jobToken({ contents: 'read' }) } })
    github.state.private = true
    addPull(github.state, 1, [addCommit(github.state, { message: 'feat: a (#1)' })])
    const { facts } = await observed(github)
    expect(facts.warning).toContain('The token may not do this')
  })
})

test('GitHub Enterprise Server is asked at its own address', async () => {
  const github = await stage({ enterprise: true })
  addPull(github.state, 7, [addCommit(github.state, { message: 'feat: a (#7)' })])
  const { facts } = await observed(github)
  expect(facts.byNumber.get(7)?.title).toBe('title 7')
  expect(github.graphqlUrl).toContain('/api/graphql')
})

describe('what merges brought in', () => {
  const commit = (sha: string, parents: string[], subject = sha): RangeCommit => ({
    ...{ sha, parents, author: { name: '', email: '' }, committedAt: 0, message: parseMessage(subject) },
  })

  test.each<[string, RangeCommit[], Record<string, number>]>([
    ['a line', [commit('b', ['a']), commit('a', [])], {}],
    [
      'a merged branch',
      [
        commit('m', ['a', 'c'], 'Merge pull request #5 from x'),
        commit('c', ['b']),
        commit('b', ['a']),
        commit('a', []),
      ],
      { c: 5, b: 5 },
    ],
    [
      'its own number comes first',
      [
        commit('m', ['a', 'c'], 'Merge pull request #5 from x'),
        commit('c', ['a'], 'fix: x (#4)'),
        commit('a', []),
      ],
      {},
    ],
    [
      'two merges, the second on top of the first branch',
      [
        commit('n', ['m', 'd'], 'Merge pull request #6 from y'),
        commit('m', ['a', 'c'], 'Merge pull request #5 from x'),
        commit('d', ['c']),
        commit('c', ['a']),
        commit('a', []),
      ],
      { c: 5, d: 6 },
    ],
    [
      'a merge without a number gives none',
      [commit('m', ['a', 'b'], "Merge branch 'x'"), commit('b', ['a']), commit('a', [])],
      {},
    ],
    [
      'main merged into the branch',
      [
        commit('n', ['b', 'm'], 'Merge pull request #6 from y'),
        commit('m', ['c', 'b'], "Merge branch 'main' into y"),
        commit('b', ['a']),
        commit('c', ['a']),
        commit('a', []),
      ],
      { m: 6, c: 6 },
    ],
    ['no commits', [], {}],
  ])('%s', (_, commits, expected) => {
    expect(Object.fromEntries(broughtByMerges(commits).byCommit)).toEqual(expected)
  })
})
