import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { FloatingKind, Inputs, Observation, Plan } from '../../../actions/semver-tag/model.ts'
import { decide } from '../../../actions/semver-tag/plan.ts'
import { globTest } from '../../../shared/text/glob.ts'
import { INPUTS, OLD, SEEN, SHA, tagsSeen } from './defaults.ts'

const FLOATING: FloatingKind[] = ['major', 'minor', 'latest']

/** The base is v1.2.3 and there is one `feat`, unless said otherwise; tags are `name@sha`, `name@far`, `name@mine`. */
function plan(inputs: Partial<Inputs> = {}, seen: Partial<Observation> = {}, tags = 'v1.2.3'): Plan {
  return decide(
    { ...INPUTS, ...inputs, tagPrefixes: [inputs.tagPrefix ?? 'v'] },
    {
      ...SEEN,
      ...tagsSeen(
        tags.split(' ').map((tag) => {
          const [name = '', place] = tag.split('@')
          const commit = place === undefined || place === 'far' ? OLD : SHA
          return { name, commit, reachable: place !== 'far', ...(place === 'mine' ? { run: '77' } : {}) }
        }),
        inputs.tagPrefix,
      ),
      commits: [{ sha: SHA, message: 'feat: a' }],
      ...seen,
    },
  )
}

const on = (branch: string): Partial<Observation> => ({ ref: `refs/heads/${branch}` })
const CHANNELS: Inputs['branches'] = [
  { glob: 'main', makes: 'release' },
  { glob: 'develop', makes: { prerelease: 'beta' } },
  { glob: 'release/*', makes: { prerelease: 'rc' } },
  { glob: 'release/old', makes: 'none' },
  { glob: 'docs/**', makes: 'none' },
]

describe('which ref creates what', () => {
  const tag = { ref: 'refs/tags/v1.2.3' }
  const rows: [why: string, Partial<Inputs>, Partial<Observation>, tag: string, creates: boolean][] = [
    ['the default branch', {}, {}, 'v1.3.0', true],
    ['another branch', {}, on('not-main'), 'v1.3.0', false],
    ['a tag', {}, tag, 'v1.3.0', false],
    ['an unknown default branch', {}, { defaultBranch: '' }, 'v1.3.0', false],
    ['a mapped branch', { branches: CHANNELS }, {}, 'v1.3.0', true],
    ['a channel', { branches: CHANNELS }, on('develop'), 'v1.3.0-beta.1', true],
    ['a glob', { branches: CHANNELS }, on('release/1.x'), 'v1.3.0-rc.1', true],
    ['one star is one segment', { branches: CHANNELS }, on('release/1/x'), 'v1.3.0', false],
    ['the exact name before the glob', { branches: CHANNELS }, on('release/old'), 'v1.3.0', false],
    ['none', { branches: CHANNELS }, on('docs/a/b'), 'v1.3.0', false],
    ['not mapped', { branches: CHANNELS }, on('feature/x'), 'v1.3.0', false],
    ['a map says nothing of the default branch', { branches: CHANNELS.slice(1) }, {}, 'v1.3.0', false],
    ['an explicit bump lifts the rule', { bump: 'patch' }, on('hotfix'), 'v1.2.4', true],
    ['an explicit version lifts the rule', { version: '1.9.0' }, on('hotfix'), 'v1.9.0', true],
    [
      'an explicit bump keeps the channel',
      { bump: 'major', branches: CHANNELS },
      on('develop'),
      'v2.0.0-beta.1',
      true,
    ],
    [
      'the input prerelease beats the channel',
      { prerelease: 'x', branches: CHANNELS },
      on('develop'),
      'v1.3.0-x.1',
      true,
    ],
    ['a pull request never', {}, { event: 'pull_request' }, 'v1.3.0', false],
    ['nor with a target', {}, { event: 'pull_request_target' }, 'v1.3.0', false],
    ['nor a review', {}, { event: 'pull_request_review' }, 'v1.3.0', false],
    ['nor the merge queue', {}, { event: 'merge_group' }, 'v1.3.0', false],
    ['nor when ordered', { version: '1.9.0' }, { event: 'pull_request' }, 'v1.9.0', false],
    ['nor when mapped', { branches: CHANNELS }, { event: 'merge_group' }, 'v1.3.0', false],
    ['create: none', { create: 'none' }, {}, 'v1.3.0', false],
    ['a dry run has the plan of the real one', { dryRun: true }, {}, 'v1.3.0', true],
  ]
  test.each(rows)('%s', (_why, inputs, seen, name, creates) => {
    const result = plan({ create: 'release', floatingTags: ['major'], ...inputs }, seen)
    expect(result).toMatchObject({ kind: 'release', tag: name, createTag: creates, createRelease: creates })
    if (result.kind !== 'release') return
    if (!creates) expect(result.moves).toEqual([])
    expect(result.whyNot === undefined).toBe(creates)
    expect(result.notices).toHaveLength(creates || inputs.create === 'none' ? 0 : 1)
  })

  test('the notice says why and what to do', () => {
    expect(plan({}, on('x')).notices).toEqual([
      'Nothing is created on x: only the default branch releases (main). Map the branch in "branches", or give "bump" or "version".',
    ])
    expect(plan({}, { event: 'pull_request' }).notices).toEqual([
      'Nothing is created on pull_request: what is not merged gets no version. Run the step on push as well.',
    ])
  })
})

