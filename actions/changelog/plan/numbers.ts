import { pullRequestOf } from '../../../shared/commits/references.ts'
import { broughtInBy } from './merges.ts'
import type { RangeCommit } from './model.ts'

/** The number of the pull request that a message itself tells. */
export function numberOf({ message }: Pick<RangeCommit, 'message'>): number | undefined {
  return pullRequestOf(message.subject)
}

/**
 * Which pull request brought in the commits that do not say it themselves, as far as the merge commits of the range
 * tell: GitHub need not be asked about these.
 *
 * @param commits newest first
 * @returns SHA → number
 */
export function broughtByMerges(commits: readonly RangeCommit[]): Map<string, number> {
  const merges = new Map(
    commits.flatMap((commit) => {
      const number = commit.parents.length > 1 ? numberOf(commit) : undefined
      return number === undefined ? [] : [[commit.sha, number]]
    }),
  )
  const found = new Map<string, number>()
  if (merges.size === 0) return found
  const owners = broughtInBy(commits, ({ sha }) => merges.has(sha))
  for (const commit of commits) {
    const number = merges.get(owners.get(commit.sha) ?? '')
    if (number !== undefined && numberOf(commit) === undefined) found.set(commit.sha, number)
  }
  return found
}
