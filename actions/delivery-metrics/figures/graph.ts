import type { Commit } from '../model.ts'

export interface Ancestry {
  /** Commits that are reached and not in `shipped`, in no order; parents that were not read end a path. */
  fresh: Commit[]
  /** Every path ended at a root or in `shipped`: nothing is missing. */
  complete: boolean
}

/**
 * The commits reachable from one that nothing before it has shipped, over the whole graph: never stopped at a date or at a
 * base commit, because a branch may be older than the base; pure.
 */
export function freshCommits(
  from: string,
  commits: ReadonlyMap<string, Commit>,
  shipped: ReadonlySet<string>,
): Ancestry {
  const fresh: Commit[] = []
  const seen = new Set<string>()
  const open = [from]
  let complete = true
  for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
    if (seen.has(sha) || shipped.has(sha)) continue
    seen.add(sha)
    const commit = commits.get(sha)
    if (commit === undefined) {
      complete = false
      continue
    }
    fresh.push(commit)
    open.push(...commit.parents)
  }
  return { fresh, complete }
}

/** Whether one commit is an ancestor of another, as far as the graph was read. */
export function isAncestor(older: string, newer: string, commits: ReadonlyMap<string, Commit>): boolean {
  const seen = new Set<string>()
  const open = [newer]
  for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
    if (sha === older) return true
    if (seen.has(sha)) continue
    seen.add(sha)
    open.push(...(commits.get(sha)?.parents ?? []))
  }
  return false
}
