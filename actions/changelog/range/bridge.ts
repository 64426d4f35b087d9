import { isPullMerge, pullMergesOf } from '../../../shared/commits/ownership.ts'
import { pullRequestOf } from '../../../shared/commits/subject.ts'
import type { RangeCommit } from '../model.ts'

/** The number of the pull request that a message itself tells. */
export function numberOf({ message }: Pick<RangeCommit, 'message'>): number | undefined {
  return pullRequestOf(message.subject)
}

/** What the merges of a range tell about who came with whom. */
export interface Brought {
  /** SHA of a commit that does not say it itself → number of the pull request that brought it in. */
  byCommit: Map<string, number>
  /** Merges that brought in what has a pull request of its own. */
  carriers: ReadonlySet<string>
}

/**
 * Which pull request brought in the commits that do not say it themselves, as far as the merge commits of the range
 * tell: GitHub need not be asked about these. Linear in the number of commits.
 *
 * @param commits the whole range, newest first; the first one is where it ends
 */
export function broughtByMerges(commits: readonly RangeCommit[]): Brought {
  const byCommit = new Map<string, number>()
  const carriers = new Set<string>()
  const owners = pullMergesOf(commits)
  if (owners.size === 0) return { byCommit, carriers }
  const numbers = new Map<string, number>()
  for (const commit of commits) {
    const number = isPullMerge(commit) ? numberOf(commit) : undefined
    if (number !== undefined) numbers.set(commit.sha, number)
  }
  for (const commit of commits) {
    const owner = owners.get(commit.sha)
    const number = owner === undefined ? undefined : numbers.get(owner)
    if (owner === undefined || number === undefined) continue
    const own = numberOf(commit)
    if (own === undefined) byCommit.set(commit.sha, number)
    else if (own !== number) carriers.add(owner)
  }
  return { byCommit, carriers }
}
