import { describe, expect, test } from '@jest/globals'
import { readHistory } from '../../../shared/git/history.ts'
import { openRepository } from '../../../shared/git/repository.ts'
import { readTagMessage, readTags } from '../../../shared/git/tags.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { compare, getCommit, listCommits, listRange } from '../../../shared/github/commits.ts'
import { GitHubError } from '../../../shared/github/errors.ts'
import { readTextFile } from '../../../shared/github/files.ts'
import { query } from '../../../shared/github/graphql.ts'
import { nextQuery } from '../../../shared/github/pages.ts'
import { pullRequestsOfCommits } from '../../../shared/github/pulls.ts'
import { readRefs } from '../../../shared/github/refs.ts'
import type { Call, Reply } from '../../../shared/github/send.ts'
import { listTags } from '../../../shared/github/tags.ts'
import { makeRepository } from '../../support/git.ts'
import { loadRepository } from '../../support/github/load.ts'
import { addCommit, addTag } from '../../support/github/state.ts'
import { client, failure, stage } from './stage.ts'

describe('commits', () => {
  test('how two stand to each other', async () => {
    const github = await stage()
    const base = addCommit(github.state, { message: 'a' })
    const head = addCommit(github.state, { message: 'b' })
    const side = addCommit(github.state, { message: 'c', parents: [base], branch: 'side' })
    const orphan = addCommit(github.state, { message: 'd', parents: [], branch: 'orphan' })
    const one = client(github)
    expect(await compare(one, base, head)).toEqual({
      status: 'ahead',
      aheadBy: 1,
      behindBy: 0,
      mergeBase: base,
    })
    expect(await compare(one, head, base)).toMatchObject({ status: 'behind' })
    expect(await compare(one, head, head)).toMatchObject({ status: 'identical' })
    expect(await compare(one, side, head)).toEqual({
      status: 'diverged',
      aheadBy: 1,
      behindBy: 1,
      mergeBase: base,
    })
    expect(await compare(one, orphan, head)).toBeUndefined()
    expect(await compare(one, 'a'.repeat(40), head)).toBeUndefined()
  })

  test('of a range, page by page, newest first', async () => {
    const github = await stage()
    const base = addCommit(github.state, { message: 'base' })
    for (let number = 1; number <= 250; number++)
      addCommit(github.state, { message: `feat: ${number}\n\nbody\n` })
    const range = await listRange(client(github), base, 'main')
    expect(range).toHaveLength(250)
    expect(range[0]?.message).toBe('feat: 250\n\nbody')
    expect(range.at(-1)?.parents).toEqual([base])
    expect(github.log).toHaveLength(3)
  })

  test('that GitHub does not give whole are an error', async () => {
    const github = await stage()
    const base = addCommit(github.state, { message: 'base' })
    for (let number = 1; number <= 3; number++) addCommit(github.state, { message: 'x' })
    const whole = await listRange(client(github), base, 'main')
    const commit = { sha: base, parents: [], commit: { message: '', author: null, committer: null } }
    const data = { total_commits: 3, commits: [commit] }
    github.fault({ on: /compare/, answer: { status: 200, data } })
    const error = await failure(listRange(client(github), base, 'main'))
    expect(error.message).toContain('1 of 3')
    expect(whole).toHaveLength(3)
  })

  test('up to one, of a path, until the loop is left', async () => {
    const github = await stage()
    for (let number = 0; number < 150; number++) {
      addCommit(github.state, { message: String(number), paths: number % 2 ? ['api/x'] : ['web/x'] })
    }
    const one = client(github)
    let count = 0
    for await (const { message } of listCommits(one, 'main', { path: 'api' })) {
      expect(Number(message) % 2).toBe(1)
      count += 1
    }
    expect([count, one.calls]).toEqual([75, 1])
    for await (const { message } of listCommits(one, 'main')) {
      expect(message).toBe('149')
      break
    }
    expect(one.calls).toBe(2)
  })

  test('one, by whatever names it', async () => {
    const github = await stage()
    const sha = addCommit(github.state, { message: 'feat: a' })
    addTag(github.state, 'v1', sha, 'annotated')
    const one = client(github)
    for (const name of [sha, 'main', 'v1']) expect(await getCommit(one, name)).toMatchObject({ sha })
    expect(await getCommit(one, 'gone')).toBeUndefined()
    expect(await getCommit(client(await stage()), 'main')).toBeUndefined()
  })
})

