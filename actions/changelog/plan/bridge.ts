import { pullRequestOf } from '../../../shared/commits/references.ts'
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
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]))
  const mainline: RangeCommit[] = []
  for (let at = commits[0]; at !== undefined; at = bySha.get(at.parents[0] ?? '')) mainline.push(at)
  const seen = new Set(mainline.map(({ sha }) => sha))
  const found = new Map<string, number>()
  // The oldest merge that reaches a commit is the one that brought it in.
  for (const merge of mainline.reverse()) {
    const number = merge.parents.length > 1 ? numberOf(merge) : undefined
    const open = merge.parents.slice(1)
    for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
      const commit = seen.has(sha) ? undefined : bySha.get(sha)
      if (commit === undefined) continue
      seen.add(sha)
      if (number !== undefined && numberOf(commit) === undefined) found.set(sha, number)
      open.push(...commit.parents)
    }
  }
  return found
}
