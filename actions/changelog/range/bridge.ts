import { isPullMerge, pullMergesOf } from '../../../shared/commits/ownership.ts'
import { pullRequestOf } from '../../../shared/commits/subject.ts'
import type { RangeCommit } from '../model.ts'

/** The number of the pull request that a message itself tells. */
export function numberOf({ message }: Pick<RangeCommit, 'message'>): number | undefined {
  return pullRequestOf(message.subject)
}

/** What the merges of a range tell about who came with whom. */
export interface Brought {
  /** SHA of a commit that does not say it itself → number of the pull request that brought it in. It comes first. */
  byCommit: Map<string, number>
  /** The same of every commit, also of those that name one themselves. */
  mergedBy: Map<string, number>
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
  const mergedBy = new Map<string, number>()
  const carriers = new Set<string>()
  const owners = pullMergesOf(commits)
  if (owners.size === 0) return { byCommit, mergedBy, carriers }
  const merges = new Map(commits.filter(isPullMerge).map((commit) => [commit.sha, commit]))
  for (const commit of commits) {
    const owner = owners.get(commit.sha)
    const merge = owner === undefined ? undefined : merges.get(owner)
    const number = merge === undefined ? undefined : numberOf(merge)
    if (merge === undefined || number === undefined) continue
    mergedBy.set(commit.sha, number)
    const own = numberOf(commit)
    // `Mend it (#12)` in a pull request of that very title: an issue, which the title names, too.
    if (own === undefined || merge.message.title === commit.message.subject) byCommit.set(commit.sha, number)
    else if (own !== number) carriers.add(merge.sha)
  }
  return { byCommit, mergedBy, carriers }
}
