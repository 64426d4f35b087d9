import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { gitSource } from '../../../actions/changelog/observe/git.ts'
import { observeRange, type Range } from '../../../actions/changelog/observe/range.ts'
import { openRepository } from '../../../shared/git/repository.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { type Change, type Repository, repositoryOf } from '../semver-tag/scene.ts'
import { groupsOf, notes, resultOf } from './scene.ts'

interface Asked {
  from?: string
  to?: string
  version?: string
  tagPrefix?: string
  ref?: string
}

/** The range of a repository, and the first lines of the commits in it. */
async function rangeOf(
  repository: Repository,
  { from, to = 'main', version, tagPrefix = 'v', ref = '' }: Asked = {},
): Promise<Range & { subjects: string[] }> {
  const source = gitSource(openRepository(repository.path), new AbortController().signal)
  const range = await observeRange(
    source,
    { from, to, isToGiven: true, version, tagPrefix, tagPrefixes: [tagPrefix], history: false },
    ref,
  )
  const subjects: string[] = []
  for await (const { message } of source.commits(range.from?.sha, range.to.sha, []))
    subjects.push(message.split('\n')[0] ?? '')
  return { ...range, subjects }
}

const tagged = (message: string, ...tags: string[]): Change => ({ message, tags })

/** main: v1.0.0 – a – v1.1.0-rc.1 – b – v1.1.0-rc.2 – c – v1.1.0 – d */
const RC: Change[] = [
  tagged('root', 'v1.0.0'),
  tagged('a', 'v1.1.0-rc.1'),
  tagged('b', 'v1.1.0-rc.2'),
  tagged('c', 'v1.1.0'),
  { message: 'd' },
]

/** A hotfix 1.0.1 on a branch from v1.0.0, while main went on to 1.1.0. */
const HOTFIX: Change[] = [
  tagged('root', 'v1.0.0'),
  { message: 'fix', branch: '1.0.x', from: 'v1.0.0', tags: ['v1.0.1'] },
  { message: 'a' },
  tagged('b', 'v1.1.0'),
]

/** The same, merged back before 1.1.0. */
const MERGED_BACK: Change[] = [
  ...HOTFIX.slice(0, 3),
  { message: "Merge branch '1.0.x'", merge: '1.0.x' },
  tagged('b', 'v1.1.0'),
]

/** Every stable version on a branch of its own. */
const BRANCHES: Change[] = [
  tagged('root', 'fork'),
  { message: 'release 1', branch: '1-x', from: 'fork', tags: ['v1.0.0'] },
  tagged('a', 'fork-2'),
  { message: 'release 2', branch: '2-x', from: 'fork-2', tags: ['v2.0.0'] },
  { message: 'b' },
  tagged('c', 'v3.0.0'),
]

