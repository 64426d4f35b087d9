import { compareVersions, isSameCore, isStable } from '../../../shared/version/version.ts'
import type { RangeCommit } from './model.ts'
import { downwards, type KnownTag } from './range.ts'

/** One version of a history: its commits, newest first; without a tag what no version has yet. */
export interface Section {
  tag: KnownTag | undefined
  /** The version below it. */
  previous: KnownTag | undefined
  commits: readonly RangeCommit[]
}

/**
 * All versions of a history, each commit in the lowest version that contains it. Pre-releases are part of the stable
 * version that they led to; without one they stand for themselves.
 *
 * @param commits newest first, everything up to the newest one
 * @param tags version tags, in any order; those on other commits are passed over
 * @returns newest first
 */
export function sectionsOf(commits: readonly RangeCommit[], tags: readonly KnownTag[]): Section[] {
  const index = new Map(commits.map(({ sha }, at) => [sha, at]))
  const versions = released(tags.filter(({ commit }) => index.has(commit)))
  const owner = new Int32Array(commits.length).fill(-1)
  for (const [number, { commit }] of versions.entries()) {
    const open = [index.get(commit) as number]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (owner[at] !== -1) continue
      owner[at] = number
      for (const parent of (commits[at] as RangeCommit).parents) {
        const next = index.get(parent)
        if (next !== undefined && owner[next] === -1) open.push(next)
      }
    }
  }
  const parts: RangeCommit[][] = versions.map(() => [])
  const unreleased: RangeCommit[] = []
  commits.forEach((commit, at) => {
    const part = parts[owner[at] as number]
    if (part === undefined) unreleased.push(commit)
    else part.push(commit)
  })
  const sections = versions.map(
    (tag, number): Section => ({ tag, previous: versions[number - 1], commits: parts[number] ?? [] }),
  )
  return [{ tag: undefined, previous: versions.at(-1), commits: unreleased }, ...sections.reverse()]
}

/** The tags that have a section, from the lowest version up; of several for one version the first by name. */
function released(tags: readonly KnownTag[]): KnownTag[] {
  const upwards = [...tags].sort((a, b) => -downwards(a, b))
  const found: KnownTag[] = []
  for (const [at, tag] of upwards.entries()) {
    const next = upwards[at + 1]
    // Of equal versions (build metadata) the last one here is the shortest name.
    if (next !== undefined && compareVersions(next.version, tag.version) === 0) continue
    if (!isStable(tag.version) && isFolded(tag, upwards, at)) continue
    found.push(tag)
  }
  return found
}

/** Whether the stable version of a pre-release is there; it ranks behind all of its pre-releases. */
function isFolded({ version }: KnownTag, upwards: readonly KnownTag[], from: number): boolean {
  for (let at = from + 1; at < upwards.length; at++) {
    const other = (upwards[at] as KnownTag).version
    if (!isSameCore(other, version)) return false
    if (isStable(other)) return true
  }
  return false
}
