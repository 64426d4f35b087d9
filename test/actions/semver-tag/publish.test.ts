import { afterEach, describe, expect, test } from '@jest/globals'
import { expectConclusion } from '../../support/runner.ts'
import { closeGitHubs, githubOf, publish, repositoryOf, tagged } from './scene.ts'

afterEach(closeGitHubs)

const HISTORY = [{ message: 'feat: a', tags: ['v1.2.2', 'v1', 'v1.2'] }, 'fix: b']
const floating = { 'floating-tags': 'major, minor' }

describe('publishing', () => {
  test('tag, v1 and v1.2 take at most 4 calls, and no call to compute with a full checkout', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const result = await publish(repository, stage, floating)
    expectConclusion(result, 'success')
    expect(stage.log.length).toBeLessThanOrEqual(4)
    const sha = repository.sha()
    expect([
      tagged(stage, 'v1.2.3'),
      stage.state.refs.get('refs/tags/v1'),
      stage.state.refs.get('refs/tags/v1.2'),
    ]).toEqual([sha, sha, sha])
    expect(result.outputs).toMatchObject({
      ...{
        version: '1.2.3',
        tag: 'v1.2.3',
        'previous-version': '1.2.2',
        'previous-tag': 'v1.2.2',
        bump: 'patch',
      },
      ...{
        released: 'true',
        major: '1',
        minor: '2',
        patch: '3',
        prerelease: '',
        'is-prerelease': 'false',
        sha,
        commits: '1',
      },
      ...{ 'floating-tags': 'v1\nv1.2', 'release-id': '', 'release-url': '' },
    })
    expect(result.summary).toMatch(/^### 🏷️ `v1\.2\.2` → `v1\.2\.3`\n/)
    for (const words of ['fix: b', '`v1.2`', 'moved from', 'latest\n'])
      expect(result.summary).toContain(words)
  })

  test('the release takes one more', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const inputs = {
      ...floating,
      create: 'release',
      'release-name': 'Version {version}',
      'release-notes': '- b',
    }
    const { outputs } = await publish(repository, stage, inputs)
    expect(stage.log.length).toBeLessThanOrEqual(5)
    expect(stage.state.releases).toMatchObject([
      { tag: 'v1.2.3', name: 'Version 1.2.3', body: '- b', draft: false, prerelease: false },
    ])
    expect(outputs['release-id']).toBe(String(stage.state.releases[0]?.id))
    expect(outputs['release-url']).toContain('v1.2.3')
    const body = stage.log.find(({ operation }) => operation.endsWith('/releases'))?.body
    expect(body).toMatchObject({ make_latest: 'true' })
    expect(body).not.toHaveProperty('target_commitish')
  })

  test('the tag is annotated, with its message and the run', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    await publish(
      repository,
      stage,
      { 'tag-message': 'Release {tag} of {sha}' },
      { context: { runId: '77' } },
    )
    const object = stage.state.tagObjects.get(stage.state.refs.get('refs/tags/v1.2.3') ?? '')
    expect(object?.message.trim()).toBe(`Release v1.2.3 of ${repository.sha()}\n\nNexus-Run: 77`)
    expect(stage.log.length).toBeLessThanOrEqual(2)
  })

  test('annotated: false gives a lightweight one', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const { outputs } = await publish(repository, stage, { annotated: 'false' })
    expect(stage.state.refs.get('refs/tags/v1.2.3')).toBe(repository.sha())
    expect(outputs['released']).toBe('true')
  })

  test('create: none, a dry run and a pull request write nothing', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const pull = {
      event: { name: 'pull_request', payload: { pull_request: { number: 7 } } },
      context: { ref: 'refs/pull/7/merge' },
    }
    for (const [inputs, options] of [
      [{ create: 'none' }, {}],
      [{ 'dry-run': 'true', create: 'release' }, {}],
      [{}, pull],
    ] as const) {
      const result = await publish(repository, stage, { ...floating, ...inputs }, options)
      expectConclusion(result, 'success')
      expect(result.outputs).toMatchObject({
        version: '1.2.3',
        released: 'false',
        'floating-tags': '',
        'release-id': '',
      })
    }
    expect(stage.log.filter(({ operation }) => !operation.startsWith('GET '))).toEqual([])
    expect(stage.log.length).toBe(0)
  })

  test('a second run finds the tag, and says that it was not its own', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    await publish(repository, stage, floating, { context: { runId: '1' } })
    const before = new Map(stage.state.refs)
    const again = await publish(repository, stage, floating, { checkout: false, context: { runId: '2' } })
    expectConclusion(again, 'success')
    expect(again.outputs).toMatchObject({ version: '1.2.3', tag: 'v1.2.3', released: 'false', bump: 'none' })
    // The checkout of a run that was started before the tag: 422, same commit.
    const stale = await publish(repository, stage, floating, { context: { runId: '3' } })
    expectConclusion(stale, 'success')
    expect(stale.outputs).toMatchObject({ version: '1.2.3', released: 'false' })
    expect(stage.state.refs).toEqual(before)
  })

  test('the same run again goes on where it stopped', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    await publish(repository, stage, {}, { context: { runId: '1' } })
    const inputs = { ...floating, create: 'release' }
    const again = await publish(repository, stage, inputs, {
      checkout: false,
      context: { runId: '1', runAttempt: '2' },
    })
    expectConclusion(again, 'success')
    expect(again.outputs).toMatchObject({
      version: '1.2.3',
      released: 'true',
      commits: '1',
      bump: 'patch',
      'floating-tags': 'v1\nv1.2',
      'previous-version': '1.2.2',
    })
    expect(tagged(stage, 'v1')).toBe(repository.sha())
    expect(stage.state.releases).toHaveLength(1)
    const third = await publish(repository, stage, inputs, { checkout: false, context: { runId: '1' } })
    expect(third.outputs['release-id']).toBe(again.outputs['release-id'])
    expect(stage.state.releases).toHaveLength(1)
  })

  test('a pre-release moves no floating tag, and its release is one', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const { outputs } = await publish(repository, stage, {
      ...floating,
      prerelease: 'rc',
      create: 'release',
      draft: 'true',
    })
    expect(outputs).toMatchObject({
      tag: 'v1.2.3-rc.1',
      'floating-tags': '',
      'image-tags': expect.not.stringContaining('latest'),
    })
    expect(tagged(stage, 'v1')).toBe(repository.sha('v1.2.2'))
    expect(stage.state.releases).toMatchObject([{ prerelease: true, draft: true }])
  })

  test('an older line moves its own v1 and v1.2, but neither latest nor "latest release"', async () => {
    const repository = repositoryOf([
      HISTORY[0] as never,
      { message: 'feat!: c', branch: 'next', from: 'v1.2.2', tags: ['v2.0.0', 'v2', 'latest'] },
      'fix: b',
    ])
    const stage = await githubOf(repository)
    const inputs = { 'floating-tags': 'major, minor, latest', create: 'release', branches: 'main: release' }
    const { outputs } = await publish(repository, stage, inputs)
    expect(outputs).toMatchObject({
      'floating-tags': 'v1\nv1.2',
      'image-tags': expect.not.stringMatching(/^latest$/m),
    })
    expect(tagged(stage, 'latest')).toBe(repository.sha('v2.0.0'))
    expect(stage.log.find(({ operation }) => operation.endsWith('/releases'))?.body).toMatchObject({
      make_latest: 'false',
    })
  })
})