describe('globs', () => {
  test.each([
    ['main', 'main', true],
    ['main', 'not-main', false],
    ['main', 'main2', false],
    ['m.in', 'main', false],
    ['feature/*', 'feature/x', true],
    ['feature/*', 'feature/x/y', false],
    ['feature/**', 'feature/x/y', true],
    ['**', 'any/thing', true],
    ['*', 'any/thing', false],
    ['*', '', true],
    ['v?', 'v1', true],
    ['v?', 'v', false],
    ['v?', 'v/', false],
    ['*.x', '1.x', true],
    ['a*b*c', 'axxbxxc', true],
    ['a*b*c', 'axxbxx', false],
    ['(a|b)+', '(a|b)+', true],
  ])('%s matches %s: %s', (glob, name, expected) => {
    expect(globTest(glob)(name)).toBe(expected)
  })

  test('a name without wildcards matches itself only, and stars do not explode', () => {
    const name = fc.stringMatching(/^[a-z/.()+-]{1,12}$/)
    fc.assert(fc.property(name, name, (a, b) => expect(globTest(a)(b)).toBe(a === b)))
    expect(globTest(`${'*a'.repeat(100)}b`)('a'.repeat(250))).toBe(false)
  })
})

describe('floating tags', () => {
  const moved = (tags: string, inputs: Partial<Inputs> = {}, seen: Partial<Observation> = {}): string => {
    const result = plan({ floatingTags: FLOATING, ...inputs }, seen, tags)
    return 'moves' in result ? result.moves.map(({ name }) => name).join(' ') : result.kind
  }
  test.each<[why: string, tags: string, moves: string, inputs?: Partial<Inputs>]>([
    ['all of them', 'v1.2.3', 'v1 v1.3 latest'],
    ['a backport leaves the higher lines alone', 'v1.2.3 v1.4.0@far v2.0.0@far', 'v1.3'],
    ['a backport of the major', 'v1.2.3 v2.0.0@far', 'v1 v1.3'],
    ['a higher pre-release holds none', 'v1.2.3 v2.0.0-rc.1@far', 'v1 v1.3 latest'],
    ['a pre-release moves none', 'v1.2.3', '', { prerelease: 'rc' }],
    ['0.y.z has them too', 'v0.2.3', 'v0 v0.3 latest'],
    ['a monorepo', 'api-v1.2.3 v9.0.0', 'api-v1 api-v1.3 api-latest', { tagPrefix: 'api-v' }],
    ['of another run nothing is moved', 'v1.2.3 v1.3.0@sha', '', { version: '1.3.0' }],
    ['this run goes on', 'v1.2.3 v1.3.0@mine', 'v1 v1.3 latest'],
    ['this run goes on, but never down', 'v1.2.3 v1.3.0@mine v1.4.0@far', 'v1.3'],
    ['create: none', 'v1.2.3', '', { create: 'none' }],
  ])('%s', (_why, tags, moves, inputs = {}) => {
    expect(moved(tags, inputs)).toBe(moves)
  })

  test('a move says from which object to which commit; what is there already stays', () => {
    const floating = [
      { name: 'v1', commit: OLD, object: 'f'.repeat(40) },
      { name: 'v1.3', commit: SHA, object: SHA },
    ]
    expect(plan({ floatingTags: FLOATING }, { floating }, 'v1.2.3 v2.0.0@far')).toMatchObject({
      moves: [{ name: 'v1', kind: 'major', from: 'f'.repeat(40), fromCommit: OLD, to: SHA }],
      left: [
        { name: 'v1.3', why: 'it is there already' },
        { name: 'latest', why: 'it does not go below v2.0.0' },
      ],
      makeLatest: false,
    })
  })
})

