import { plural } from '../../../shared/text/list.ts'
import { compareVersions, coreOf, type Version } from '../../../shared/version/version.ts'
import type { Elsewhere } from '../model.ts'
import { type Refusal, refused } from './refused.ts'
import { type Scene, short } from './scene.ts'

/** Of action.yml. */
const DEFAULT_INITIAL = '0.1.0'

/**
 * Refuses a version that would pass others by: the first one where there are versions already, or one that is lower than
 * a version in another spelling or on no branch. Nothing when it may be made.
 */
export function passedBy(scene: Scene, core: Version): Refusal | undefined {
  const { inputs, observation, base, last } = scene
  // Who writes another first version knows what there is.
  const isOutOfNothing = base === undefined && last === undefined
  const isDefault = isOutOfNothing && inputs.initialVersion === DEFAULT_INITIAL
  const among = (why: Elsewhere['why']): Elsewhere[] =>
    observation.elsewhere
      .filter((tag) => tag.why === why)
      .sort((a, b) => compareVersions(b.version, a.version))
  const isMissed = (tag: Elsewhere | undefined): tag is Elsewhere =>
    tag !== undefined && (isDefault || compareVersions(tag.version, coreOf(core)) >= 0)
  const [spelled, beside, branch] = [among('spelling'), among('beside'), among('branch')]
  if (!inputs.isPrefixSaid && isMissed(spelled[0])) return otherwise(scene, core, spelled[0], spelled.length)
  if (isMissed(beside[0])) {
    return refused(
      'Versions beside the line',
      `${plural(beside.length, 'version tag')} ${beside.length === 1 ? 'stands' : 'stand'} on no branch and not next to ${short(observation.sha)}, the highest, ${beside[0].name}, on ${short(beside[0].commit)}: ${wouldBe(scene, core)}. ${REMEDY}`,
    )
  }
  const [highest] = branch
  if (!isOutOfNothing || highest === undefined || !isMissed(highest)) return undefined
  return refused(
    'Versions on other branches',
    `${short(observation.sha)} contains no version tag, but ${plural(branch.length, 'version tag')} ${branch.length === 1 ? 'stands' : 'stand'} on other branches, the highest, ${highest.name}, on ${short(highest.commit)}: ${wouldBe(scene, core)}. ${REMEDY}`,
  )
}

const REMEDY =
  'Merge that commit into this branch, or say the next version with "version", or where to begin with "initial-version".'

function otherwise(scene: Scene, core: Version, highest: Elsewhere, count: number): Refusal {
  const { tagPrefix, tagPrefixes } = scene.inputs
  const read = tagPrefixes.map((prefix) => (prefix === '' ? 'none' : `"${prefix}"`)).join(', ')
  const fitting = highest.prefix === '' ? 'none' : highest.prefix
  const both = [tagPrefix === '' ? 'none' : tagPrefix, fitting].join(', ')
  const remedy =
    fitting === undefined
      ? 'No prefix makes that a version by SemVer: say the next one with "version", or where to begin with "initial-version".'
      : `Write "tag-prefix: ${fitting}", or "tag-prefix: ${both}" to read both and write the first; or say the next one with "version". "tag-prefix: '${tagPrefix},'" leaves them out.`
  return refused(
    'Versions in another spelling',
    `${plural(count, 'tag')} ${count === 1 ? 'is a version' : 'are versions'} in another spelling than tag-prefix (${read}) reads, the highest, ${highest.name}, on ${short(highest.commit)}: ${wouldBe(scene, core)}. ${remedy}`,
  )
}

function wouldBe({ inputs, base, last }: Scene, core: Version): string {
  const name = `${inputs.tagPrefix}${core.version}`
  return base === undefined && last === undefined
    ? `${name} as the first version would be out of nothing`
    : `${name} would not be higher`
}