describe('the previous version', () => {
  test.each<[string, Change[], Asked, string | undefined, string[]]>([
    ['of a stable version is the stable one before', RC, { to: 'v1.1.0' }, 'v1.0.0', ['c', 'b', 'a']],
    ['of a pre-release is the pre-release before', RC, { to: 'v1.1.0-rc.2' }, 'v1.1.0-rc.1', ['b']],
    ['of a first pre-release is the stable version', RC, { to: 'v1.1.0-rc.1' }, 'v1.0.0', ['a']],
    ['of what has no version is the highest one', RC, {}, 'v1.1.0', ['d']],
    ['of a first version is nothing', RC, { to: 'v1.0.0' }, undefined, ['root']],
    ['of a version that is about to be tagged', RC, { version: '1.2.0' }, 'v1.1.0', ['d']],
    ['of a pre-release that is about to be tagged', RC, { version: '1.2.0-rc.1' }, 'v1.1.0', ['d']],
    ['of a version with prefix', RC, { version: 'v1.2.0' }, 'v1.1.0', ['d']],
    [
      'of a stable version when there are pre-releases alone',
      RC.slice(1),
      { to: 'v1.1.0' },
      undefined,
      ['c', 'b', 'a'],
    ],
    ['without any tag is nothing', [{ message: 'a' }, { message: 'b' }], {}, undefined, ['b', 'a']],
    ['of a hotfix is on its own branch', HOTFIX, { to: 'v1.0.1' }, 'v1.0.0', ['fix']],
    ['is passed over when it is on another branch', HOTFIX, { to: 'v1.1.0' }, 'v1.0.0', ['b', 'a']],
    [
      'is on the other branch when that was merged back',
      MERGED_BACK,
      { to: 'v1.1.0' },
      'v1.0.1',
      ['b', "Merge branch '1.0.x'", 'a'],
    ],
    [
      'of a second hotfix is the first',
      [...HOTFIX, { message: 'fix 2', branch: '1.0.x', tags: ['v1.0.2'] }],
      { to: 'v1.0.2' },
      'v1.0.1',
      ['fix 2'],
    ],
    [
      'goes by precedence, not by date',
      [tagged('root', 'v2.0.0'), tagged('a', 'v1.9.0'), tagged('b', 'v2.1.0')],
      { to: 'v2.1.0' },
      'v2.0.0',
      ['b', 'a'],
    ],
    [
      'goes by precedence, not by text',
      [tagged('root', 'v1.9.0'), tagged('a', 'v1.10.0'), tagged('b', 'v1.11.0')],
      { to: 'v1.11.0' },
      'v1.10.0',
      ['b'],
    ],
    [
      'of pre-releases goes by number',
      [tagged('root', 'v1.0.0-rc.9'), tagged('a', 'v1.0.0-rc.10'), tagged('b', 'v1.0.0-rc.11')],
      { to: 'v1.0.0-rc.11' },
      'v1.0.0-rc.10',
      ['b'],
    ],
    [
      'of a pre-release may be of another identifier',
      [tagged('root', 'v1.0.0-alpha.5'), tagged('a', 'v1.0.0-beta.1')],
      { to: 'v1.0.0-beta.1' },
      'v1.0.0-alpha.5',
      ['a'],
    ],
    [
      'is no tag of another form',
      [
        tagged('root', 'v1.0.0'),
        tagged('a', 'v1', 'nightly', 'v1.0', 'v01.0.1', '1.0.5'),
        tagged('b', 'v1.1.0'),
      ],
      { to: 'v1.1.0' },
      'v1.0.0',
      ['b', 'a'],
    ],
    [
      'is no tag of another prefix',
      [tagged('root', 'api-v1.0.0'), tagged('a', 'web-v1.5.0', 'v1.6.0'), tagged('b', 'api-v1.1.0')],
      { to: 'api-v1.1.0', tagPrefix: 'api-v' },
      'api-v1.0.0',
      ['b', 'a'],
    ],
    [
      'without a prefix',
      [tagged('root', '1.0.0'), tagged('a', 'v1.5.0'), tagged('b', '1.1.0')],
      { to: '1.1.0', tagPrefix: '' },
      '1.0.0',
      ['b', 'a'],
    ],
    [
      'of a name with @ and slash',
      [tagged('root', '@octo/api@1.0.0'), tagged('a', '@octo/api@1.1.0')],
      { to: '@octo/api@1.1.0', tagPrefix: '@octo/api@' },
      '@octo/api@1.0.0',
      ['a'],
    ],
    [
      'is not a lower one on the same commit: nothing would be between them',
      [tagged('root', 'v1.0.0'), tagged('a', 'v1.1.0', 'v1.1.1')],
      { to: 'v1.1.1' },
      'v1.0.0',
      ['a'],
    ],
    [
      'of the lower one on the same commit',
      [tagged('root', 'v1.0.0'), tagged('a', 'v1.1.0', 'v1.1.1')],
      { to: 'v1.1.0' },
      'v1.0.0',
      ['a'],
    ],
    [
      'of a pre-release that became stable on the same commit',
      [tagged('root', 'v1.0.0'), tagged('a', 'v1.1.0-rc.1', 'v1.1.0')],
      { to: 'main' },
      'v1.0.0',
      ['a'],
    ],
    [
      'of the tag that started the run',
      [tagged('root', 'v1.0.0'), tagged('a', 'v1.1.0-rc.1'), tagged('b', 'v1.1.0-rc.2', 'v1.1.0')],
      { to: 'main', ref: 'refs/tags/v1.1.0-rc.2' },
      'v1.1.0-rc.1',
      ['b'],
    ],
    [
      'is an annotated tag',
      [
        { message: 'root', annotated: { 'v1.0.0': 'one' } },
        { message: 'a', annotated: { 'v1.1.0': 'two' } },
      ],
      { to: 'v1.1.0' },
      'v1.0.0',
      ['a'],
    ],
    [
      'does not differ by build metadata',
      [tagged('root', 'v1.0.0'), tagged('a', 'v1.1.0+linux'), tagged('b', 'v1.1.0+mac')],
      { to: 'v1.1.0+mac' },
      'v1.0.0',
      ['b', 'a'],
    ],
    [
      'is the plain one of several with build metadata',
      [tagged('root', 'v1.0.0', 'v1.0.0+7'), tagged('a', 'v1.1.0')],
      { to: 'v1.1.0' },
      'v1.0.0',
      ['a'],
    ],
    [
      'is never higher than the version asked for',
      [tagged('root', 'v1.0.0'), tagged('a', 'v2.0.0'), { message: 'b' }],
      { version: '1.0.1' },
      'v1.0.0',
      ['b', 'a'],
    ],
    [
      'of an old version, long after',
      [...RC, tagged('e', 'v2.0.0')],
      { to: 'v1.1.0' },
      'v1.0.0',
      ['c', 'b', 'a'],
    ],
    [
      'is the highest that is contained, of many on other branches',
      [
        tagged('root', 'v1.0.0'),
        { message: 'x', branch: 'x', from: 'v1.0.0', tags: ['v1.5.0'] },
        { message: 'y', branch: 'y', from: 'v1.0.0', tags: ['v1.6.0'] },
        tagged('a', 'v1.1.0'),
        tagged('b', 'v2.0.0'),
      ],
      { to: 'v2.0.0' },
      'v1.1.0',
      ['b'],
    ],
    ['is what was asked for', RC, { to: 'v1.1.0', from: 'v1.1.0-rc.1' }, 'v1.1.0-rc.1', ['c', 'b']],
    [
      'is what was asked for by its full name',
      RC,
      { from: 'refs/tags/v1.1.0-rc.2' },
      'v1.1.0-rc.2',
      ['d', 'c'],
    ],
    [
      'is a branch that was asked for, and the range has two dots',
      HOTFIX,
      { from: '1.0.x' },
      '1.0.x',
      ['b', 'a'],
    ],
  ])('%s', async (_, history, asked, from, subjects) => {
    const range = await rangeOf(repositoryOf(history), asked)
    expect([range.from?.name, range.subjects]).toEqual([from, subjects])
    expect(range.decisions).toHaveLength(1)
  })

  test('is where the version before branched off, when none is contained', async () => {
    const repository = repositoryOf(BRANCHES)
    const range = await rangeOf(repository, { to: 'v3.0.0' })
    expect(range.from?.sha).toBe(repository.sha('fork-2'))
    expect(range.subjects).toEqual(['c', 'b'])
    expect(range.notices).toEqual([
      `The notes begin at ${repository.sha('fork-2').slice(0, 7)}, where v2.0.0, the highest stable version before v3.0.0, branched off: v3.0.0 contains none that is nearer.`,
    ])
  })

  test.each<[string, Change[]]>([
    ['the only one', [{ message: 'a' }, tagged('b', 'old'), tagged('c', 'v1.0.0')]],
    ['all of them', [{ message: 'a' }, tagged('b', 'old'), tagged('c', 'v1.0.0'), tagged('d', 'v2.0.0')]],
  ])('is none for a commit that stands below %s, and the notes are not empty', async (_, history) => {
    const range = await rangeOf(repositoryOf(history), { to: 'old' })
    expect([range.from, range.subjects]).toEqual([undefined, ['b', 'a']])
    expect(range.notices).toHaveLength(1)
  })

  test('has no part in a history of its own', async () => {
    const repository = repositoryOf([tagged('root', 'v1.0.0')])
    const git = (...args: string[]): string =>
      execFileSync('git', ['-C', repository.path, '-c', 'user.name=A', '-c', 'user.email=a@a', ...args], {
        encoding: 'utf8',
      }).trim()
    const tree = git('rev-parse', 'main^{tree}')
    git('update-ref', 'refs/heads/main', git('commit-tree', tree, '-m', 'alone'))
    const range = await rangeOf(repository)
    expect([range.from, range.subjects]).toEqual([undefined, ['alone']])
    expect(range.notices).toHaveLength(1)
  })
})

