import { cancellations } from '../../../shared/commits/revert.ts'
import type { BranchPull } from '../../../shared/github/pull-requests-write.ts'
import { compareVersions, parseVersion, type Version } from '../../../shared/version/version.ts'
import type { Inputs, Observation } from '../model.ts'
import { versionIn, versionInTitle } from '../pull-request/text.ts'
import { readCommits } from './bump.ts'
import { sceneOf } from './scene.ts'

/** A release pull request that was merged and is not released. */
export interface MergedRequest {
  number: number
  version: Version
  /** The commit of the base that brought it in. */
  commit: string
}

/**
 * The merged release pull requests that no tag stands for yet, the oldest first. The request itself says that it is one:
 * its branch is ours (that is how `pulls` were asked for), and its version stands in the trailer of its body, in its
 * title, or in the message of its commit, whichever way of merging has left one. A trailer in another commit is no sign.
 *
 * @param pulls those of our branch, the newest first
 */
export function mergedRequests(
  inputs: Inputs,
  observation: Observation,
  pulls: readonly BranchPull[],
): MergedRequest[] {
  const { tags, base } = sceneOf(inputs, observation)
  const undone = cancellations(readCommits(observation.commits))
  return pulls
    .flatMap((pull): MergedRequest[] => {
      const version = pull.state === 'MERGED' ? versionOfPull(pull, inputs.tagPrefix) : undefined
      if (version === undefined || pull.merge === undefined) return []
      return [{ number: pull.number, version, commit: pull.merge.oid }]
    })
    .filter(({ version, commit }) => {
      const isHigher = base === undefined || compareVersions(version, base.version) > 0
      const isTaken = tags.some((tag) => compareVersions(tag.version, version) === 0)
      return isHigher && !isTaken && !undone.has(commit)
    })
    .sort((a, b) => compareVersions(a.version, b.version))
}

/** Which version a merged request is of. */
export function versionOfPull({ title, body, merge }: BranchPull, prefix: string): Version | undefined {
  const said = versionIn(body) ?? versionInTitle(title, prefix) ?? versionIn(merge?.message ?? '')
  return parseVersion(said ?? '')
}
