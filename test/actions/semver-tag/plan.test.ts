import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Inputs, Observation, Plan, VersionTag } from '../../../actions/semver-tag/model.ts'
import { decide } from '../../../actions/semver-tag/plan.ts'
import { LEVELS } from '../../../shared/version/bump.ts'
import { compareVersions, parseVersion, type Version } from '../../../shared/version/version.ts'
import { INPUTS, OLD, SEEN, SHA, tagsSeen } from './defaults.ts'

const id = (index: number): string => `c${index}`.padEnd(40, '0')
const PLACES: Record<string, string> = { sha: SHA, mine: SHA, old: OLD, far: 'e'.repeat(40) }
const DEFAULTS: Inputs = {
  ...INPUTS,
  labels: true,
  labelRules: new Map(LEVELS.map((level) => [`semver:${level}`, level])),
  releaseRules: new Map([['silent', 'none'] as const, ['loud', 'minor'] as const]),
}

/** `name@place`: `old` (reachable, when not given), `sha`, `mine` (on sha, by this run), `far` (not reachable). */
function readTags(text: string): VersionTag[] {
  return words(text).map((tag) => {
    const [name = '', place = 'old'] = tag.split('@')
    const run = place === 'mine' ? { run: '77' } : {}
    return { name, commit: PLACES[place] as string, reachable: place !== 'far', ...run }
  })
}

/** Newest first, between semicolons: `feat: a`, `fix: b [label, label]`, `revert 2` (of commit 2). */
function readCommits(text: string): Observation['commits'] {
  return text.split(';').flatMap((part, index) => {
    const [, subject = '', labels = ''] = /^ *(.*?) *(?:\[(.*)\])? *$/.exec(part) ?? []
    const reverted = /^revert (\d)$/.exec(subject)?.[1]
    const message =
      reverted === undefined
        ? subject.replaceAll('\\n', '\n')
        : `Revert "x"\n\nThis reverts commit ${id(Number(reverted))}.`
    return subject === '' ? [] : [{ sha: id(index), message, labels: labels.split(',').map((l) => l.trim()) }]
  })
}

/** Inputs as `name=value`, and `since=1`: how many of the newest commits the last pre-release does not reach. */
function plan(tags: string, commits: string, given = ''): Plan {
  const { since = '0', shallow, ...inputs } = Object.fromEntries(words(given).map((pair) => pair.split('=')))
  const range = readCommits(commits)
  const sincePrerelease = range.slice(0, Number(since))
  return decide(
    { ...DEFAULTS, ...inputs, tagPrefixes: [inputs['tagPrefix'] ?? 'v'] },
    {
      ...SEEN,
      ...tagsSeen(readTags(tags), inputs['tagPrefix']),
      commits: range,
      sincePrerelease,
      shallow: shallow !== undefined,
    },
  )
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '')
}

/** A plan in a few words. */
function told(result: Plan): string {
  if (result.kind === 'refused') return `refused: ${result.title}`
  if (result.kind === 'nothing') return `nothing ${result.tag ?? '-'}`
  const kind = result.kind === 'already-released' ? (result.resumed ? 'resumed' : 'already') : result.kind
  return `${kind} ${result.tag} ${result.bump}`
}

/** Tests from a table: why | tags | commits | inputs | what is planned. */
function table(text: string): void {
  const rows = text.split('\n').filter((line) => line.includes('|'))
  test.each(rows.map((row) => row.split('|').map((cell) => cell.trim())))('%s', (...row) => {
    const [, tags = '', commits = '', inputs = '', expected] = row
    expect(told(plan(tags, commits, inputs))).toBe(expected)
  })
}

