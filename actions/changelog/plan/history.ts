import { Places } from '../../../shared/commits/places.ts'
import { compareVersions, isSameCore, isStable } from '../../../shared/version/version.ts'
import type { RangeCommit } from '../model.ts'
import { downwards, type KnownTag } from '../range/versions.ts'

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
 * @param commits newest first
 * @param tags version tags, in any order; those on other commits are passed over
 * @returns newest first; the first one is what no version has
 */
export function sectionsOf(commits: readonly RangeCommit[], tags: readonly KnownTag[]): Section[] {
  const places = new Places(commits)
  const versions = released(tags.filter(({ commit }) => places.of(commit) !== undefined))
  const owner = new Int32Array(commits.length).fill(-1)
  // Of several versions on one commit the highest has its changes: between them is nothing.
  const highest = new Map(versions.map(({ commit }, number) => [commit, number]))
  for (const [number, { commit }] of versions.entries()) {
    if (highest.get(commit) !== number) continue
    const open = [places.of(commit) as number]
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (owner[at] !== -1) continue
      owner[at] = number
      for (const parent of commits[at]?.parents ?? []) {
        const next = places.ofParent(parent, at)
        if (next !== undefined && owner[next] === -1) open.push(next)
      }
    }
  }
  const parts: RangeCommit[][] = versions.map(() => [])
  const unreleased: RangeCommit[] = []
  for (const [at, commit] of commits.entries()) {
    const part = parts[owner[at] ?? -1]
    if (part === undefined) unreleased.push(commit)
    else part.push(commit)
  }
  const sections = versions.map(
    (tag, number): Section => ({
      tag,
      previous: below(versions, number),
      commits: parts[number] ?? [],
    }),
  )
  return [{ tag: undefined, previous: versions.at(-1), commits: unreleased }, ...sections.reverse()]
}

/** The next lower version on another commit. */
function below(versions: readonly KnownTag[], number: number): KnownTag | undefined {
  let at = number - 1
  while (versions[at]?.commit === versions[number]?.commit && at >= 0) at--
  return versions[at]
}

/** The tags that have a section, from the lowest version up; of several for one version the first by name. */
function released(tags: readonly KnownTag[]): KnownTag[] {
  const found: KnownTag[] = []
  let above: KnownTag | undefined
  let stable: KnownTag | undefined
  for (const tag of [...tags].sort(downwards)) {
    const isTwin = above !== undefined && compareVersions(above.version, tag.version) === 0
    above = tag
    if (isStable(tag.version)) stable = tag
    // A stable version ranks right above its pre-releases.
    else if (stable !== undefined && isSameCore(stable.version, tag.version)) continue
    if (!isTwin) found.push(tag)
  }
  return found.reverse()
}
