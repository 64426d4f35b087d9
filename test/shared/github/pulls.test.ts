import { describe, expect, test } from '@jest/globals'
import {
  firstPullRequests,
  pullRequestsByNumber,
  pullRequestsOfCommits,
} from '../../../shared/github/pulls.ts'
import type { Stage } from '../../support/github/server.ts'
import { addCommit, type StagePull, type State } from '../../support/github/state.ts'
import { jobToken } from '../../support/github/tokens.ts'
import { client, failure, stage } from './stage.ts'

/** A merged pull request with one commit of its own. */
function addPull(state: State, pull: Partial<StagePull> & { number: number }, message = 'feat: x'): string {
  const sha = addCommit(state, { message })
  state.pulls.push({
    ...{ title: `title ${pull.number}`, author: 'ada', labels: [], merged: true, base: 'main', body: '' },
    ...{ commits: [sha], ...pull },
  })
  return sha
}

/** How many aliases each query had. */
const sizes = ({ log }: Stage): number[] =>
  log.map(({ body }) => ((body as { query: string }).query.match(/\b[pcs]\d+:/g) ?? []).length)

describe('by number', () => {
  test('100 a call', async () => {
    const github = await stage()
    const numbers = Array.from({ length: 250 }, (_, index) => index + 1)
    for (const number of numbers) addPull(github.state, { number })
    const found = await pullRequestsByNumber(client(github), [...numbers, 1, 2])
    expect([...found.keys()]).toEqual(numbers)
    expect(sizes(github)).toEqual([100, 100, 50])
  })

  test('with all that is told of one', async () => {
    const github = await stage()
    const sha = addPull(github.state, { number: 7, title: 't <b>', author: null, labels: ['bug', 'a b'] })
    addPull(github.state, { number: 8, author: 'dependabot[bot]', merged: false })
    const found = await pullRequestsByNumber(client(github), [8, 7])
    expect([...found.values()]).toEqual([
      { number: 8, title: 'title 8', author: 'dependabot[bot]', labels: [], merged: false },
      { number: 7, title: 't <b>', author: '', labels: ['bug', 'a b'], merged: true, mergeCommit: sha },
    ])
  })

  test('what is no pull request has no entry, and keeps nothing from the others', async () => {
    const github = await stage()
    addPull(github.state, { number: 7 })
    const found = await pullRequestsByNumber(client(github), [6, 7, 99_999, 0, 9_999_999_999])
    expect([...found.keys()]).toEqual([7])
    expect(github.log).toHaveLength(1)
  })

  test('a repository that is not found is a failure all the same', async () => {
    const github = await stage()
    const error = await failure(pullRequestsByNumber(client(github, { repository: 'octo/gone' }), [7]))
    expect(error.kind).toBe('not-found')
  })

  test('a token that may not is told so', async () => {
    const tokens = { 'stage-token': jobToken({ contents: 'read' }) }
    const github = await stage({ tokens })
    github.state.private = true
    addPull(github.state, { number: 7 })
    expect((await failure(pullRequestsByNumber(client(github), [7]))).kind).toBe('permission')
  })

  test.each([{ answer: { status: 502 } }, { answer: { status: 504 } }, { cut: 'before' as const }])(
    'a batch is halved after %j',
    async (fault) => {
      const github = await stage()
      for (let number = 1; number <= 8; number++) addPull(github.state, { number })
      github.fault({ on: 'POST /graphql', times: 2, ...fault })
      const found = await pullRequestsByNumber(client(github), [1, 2, 3, 4, 5, 6, 7, 8])
      expect(found.size).toBe(8)
      expect(sizes(github)).toEqual([8, 4, 2, 2, 4])
    },
  )
})

test('logins of authors and co-authors come with both', async () => {
  const github = await stage()
  const { state } = github
  state.logins.set('ada@octo.test', 'ada').set('Bob@octo.test', 'bob').set('cy@octo.test', 'cy')
  const shared = 'fix: y\n\nCo-authored-by: Bob <Bob@octo.test>\nCo-authored-by: X <x@octo.test>'
  addPull(state, { number: 7 }, shared)
  const alone = addCommit(state, { message: 'fix: z', author: { name: 'Cy', email: 'cy@octo.test' } })
  const logins = new Map<string, string>()
  const one = client(github)
  await pullRequestsByNumber(one, [7], { logins })
  expect(Object.fromEntries(logins)).toEqual({ 'ada@octo.test': 'ada', 'bob@octo.test': 'bob' })
  await pullRequestsOfCommits(one, [alone], { logins })
  expect(logins.get('cy@octo.test')).toBe('cy')
  expect(one.calls).toBe(2)
})

test('the first pull requests of people, in one call', async () => {
  const github = await stage()
  addPull(github.state, { number: 3, author: 'Ada', merged: false })
  addPull(github.state, { number: 5, author: 'Ada' })
  addPull(github.state, { number: 9, author: 'ada' })
  addPull(github.state, { number: 4, author: 'bob' })
  const one = client(github)
  const found = await firstPullRequests(one, ['ada', 'bob', 'cy'])
  expect(Object.fromEntries(found)).toEqual({ ada: 5, bob: 4 })
  expect(one.calls).toBe(1)
})
