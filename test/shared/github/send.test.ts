import { describe, expect, test } from '@jest/globals'
import { redact } from '../../../shared/action/secrets.ts'
import { connectGitHub } from '../../../shared/github/client.ts'
import { GitHubError } from '../../../shared/github/errors.ts'
import { askedWait } from '../../../shared/github/judge.ts'
import { createRef, getRef } from '../../../shared/github/refs.ts'
import { readRepository } from '../../../shared/github/repository.ts'
import { secondaryLimit } from '../../support/github/faults.ts'
import { addCommit, addTag, emptyState } from '../../support/github/state.ts'
import { asked, client, failure, stage } from './stage.ts'

const REPOSITORY = 'GET /repos/{owner}/{repo}'
const CREATE = 'POST /repos/{owner}/{repo}/git/refs'

describe('a client', () => {
  test('reads the repository with one call', async () => {
    const github = await stage()
    const one = client(github)
    expect(await readRepository(one)).toEqual({ defaultBranch: 'main', private: false })
    expect(one.calls).toBe(1)
    expect(github.log[0]).toMatchObject({ path: '/repos/octo/demo', token: 'stage-token' })
    expect(github.log[0]?.headers['x-github-api-version']).toBe('2022-11-28')
    expect(github.log[0]?.headers['user-agent']).toContain('nexus-actions')
  })

  test('knows GitHub Enterprise Server', async () => {
    const github = await stage({ enterprise: true })
    addTag(github.state, 'v1', addCommit(github.state, { message: 'feat: a' }))
    const one = client(github)
    expect(await readRepository(one)).toMatchObject({ defaultBranch: 'main' })
    expect(await getRef(one, 'refs/tags/v1')).toMatchObject({ type: 'commit' })
    expect(github.apiUrl).toMatch(/\/api\/v3$/)
  })

  test('masks its token', () => {
    const token = 'ghs_abcdefghijklmnop'
    connectGitHub({ token, repository: 'a/b', apiUrl: 'http://x', graphqlUrl: 'http://x', deadline: 0 })
    expect(redact(`the ${token}`)).toBe('the ***')
  })

  test.each(['', 'demo', 'a/b/c', '../x', 'a/..', 'a b/c'])('refuses the repository %j', (repository) => {
    const make = () =>
      connectGitHub({ token: 't'.repeat(9), repository, apiUrl: '', graphqlUrl: '', deadline: 0 })
    expect(make).toThrow(GitHubError)
  })

  test('refuses to be without a token', () => {
    const make = () =>
      connectGitHub({ token: '', repository: 'a/b', apiUrl: '', graphqlUrl: '', deadline: 0 })
    expect(make).toThrow(expect.objectContaining({ kind: 'credentials' }))
  })
})

describe('a read', () => {
  test.each([500, 502, 503, 504])('is asked again after %d, with growing waits', async (status) => {
    const github = await stage()
    github.fault({ on: REPOSITORY, times: 3, answer: { status, text: '<html>' } })
    const one = client(github)
    await readRepository(one)
    expect(one.calls).toBe(4)
    const [first = 0, second = 0, third = 0] = one.waits
    expect(first).toBeGreaterThanOrEqual(500)
    expect(first).toBeLessThan(1_000)
    expect(second).toBeGreaterThanOrEqual(1_000)
    expect(third).toBeGreaterThanOrEqual(2_000)
  })

  test.each(['before', 'after', 'body'] as const)('is asked again when the reply is cut %s', async (cut) => {
    const github = await stage()
    github.fault({ on: REPOSITORY, cut, times: 2 })
    const one = client(github)
    expect(await readRepository(one)).toMatchObject({ defaultBranch: 'main' })
    expect(one.waits.length).toBeGreaterThan(0)
  })

  test('ends after five attempts, with words', async () => {
    const github = await stage()
    github.fault({ on: REPOSITORY, times: 9, answer: { status: 503, data: { message: 'Unicorn!' } } })
    const error = await failure(readRepository(client(github)))
    expect(error).toMatchObject({ kind: 'server', status: 503, uncertain: false })
    expect(error.message).toContain('githubstatus.com')
    expect(github.log).toHaveLength(5)
  })

  test('of a page that is no JSON is no answer', async () => {
    const github = await stage()
    github.fault({ on: REPOSITORY, times: 9, answer: { status: 200, text: '<html>Please log in</html>' } })
    expect((await failure(readRepository(client(github)))).message).toContain('is an HTML page')
  })

  test('after the deadline is not asked at all', async () => {
    const github = await stage()
    const error = await failure(readRepository(client(github, { deadline: performance.now() - 1 })))
    expect(error.kind).toBe('deadline')
    expect(github.log).toEqual([])
  })

  test('is not waited for beyond the deadline', async () => {
    const github = await stage()
    github.fault({ on: REPOSITORY, times: 9, answer: { status: 502 } })
    const one = client(github, { deadline: performance.now() + 400 })
    const error = await failure(readRepository(one))
    expect(['server', 'network', 'deadline']).toContain(error.kind)
    expect(one.waits).toEqual([])
  })

  test('stops when the step is cancelled', async () => {
    const github = await stage()
    const stop = new AbortController()
    github.fault({ on: REPOSITORY, answer: { status: 502 } })
    const error = await failure(
      readRepository(client(github, { signal: stop.signal, pause: async () => stop.abort() })),
    )
    expect(error.kind).toBe('cancelled')
    expect(github.log).toHaveLength(1)
  })

  test('that hangs stops when the step is cancelled', async () => {
    const github = await stage()
    const stop = new AbortController()
    github.fault({ on: REPOSITORY, race: () => stop.abort(), delay: 0, cut: 'after' })
    expect((await failure(readRepository(client(github, { signal: stop.signal })))).kind).toBe('cancelled')
  })

  test('of a server that is not there', async () => {
    const github = await stage()
    const one = client(github, { apiUrl: 'http://127.0.0.1:1' })
    const error = await failure(readRepository(one))
    expect(error).toMatchObject({ kind: 'network', status: undefined })
    expect(error.message).toMatch(/connection refused.*GITHUB_API_URL/)
  })
})

