import type { BuildRow, Period, Run } from '../model.ts'
import { percentile } from './percentile.ts'

/** The runs of a period: one build each, whose outcome is that of its last attempt; pure. */
export function runsIn(runs: readonly Run[], { since, until }: Period): Run[] {
  const unique = new Map(runs.map((run) => [run.id, run]))
  return [...unique.values()].filter(({ createdAt }) => createdAt >= since && createdAt < until)
}

/** The share of successes among runs that succeeded or failed, and on how many of them; skipped ones are neither. */
export function successRate(runs: readonly Run[]): { value: number | undefined; samples: number } {
  const successes = runs.filter(({ outcome }) => outcome === 'success').length
  const failures = runs.filter(({ outcome }) => outcome === 'failure').length
  const samples = successes + failures
  return { value: samples === 0 ? undefined : successes / samples, samples }
}

/** How long builds took that came to an end by themselves, in ms. */
export function durations(runs: readonly Run[]): number[] {
  return runs.flatMap(({ outcome, buildMs }) =>
    buildMs !== undefined && (outcome === 'success' || outcome === 'failure') ? [buildMs] : [],
  )
}

/** One row for each workflow, by name. */
export function buildRows(runs: readonly Run[]): BuildRow[] {
  const names = [...new Set(runs.map(({ workflow }) => workflow))].sort()
  return names.map((workflow) => {
    const own = runs.filter((run) => run.workflow === workflow)
    const of = (outcome: Run['outcome']): number => own.filter((run) => run.outcome === outcome).length
    const times = durations(own)
    return {
      workflow,
      runs: own.length,
      successes: of('success'),
      failures: of('failure'),
      flaky: own.filter(({ outcome, failedBefore }) => outcome === 'success' && failedBefore === true).length,
      p50: percentile(times, 50),
      p95: times.length < 20 ? undefined : percentile(times, 95),
    }
  })
}
