import { writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { emptyState } from '../../support/github/state.ts'
import { jobToken } from '../../support/github/tokens.ts'
import { expectConclusion } from '../../support/runner.ts'
import { addPull, asked, type Change, githubOf, repositoryOf, step } from './stage.ts'

const HISTORY: Change[] = [
  'feat: start',
  { tag: 'v1.0.0' },
  'feat: list orders (#7)',
  'fix: no empty page (#8)\n\nCo-authored-by: Grace <7+grace@users.noreply.github.com>',
  'docs: nothing that anybody reads',
  'perf: half of it, without a pull request',
  { tag: 'v1.1.0' },
]

async function scene(history: readonly Change[] = HISTORY) {
  const repository = repositoryOf(history)
  const stage = await githubOf(repository)
  addPull(stage, 2, { author: 'ada' })
  addPull(stage, 7, { title: 'Orders, listed', labels: ['enhancement'] })
  addPull(stage, 8, { author: 'newcomer', labels: ['bug'] })
  return { repository, stage }
}

describe('pull requests', () => {
  test('are told of with title, number, author and who is new, in three calls', async () => {
    const { repository, stage } = await scene()
    const result = await step(repository, stage)
    expectConclusion(result, 'success')
    const { changelog, contributors } = result.outputs
    expect(changelog).toMatch(/\[#7]\(\S+\/octo\/demo\/\w+\/7\)/)
    expect(changelog).toContain('Contributors:** @ada, @grace, @newcomer')
    expect(contributors).toContain('"login":"newcomer"')
    expect(result.outputs).toMatchObject({ commits: '4', 'pull-requests': '2', from: 'v1.0.0', to: 'v1.1.0' })
    expect(asked(stage)).toEqual(['POST /graphql', 'POST /graphql', 'POST /graphql'])
    expect(result.annotations).toEqual([])
  })

  test('1,000 commits take 14 calls at most', async () => {
    const commits = Array.from({ length: 1_000 }, (_, index) =>
      index % 2 === 0 ? `feat: change ${index} (#${index + 1})` : `fix: change ${index}`,
    )
    const repository = repositoryOf(['feat: start', { tag: 'v1.0.0' }])
    repository.fastImport(
      commits
        .map((message, index) =>
          [
            'commit refs/heads/main',
            `committer Ada <ada@octo.test> ${1_767_300_000 + index} +0000`,
            `data ${Buffer.byteLength(message)}\n${message}`,
            index === 0 ? 'from refs/heads/main^0\n' : '',
          ].join('\n'),
        )
        .join('\n'),
    )
    const stage = await githubOf(repository)
    for (let index = 0; index < 1_000; index += 2) addPull(stage, index + 1)
    const result = await step(repository, stage)
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({ commits: '1000', 'pull-requests': '500' })
    expect(stage.log.length).toBeLessThanOrEqual(14)
  })

  test.each<[string, Record<string, string>, number]>([
    ['pull-requests: false', { 'pull-requests': 'false' }, 0],
    ['contributors: false', { contributors: 'false' }, 2],
  ])('%s', async (_, inputs, calls) => {
    const { repository, stage } = await scene()
    const result = await step(repository, stage, inputs)
    expectConclusion(result, 'success')
    expect(stage.log).toHaveLength(calls)
    expect(result.annotations).toEqual([])
  })
})

describe('without GitHub the notes are made from commits, with a warning', () => {
  test('no token', async () => {
    const { repository } = await scene()
    const result = await step(repository, undefined)
    expectConclusion(result, 'success')
    expect(result.outputs['changelog']).toContain('list orders')
    expect(result.annotations).toMatchObject([
      { level: 'warning', message: expect.stringContaining('token') },
    ])
  })

  test.each<[string, Parameters<Awaited<ReturnType<typeof scene>>['stage']['fault']>[0]]>([
    [
      'the token may not',
      { on: 'POST /graphql', times: 99, answer: { status: 403, data: { message: 'Not accessible' } } },
    ],
    [
      'a rate limit that ends too late',
      {
        on: 'POST /graphql',
        times: 99,
        answer: { status: 429, headers: { 'retry-after': '3600' }, data: { message: 'slow down' } },
      },
    ],
  ])('%s', async (_, fault) => {
    const { repository, stage } = await scene()
    stage.fault(fault)
    const result = await step(repository, stage)
    expectConclusion(result, 'success')
    expect(result.outputs['changelog']).toContain('list orders')
    expect(result.annotations).toMatchObject([
      { level: 'warning', message: expect.stringContaining('made from commits alone') },
    ])
  })

  test('with pull-requests: true it is an error', async () => {
    const { repository, stage } = await scene()
    stage.fault({ on: 'POST /graphql', times: 99, answer: { status: 403, data: { message: 'No' } } })
    const result = await step(repository, stage, { 'pull-requests': 'true' })
    expectConclusion(result, 'failure')
    expect(result.annotations).toMatchObject([{ level: 'error' }])
  })

  test('502 on one batch only halves it', async () => {
    const { repository, stage } = await scene()
    stage.fault({ on: 'POST /graphql', answer: { status: 502 } })
    const result = await step(repository, stage)
    expectConclusion(result, 'success')
    expect(result.outputs['changelog']).toContain('@newcomer')
    expect(result.annotations).toEqual([])
  })
})

describe('.github/release.yml', () => {
  const CONFIG = `
changelog:
  exclude: { labels: [skip-changelog], authors: [dependabot] }
  categories:
    - { title: New things, labels: [enhancement] }
    - { title: Repairs, labels: [bug] }
    - { title: Rest, labels: ['*'] }
`

  test('orders pull requests by their labels and commits by their types', async () => {
    const { repository, stage } = await scene([
      ...HISTORY.slice(0, -1),
      'fix: repaired without a pull request',
      'something without a type',
      'chore: bump (#9)',
      'feat: hidden (#10)',
    ])
    addPull(stage, 9, { author: 'dependabot[bot]', labels: ['bug'] })
    addPull(stage, 10, { labels: ['enhancement', 'skip-changelog'] })
    repository.write('.github/release.yml', CONFIG)
    const result = await step(repository, stage)
    expectConclusion(result, 'success')
    const { releases } = JSON.parse(result.outputs['result'] ?? '')
    const groups = releases[0].groups.map(
      ({ title, entries }: { title: string; entries: { subject: string }[] }) => [title, entries.length],
    )
    expect(groups).toEqual([
      ['New things', 1],
      ['Repairs', 2],
      ['Rest', 3],
    ])
    expect(releases[0].excluded).toEqual({ 'author dependabot': 1, 'label skip-changelog': 1 })
  })

  test('is read through the API where nothing is checked out', async () => {
    const { repository, stage } = await scene()
    stage.state.files.set('.github/release.yml', CONFIG)
    const result = await step(repository, stage, {}, { checkout: false })
    expectConclusion(result, 'success')
    expect(result.outputs['changelog']).toContain('New things')
    const gone = await step(repository, stage, { 'config-file': 'gone.yml' }, { checkout: false })
    expectConclusion(gone, 'failure')
    expect(gone.annotations[0]?.message).toContain('gone.yml')
  })

  test('groups come before it', async () => {
    const { repository, stage } = await scene()
    repository.write('.github/release.yml', CONFIG)
    const result = await step(repository, stage, { groups: 'Mine: [feat, fix, perf]' })
    expect(result.outputs['changelog']).toContain('Mine')
    expect(result.outputs['changelog']).not.toContain('New things')
  })

  test('what is wrong with it is one error with every line', async () => {
    const { repository, stage } = await scene()
    repository.write(
      '.github/release.yml',
      'changelog:\n  categories:\n    - titel: A\n      labels: [a]\n  exlude: {}\n',
    )
    const result = await step(repository, stage)
    expectConclusion(result, 'failure')
    expect(result.annotations).toHaveLength(1)
    for (const words of ['line 3', 'titel', 'line 5', 'Did you mean "exclude"?'])
      expect(result.annotations[0]?.message).toContain(words)
    expect(stage.log).toEqual([])
  })

  test('a list of types is read as well', async () => {
    const { repository } = await scene()
    writeFileSync(
      `${repository.directory}/types.json`,
      '{"types": [{"type": "feat", "section": "Shiny"}, {"type": "fix", "section": "Repairs", "hidden": true}]}',
    )
    const result = await step(repository, undefined, {
      'config-file': 'types.json',
      'pull-requests': 'false',
    })
    expectConclusion(result, 'success')
    expect(result.outputs['changelog']).toContain('Shiny')
    expect(result.outputs['changelog']).not.toContain('empty page')
  })
})

describe('release', () => {
  test('publish creates it, and the same again sends nothing', async () => {
    const { repository, stage } = await scene()
    const result = await step(repository, stage, { release: 'publish' })
    expectConclusion(result, 'success')
    const [release] = stage.state.releases
    expect(release).toMatchObject({ tag: 'v1.1.0', draft: false, prerelease: false })
    expect(release?.body).toContain('[#7](')
    expect(stage.state.latestRelease).toBe(release?.id)
    expect(result.outputs).toMatchObject({ 'release-id': String(release?.id) })
    expect(result.outputs['release-url']).toContain('/releases/tag/v1.1.0')
    const calls = stage.log.length
    expect(calls).toBeLessThanOrEqual(5)
    const again = await step(repository, stage, { release: 'publish' })
    expectConclusion(again, 'success')
    expect(again.outputs['release-id']).toBe(String(release?.id))
    expect(
      asked(stage)
        .slice(calls)
        .filter((call) => call !== 'POST /graphql'),
    ).toEqual([])
  })

  test('what a person writes around the notes survives', async () => {
    const { repository, stage } = await scene()
    await step(repository, stage, { release: 'publish' })
    const [release] = stage.state.releases
    if (release === undefined) throw new Error('no release')
    release.body = `Read this first!\r\n\r\n${release.body.replaceAll('\n', '\r\n')}`
    const before = release.body
    const same = await step(repository, stage, { release: 'update' })
    expectConclusion(same, 'success')
    expect(release.body).toBe(before)
    await step(repository, stage, { release: 'update', include: 'all' })
    expect(release.body).toContain('Read this first!')
    expect(release.body).toContain('nothing that anybody reads')
  })

  test('a dry run writes nothing and says no id', async () => {
    const { repository, stage } = await scene()
    const result = await step(repository, stage, { release: 'publish', 'dry-run': 'true' })
    expectConclusion(result, 'success')
    expect(stage.state.releases).toEqual([])
    expect(result.outputs).toMatchObject({ 'release-id': '', 'release-url': '' })
  })

  test('a tag that only GitHub has, made a step before, is released', async () => {
    const { repository, stage } = await scene(HISTORY.slice(0, -1))
    stage.state.refs.set('refs/tags/v1.1.0', repository.git(['rev-parse', 'main']))
    const result = await step(repository, stage, { release: 'publish', version: 'v1.1.0' })
    expectConclusion(result, 'success')
    expect(stage.state.releases).toMatchObject([{ tag: 'v1.1.0' }])
  })

  test('a tag with build metadata is the one that was asked for', async () => {
    const { repository, stage } = await scene([...HISTORY.slice(0, -1), { tag: 'v1.1.0+1' }])
    stage.state.refs.set('refs/tags/v1.1.0+2', repository.git(['rev-parse', 'main']))
    for (const version of ['v1.1.0+2', '1.1.0+1'])
      expectConclusion(await step(repository, stage, { release: 'publish', version }), 'success')
    expect(stage.state.releases.map(({ tag }) => tag)).toEqual(['v1.1.0+2', 'v1.1.0+1'])
  })

  test('a tag that was moved since the checkout is told', async () => {
    const { repository, stage } = await scene()
    const there = repository.git(['rev-parse', 'v1.1.0'])
    repository.git(['update-ref', 'refs/tags/v1.1.0', 'v1.1.0~1'])
    const result = await step(repository, stage, { release: 'publish', to: 'v1.1.0' })
    expectConclusion(result, 'success')
    expect(result.annotations).toMatchObject([
      {
        level: 'notice',
        message: expect.stringContaining(`At GitHub v1.1.0 stands on ${there.slice(0, 7)}`),
      },
    ])
  })

  test('what GitHub repeats of the token stands nowhere', async () => {
    const { repository, stage } = await scene()
    const data = { message: 'Validation Failed', errors: [{ code: 'custom', message: 'no stage-token' }] }
    const on = 'POST /repos/{owner}/{repo}/releases'
    stage.fault({ on, times: 9, answer: { status: 422, data } })
    const result = await step(repository, stage, { release: 'publish' })
    expectConclusion(result, 'failure')
    expect(result.summary).toContain('Validation Failed')
    expect(result.summary).not.toMatch(/stage\\?-token/)
  })

  test.each<[string, Record<string, string>, string]>([
    ['a missing tag', { version: 'v9.0.0' }, 'no tag v9.0.0'],
    ['Unreleased', { version: 'Unreleased' }, 'needs a version'],
  ])('%s is an error, and nothing is made', async (_, inputs, words) => {
    const { repository, stage } = await scene()
    for (const mode of ['publish', 'draft', 'update']) {
      const result = await step(repository, stage, { release: mode, ...inputs })
      expectConclusion(result, 'failure')
      expect(result.annotations[0]?.message).toContain(words)
    }
    expect(stage.state.releases).toEqual([])
    expect(stage.state.refs.has('refs/tags/v9.0.0')).toBe(false)
  })

  test('a token that only reads is told what it lacks', async () => {
    const { repository } = await scene()
    const tokens = { 'stage-token': jobToken({ contents: 'read', 'pull-requests': 'read' }) }
    const stage = await githubOf(repository, { tokens })
    const result = await step(repository, stage, { release: 'publish' })
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toContain('contents: write')
    expect(stage.state.releases).toEqual([])
  })
})

describe('places', () => {
  test('without a checkout the API tells the same', async () => {
    const { repository, stage } = await scene()
    const local = await step(repository, stage)
    const remote = await step(repository, stage, {}, { checkout: false })
    expectConclusion(remote, 'success')
    expect(remote.outputs['changelog']).toBe(local.outputs['changelog'])
    expect(JSON.parse(remote.outputs['result'] ?? '').source).toBe('api')
  })

  test('without a checkout and without a token there is a remedy', async () => {
    const { repository } = await scene()
    const result = await step(repository, undefined, {}, { checkout: false })
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toMatch(/checkout/)
  })

  test('GitHub Enterprise Server has other addresses, in calls and in links', async () => {
    const { repository } = await scene()
    const stage = await githubOf(repository, { enterprise: true })
    addPull(stage, 7)
    const result = await step(repository, stage, { release: 'draft' })
    expectConclusion(result, 'success')
    expect(result.outputs['changelog']).toContain(`[#7](${stage.serverUrl}/octo/demo/`)
    expect(stage.state.releases).toMatchObject([{ draft: true, tag: 'v1.1.0' }])
  })

  test('a repository that GitHub does not know leaves the notes of the checkout', async () => {
    const { repository } = await scene()
    const stage = await githubOf(repository, { state: emptyState('octo', 'other') })
    const result = await step(repository, stage)
    expectConclusion(result, 'success')
    expect(result.annotations).toMatchObject([{ level: 'warning' }])
  })
})