describe('a rate limit', () => {
  test('that is used up is waited for until its reset, on the clock of GitHub', async () => {
    const state = emptyState()
    state.now = () => Date.UTC(2031, 0, 1)
    const github = await stage({ state })
    github.limits.remaining = 0
    github.limits.resetAt = Date.UTC(2031, 0, 1) / 1_000 + 90
    const one = client(github, {
      pause: async (ms) => {
        expect(ms).toBeGreaterThanOrEqual(90_000)
        expect(ms).toBeLessThan(92_000)
        github.limits.remaining = 10
      },
    })
    await readRepository(one)
    expect(one.calls).toBe(2)
  })

  test('that ends after the deadline is an error that says when', async () => {
    const github = await stage()
    github.limits.remaining = 0
    const error = await failure(readRepository(client(github, { deadline: performance.now() + 60_000 })))
    expect(error).toMatchObject({ kind: 'rate-limit', status: 403 })
    expect(error.message).toMatch(/in (59|60) m|in 1 h/)
    expect(github.log).toHaveLength(1)
  })

  test('of the second kind: Retry-After, or a minute and more', async () => {
    const github = await stage()
    github.fault({ on: REPOSITORY, answer: secondaryLimit(7) })
    github.fault({ on: REPOSITORY, answer: secondaryLimit() })
    const one = client(github)
    await readRepository(one)
    const [first = 0, second = 0] = one.waits
    expect(first).toBeGreaterThanOrEqual(7_000)
    expect(first).toBeLessThan(8_001)
    expect(second).toBeGreaterThanOrEqual(60_000)
  })

  test('refuses a write before it is carried out: it is sent again', async () => {
    const github = await stage()
    const sha = addCommit(github.state, { message: 'feat: a' })
    github.fault({ on: CREATE, answer: { ...secondaryLimit(1), status: 429 } })
    expect(await createRef(client(github), 'refs/tags/v1.0.0', sha)).toMatchObject({ created: true })
    expect(asked(github)).toEqual(['POST /git/refs', 'POST /git/refs'])
  })

  test.each([
    [{ 'retry-after': '3' }, 3_000],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:05 GMT', date: 'Thu, 01 Jan 1970 00:00:01 GMT' }, 4_000],
    [{ 'retry-after': 'rubbish' }, undefined],
    [{ 'x-ratelimit-remaining': '5', 'x-ratelimit-reset': '9' }, undefined],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9', date: 'Thu, 01 Jan 1970 00:00:01 GMT' },
      8_000,
    ],
    [
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '9', date: 'Thu, 01 Jan 1970 01:00:00 GMT' },
      1_000,
    ],
    [{ 'x-ratelimit-remaining': '0' }, undefined],
  ])('%j asks for %s ms', (headers, ms) => {
    expect(askedWait(headers as Record<string, string>)).toBe(ms)
  })
})
