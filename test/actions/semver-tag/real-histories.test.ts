import { execFileSync } from 'node:child_process'
import { afterEach, describe, expect, test } from '@jest/globals'
import { expectConclusion, type StepResult } from '../../support/runner.ts'
import {
  type Change,
  closeGitHubs,
  dryRun,
  githubOf,
  publish,
  type Repository,
  repositoryOf,
} from './scene.ts'

afterEach(closeGitHubs)

const git = (repository: Repository, ...args: string[]): string =>
  execFileSync('git', ['-C', repository.path, ...args], { encoding: 'utf8' }).trim()
const fix: Change = { message: 'fix: b' }
const error = (step: StepResult): string => {
  expectConclusion(step, 'failure')
  expect(step.outputs).toMatchObject({ released: 'false', 'release-ready': 'false' })
  return step.annotations.find(({ level }) => level === 'error')?.message ?? ''
}
const noticesOf = (step: StepResult): string =>
  step.annotations.flatMap(({ level, message }) => (level === 'notice' ? [message] : [])).join('\n')
const linesOf = (step: StepResult): string[] => (step.outputs['image-tags'] ?? '').split('\n')

describe('tags in another spelling', () => {
  test.each<[string, string[], RegExp]>([
    ['no prefix', ['26.5.0', '26.5.1'], /^2 tags .* the highest, 26\.5\.1, .*tag-prefix: none/],
    ['no prefix any more', ['v1.2.0', '1.3.0', '1.4.0'], /1\.4\.0.*v1\.3\.0 would not be higher/],
    ['two numbers', ['v1.1', 'v1.2'], /v1\.2.*initial-version/],
    ['a leading zero', ['1.1.028'], /1\.1\.028.*No prefix/],
    ['four numbers', ['1.2.3.4'], /1\.2\.3\.4.*"version"/],
    ['another word', ['release-1.2.3'], /tag-prefix: release-/],
    ['a capital', ['V1.2.3'], /tag-prefix: V/],
  ])('%s: red, with the count, the highest and the input that fits', async (_, tags, words) => {
    const repository = repositoryOf([...tags.map((tag) => ({ message: 'feat: a', tags: [tag] })), fix])
    const message = error(await dryRun(repository))
    expect(message).toMatch(words)
    expect(error(await dryRun(repository, { create: 'none' }))).toBe(message)
  })

  test('both are read when both are named, and the first is written', async () => {
    const repository = repositoryOf([
      { message: 'feat: a', tags: ['v1.2.0'] },
      { message: 'feat: b', tags: ['1.4.0'] },
      fix,
    ])
    const { outputs } = await dryRun(repository, { 'tag-prefix': 'v, none' })
    expect(outputs).toMatchObject({ tag: 'v1.4.1', 'previous-tag': '1.4.0' })
    expect((await dryRun(repository, { 'tag-prefix': "''\nv" })).outputs['tag']).toBe('1.4.1')
    expect((await dryRun(repository, { 'tag-prefix': 'v,' })).outputs['tag']).toBe('v1.3.0')
    expect((await dryRun(repository, { 'tag-prefix': 'none' })).outputs['tag']).toBe('1.4.1')
  })

  test.each([
    ['floating tags', ['v1', 'v1.2'], ['v1.2.0']],
    ['dates', ['2024.01.15', 'v2024.01', '20240115'], []],
    ['another product', ['app-v3.0.0', 'web@4.0.0'], []],
    ['what is lower', ['0.0.9'], ['v1.2.0']],
  ])('%s are no reason', async (_, other, own) => {
    const { outputs } = await dryRun(repositoryOf([{ message: 'feat: a', tags: [...own, ...other] }, fix]))
    expect(outputs['tag']).toBe(own.length === 0 ? 'v0.1.0' : 'v1.2.1')
  })

  test('an explicit version is an order', async () => {
    const repository = repositoryOf([{ message: 'feat: a', tags: ['26.5.1'] }, fix])
    expect((await dryRun(repository, { version: 'v27.0.0' })).outputs['tag']).toBe('v27.0.0')
    expect((await dryRun(repository, { 'initial-version': '27.0.0' })).outputs['tag']).toBe('v27.0.0')
  })
})

