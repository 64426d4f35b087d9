import type { Attempt } from '../model.ts'

/**
 * One attempt for each deployment, in order of time; pure. What one run files for one commit in one environment is one
 * deployment (matrix jobs, retries of a status, `deploy` beside blue-green-switch's own), unless another commit came to
 * that environment between: then the same run has brought an older commit back.
 *
 * @returns the attempts, and how many were twins of another
 */
export function foldAttempts(attempts: readonly Attempt[]): { attempts: Attempt[]; duplicates: number } {
  const unique = [...new Map(attempts.map((attempt) => [attempt.id, attempt])).values()]
  const ordered = unique.sort(byTime)
  const kept: Attempt[] = []
  /** Environment → what came last to it. */
  const last = new Map<string, number>()
  let duplicates = 0
  for (const attempt of ordered) {
    const place = attempt.environment.toLowerCase()
    const index = last.get(place)
    const before = index === undefined ? undefined : kept[index]
    if (index !== undefined && before !== undefined && areTwins(before, attempt)) {
      kept[index] = joined(before, attempt)
      duplicates += 1
    } else {
      last.set(place, kept.push(attempt) - 1)
    }
  }
  return { attempts: kept.sort(byTime), duplicates }
}

function areTwins(a: Attempt, b: Attempt): boolean {
  return a.sha === b.sha && a.run !== undefined && a.run === b.run
}

/**
 * blue-green-switch knows best what became of it. What began after the other had ended is a re-run, and the last word; of
 * jobs side by side, one that failed or is not done speaks for all.
 */
function joined(a: Attempt, b: Attempt): Attempt {
  if ((a.record === undefined) !== (b.record === undefined)) return a.record === undefined ? b : a
  if (b.createdAt >= a.at) return b
  const rank = { failure: 0, pending: 1, cancelled: 2, success: 3, unknown: 4 } as const
  const [worse, other] = rank[b.outcome] < rank[a.outcome] ? [b, a] : [a, b]
  // Both succeeded: it is in production from the first on.
  return worse.outcome === other.outcome && other.at < worse.at ? other : worse
}

/** By when the outcome was reached; then an order that does not depend on how they were listed. */
export function byTime(a: Attempt, b: Attempt): number {
  return a.at - b.at || a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