describe('base and range', () => {
  table(`
    the highest, not the last in the list         | v1.10.0 v1.9.0        | fix: a  | | release v1.10.1 patch
    never one that sha does not reach             | v1.2.3 v2.0.0@far     | fix: a  | | release v1.2.4 patch
    floating tags, dates, four parts, zeros       | v1 v1.2 v2024.01.02 v9.9.9.9 v09.0.0 v1.0.0 | fix: a | | release v1.0.1 patch
    a doubled, upper-case or other prefix         | vv9.0.0 V9.0.0 9.0.0 api-v9.0.0 v1.0.0 | fix: a | | release v1.0.1 patch
    a pre-release is no base                      | v1.10.0 v2.0.0-rc.1   | docs: a | | nothing v1.10.0
    a monorepo: its own prefix                    | api-v1.2.3 v9.0.0     | feat: a | tagPrefix=api-v | release api-v1.3.0 minor
    a monorepo: a prefix with a slash             | api/v1.2.3 v9.0.0     | feat: a | tagPrefix=api/v | release api/v1.3.0 minor
    a monorepo: the prefix is literal             | axv9.0.0 a.v1.0.0     | fix: a  | tagPrefix=a.v | release a.v1.0.1 patch
    a monorepo: no commit touches the path        | api-v1.2.3            |         | tagPrefix=api-v path=api | nothing api-v1.2.3
    no prefix                                     | 1.2.3 v9.0.0          | fix: a  | tagPrefix= | release 1.2.4 patch
    build metadata makes no other version         | v1.2.3+7              | fix: a  | | release v1.2.4 patch
    a shallow checkout: never the initial version |                       |         | shallow= | refused: The history is cut off
  `)
})

describe('commits', () => {
  table(`
    the highest wins                     | v1.2.3 | fix: a; feat: b; docs: c        | | release v1.3.0 minor
    breaking                             | v1.2.3 | fix!: a                         | | release v2.0.0 major
    a breaking footer                    | v1.2.3 | docs: a\\n\\nBREAKING CHANGE: b | | release v2.0.0 major
    nothing that bumps                   | v1.2.3 | docs: a; defeat: b; Merge x     | | nothing v1.2.3
    default-bump                         | v1.2.3 | docs: a                         | defaultBump=patch | release v1.2.4 patch
    default-bump, an empty range         | v1.2.3 |                                 | defaultBump=major | nothing v1.2.3
    default-bump is for when none bumps  | v1.2.3 | fix: a                          | defaultBump=major | release v1.2.4 patch
    release-rules                        | v1.2.3 | loud: a                         | | release v1.3.0 minor
    release-rules can silence            | v1.2.3 | silent: a                       | | nothing v1.2.3
    but not what breaks                  | v1.2.3 | silent!: a                      | | release v2.0.0 major
    a revert in the range cancels        | v1.2.3 | revert 1; feat: a               | | nothing v1.2.3
    what is left counts                  | v1.2.3 | revert 1; feat: a; fix: b       | | release v1.2.4 patch
    a revert of a revert                 | v1.2.3 | revert 1; revert 2; feat: a     | | release v1.3.0 minor
    a revert of something released       | v1.2.3 | revert 9                        | | release v1.2.4 patch
  `)
})

describe('0.y.z', () => {
  table(`
    breaking is minor by default | v0.4.2 | feat!: a         | | release v0.5.0 minor
    or major                     | v0.4.2 | feat!: a         | majorZero=major | release v1.0.0 major
    a label does not leave it    | v0.4.2 | a [semver:major] | | release v0.5.0 minor
    an explicit bump does        | v0.4.2 |                  | bump=major | release v1.0.0 major
    feat is minor                | v0.4.2 | feat: a          | | release v0.5.0 minor
    fix is patch                 | v0.4.2 | fix: a           | | release v0.4.3 patch
  `)
})