describe('image tags', () => {
  const long = 'x'.repeat(200)
  const both = 'v1.3.0 1.3.0 1.3 1 latest main main-c000000'
  const pr = { event: 'pull_request', ref: 'refs/pull/7/merge' }
  const onMain: Partial<Inputs> = { latestOn: 'default-branch' }
  test.each<[why: string, string, string, Partial<Inputs>?, Partial<Observation>?]>([
    ['a release on a branch: both sets', 'v1.2.3', both],
    ['in a dry run too', 'v1.2.3', both, { dryRun: true }],
    ['create: none: nobody makes the version', 'v1.2.3', 'main main-c000000', { create: 'none' }],
    ['a pre-release: its full version', 'v1.2.3', '1.3.0-rc.1 main main-c000000', { prerelease: 'rc' }],
    ['nothing to release: the branch', 'v1.2.3', 'main main-c000000', {}, { commits: [] }],
    ['never 0', 'v0.2.3', 'v0.3.0 0.3.0 0.3 latest main main-c000000'],
    ['never a plus', 'v1.2.3', both, { buildMetadata: 'b.7' }],
    ['no prefix: no doubles', '1.2.3', both.slice(7), { tagPrefix: '' }],
    ['a prefix with a slash', 'api/v1.2.3', `api-${both}`, { tagPrefix: 'api/v' }],
    [
      'a backport leaves latest and the major alone',
      'v1.2.3 v1.4.0@far',
      'v1.3.0 1.3.0 1.3 main main-c000000',
    ],
    ['a backport of an older major', 'v1.2.3 v2.0.0@far', 'v1.3.0 1.3.0 1.3 1 main main-c000000'],
    ['latest on the default branch', 'v1.2.3', 'main main-c000000 latest', onMain, { commits: [] }],
    ['not on another', 'v1.2.3', 'x x-c000000', onMain, on('x')],
    ['a branch that does not release', 'v1.2.3', 'feature-x feature-x-c000000', {}, on('feature/x')],
    ['a branch with odd characters', 'v1.2.3', 'a-b a-b-c000000', {}, on('a#+ü$b')],
    ['a branch that begins with a dot or hyphen', 'v1.2.3', 'a a-c000000', {}, on('.-a')],
    ['a branch of other letters', 'v1.2.3', 'c000000', {}, on('日本')],
    ['a long branch', 'v1.2.3', `${long.slice(0, 128)} ${long.slice(0, 120)}-c000000`, {}, on(long)],
    ['a branch called latest takes nothing', 'v1.2.3', 'latest-c000000', {}, on('latest')],
    ['a branch called 1.2 takes nothing', 'v1.2.3', '1.2-c000000', {}, on('1.2')],
    ['a branch of an issue', 'v1.2.3', '12-fix 12-fix-c000000', {}, on('12-fix')],
    ['a pull request', 'v1.2.3', 'pr-7', {}, pr],
    [
      'a pull request, by the event',
      'v1.2.3',
      'pr-9',
      onMain,
      { ...pr, ref: 'refs/heads/main', pullRequest: 9 },
    ],
    [
      'the merge queue is a branch',
      'v1.2.3',
      'q-main q-main-c000000',
      {},
      { event: 'merge_group', ...on('q/main') },
    ],
    [
      'the build of a tag',
      'v1.2.3@sha',
      'v1.2.3 1.2.3 1.2 1 latest',
      {},
      { ref: 'refs/tags/v1.2.3', commits: [] },
    ],
    ['the tagged commit on another branch', 'v1.2.3@sha', 'x x-c000000', {}, { ...on('x'), commits: [] }],
    ['the tagged commit, again', 'v1.3.0@sha', both, {}, { commits: [] }],
    ['images', 'v1.2.3', 'a:x a:x-c000000 h/b:x h/b:x-c000000', { images: ['a', 'h/b'] }, on('x')],
  ])('%s', (_why, tags, expected, inputs = {}, seen = {}) => {
    const { imageTags } = plan(inputs, seen, tags)
    expect(imageTags.join(' ')).toBe(expected)
  })

  test('are valid, whatever the branch and the version', () => {
    const text = fc.string({ unit: 'binary', maxLength: 300 })
    const id = fc.stringMatching(/^[a-z]{1,200}$/)
    fc.assert(
      fc.property(text, fc.option(id, { nil: undefined }), (branch, prerelease) => {
        const seen = { ...on(branch), defaultBranch: branch }
        for (const tag of plan({ prerelease }, seen).imageTags) expect(tag).toMatch(/^\w[\w.-]{0,127}$/)
      }),
    )
  })
})

