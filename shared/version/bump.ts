import { compareVersions, coreOf, isSameCore, parseVersion, type Version } from './version.ts'

/** How far a version moves, from not at all to farthest. */
export const LEVELS = ['none', 'patch', 'minor', 'major'] as const
export type Level = (typeof LEVELS)[number]

/** The highest of some levels; `none` of nothing. */
export function highestLevel(levels: Iterable<Level>): Level {
  let highest: Level = 'none'
  for (const level of levels) if (LEVELS.indexOf(level) > LEVELS.indexOf(highest)) highest = level
  return highest
}

/**
 * The stable version one level above the core of a version; what is lower goes back to zero (SemVer items 6 to 8).
 *
 * @returns undefined when a number would leave the range that is safe to count in (2^53 - 1)
 */
export function bumpVersion(
  { major, minor, patch }: Version,
  level: Exclude<Level, 'none'>,
): Version | undefined {
  if (level === 'major') return parseVersion(`${major + 1}.0.0`)
  if (level === 'minor') return parseVersion(`${major}.${minor + 1}.0`)
  return parseVersion(`${major}.${minor}.${patch + 1}`)
}

/** The highest number in which two cores differ; without a version before, what stands out from 0.0.0. */
export function levelBetween(before: Version | undefined, after: Version): Level {
  const { major, minor, patch } = before ?? { major: 0, minor: 0, patch: 0 }
  if (after.major !== major) return 'major'
  if (after.minor !== minor) return 'minor'
  return before === undefined || after.patch !== patch ? 'patch' : 'none'
}

/** The higher one of two; the first when they are equal. */
export function higherVersion(a: Version, b: Version): Version {
  return compareVersions(b, a) > 0 ? b : a
}

/** The number of `X.Y.Z-id.N`, when the version is one of this core and identifier. */
function numberIn(version: Version, core: Version, id: string): number | undefined {
  const number = version.prerelease.at(-1)
  if (typeof number !== 'number' || !isSameCore(version, core)) return undefined
  return version.prerelease.slice(0, -1).join('.') === id ? number : undefined
}

/** Whether a version is `X.Y.Z-id.N` for this core and identifier and any N. */
export function isPrereleaseOf(version: Version, core: Version, id: string): boolean {
  return numberIn(version, core, id) !== undefined
}

/**
 * The pre-release `X.Y.Z-id.N`, where N is one more than the highest among the existing versions with this core and
 * identifier, or 1.
 *
 * @returns undefined when N would leave the range that is safe to count in
 */
export function nextPrerelease(core: Version, id: string, existing: Iterable<Version>): Version | undefined {
  let highest = 0
  for (const version of existing) highest = Math.max(highest, numberIn(version, core, id) ?? 0)
  return parseVersion(`${coreOf(core).version}-${id}.${highest + 1}`)
}
