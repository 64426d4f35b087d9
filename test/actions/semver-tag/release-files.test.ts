import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Stage } from '../../support/github/server.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { closeGitHubs, githubOf, publish, repositoryOf, tagged } from './scene.ts'

afterEach(closeGitHubs)

const HISTORY = [{ message: 'feat: a', tags: ['v1.2.2'] }, 'fix: b']

/** A folder with two files to attach, one of them no text. */
function built(): string {
  const workspace = tempFolder('nexus-workspace-')
  mkdirSync(join(workspace, 'out/deep'), { recursive: true })
  writeFileSync(join(workspace, 'out/app.tar.gz'), Buffer.from([0, 255, 128, 13, 10, 26]))
  writeFileSync(join(workspace, 'out/deep/sums.txt'), 'abc\n')
  return workspace
}

const inputs = { create: 'release', source: 'api', 'release-files': 'out/*.tar.gz, out/**/*.txt' }
const operations = ({ log }: Stage): string[] =>
  log
    .filter(({ operation }) => /^(POST|PATCH|DELETE) .*releases/.test(operation))
    .map(({ operation }) => operation)

describe('release-files', () => {
  test('the release is a draft until it has them all, so that an immutable one has them too', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    stage.state.immutableReleases = true
    const result = await publish(repository, stage, inputs, { workspace: built() })
    expectConclusion(result, 'success')
    const [release] = stage.state.releases
    expect(release).toMatchObject({ tag: 'v1.2.3', draft: false, immutable: true })
    expect(release?.assets?.map(({ name, bytes }) => [name, [...bytes]])).toEqual([
      ['app.tar.gz', [0, 255, 128, 13, 10, 26]],
      ['sums.txt', [97, 98, 99, 10]],
    ])
    expect(stage.state.latestRelease).toBe(release?.id)
    expect(result.outputs['release-id']).toBe(String(release?.id))
  })

  test('a run that ended in the middle is gone on with by the next attempt', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const workspace = built()
    const context = { runId: '900' }
    stage.fault({ on: /\/assets$/, after: 2, answer: { status: 403, data: { message: 'no' } } })
    expectConclusion(await publish(repository, stage, inputs, { workspace, context }), 'failure')
    expect(stage.state.releases).toMatchObject([{ draft: true }])
    const again = await publish(repository, stage, inputs, { workspace, context })
    expectConclusion(again, 'success')
    expect(stage.state.releases).toMatchObject([
      { draft: false, assets: [{ name: 'app.tar.gz' }, { name: 'sums.txt' }] },
    ])
    expect(again.outputs['released']).toBe('true')
  })

  test('the same bytes are left, other bytes are an error', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const workspace = built()
    const context = { runId: '901' }
    await publish(repository, stage, inputs, { workspace, context })
    const before = operations(stage).length
    expectConclusion(await publish(repository, stage, inputs, { workspace, context }), 'success')
    expect(operations(stage).slice(before)).toEqual([])
    writeFileSync(join(workspace, 'out/deep/sums.txt'), 'abd\n')
    const other = await publish(repository, stage, inputs, { workspace, context })
    expectConclusion(other, 'failure')
    expect(other.annotations[0]?.message).toContain('sums.txt of the release v1.2.3 has other bytes')
    expect(stage.state.releases[0]?.assets?.[1]?.bytes.toString()).toBe('abc\n')
  })

  test('with draft the release stays one', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    await publish(repository, stage, { ...inputs, draft: 'true' }, { workspace: built() })
    expect(stage.state.releases).toMatchObject([{ draft: true, assets: [{}, {}] }])
  })

  test('a lost reply of an upload is read back', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    stage.fault({ on: 'POST /repos/{owner}/{repo}/releases/{release_id}/assets', cut: 'after' })
    expectConclusion(await publish(repository, stage, inputs, { workspace: built() }), 'success')
    expect(stage.state.releases[0]?.assets).toHaveLength(2)
  })

  test.each([
    ['dist/*.zip', 'no file matches dist/*.zip'],
    ['missing.zip', 'missing.zip: there is no such file'],
    ['out', 'out: it is not a regular file'],
  ])('%s is red before the tag is made', async (files, says) => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const result = await publish(
      repository,
      stage,
      { ...inputs, 'release-files': files },
      { workspace: built() },
    )
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toContain(says)
    expect(tagged(stage, 'v1.2.3')).toBeUndefined()
  })

  test('it needs a release', async () => {
    const repository = repositoryOf(HISTORY)
    const result = await publish(repository, await githubOf(repository), { 'release-files': 'a' })
    expect(result.annotations[0]?.message).toContain('it needs "create: release"')
  })
})