describe('rollback', () => {
  const back: Partial<Inputs> = {
    mode: 'rollback',
    to: 'v1.2.3',
    confirm: 'ROLLBACK',
    floatingTags: FLOATING,
  }
  const TAGS = 'v1.2.2 v1.2.3 v1.2.4@sha v1.3.0-rc.1'
  test('without allow-downgrade floating tags stay', () => {
    expect(plan(back, {}, TAGS)).toMatchObject({
      kind: 'rollback',
      tag: 'v1.2.3',
      version: '1.2.3',
      sha: OLD,
      bump: 'none',
      createTag: false,
      createRelease: false,
      moves: [],
      left: [{ why: 'it does not go below v1.2.4 without allow-downgrade' }, {}, {}],
      imageTags: ['v1.2.3', '1.2.3'],
      why: 'back to v1.2.3 on bbbbbbb, from v1.2.4',
    })
  })

  test('with it they go down, and so do the image tags', () => {
    expect(plan({ ...back, allowDowngrade: true }, on('any'), TAGS)).toMatchObject({
      moves: [
        { name: 'v1', to: OLD },
        { name: 'v1.2', to: OLD },
        { name: 'latest', to: OLD },
      ],
      imageTags: ['v1.2.3', '1.2.3', '1.2', '1', 'latest'],
    })
  })

  test.each<[string, Partial<Inputs>, string]>([
    ['no word', { confirm: undefined }, 'Not confirmed'],
    ['another word', { confirm: 'rollback' }, 'Not confirmed'],
    ['a blank around it', { confirm: ' ROLLBACK' }, 'Not confirmed'],
    ['no such tag', { to: 'v9.9.9' }, 'No such version tag'],
    ['a floating tag', { to: 'v1' }, 'No such version tag'],
  ])('refused: %s', (_why, inputs, title) => {
    expect(plan({ ...back, ...inputs }, {}, TAGS)).toMatchObject({ kind: 'refused', title })
  })

  test('a missing tag is answered with the highest there are', () => {
    expect(plan({ ...back, to: 'v9' }, {}, TAGS)).toMatchObject({
      reason: 'to: there is no version tag "v9"; the highest are v1.3.0-rc.1, v1.2.4 and v1.2.3.',
    })
  })

  test('a pre-release moves nothing; a pull request and create: none neither', () => {
    const given = { ...back, allowDowngrade: true }
    expect(plan({ ...given, to: 'v1.3.0-rc.1' }, {}, TAGS)).toMatchObject({
      moves: [],
      imageTags: ['1.3.0-rc.1'],
    })
    expect(plan(given, { event: 'pull_request' }, TAGS)).toMatchObject({ moves: [], createTag: false })
    expect(plan({ ...given, create: 'none' }, {}, TAGS)).toMatchObject({
      moves: [],
      whyNot: 'create is none',
    })
  })
})
