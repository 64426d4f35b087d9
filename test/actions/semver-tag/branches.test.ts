import { describe, expect, test } from '@jest/globals'
import { expectConclusion } from '../../support/runner.ts'
import { type Change, dryRun, repositoryOf, type StepOptions } from './scene.ts'

type History = readonly (string | Change)[]

const released = (tag: string, message = 'feat: earlier'): Change => ({ message, tags: [tag] })
const onBranch = (name: string): StepOptions => ({ context: { ref: `refs/heads/${name}` } })

describe('where it releases', () => {
  const history: History = [released('v1.0.0'), 'feat: a']
  const map = '{main: release, develop: beta, "release/*": rc, "old/**": none}'

  test.each<[string, string, Record<string, string>, string, boolean]>([
    ['the default branch', 'refs/heads/main', {}, '1.1.0', true],
    ['another branch', 'refs/heads/not-main', {}, '1.1.0', false],
    ['a branch in the map', 'refs/heads/develop', { branches: map }, '1.1.0-beta.1', true],
    ['a glob in the map', 'refs/heads/release/1.x', { branches: map }, '1.1.0-rc.1', true],
    ['a glob does not cross a slash', 'refs/heads/release/a/b', { branches: map }, '1.1.0', false],
    ['none in the map', 'refs/heads/old/a/b', { branches: map }, '1.1.0', false],
    ['not in the map', 'refs/heads/x', { branches: map }, '1.1.0', false],
    ['an order lifts the branch rule', 'refs/heads/x', { bump: 'minor' }, '1.1.0', true],
    ['so does a version', 'refs/heads/x', { version: '4.0.0' }, '4.0.0', true],
    ['a tag', 'refs/tags/x', {}, '1.1.0', false],
  ])('%s', async (_, ref, inputs, version, may) => {
    const result = await dryRun(repositoryOf(history), inputs, { context: { ref } })
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({ version })
    expect(JSON.parse(result.outputs['result'] ?? '').createTag).toBe(may)
    expect(result.annotations.filter(({ level }) => level === 'notice')).toHaveLength(may ? 0 : 1)
  })

  test.each(['pull_request', 'pull_request_target', 'pull_request_review', 'merge_group'])(
    'never on %s, whatever is ordered',
    async (name) => {
      const payload = { repository: { default_branch: 'main' }, pull_request: { number: 42 } }
      const result = await dryRun(
        repositoryOf(history),
        { bump: 'major', version: '5.0.0' },
        { event: { name, payload } },
      )
      expectConclusion(result, 'success')
      expect(JSON.parse(result.outputs['result'] ?? '').createTag).toBe(false)
      expect(result.annotations).toHaveLength(1)
    },
  )
})

describe('image tags', () => {
  const sha7 = (options: { sha: () => string }): string => options.sha().slice(0, 7)

  test.each<[string, History, Record<string, string>, StepOptions, string[]]>([
    [
      'the highest release on its branch',
      [released('v1.2.2'), 'fix: a'],
      {},
      {},
      ['v1.2.3', '1.2.3', '1.2', '1', 'latest', 'main', 'main-@'],
    ],
    [
      '0.y.z has no 0',
      [released('v0.4.1'), 'fix: a'],
      {},
      {},
      ['v0.4.2', '0.4.2', '0.4', 'latest', 'main', 'main-@'],
    ],
    [
      'an older line',
      [
        released('v1.2.2'),
        { message: 'feat!: b', branch: 'next', from: 'v1.2.2', tags: ['v2.0.0'] },
        'fix: a',
      ],
      { branches: 'main: release' },
      {},
      ['v1.2.3', '1.2.3', '1.2', '1', 'main', 'main-@'],
    ],
    [
      'a pre-release',
      [released('v1.2.2'), 'fix: a'],
      { prerelease: 'rc' },
      {},
      ['1.2.3-rc.1', 'main', 'main-@'],
    ],
    ['a branch', [released('v1.2.2'), 'fix: a'], {}, onBranch('feature/x'), ['feature-x', 'feature-x-@']],
    ['a wild branch', ['fix: a'], {}, onBranch('-ü/@{x}+y'), ['x-y', 'x-y-@']],
    [
      'latest on the default branch',
      [released('v1.2.2'), 'docs: a'],
      { 'latest-on': 'default-branch' },
      {},
      ['main', 'main-@', 'latest'],
    ],
    [
      'and not on another',
      [released('v1.2.2'), 'docs: a'],
      { 'latest-on': 'default-branch' },
      onBranch('x'),
      ['x', 'x-@'],
    ],
    [
      'a pull request',
      [released('v1.2.2'), 'fix: a'],
      { images: 'ghcr.io/a/b' },
      {
        event: { name: 'pull_request', payload: { pull_request: { number: 42 } } },
        context: { ref: 'refs/pull/42/merge' },
      },
      ['ghcr.io/a/b:pr-42'],
    ],
  ])('of %s', async (_, history, inputs, options, expected) => {
    const repository = repositoryOf(history)
    const { outputs } = await dryRun(repository, inputs, options)
    expect(outputs['image-tags']?.split('\n')).toEqual(
      expected.map((tag) => tag.replace('@', sha7(repository))),
    )
  })

  test('are at most 128 characters', async () => {
    const { outputs } = await dryRun(repositoryOf(['fix: a']), {}, onBranch('x/'.repeat(200)))
    for (const tag of outputs['image-tags']?.split('\n') ?? []) expect(tag).toMatch(/^[\w][\w.-]{0,127}$/)
  })
})
