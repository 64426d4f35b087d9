import { releaseAsOf } from '../../../shared/commits/references.ts'
import {
  bumpVersion,
  higherVersion,
  isPrereleaseOf,
  type Level,
  nextPrerelease,
} from '../../../shared/version/bump.ts'
import { tagNameProblem } from '../../../shared/version/tag-name.ts'
import { findVersion, higherOfCore, highestTag } from '../../../shared/version/tags.ts'
import {
  compareVersions,
  coreOf,
  isStable,
  parsePrefixedVersion,
  parseVersion,
  type Version,
} from '../../../shared/version/version.ts'
import { type ReadCommit, readCommits, type Weighed, weigh } from './bump.ts'
import { passedBy } from './elsewhere.ts'
import { refused } from './refused.ts'
import { type KnownTag, type Scene, short } from './scene.ts'

/** What to do about a version, before tags and images are worked out. */
export type Answer =
  | { kind: 'release'; version: Version; why: string; notices?: readonly string[] }
  | { kind: 'already-released'; tag: KnownTag; resumed: boolean; why: string; notices?: readonly string[] }
  | { kind: 'nothing'; current?: KnownTag | undefined; why: string; notices?: readonly string[] }
  | { kind: 'refused'; title: string; reason: string }

/** The next version, by the contract's precedence: `version`, `bump`, labels, commits, `default-bump`. */
export function nextVersion(scene: Scene, commits: readonly ReadCommit[], weighed: Weighed): Answer {
  const { version } = scene.inputs
  return version === undefined ? computed(scene, commits, weighed) : explicit(scene, version)
}

function explicit(scene: Scene, text: string): Answer {
  const { inputs, observation, tags, base } = scene
  const version = parsePrefixedVersion(text, inputs.tagPrefixes)
  if (version === undefined) {
    return refused('Not a version', `version: "${text}" is not a strict SemVer 2.0.0 version such as 1.2.3.`)
  }
  const here = tags.filter(({ commit }) => commit === observation.sha)
  const tag = findVersion(here, version)
  if (tag !== undefined) return already(tag, isOfThisRun(tag, scene), 'the commit has this very version')
  const elsewhere = findVersion(tags, version)
  if (elsewhere !== undefined) return standsElsewhere(elsewhere, observation.sha)
  if (base !== undefined && compareVersions(version, base.version) <= 0) {
    return refused(
      'The version is too low',
      `version: ${version.version} is not higher than ${base.name}, which ${short(observation.sha)} already contains. Give a higher one.`,
    )
  }
  return checked(scene, version, 'the input version says so')
}

function computed(scene: Scene, commits: readonly ReadCommit[], weighed: Weighed): Answer {
  const { inputs, observation, tags, base, last, rule } = scene
  const { bump } = inputs
  const id = inputs.prerelease ?? rule.prerelease ?? (bump === 'prerelease' ? 'rc' : undefined)
  const mine = highestTag(tags.filter((tag) => isOfThisRun(tag, scene) && isOfChannel(tag.version, id)))
  if (mine !== undefined) return already(mine, true, 'this very run made the tag')

  const nothing = (why: string, current = id === undefined ? (base ?? last) : (last ?? base)): Answer =>
    current?.commit === observation.sha ? already(current, false, why) : { kind: 'nothing', current, why }
  if (bump === 'none') return nothing('bump is none')
  const asked = bump === 'auto' ? releaseAs(scene, commits, weighed) : undefined
  if (asked !== undefined && 'kind' in asked) return asked
  const isOrder = bump === 'major' || bump === 'minor' || bump === 'patch'
  const level: Level = isOrder
    ? bump
    : weighed.level === 'none' && (bump === 'prerelease' || asked !== undefined)
      ? 'patch'
      : weighed.level
  if (level === 'none') return nothing(weighed.why)
  const why = isOrder
    ? `bump is ${bump}`
    : asked !== undefined
      ? `${short(asked.sha)} says Release-As: ${asked.version.version}`
      : level === weighed.level
        ? weighed.why
        : 'bump is prerelease'

  const first = base === undefined ? parseVersion(inputs.initialVersion) : bumpVersion(base.version, level)
  const candidate = asked?.version ?? first
  if (candidate === undefined) return tooLarge(base?.name ?? inputs.initialVersion)
  // A stable release never ranks below a pre-release that it completes, nor does the next pre-release.
  const least = last === undefined ? candidate : higherVersion(candidate, coreOf(last.version))
  const { core, notices } = freeCore(scene, least, level)
  if (core === undefined) return tooLarge(least.version)
  const missed = passedBy(scene, core)
  if (missed !== undefined) return missed
  if (id === undefined || !isStable(core)) return withNotices(checked(scene, core, why), notices)

  const latest = highestTag(tags.filter((tag) => tag.reachable && isPrereleaseOf(tag.version, core, id)))
  if (latest !== undefined && bump !== 'prerelease') {
    const added = weigh(readCommits(observation.sincePrerelease), inputs, isZero(scene))
    const counts = isOrder ? added.reasons.length > 0 : added.level !== 'none'
    if (!counts) return nothing(`since ${latest.name}, ${added.why}`, latest)
  }
  const next = nextPrerelease(
    core,
    id,
    tags.map(({ version }) => version),
  )
  if (next === undefined) return tooLarge(`${core.version}-${id}`)
  const open = higherOfCore(tags, next)
  if (open !== undefined && !isStable(open.version) && isSideline(id, observation.event)) {
    const notice = `${next.version} would rank below ${open.name}, which is open: nothing is created until ${coreOf(next).version} is released.`
    return withNotices(nothing(`${open.name} is open`, last ?? base), [notice])
  }
  return withNotices(checked(scene, next, why), notices)
}