describe('rollback', () => {
  const history = [
    { message: 'feat: a', tags: ['v1.2.2'] },
    { message: 'feat: b', tags: ['v1.2.3', 'v1.2', 'v1'] },
    'docs: c',
  ]
  const inputs = { mode: 'rollback', to: 'v1.2.2', confirm: 'ROLLBACK', ...floating }

  test('moves floating tags back when that is allowed, and nothing else', async () => {
    const repository = repositoryOf(history)
    const stage = await githubOf(repository)
    const result = await publish(repository, stage, { ...inputs, 'allow-downgrade': 'true' })
    expectConclusion(result, 'success')
    const old = repository.sha('v1.2.2')
    expect([tagged(stage, 'v1'), tagged(stage, 'v1.2'), tagged(stage, 'v1.2.3')]).toEqual([
      old,
      old,
      repository.sha('v1.2.3'),
    ])
    expect(result.outputs).toMatchObject({
      version: '1.2.2',
      tag: 'v1.2.2',
      sha: old,
      released: 'false',
      bump: 'none',
      'floating-tags': 'v1\nv1.2',
    })
    expect(result.outputs['image-tags']).toContain('v1.2.2')
  })

  test('leaves them otherwise', async () => {
    const repository = repositoryOf(history)
    const stage = await githubOf(repository)
    const result = await publish(repository, stage, inputs)
    expectConclusion(result, 'success')
    expect(tagged(stage, 'v1')).toBe(repository.sha('v1.2.3'))
    expect(stage.log).toHaveLength(0)
    expect(result.summary).toContain('without allow')
  })

  test('to a tag that does not exist', async () => {
    const repository = repositoryOf(history)
    const result = await publish(repository, await githubOf(repository), { ...inputs, to: 'v9.9.9' })
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toContain('v1.2.3')
  })
})