describe('versions beside the line', () => {
  /** A commit that no branch has, with a tag. */
  function beside(repository: Repository, tag: string, ...parents: string[]): void {
    const tree = git(repository, 'mktree', '--missing')
    const args = parents.flatMap((parent) => ['-p', repository.sha(parent)])
    const env = {
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@b.c',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@b.c',
    }
    const sha = execFileSync('git', ['-C', repository.path, 'commit-tree', '-m', 'release', ...args, tree], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    }).trim()
    git(repository, 'update-ref', `refs/tags/${tag}`, sha)
  }

  test('a release commit with built files counts from its parent on', async () => {
    const repository = repositoryOf([{ message: 'feat: a', tags: ['at'] }, fix])
    beside(repository, 'v1.0.0', 'at')
    const { outputs } = await dryRun(repository)
    expect(outputs).toMatchObject({ tag: 'v1.0.1', 'previous-tag': 'v1.0.0', commits: '1' })
    const stage = await githubOf(repository)
    expect((await publish(repository, stage, { source: 'api', 'dry-run': 'true' })).outputs['tag']).toBe(
      'v1.0.1',
    )
  })

  test('an orphan tree is red, and says where it stands', async () => {
    const repository = repositoryOf([{ message: 'feat: a' }, fix])
    beside(repository, 'v1.0.0')
    expect(error(await dryRun(repository))).toContain(`v1.0.0, on ${repository.sha('v1.0.0').slice(0, 7)}`)
  })

  test('versions on other branches alone are red', async () => {
    const repository = repositoryOf([
      { message: 'feat: a', tags: ['at'] },
      { message: 'fix: x', branch: 'release', from: 'at' },
      { message: 'fix: y', branch: 'release', tags: ['v1.0.0'] },
      fix,
    ])
    expect(error(await dryRun(repository))).toMatch(/other branches, the highest, v1\.0\.0/)
    expect((await dryRun(repository, { version: '1.1.0' })).outputs['tag']).toBe('v1.1.0')
  })

  test('a maintenance line goes on below a higher version', async () => {
    const repository = repositoryOf([
      { message: 'feat: a', tags: ['v1.0.0'] },
      { message: 'fix: old', branch: '1.0.x', from: 'v1.0.0' },
      { message: 'feat!: b', tags: ['v2.0.0'] },
    ])
    const { outputs } = await dryRun(
      repository,
      { branches: '1.0.x: release' },
      {
        at: repository.sha('1.0.x'),
        context: { ref: 'refs/heads/1.0.x' },
      },
    )
    expect(outputs['tag']).toBe('v1.0.1')
  })

  test('a version that a hotfix branch has taken is passed over, with a notice', async () => {
    const repository = repositoryOf([
      { message: 'feat: a', tags: ['v1.0.0'] },
      { message: 'fix: hot', branch: 'hotfix', from: 'v1.0.0', tags: ['v1.0.1'] },
      { message: 'fix: hot 2', branch: 'hotfix', tags: ['v1.0.2'] },
      fix,
    ])
    const step = await dryRun(repository)
    expect(step.outputs['tag']).toBe('v1.0.3')
    expect(noticesOf(step)).toMatch(/v1\.0\.1 stands on .*\n.*v1\.0\.2 stands on/)
  })
})

describe('messages', () => {
  const merged = (title: string, ...content: string[]): Change[] => [
    { message: 'feat: root', tags: ['v1.0.0'] },
    ...content.map((message, index) => ({
      message,
      branch: 'x',
      ...(index === 0 ? { from: 'v1.0.0' } : {}),
    })),
    { message: `Merge pull request #1 from o/x\n\n${title}`, merge: 'x' },
  ]
  test.each([
    ['feat!: drop the old API', ['wip'], 'v2.0.0'],
    ['feat: a', ['wip'], 'v1.1.0'],
    ['Speed up', ['wip', 'fix: b'], 'v1.0.1'],
    ['Speed up', ['wip'], 'v1.0.0'],
  ])('a merge with the title %j over %j gives %s', async (title, content, tag) => {
    expect((await dryRun(repositoryOf(merged(title, ...content)))).outputs['tag']).toBe(tag)
  })

  test('a merge of which nothing is left counts no more', async () => {
    const history = merged('feat: a', 'wip').map((change) => ({
      ...change,
      tags: change.tags ?? (change.branch ? ['w'] : []),
    }))
    const sha = repositoryOf(history).sha('w')
    const repository = repositoryOf([...history, { message: `Undo it\n\nThis reverts commit ${sha}.` }])
    expect((await dryRun(repository)).outputs).toMatchObject({ tag: 'v1.0.0', bump: 'none' })
  })

  test('Release-As is followed, and checked', async () => {
    const history = (value: string): Change[] => [
      { message: 'feat: a', tags: ['v1.0.0'] },
      { message: `chore: go\n\nRelease-As: ${value}` },
      { message: 'fix: later' },
    ]
    expect((await dryRun(repositoryOf(history('3.0.0')))).outputs['tag']).toBe('v3.0.0')
    expect(error(await dryRun(repositoryOf(history('0.9.0'))))).toContain('not higher than v1.0.0')
    expect(error(await dryRun(repositoryOf(history('soon'))))).toContain('Release-As: "soon"')
  })

  test('what a squash lists counts when that is asked for', async () => {
    const repository = repositoryOf([
      { message: 'feat: a', tags: ['v1.0.0'] },
      { message: 'Things (#7)\n\n* fix: x\n\n* feat: y' },
    ])
    expect((await dryRun(repository)).outputs['bump']).toBe('none')
    expect((await dryRun(repository, { 'squash-bodies': 'split' })).outputs['tag']).toBe('v1.1.0')
  })
})

