import type { Node } from '../../../shared/commits/graph.ts'
import { pullRequestOf } from '../../../shared/commits/references.ts'
import { broughtInBy } from './merges.ts'
import type { RangeCommit } from './model.ts'

/** The number of the pull request that a message itself tells. */
export function numberOf({ message }: Pick<RangeCommit, 'message'>): number | undefined {
  return pullRequestOf(message.subject)
}

/**
 * Which pull request brought in the commits that do not say it themselves, as far as the merge commits of the range
 * tell: GitHub need not be asked about these. Linear in the number of commits.
 *
 * @param commits newest first; the first one is where the range ends
 * @returns SHA → number
 */
export function broughtByMerges(commits: readonly RangeCommit[]): Map<string, number> {
  const numbers = new Map<string, number>()
  if (!commits.some(({ parents }) => parents.length > 1)) return numbers
  for (const commit of commits) {
    const number = numberOf(commit)
    if (number !== undefined) numbers.set(commit.sha, number)
  }
  const isMerge = ({ sha, parents }: Node): boolean => (parents?.length ?? 0) > 1 && numbers.has(sha)
  const found = new Map<string, number>()
  for (const [sha, merge] of broughtInBy(commits, isMerge)) {
    const number = numbers.has(sha) ? undefined : numbers.get(merge)
    if (number !== undefined) found.set(sha, number)
  }
  return found
}