describe('pull requests', () => {
  test('of 250 commits in three calls', async () => {
    const github = await stage()
    const shas = Array.from({ length: 250 }, (_, number) =>
      addCommit(github.state, { message: String(number) }),
    )
    const pull = { title: 't', author: 'ada', labels: ['semver:major'], merged: true, base: 'main', body: '' }
    github.state.pulls.push({ ...pull, number: 7, commits: [shas[3] ?? ''] })
    github.state.pulls.push({ ...pull, number: 8, author: null, labels: [], commits: [shas[240] ?? ''] })
    const found = await pullRequestsOfCommits(client(github), [...shas, 'a'.repeat(40)])
    expect(found.size).toBe(251)
    expect(found.get(shas[3] ?? '')).toEqual([
      { number: 7, title: 't', author: 'ada', labels: ['semver:major'], merged: true },
    ])
    expect(found.get(shas[240] ?? '')).toMatchObject([{ number: 8, author: '' }])
    expect(found.get('a'.repeat(40))).toEqual([])
    expect(github.log).toHaveLength(3)
  })

  test.each([{ answer: { status: 502 } }, { answer: { status: 504 } }, { cut: 'before' as const }])(
    'a batch is halved after %j',
    async (fault) => {
      const github = await stage()
      const shas = Array.from({ length: 8 }, (_, number) =>
        addCommit(github.state, { message: String(number) }),
      )
      github.fault({ on: 'POST /graphql', times: 2, ...fault })
      const one = client(github)
      expect((await pullRequestsOfCommits(one, shas)).size).toBe(8)
      expect(github.log.map(({ body }) => (JSON.stringify(body).match(/"c\d+":/g) ?? []).length)).toEqual([
        8, 4, 2, 2, 4,
      ])
    },
  )

  test('over REST, where GraphQL does not answer', async () => {
    const github = client(await stage())
    const pull = { number: 7, title: 't', user: null, labels: [{ name: 'semver:major' }] }
    const asked: unknown[] = []
    const send = async ({ route, parameters }: Call): Promise<Reply<unknown>> => {
      if (route.startsWith('POST ')) throw new GitHubError('not-found', '', '', { status: 404 })
      asked.push([route, parameters?.['commit_sha']])
      const data = [
        { ...pull, merged_at: '2026-01-01T00:00:00Z' },
        { ...pull, merged_at: null },
      ]
      return { status: 200, headers: {}, data }
    }
    const found = await pullRequestsOfCommits({ ...github, send: send as GitHub['send'] }, ['a', 'b'])
    const read = { number: 7, title: 't', author: '', labels: ['semver:major'] }
    expect(found.get('a')).toEqual([
      { ...read, merged: true },
      { ...read, merged: false },
    ])
    const route = 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls'
    expect(asked).toEqual(['a', 'b'].map((sha) => [route, sha]))
  })

  test('a GitHub that is down is not asked for ever', async () => {
    const github = await stage()
    const shas = Array.from({ length: 64 }, (_, number) =>
      addCommit(github.state, { message: String(number) }),
    )
    github.fault({ on: 'POST /graphql', times: 999, answer: { status: 502 } })
    expect((await failure(pullRequestsOfCommits(client(github), shas))).kind).toBe('server')
    expect(github.log.length).toBeLessThan(15)
  })
})

test('a text file at a commit', async () => {
  const github = await stage()
  const sha = addCommit(github.state, { message: 'feat: a' })
  github.state.files.set('.github/a.yml', '\ufeffa: 1')
  const one = client(github)
  expect(await readTextFile(one, sha, '.github/a.yml')).toBe('a: 1')
  expect(await readTextFile(one, sha, '.github/b.yml')).toBeUndefined()
  expect(one.calls).toBe(2)
  const object = { text: null, isTruncated: false }
  github.fault({ on: 'POST /graphql', answer: { status: 200, data: { data: { repository: { object } } } } })
  expect((await failure(readTextFile(one, sha, 'image.png'))).message).toContain('image.png')
})