describe('labels', () => {
  table(`
    beat the message, downwards          | v1.2.3 | feat: a [semver:patch]              | | release v1.2.4 patch
    beat the message, upwards            | v1.2.3 | docs: a [semver:minor]              | | release v1.3.0 minor
    none                                 | v1.2.3 | feat!: a [semver:none]              | | nothing v1.2.3
    none beats default-bump              | v1.2.3 | a [semver:none]                     | defaultBump=patch | nothing v1.2.3
    the highest of one pull request      | v1.2.3 | a [semver:patch, semver:minor]      | | release v1.3.0 minor
    the highest of several               | v1.2.3 | a [semver:patch]; b [semver:major]  | | release v2.0.0 major
    case does not count                  | v1.2.3 | a [SemVer:Minor]                    | | release v1.3.0 minor
    others do not count                  | v1.2.3 | fix: a [bug]                        | | release v1.2.4 patch
    speak for their own pull request     | v1.2.3 | feat!: a [semver:none]; feat: b     | | release v1.3.0 minor
    an explicit bump beats them          | v1.2.3 | a [semver:major]                    | bump=patch | release v1.2.4 patch
    a reverted pull request counts not   | v1.2.3 | revert 1; a [semver:major]          | | nothing v1.2.3
  `)
})

describe('first release', () => {
  table(`
    initial-version                     |             | docs: a; fix: b | | release v0.1.0 minor
    whatever the level                  |             | feat!: a | initialVersion=1.0.0 | release v1.0.0 major
    nothing to release stays nothing    |             | docs: a  | | nothing -
    no commits                          |             |          | | nothing -
    default-bump                        |             | docs: a  | defaultBump=patch | release v0.1.0 minor
    the core of a higher pre-release    | v1.0.0-rc.2 | fix: a   | | release v1.0.0 major
    not of a lower one                  | v0.0.5-rc.2 | fix: a   | | release v0.1.0 minor
    as a pre-release                    |             | feat: a  | prerelease=rc | release v0.1.0-rc.1 prerelease
    ordered                             |             |          | bump=patch | release v0.1.0 minor
  `)
})

describe('explicit version', () => {
  table(`
    carried out, with no commits too    | v1.2.3             |         | version=1.5.0 | release v1.5.0 minor
    with its prefix                     | v1.2.3             |         | version=v2.0.0 | release v2.0.0 major
    beats bump                          | v1.2.3             |         | version=1.2.9 bump=major | release v1.2.9 patch
    a pre-release                       | v1.2.3             |         | version=2.0.0-beta.4 | release v2.0.0-beta.4 prerelease
    not the base again                  | v1.2.3             | feat: a | version=1.2.3 | refused: The version is taken
    not lower                           | v1.2.3             | feat: a | version=1.2.2 | refused: The version is too low
    not a pre-release of the base       | v1.2.3             |         | version=1.2.3-rc.1 | refused: The version is too low
    not one that stands elsewhere       | v1.2.3 v1.3.0@far  |         | version=1.3.0 | refused: The version is taken
    nothing to do when sha has it       | v1.2.3@sha         |         | version=1.2.3 | already v1.2.3 none
    also below another one on sha       | v1.2.3@sha v1.3.0@sha |      | version=1.2.3 | already v1.2.3 none
    the same run goes on                | v1.2.3 v1.5.0@mine |         | version=1.5.0 | resumed v1.5.0 minor
    not strict                          | v1.2.3             |         | version=1.3 | refused: Not a version
    not below a pre-release of its core | v1.2.3 v1.3.0-rc.2 |         | version=1.3.0-rc.1 | refused: A higher version of the same core exists
  `)
})

describe('explicit bump', () => {
  table(`
    an order, with no commits too       | v1.2.3             |          | bump=minor | release v1.3.0 minor
    beats the commits                   | v1.2.3             | feat!: a | bump=patch | release v1.2.4 patch
    none                                | v1.2.3             | feat: a  | bump=none | nothing v1.2.3
    prerelease takes rc                 | v1.2.3             | feat: a  | bump=prerelease | release v1.3.0-rc.1 prerelease
    prerelease is an order too          | v1.2.3             | docs: a  | bump=prerelease | release v1.2.4-rc.1 prerelease
    prerelease with its identifier      | v1.2.3             | fix: a   | bump=prerelease prerelease=x | release v1.2.4-x.1 prerelease
    never below a pre-release           | v1.2.3 v2.0.0-rc.1 | fix: a   | bump=patch | release v2.0.0 major
  `)
})