describe('pre-releases', () => {
  test('ordered, they count up without a commit that bumps', async () => {
    const repository = repositoryOf([{ message: 'feat: a', tags: ['v1.0.0'] }, { message: 'docs: b' }])
    expect((await dryRun(repository, { bump: 'prerelease' })).outputs['tag']).toBe('v1.0.1-rc.1')
    const open = repositoryOf([
      { message: 'feat: a', tags: ['v1.0.0'] },
      { message: 'feat: b', tags: ['v1.1.0-rc.1'] },
      { message: 'docs: c' },
    ])
    expect((await dryRun(open, { bump: 'prerelease' })).outputs['tag']).toBe('v1.1.0-rc.2')
    expect((await dryRun(open, { prerelease: 'rc' })).outputs['tag']).toBe('v1.1.0-rc.1')
  })

  test('a hotfix that was merged back counts', async () => {
    const repository = repositoryOf([
      { message: 'feat: a', tags: ['v1.0.0'] },
      { message: 'fix: hot', branch: 'hotfix', from: 'v1.0.0', tags: ['v1.0.1'] },
      { message: 'feat: b', tags: ['v1.1.0-beta.2'] },
      { message: "Merge branch 'hotfix'", merge: 'hotfix' },
    ])
    expect((await dryRun(repository, { prerelease: 'beta' })).outputs['tag']).toBe('v1.1.0-beta.3')
  })

  test('a nightly waits while a release is open', async () => {
    const repository = repositoryOf([
      { message: 'feat: a', tags: ['v1.0.0'] },
      { message: 'feat: b', tags: ['v1.1.0-rc.1'] },
      { message: 'fix: c' },
    ])
    for (const inputs of [{ prerelease: 'nightly' }, { prerelease: 'nightly', bump: 'prerelease' }]) {
      const step = await dryRun(repository, inputs)
      expectConclusion(step, 'success')
      expect(step.outputs).toMatchObject({ released: 'false', 'release-ready': 'false', bump: 'none' })
      expect(noticesOf(step)).toContain('v1.1.0-rc.1, which is open')
    }
    expectConclusion(await dryRun(repository, { prerelease: 'beta' }), 'failure')
  })
})

describe('image tags', () => {
  const history: Change[] = [
    { message: 'feat: a', tags: ['v1.0.0'] },
    { message: 'feat: b', tags: ['older'] },
    fix,
  ]

  test('an older commit has none of its branch', async () => {
    const repository = repositoryOf(history)
    const older = repository.sha('older')
    const step = await dryRun(repository, { 'latest-on': 'default-branch' }, { at: older })
    expect(linesOf(step)).toContain(`main-${older.slice(0, 7)}`)
    expect(linesOf(step)).not.toContain('main')
    expect(linesOf(await dryRun(repository))).toContain('main')
    const stage = await githubOf(repository)
    const rerun = await publish(repository, stage, { source: 'api', 'dry-run': 'true' }, { at: older })
    expect(linesOf(rerun)).not.toContain('main')
  })

  test('a build that makes no version has none of a version', async () => {
    const repository = repositoryOf(history)
    const step = await dryRun(repository, { create: 'none' })
    expect(linesOf(step)).toEqual(['main', `main-${repository.sha().slice(0, 7)}`])
    expect(step.outputs).toMatchObject({ version: '1.1.0', 'release-ready': 'true' })
    const tagged = repositoryOf([...history, { message: 'fix: c', tags: ['v1.1.0'] }])
    expect(linesOf(await dryRun(tagged, { create: 'none' }))).toContain('1.1.0')
  })

  test('a map for several images', async () => {
    const repository = repositoryOf(history)
    const step = await dryRun(repository, { images: 'ghcr.io/o/api, ghcr.io/o/web', create: 'none' })
    const id = `main-${repository.sha().slice(0, 7)}`
    expect(JSON.parse(step.outputs['image-tags-json'] ?? '')).toEqual({
      'ghcr.io/o/api': ['ghcr.io/o/api:main', `ghcr.io/o/api:${id}`],
      'ghcr.io/o/web': ['ghcr.io/o/web:main', `ghcr.io/o/web:${id}`],
    })
  })

  test.each([
    ['refs/tags/v1.0.0', 'this run is about the tag v1.0.0'],
    ['', 'this run is about a commit, and not about a branch'],
  ])('on %j a sentence that fits', async (ref, words) => {
    const step = await dryRun(repositoryOf(history), {}, { context: { ref } })
    expectConclusion(step, 'success')
    expect(noticesOf(step)).toContain(words)
  })
})

test('three jobs that draft the same release leave one', async () => {
  const repository = repositoryOf([{ message: 'feat: a', tags: ['v1.0.0'] }, fix])
  const stage = await githubOf(repository)
  const runs = await Promise.all(
    ['1', '1', '1'].map((runId) =>
      publish(repository, stage, { create: 'release', draft: 'true' }, { context: { runId } }),
    ),
  )
  for (const run of runs) expectConclusion(run, 'success')
  expect(stage.state.releases.filter(({ draft }) => draft)).toHaveLength(1)
})