/** Stages that lead to a release; what ranks below one of them is a mistake. */
const STAGES = /^(?:alpha|beta|pre|preview|rc)(?:\.|$)/

/** A nightly runs whatever stage a release is in: it waits, and nobody has done anything wrong. */
function isSideline(id: string, event: string): boolean {
  return event === 'schedule' || !STAGES.test(id)
}

/** The version that the newest `Release-As` footer asks for, among what counts. */
function releaseAs(
  { inputs, base }: Scene,
  commits: readonly ReadCommit[],
  { reasons }: Weighed,
): { version: Version; sha: string } | Answer | undefined {
  const cancelled = new Set(
    reasons.flatMap(({ sha, cancelledBy }) => (cancelledBy === undefined ? [] : [sha])),
  )
  for (const { sha, message, parts } of commits) {
    const text = cancelled.has(sha)
      ? undefined
      : [message, ...parts].map(releaseAsOf).find((one) => one !== undefined)
    if (text === undefined) continue
    const version = parsePrefixedVersion(text, inputs.tagPrefixes)
    if (version === undefined) {
      return refused(
        'Not a version',
        `Release-As: "${text}" in ${short(sha)} is not a strict SemVer 2.0.0 version such as 1.2.3. Say the right one in a newer commit, or with the input version.`,
      )
    }
    if (base === undefined || compareVersions(version, base.version) > 0) return { version, sha }
    return refused(
      'The version is too low',
      `Release-As: ${text} in ${short(sha)} is not higher than ${base.name}. Say a higher one in a newer commit, or with the input version.`,
    )
  }
  return undefined
}

/** The version itself, or the next one of the same bump that no other branch has taken. */
function freeCore(
  { tags, observation }: Scene,
  least: Version,
  level: Exclude<Level, 'none'>,
): { core: Version | undefined; notices: string[] } {
  const notices: string[] = []
  let core: Version | undefined = least
  while (core !== undefined) {
    const taken: KnownTag | undefined = findVersion(tags, core)
    // One that holds this commit has released it: nothing is passed over then.
    if (taken === undefined || taken.reachable || taken.contains === true) break
    notices.push(
      `${taken.name} stands on ${short(taken.commit)}, which ${short(observation.sha)} does not contain: it is passed over.`,
    )
    core = bumpVersion(core, level)
  }
  return { core, notices }
}

function withNotices(answer: Answer, notices: readonly string[]): Answer {
  return notices.length === 0 || answer.kind === 'refused' ? answer : { ...answer, notices }
}

/** Whether the version before is 0.y.z. */
export function isZero({ base, inputs }: Scene): boolean {
  return (base?.version.major ?? parseVersion(inputs.initialVersion)?.major) === 0
}

function isOfThisRun({ commit, run }: KnownTag, { observation: { sha, runId } }: Scene): boolean {
  return commit === sha && runId !== '' && run === runId
}

function isOfChannel(version: Version, id: string | undefined): boolean {
  return id === undefined ? isStable(version) : isPrereleaseOf(version, version, id)
}

function already(tag: KnownTag, resumed: boolean, why: string): Answer {
  return { kind: 'already-released', tag, resumed, why }
}

/** The last checks of a version that is about to be released. */
function checked({ inputs, observation, tags }: Scene, version: Version, why: string): Answer {
  const stands = findVersion(tags, version)
  if (stands !== undefined) return standsElsewhere(stands, observation.sha)
  const higher = higherOfCore(tags, version)
  if (higher !== undefined) {
    const remedy = isStable(higher.version)
      ? 'Merge that commit into this branch.'
      : `Use an identifier that ranks higher (alpha < beta < rc), or release ${coreOf(version).version} first.`
    return refused(
      'A higher version of the same core exists',
      `${version.version} would rank below ${higher.name}, which stands on ${short(higher.commit)}. ${remedy}`,
    )
  }
  const problem = tagNameProblem(`${inputs.tagPrefix}${version.version}`)
  if (problem === undefined) return { kind: 'release', version, why }
  return refused(
    'Not a tag name',
    `git takes no tag "${inputs.tagPrefix}${version.version}": ${problem}. Change tag-prefix.`,
  )
}

function standsElsewhere({ name, commit, reachable }: KnownTag, sha: string): Answer {
  const seen = reachable
    ? `is on the older commit ${short(commit)}`
    : `stands on ${short(commit)}, which ${short(sha)} does not contain`
  const remedy = reachable
    ? 'A version tag never moves: give a higher version.'
    : 'A version tag never moves: merge that commit into this branch, or give another version.'
  return refused('The version is taken', `${name} ${seen}. ${remedy}`)
}

function tooLarge(what: string): Answer {
  return refused(
    'The number is too large',
    `No version follows ${what}: a number would be above 9007199254740991 or the text above 256 characters.`,
  )
}
