import { describe, expect, test } from '@jest/globals'
import { expectConclusion } from '../../support/runner.ts'
import { type Change, dryRun, repositoryOf, type StepOptions } from './scene.ts'

type History = readonly (string | Change)[]

interface Case {
  history: History
  inputs?: Record<string, string>
  outputs: Record<string, string>
  options?: StepOptions
}

const released = (tag: string, message = 'feat: earlier'): Change => ({ message, tags: [tag] })

/** Rule of the contract → what shows it. */
const CASES: Record<string, Case> = {
  'the base is the highest stable version by precedence, not the newest or the first by name': {
    history: [released('v1.10.0'), released('v1.9.0', 'chore: older'), 'fix: a'],
    outputs: {
      'previous-tag': 'v1.10.0',
      'previous-version': '1.10.0',
      version: '1.10.1',
      bump: 'patch',
      commits: '2',
    },
  },
  'tags that are no strict version with the prefix are ignored': {
    history: [
      { message: 'feat: a', tags: ['v1.2.3'] },
      {
        message: 'x',
        tags: ['v2', 'v2.0', 'vv3.0.0', 'x-v6.0.0', 'v20260801', 'v7.0.0-01'],
      },
      'fix: b',
    ],
    outputs: { 'previous-tag': 'v1.2.3', version: '1.2.4' },
  },
  'tags that the commit does not reach do not count': {
    history: [
      released('v1.0.0'),
      { message: 'feat!: a', branch: 'next', from: 'v1.0.0', tags: ['v2.0.0'] },
      'fix: b',
    ],
    outputs: { 'previous-tag': 'v1.0.0', version: '1.0.1' },
  },
  'a pre-release is no base': {
    history: [released('v1.0.0'), released('v2.0.0-rc.1', 'feat!: a'), 'docs: b'],
    outputs: {
      'previous-tag': 'v1.0.0',
      version: '2.0.0',
      bump: 'major',
      prerelease: '',
      'is-prerelease': 'false',
    },
  },
  'a stable release completes a higher pre-release': {
    history: [released('v1.0.0'), released('v2.0.0-rc.1', 'fix: a'), 'fix: b'],
    outputs: { version: '2.0.0', major: '2', minor: '0', patch: '0' },
  },
  'nothing to release leaves the version as it is': {
    history: [released('v1.2.3'), 'docs: a', 'chore: b'],
    outputs: { version: '1.2.3', tag: 'v1.2.3', bump: 'none', released: 'false', commits: '2' },
  },
  'no commits never bump': {
    history: [released('v1.2.3')],
    inputs: { 'default-bump': 'major' },
    outputs: { version: '1.2.3', bump: 'none', commits: '0' },
  },
  'default-bump takes commits that ask for nothing': {
    history: [released('v1.2.3'), 'docs: a'],
    inputs: { 'default-bump': 'patch' },
    outputs: { version: '1.2.4', bump: 'patch' },
  },
  'the first version is initial-version': {
    history: ['feat: a', 'docs: b'],
    outputs: { version: '0.1.0', 'previous-version': '', 'previous-tag': '', bump: 'minor', commits: '2' },
  },
  'another first version': {
    history: ['fix: a'],
    inputs: { 'initial-version': '1.0.0' },
    outputs: { version: '1.0.0' },
  },
  'no first version without something to release': {
    history: ['docs: a'],
    outputs: { version: '', tag: '', bump: 'none', released: 'false' },
  },
  'the first version is not lower than a pre-release of it': {
    history: [released('v1.0.0-beta.2'), 'fix: a'],
    outputs: { version: '1.0.0' },
  },
  'a breaking change in 0.y.z bumps minor': {
    history: [released('v0.4.2'), 'feat!: a'],
    outputs: { version: '0.5.0' },
  },
  'or major': {
    history: [released('v0.4.2'), 'feat!: a'],
    inputs: { 'major-zero': 'major' },
    outputs: { version: '1.0.0' },
  },
  'an explicit bump is an order': {
    history: [released('v0.4.2')],
    inputs: { bump: 'major' },
    outputs: { version: '1.0.0' },
  },
  'bump: none': {
    history: [released('v1.0.0'), 'feat: a'],
    inputs: { bump: 'none' },
    outputs: { version: '1.0.0', bump: 'none' },
  },
  'bump: prerelease takes rc': {
    history: [released('v1.0.0'), 'feat: a'],
    inputs: { bump: 'prerelease' },
    outputs: { version: '1.1.0-rc.1', bump: 'prerelease', prerelease: 'rc.1', 'is-prerelease': 'true' },
  },
  'the number of a pre-release counts up': {
    history: [
      released('v1.0.0'),
      released('v1.1.0-rc.9', 'feat: a'),
      released('v1.1.0-rc.10', 'fix: b'),
      'fix: c',
    ],
    inputs: { prerelease: 'rc' },
    outputs: { version: '1.1.0-rc.11' },
  },
  'but only when a commit since the last one bumps': {
    history: [released('v1.0.0'), released('v1.1.0-rc.1', 'feat: a'), 'docs: c'],
    inputs: { prerelease: 'rc' },
    outputs: { version: '1.1.0-rc.1', bump: 'none', released: 'false' },
  },
  'nothing to release gives no pre-release': {
    history: [released('v1.0.0'), 'docs: a'],
    inputs: { prerelease: 'rc' },
    outputs: { version: '1.0.0', bump: 'none' },
  },
  'build metadata is in version and never in a tag': {
    history: [released('v1.0.0'), 'fix: a'],
    inputs: { 'build-metadata': 'build.7' },
    outputs: {
      version: '1.0.1+build.7',
      tag: 'v1.0.1',
      'image-tags': expect.not.stringContaining('+') as never,
    },
  },
  'version with the prefix': {
    history: [released('v1.0.0')],
    inputs: { version: 'v3.0.0' },
    outputs: { version: '3.0.0', tag: 'v3.0.0', bump: 'major' },
  },
  'version on a commit that has it': {
    history: [released('v1.0.0'), released('v1.1.0')],
    inputs: { version: '1.1.0' },
    outputs: { version: '1.1.0', released: 'false', bump: 'none' },
  },
  'version beats bump, bump beats commits': {
    history: [released('v1.0.0'), 'feat!: a'],
    inputs: { version: '1.0.5', bump: 'minor' },
    outputs: { version: '1.0.5' },
  },
  'bump beats commits': {
    history: [released('v1.0.0'), 'feat!: a'],
    inputs: { bump: 'patch' },
    outputs: { version: '1.0.1' },
  },
  'release-rules on top of the defaults': {
    history: [released('v1.0.0'), 'docs: a', 'FEAT: b'],
    inputs: { 'release-rules': 'docs: patch\nfeat: none' },
    outputs: { version: '1.0.1' },
  },
  'the header grammar is anchored': {
    history: [
      released('v1.0.0'),
      'defeat: a',
      'feat:b',
      'feat : c',
      ' feat(: d',
      'Merge feat: e',
      'feat!(x): f',
      '* feat: g',
    ],
    outputs: { version: '1.0.0', commits: '7' },
  },
  'types are read without case': {
    history: [released('v1.0.0'), 'Feat(API): a'],
    outputs: { version: '1.1.0' },
  },
  'breaking footers': {
    history: [released('v1.0.0'), 'docs: a\n\nBREAKING CHANGE: b'],
    outputs: { version: '2.0.0' },
  },
  'in lower case they are none': {
    history: [released('v1.0.0'), 'docs: a\n\nbreaking change: b'],
    outputs: { version: '1.0.0' },
  },
  'a monorepo prefix and its paths': {
    history: [
      { message: 'feat: a', tags: ['api-v1.0.0', 'web-v3.0.0'] },
      { message: 'feat!: b', paths: ['services/web/x'] },
      { message: 'fix: c', paths: ['services/api/x', 'services/web/y'] },
      { message: 'feat: d', paths: ['services/api-docs/x'] },
    ],
    inputs: { 'tag-prefix': 'api-v', path: 'services/api/' },
    outputs: { version: '1.0.1', tag: 'api-v1.0.1', commits: '1', 'previous-tag': 'api-v1.0.0' },
  },
  'a prefix is literal': {
    history: [{ message: 'feat: a', tags: ['a.v1.0.0', 'axv2.0.0'] }, 'fix: b'],
    inputs: { 'tag-prefix': 'a.v' },
    outputs: { version: '1.0.1' },
  },
}

