import type { Check, Try } from './check.ts'
import type { FailureClass } from './failure.ts'
import type { SampleStats } from './latency.ts'
import { isHealthy, type Progress } from './progress.ts'
import { annotated, limited, remarks, type Why } from './reasons.ts'
import { isSampled } from './samples.ts'
import { isSlowed } from './schedule.ts'

/** How one check ended. */
export interface CheckReport {
  check: Check
  passed: boolean
  failure?: FailureClass
  /** In words, with status, attempt and duration: `checks.redis is "unhealthy: timeout" (HTTP 503, attempt 14, 172 ms)`. */
  reason: string
  attempts: number
  /** The last try; absent when there was none. */
  last?: Try
  version?: string
  degraded: readonly string[]
  samples?: SampleStats
  /** ms from the start to this check's verdict. */
  durationMs: number
}

/** @param stopped the step was cancelled */
export function report(progress: Progress, started: number, now: number, stopped: boolean): CheckReport {
  const { check, attempts, last, samples, failed, odd, refusals } = progress
  const { settings } = check
  const healthy = failed === undefined && odd === undefined && isHealthy(progress)
  // What a hold or samples would have shown is not known.
  const passed = healthy && !(stopped && (settings.hold > 0 || isSampled(check)))
  const { failure, reason }: Partial<Why> & { reason: string } =
    failed ?? (passed ? { reason: (last?.reason ?? '') + remarks(progress) } : unfinished(progress, stopped))
  const slowed = !passed && isSlowed(refusals) ? `; ${limited(settings, refusals)}` : ''
  return {
    check,
    passed,
    ...(failure === undefined ? {} : { failure }),
    reason: annotated(progress, reason + slowed),
    attempts,
    ...(last === undefined ? {} : { last }),
    ...(last?.version === undefined ? {} : { version: last.version }),
    degraded: passed ? (last?.degraded ?? []) : [],
    ...(samples === undefined ? {} : { samples }),
    durationMs: Math.round((progress.endedAt ?? now) - started),
  }
}

/** Why there is no verdict: the step was cancelled, or another check decided it. */
function unfinished({ last, odd }: Progress, stopped: boolean): Why {
  const seen = odd ?? last?.reason
  if (stopped) {
    return { failure: 'cancelled', reason: `stopped while waiting: ${seen ?? 'not tried yet'}` }
  }
  if (seen === undefined) return { failure: 'cancelled', reason: 'not tried: another check failed first' }
  return { failure: odd === undefined ? (last?.failure ?? 'cancelled') : 'version', reason: seen }
}