describe('the version', () => {
  test.each<[string, Asked, string | undefined, string | undefined]>([
    ['of the tag at to', { to: 'v1.1.0' }, '1.1.0', 'v1.1.0'],
    ['of a SHA with a tag', { to: 'v1.1.0^' }, '1.1.0-rc.2', 'v1.1.0-rc.2'],
    ['of a commit without a tag', {}, undefined, undefined],
    ['of the input', { version: 'v2.0.0' }, '2.0.0', undefined],
    ['of the input, tagged already', { to: 'v1.1.0', version: '1.1.0' }, '1.1.0', 'v1.1.0'],
    ['that is not wanted', { to: 'v1.1.0', version: 'unreleased' }, undefined, undefined],
  ])('%s', async (_, asked, version, tag) => {
    const repository = repositoryOf(RC)
    const to = asked.to?.endsWith('^') ? repository.sha(asked.to) : asked.to
    const range = await rangeOf(repository, { ...asked, ...(to === undefined ? {} : { to }) })
    expect([range.version, range.tag?.name]).toEqual([version, tag])
  })
})

describe('through the bundle', () => {
  test('the first release lists the whole history', async () => {
    const step = await notes(repositoryOf(['feat: a', tagged('feat: b', 'v1.0.0')]))
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ from: '', to: 'v1.0.0', commits: '2', 'is-empty': 'false' })
    expect(groupsOf(step)).toEqual({ Features: ['b', 'a'] })
  })

  test('a stable version lists what its pre-releases brought', async () => {
    const history = ['v1.0.0', 'v1.1.0-rc.1', 'v1.1.0'].map((tag) => tagged(`feat: ${tag}`, tag))
    const step = await notes(repositoryOf(history))
    expect(step.outputs).toMatchObject({ from: 'v1.0.0', to: 'v1.1.0', commits: '2' })
    expect(resultOf(step).decisions).toEqual(['From v1.0.0, the highest stable version before v1.1.0.'])
  })

  test('a range without a commit is empty and green', async () => {
    const step = await notes(repositoryOf([tagged('feat: a', 'v1.0.0')]), { from: 'v1.0.0' })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ commits: '0', 'is-empty': 'true', breaking: 'false' })
  })

  test('a beginning that does not exist is an error that names the nearest tags', async () => {
    const step = await notes(repositoryOf(RC), { from: 'v1.1.0-rc3' })
    expectConclusion(step, 'failure')
    expect(step.annotations[0]).toMatchObject({ title: 'No such from' })
    expect(step.annotations[0]?.message).toContain(
      'no tag, branch or commit "v1.1.0-rc3" in this repository. The nearest tags are v1.1.0-rc.1',
    )
  })

  test('an end that does not exist is an error', async () => {
    const step = await notes(repositoryOf(RC), { to: 'v9.9.9' })
    expectConclusion(step, 'failure')
    expect(step.annotations[0]).toMatchObject({ title: 'No such to' })
  })

  test('ends that were swapped are told', async () => {
    const step = await notes(repositoryOf(RC), { from: 'v1.1.0', to: 'v1.0.0' })
    expect(step.outputs).toMatchObject({ commits: '0', 'is-empty': 'true' })
    expect(step.annotations.find(({ level }) => level === 'notice')?.message).toContain('were they swapped?')
  })

  test('a merge base is told', async () => {
    const step = await notes(repositoryOf(BRANCHES), { include: 'all' })
    expect(step.annotations.filter(({ level }) => level === 'notice')).toHaveLength(1)
    expect(groupsOf(step)).toEqual({ Other: ['c', 'b'] })
  })

  test('commits that touch a path', async () => {
    const repository = repositoryOf([
      { message: 'feat: root', tags: ['v1.0.0'] },
      { message: 'feat: api', paths: ['api/x'] },
      { message: 'feat: web', paths: ['web/x'] },
      { message: 'feat: both', paths: ['web/y', 'api/y'] },
    ])
    const step = await notes(repository, { path: 'api' })
    expect(groupsOf(step)).toEqual({ Features: ['both', 'api'] })
  })

  test('a path that nothing touches is told', async () => {
    const step = await notes(repositoryOf(RC), { path: 'ipa', to: 'v1.1.0' })
    expect(step.outputs).toMatchObject({ commits: '0', 'is-empty': 'true' })
    expect(step.annotations).toMatchObject([
      { level: 'notice', message: 'No commit of the range touches ipa: is path right?' },
    ])
  })

  test('a complete clone without trees is read without asking anybody', async () => {
    const origin = repositoryOf(RC)
    const path = join(tempFolder('nexus-treeless-'), 'clone')
    execFileSync('git', ['-C', origin.path, 'config', 'uploadpack.allowFilter', 'true'])
    execFileSync('git', [...['clone', '--quiet', '--bare', '--filter=tree:0', `file://${origin.path}`, path]])
    execFileSync('git', ['-C', path, 'remote', 'remove', 'origin'])
    const step = await notes({ path, sha: origin.sha }, { include: 'all', to: 'v1.1.0' })
    expectConclusion(step, 'success')
    expect(groupsOf(step)).toEqual({ Other: ['c', 'b', 'a'] })
  })
})
