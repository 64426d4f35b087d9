import type { Clock } from '../action/clock.ts'
import { formatDuration } from '../text/duration.ts'
import { formatShare } from '../text/units.ts'
import type { Check, Try } from './check.ts'
import type { FailureClass } from './failure.ts'
import { type SampleStats, sampleStats } from './latency.ts'
import type { Attempt } from './probe.ts'

export interface SamplingOptions {
  deadline: number
  signal: AbortSignal
  ca: ReadonlyMap<string, readonly string[]>
  tryOnce: (check: Check, attempt: Attempt) => Promise<Try>
  clock: Clock
}

export interface Sampling {
  stats: SampleStats
  /** Which threshold was not met, in words. */
  problem?: string
  failure?: FailureClass
}

/**
 * Timed requests on kept connections, `concurrency` of them in flight. The first, which opens a connection, stands
 * apart. Every answer is judged like any other; a failed one ranks as the slowest.
 */
export async function takeSamples(check: Check, count: number, options: SamplingOptions): Promise<Sampling> {
  const { clock, signal, deadline, ca } = options
  const { keepAlive } = await import('../http/keep-alive.ts')
  const connections = keepAlive()
  const good: number[] = []
  let failed = 0
  let why: string | undefined
  const one = (): Promise<Try> => {
    const timeout = Math.max(1, Math.min(check.settings['attempt-timeout'], deadline - clock.now()))
    return options.tryOnce(check, {
      timeout,
      signal,
      ca: ca.get(check.settings['ca-file'] ?? '') ?? [],
      connections,
    })
  }
  const outOfTime = (): boolean => signal.aborted || clock.now() >= deadline
  try {
    const first = await one()
    let started = 0
    const worker = async (): Promise<void> => {
      while (started < count && !outOfTime()) {
        started += 1
        const { good: isGood, timings, reason } = await one()
        if (isGood) good.push(timings.total)
        else {
          failed += 1
          why ??= reason
        }
      }
    }
    await Promise.all(Array.from({ length: Math.min(check.settings.concurrency, count) }, worker))
    const stats: SampleStats = {
      ...sampleStats(good, failed),
      ...(first.good ? { first: first.timings.total } : {}),
      ...(why === undefined ? {} : { failure: why }),
    }
    if (stats.count < count) {
      return {
        stats,
        failure: 'timeout',
        problem: `only ${stats.count} of ${count} samples fitted into the timeout`,
      }
    }
    return { stats, ...missedThreshold(check, stats) }
  } finally {
    connections.close()
  }
}

/** The first threshold that the samples do not meet; pure. */
export function missedThreshold(
  { settings }: Check,
  stats: SampleStats,
): { problem?: string; failure?: FailureClass } {
  const cause = stats.failure === undefined ? '' : `: ${stats.failure}`
  const failures = `${stats.failed} of ${stats.count} samples failed${cause}`
  const rate = settings['max-error-rate']
  if (rate !== undefined && stats.errorRate > rate) {
    return { failure: 'latency', problem: `${failures}; ${formatShare(rate)} are allowed (max-error-rate)` }
  }
  for (const name of ['p95', 'p99'] as const) {
    const limit = settings[`max-${name}`]
    if (limit === undefined) continue
    const value = stats[name]
    if (value === undefined) return { failure: 'latency', problem: `there is no ${name}: ${failures}` }
    if (value > limit) {
      return {
        failure: 'latency',
        problem: `${name} is ${value} ms, more than ${formatDuration(limit)} (max-${name}, ${stats.count} samples)`,
      }
    }
  }
  // Without a threshold samples only inform, but a target of which no sample is good is not healthy.
  if (stats.failed === stats.count) return { failure: 'latency', problem: failures }
  return {}
}