describe('the contract', () => {
  test.each(Object.entries(CASES))('%s', async (_, { history, inputs, outputs, options }) => {
    const result = await dryRun(repositoryOf(history), inputs, options)
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject(outputs)
    expect(result.outputs).toMatchObject({
      released: 'false',
      'floating-tags': '',
      'release-id': '',
      'release-url': '',
    })
  })

  test('a commit and its revert cancel; a revert of something released is a patch', async () => {
    const repository = repositoryOf([released('v1.0.0'), 'feat: a'])
    const sha = repository.sha()
    const history: History = [
      released('v1.0.0'),
      'feat: a',
      `Revert "feat: a"\n\nThis reverts commit ${sha}.`,
    ]
    expect((await dryRun(repositoryOf(history))).outputs).toMatchObject({ version: '1.0.0', commits: '2' })
    const later: History = [...history.slice(0, 1), released('v1.1.0', 'feat: a'), ...history.slice(2)]
    expect((await dryRun(repositoryOf(later))).outputs).toMatchObject({ version: '1.1.1', bump: 'patch' })
  })

  test.each<[string, History, Record<string, string>, RegExp]>([
    ['a version that is not higher', [released('v1.2.0'), 'fix: a'], { version: '1.2.0' }, /v1\.2\.0/],
    [
      'a version that stands elsewhere, when it is asked for',
      [released('v1.0.0'), { message: 'feat: a', branch: 'x', from: 'v1.0.0', tags: ['v1.0.1'] }, 'fix: b'],
      { version: '1.0.1' },
      /v1\.0\.1 stands on [0-9a-f]{7}/,
    ],
    [
      'beta after rc',
      [released('v1.0.0'), released('v1.1.0-rc.1', 'feat: a'), 'fix: b'],
      { prerelease: 'beta' },
      /rank below v1\.1\.0-rc\.1/,
    ],
  ])('refuses %s', async (_, history, inputs, words) => {
    const result = await dryRun(repositoryOf(history), inputs)
    expectConclusion(result, 'failure')
    expect(result.annotations.map(({ message }) => message).join('\n')).toMatch(words)
    expect(result.outputs).toMatchObject({
      released: 'false',
      bump: 'none',
      'result-file': expect.any(String),
    })
    expect(result.summary).toMatch(/^### ❌/)
  })
})