describe('GraphQL', () => {
  test.each([
    ['permission', { type: 'FORBIDDEN', message: 'Resource not accessible by integration' }],
    [
      'permission',
      { type: 'INSUFFICIENT_SCOPES', message: 'Your token has not been granted the required scopes' },
    ],
    ['not-found', { type: 'NOT_FOUND', message: 'Could not resolve to a Repository' }],
    ['server', { message: 'Something went wrong while executing your query.' }],
    ['unsupported', { message: "Field 'x' doesn't exist", extensions: { code: 'undefinedField' } }],
    ['validation', { message: 'Argument is invalid' }],
  ])('an error in an answer with 200 is a failure: %s', async (kind, error) => {
    const github = await stage()
    github.fault({
      on: 'POST /graphql',
      times: 9,
      answer: { status: 200, data: { data: {}, errors: [error] } },
    })
    const asked = { text: 'query{viewer{login}}', variables: {}, about: 'the viewer' }
    expect(await failure(query(client(github), asked))).toMatchObject({ kind })
    expect(github.log).toHaveLength(kind === 'server' ? 5 : 1)
  })

  test('a rate limit in an answer with 200 is waited for', async () => {
    const github = await stage()
    const headers = {
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(Math.ceil(Date.now() / 1_000) + 30),
    }
    const data = { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] }
    github.fault({ on: 'POST /graphql', answer: { status: 200, headers, data } })
    const one = client(github)
    await readRefs(one, ['refs/tags/v1'])
    expect(one.waits[0]).toBeGreaterThan(25_000)
  })
})

test.each([
  [undefined, undefined],
  ['', undefined],
  [
    '<https://api.github.com/x?page=2&per_page=9>; rel="next", <https://x/y?page=5>; rel="last"',
    'page=2&per_page=9',
  ],
  ['<https://x/y?page=1>; rel="prev", <https://evil.test/z?page=3>; rel=next', 'page=3'],
  ['<https://x/y?page=5>; rel="last"', undefined],
])('the link %j leads to %j', (link, query) => {
  expect(nextQuery(link)).toBe(query)
})

test('git and the API tell the same of the same history', async () => {
  const repository = makeRepository()
  try {
    const { directory, commit, git, tag } = repository
    commit('feat: a\n\nbody', { path: 'api/a' })
    tag('v1.0.0', 'one\n\nNexus-Run: 5')
    git(['tag', '-a', '-m', 'nested', 'nested', 'v1.0.0'])
    git(['checkout', '--quiet', '-b', 'side'])
    commit('fix: side', { path: 'web/b' })
    tag('v1.0.1')
    git(['checkout', '--quiet', 'main'])
    commit('feat!: main\n\nBREAKING CHANGE: x\n', { path: 'api/c' })
    git(['merge', '--quiet', '--no-ff', '-m', 'merge', 'side'])
    git(['update-ref', 'refs/tags/tree', 'HEAD^{tree}'])
    const to = commit('docs: end')
    const github = await stage({ state: loadRepository(directory) })
    const one = client(github)
    const local = openRepository(directory)
    const base = git(['rev-parse', 'v1.0.0^{commit}'])

    const tags = await readTags(local, { reachableFrom: to })
    expect(await listTags(one)).toEqual(tags.map(({ reachable: _, ...known }) => known))
    const { refs } = await readRefs(one, ['refs/tags/v1.0.0'])
    expect(refs.get('refs/tags/v1.0.0')?.message).toBe(await readTagMessage(local, 'v1.0.0'))
    const bySha = (commits: { sha: string }[]) => commits.sort((a, b) => (a.sha < b.sha ? -1 : 1))
    const range = []
    for await (const found of readHistory(local, { to, without: [base] })) range.push(found)
    expect(bySha(await listRange(one, base, to))).toEqual(bySha(range))
    for (const path of ['api', 'web']) {
      const [ofGit, ofApi] = [[] as string[], [] as string[]]
      for await (const { sha } of readHistory(local, { to, paths: [path] })) ofGit.push(sha)
      for await (const { sha } of listCommits(one, to, { path })) ofApi.push(sha)
      expect(ofApi).toEqual(ofGit)
    }
  } finally {
    repository.remove()
  }
})
