import { broughtInBy } from '../../../shared/commits/ownership.ts'
import { pullRequestOf } from '../../../shared/commits/references.ts'
import type { RangeCommit } from '../model.ts'

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
  for (const commit of commits) {
    const number = commit.parents.length > 1 ? numberOf(commit) : undefined
    if (number !== undefined) numbers.set(commit.sha, number)
  }
  const found = new Map<string, number>()
  if (numbers.size === 0) return found
  const owners = broughtInBy(commits, ({ sha }) => numbers.has(sha))
  for (const commit of commits) {
    const number = numbers.get(owners.get(commit.sha) ?? '')
    if (number !== undefined && numberOf(commit) === undefined) found.set(commit.sha, number)
  }
  return found
}