describe('pre-releases', () => {
  table(`
    the first                            | v1.2.3             | feat: a         | prerelease=rc | release v1.3.0-rc.1 prerelease
    nothing to release gives none        | v1.2.3             | docs: a         | prerelease=rc | nothing v1.2.3
    the next                             | v1.2.3 v1.3.0-rc.1 | fix: b; feat: a | prerelease=rc since=1 | release v1.3.0-rc.2 prerelease
    no commit since bumps                | v1.2.3 v1.3.0-rc.1 | docs: b; feat: a | prerelease=rc since=1 | nothing v1.3.0-rc.1
    the core comes from all commits      | v1.2.3 v1.2.4-rc.3 | feat: b; fix: a | prerelease=rc since=1 | release v1.3.0-rc.1 prerelease
    and never goes down                  | v1.2.3 v2.0.0-rc.1 | fix: b; fix: a  | prerelease=rc since=1 | release v2.0.0-rc.2 prerelease
    undoing what the last one had        | v1.2.3 v1.3.0-rc.1 | revert 1; feat: a; feat: b | prerelease=rc since=1 | release v1.3.0-rc.2 prerelease
    beta after rc                        | v1.2.3 v1.3.0-rc.1 | fix: b; feat: a | prerelease=beta since=1 | refused: A higher version of the same core exists
    rc after beta                        | v1.2.3 v1.3.0-beta.4 | feat: a       | prerelease=rc | release v1.3.0-rc.1 prerelease
    after the stable one, elsewhere      | v1.2.3 v1.3.0@far  | feat: a         | prerelease=rc | release v1.4.0-rc.1 prerelease
    a number elsewhere is skipped        | v1.2.3 v1.3.0-rc.1@far | feat: a     | prerelease=rc | release v1.3.0-rc.2 prerelease
    on the commit of the last one        | v1.2.3 v1.3.0-rc.1@sha | feat: a     | prerelease=rc | already v1.3.0-rc.1 none
    ordered, no commit since             | v1.2.3 v1.3.0-rc.1@sha | feat: a     | prerelease=rc bump=minor | already v1.3.0-rc.1 none
    ordered, a commit since              | v1.2.3 v1.3.0-rc.1 | docs: b; feat: a | prerelease=rc bump=minor since=1 | release v1.3.0-rc.2 prerelease
    below the base they do not count     | v1.3.0 v1.3.0-rc.9 | feat: a         | prerelease=rc | release v1.4.0-rc.1 prerelease
    a stable one completes the core      | v1.2.3 v2.0.0-rc.1 | fix: a          | | release v2.0.0 major
    also on the same commit              | v1.2.3 v1.3.0-rc.2@sha | feat: a     | | release v1.3.0 minor
    and goes higher if the commits ask   | v1.2.3 v1.3.0-rc.2 | feat!: a        | | release v2.0.0 major
  `)
})