describe('release-notes-file', () => {
  test('is the text of the release', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const workspace = built()
    writeFileSync(join(workspace, 'NOTES.md'), `\ufeff## Notes\n\n${'- a line\n'.repeat(10_000)}`)
    const notes = { create: 'release', source: 'api', 'release-notes-file': 'NOTES.md' }
    expectConclusion(await publish(repository, stage, notes, { workspace }), 'success')
    expect(stage.state.releases[0]?.body).toMatch(/^## Notes\n\n- a line\n/)
    expect(stage.state.releases[0]?.body).toHaveLength(90_010)
  })

  test.each([
    [{ 'release-notes-file': 'none.md' }, 'none.md: there is no such file'],
    [{ 'release-notes-file': 'BIG.md' }, '130000 characters are more than the 125000'],
    [{ 'release-notes-file': 'BIG.md', 'release-notes': 'a' }, 'release-notes is given as well'],
  ])('%j', async (given, says) => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const workspace = built()
    writeFileSync(join(workspace, 'BIG.md'), 'x'.repeat(130_000))
    const result = await publish(
      repository,
      stage,
      { create: 'release', source: 'api', ...given },
      { workspace },
    )
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toContain(says)
    expect(tagged(stage, 'v1.2.3')).toBeUndefined()
  })
})

test.each([
  ['auto', 'true'],
  ['true', 'true'],
  ['false', 'false'],
])('make-latest %s', async (given, wanted) => {
  const repository = repositoryOf(HISTORY)
  const stage = await githubOf(repository)
  await publish(repository, stage, { create: 'release', 'make-latest': given })
  expect(stage.log.find(({ operation }) => operation.endsWith('/releases'))?.body).toMatchObject({
    make_latest: wanted,
  })
})

test('a package of a monorepo that is released last does not have to become the latest release', async () => {
  const repository = repositoryOf([
    { message: 'feat: a', tags: ['v2.0.0', 'api-v1.0.0'] },
    { message: 'fix: b', paths: ['api/b'] },
  ])
  const stage = await githubOf(repository)
  const { state } = stage
  await publish(repository, stage, { create: 'release' })
  const latest = state.latestRelease
  await publish(repository, stage, {
    create: 'release',
    'tag-prefix': 'api-v',
    path: 'api',
    'make-latest': 'false',
  })
  expect(state.releases.map(({ tag }) => tag)).toEqual(['v2.0.1', 'api-v1.0.1'])
  expect(state.latestRelease).toBe(latest)
})

test('three jobs of one run with draft come to one draft', async () => {
  const repository = repositoryOf(HISTORY)
  const stage = await githubOf(repository)
  const draft = { create: 'release', draft: 'true', 'release-notes': 'notes' }
  const jobs = await Promise.all(
    [1, 2, 3].map(() => publish(repository, stage, draft, { context: { runId: '42' } })),
  )
  for (const job of jobs) expectConclusion(job, 'success')
  expect(stage.state.releases).toMatchObject([{ tag: 'v1.2.3', draft: true }])
  const [only] = stage.state.releases
  expect(jobs.map(({ outputs }) => outputs['release-id'])).toEqual(Array(3).fill(String(only?.id)))
})
