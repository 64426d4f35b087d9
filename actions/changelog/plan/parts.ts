import { readVersionTags } from '../../../shared/version/tags.ts'
import type { Inputs, Observation, RangeCommit, Release } from '../model.ts'
import { tagNameOf } from '../range/versions.ts'
import { type Section, sectionsOf } from './history.ts'

/** One version to write about, before its commits are lines. */
export type Part = Omit<Section, 'tag' | 'previous'> &
  Pick<Release, 'version' | 'tag' | 'to' | 'toSha' | 'from' | 'fromSha'> & { committedAt: number }

/** The versions to write about, the newest first; one, unless it is about the whole history. */
export function partsOf(inputs: Inputs, observation: Observation): Part[] {
  const { commits, to, from, version, tag } = observation
  const own = tag !== undefined && tag.commit === to.sha ? { tag: tag.name } : {}
  const begin = from === undefined ? {} : { from: from.name, fromSha: from.sha }
  const end = endOf(inputs, observation)
  const top = { version, ...own, ...end, committedAt: to.committedAt }
  if (!inputs.history) return [{ ...top, ...begin, commits }]
  const tags = readVersionTags(observation.tags, inputs.tagPrefixes)
  const dates = datesOf(commits, new Set(tags.map(({ commit }) => commit)))
  return sectionsOf(commits, tags).map((section) => {
    const { previous } = section
    const since = previous === undefined ? begin : { from: previous.name, fromSha: previous.commit }
    // What has no tag yet is Unreleased, or the version that is about to be tagged.
    if (section.tag === undefined) {
      return {
        version: own.tag === undefined ? version : undefined,
        ...end,
        ...since,
        commits: section.commits,
        committedAt: to.committedAt,
      }
    }
    const { name, commit, version: number } = section.tag
    return {
      version: number.version,
      tag: name,
      to: name,
      toSha: commit,
      ...since,
      commits: section.commits,
      committedAt: dates.get(commit) ?? section.commits[0]?.committedAt ?? to.committedAt,
    }
  })
}

/** Where the notes end: a version that is about to be tagged by the name that its tag will have. */
function endOf({ tagPrefix }: Inputs, { to, version, tag }: Observation): Pick<Part, 'to' | 'toSha'> {
  const isComing = version !== undefined && tag === undefined
  return { to: isComing ? tagNameOf(version, tagPrefix) : to.name, toSha: to.sha }
}

function datesOf(commits: readonly RangeCommit[], wanted: ReadonlySet<string>): Map<string, number> {
  const dates = new Map<string, number>()
  for (const { sha, committedAt } of commits) if (wanted.has(sha)) dates.set(sha, committedAt)
  return dates
}