describe('again, and races', () => {
  table(`
    the same run goes on                 | v1.2.3 v1.3.0@mine      |         | | resumed v1.3.0 minor
    the same run, ordered: not twice     | v1.2.3 v2.0.0@mine      |         | bump=major | resumed v2.0.0 major
    the same run, a pre-release          | v1.2.3 v1.3.0-rc.1@mine | feat: a | prerelease=rc | resumed v1.3.0-rc.1 prerelease
    the same run, after its rc step      | v1.2.3 v1.3.0-rc.1@mine | feat: a | | release v1.3.0 minor
    another run on the same commit       | v1.2.3 v1.3.0@sha       |         | | already v1.3.0 none
    another run, ordered: a new order    | v1.2.3 v1.3.0@sha       |         | bump=minor | release v1.4.0 minor
    another commit took it               | v1.2.3 v1.3.0@far       | feat: a | | release v1.4.0 minor
    and it was asked for                 | v1.2.3 v1.3.0@far       | feat: a | version=1.3.0 | refused: The version is taken
    no number is left                    | v9007199254740991.0.0   | feat!: a | | refused: The number is too large
    git would not take the name          |                         | feat: a | tagPrefix=a..v | refused: Not a tag name
  `)

  test('the refusal says where the tag stands, and what to do', () => {
    const reason =
      'v1.3.0 stands on eeeeeee, which c000000 does not contain. A version tag never moves: merge that commit into this branch, or give another version.'
    expect(plan('v1.2.3 v1.3.0@far', 'feat: a', 'version=1.3.0')).toMatchObject({ reason })
  })
})

test('the reasoning goes commit by commit', () => {
  const result = plan('v1.2.3', 'revert 2; docs: b (#7) [semver:minor]; feat(x)!: a; Merge it')
  expect(result).toMatchObject({ why: '1 of 4 commits asks for minor', previousTag: 'v1.2.3' })
  const by = 'commit'
  const undone = { breaking: false, level: 'none', by }
  expect(result.reasons).toEqual([
    { sha: id(0), subject: 'Revert "x"', type: 'revert', ...undone, cancelledBy: id(2) },
    {
      sha: id(1),
      subject: 'docs: b (#7)',
      type: 'docs',
      breaking: false,
      level: 'minor',
      by: 'label',
      pullRequest: 7,
    },
    { sha: id(2), subject: 'feat(x)!: a', type: 'feat', ...undone, breaking: true, cancelledBy: id(0) },
    { sha: id(3), subject: 'Merge it', ...undone },
  ])
})

test('build metadata is for the version, never for the tag', () => {
  expect(plan('v1.2.3', 'fix: a', 'buildMetadata=b.7')).toMatchObject({ tag: 'v1.2.4', version: '1.2.4+b.7' })
  expect(plan('', '', 'version=1.0.0+x')).toMatchObject({ tag: 'v1.0.0', version: '1.0.0+x' })
})

test('whatever there is, a release is new and ranks above what it contains and its core', () => {
  const version = fc
    .tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.constantFrom('', '', '-rc.1', '-rc.2', '-beta.1'))
    .map(([major, minor, patch, pre]) => `v${major}.${minor}.${patch}${pre}`)
  const tags = fc
    .uniqueArray(version, { maxLength: 6 })
    .chain((names) =>
      fc.tuple(
        ...names.map((name) =>
          fc.constantFrom('old', 'sha', 'far', 'mine').map((place) => `${name}@${place}`),
        ),
      ),
    )
  const commit = fc.constantFrom('feat: a', 'fix: a', 'feat!: a', 'docs: a', 'revert 1', 'revert 2')
  const given = fc.constantFrom(
    '',
    'bump=major',
    'bump=patch',
    'bump=prerelease',
    'prerelease=rc',
    'prerelease=beta',
  )
  fc.assert(
    fc.property(tags, fc.array(commit, { maxLength: 4 }), given, fc.nat(3), (all, commits, inputs, since) => {
      const result = plan(all.join(' '), commits.join(';'), `${inputs} since=${since}`)
      if (result.kind !== 'release') return
      const next = parseVersion(result.version) as Version
      for (const [name = '', place] of all.map((tag) => tag.split('@'))) {
        const known = parseVersion(name.slice(1)) as Version
        const isContained = place !== 'far' && known.prerelease.length === 0
        if (isContained || known.compareMain(next) === 0) expect(compareVersions(next, known)).toBe(1)
      }
    }),
    { numRuns: 2_000 },
  )
})
