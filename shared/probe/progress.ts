import type { Check, FailureClass, Try } from './check.ts'
import type { CheckReport } from './engine.ts'
import type { SampleStats } from './latency.ts'
import { isSampled } from './parse.ts'

/** What is known of a check while the engine works on it. */
export interface Progress {
  check: Check
  /** By when it must have become healthy. */
  deadline: number
  attempts: number
  /** Good tries in a row. */
  streak: number
  /** Good tries in all. */
  goods: number
  /** It has had enough good tries in a row at least once. */
  wasHealthy: boolean
  last?: Try
  lastBad?: Try
  lastGoodAt: number
  firstTryAt?: number
  /** Why its version does not fit the others, as long as it does not. */
  odd?: string
  pause: number
  /** The verdict, once there is one that no further try can change. */
  failed?: { failure: FailureClass; reason: string }
  endedAt?: number
  samples?: SampleStats
}

export function startOf(check: Check, deadline: number): Progress {
  return {
    check,
    deadline,
    attempts: 0,
    streak: 0,
    goods: 0,
    wasHealthy: false,
    lastGoodAt: 0,
    pause: 0,
  }
}

/** Checks without a final failure. */
export function ready(all: readonly Progress[]): Progress[] {
  return all.filter(({ failed }) => failed === undefined)
}

/** A required check has failed for good: nobody has to wait any longer. */
export function decided(all: readonly Progress[]): boolean {
  return all.some(({ failed, check }) => failed !== undefined && check.required)
}

/** The checks that take part in the comparison and report another version than most of the others. */
export function oddVersions(all: readonly Progress[]): { progress: Progress; reason: string }[] {
  const group = ready(all).filter(
    ({ check, last }) => check.settings['same-version'] && last?.version !== undefined,
  )
  const names = new Map<string, string[]>()
  for (const { check, last } of group) {
    const version = last?.version ?? ''
    const same = names.get(version)
    if (same === undefined) names.set(version, [check.name])
    else same.push(check.name)
  }
  if (names.size < 2) return []
  const most = Math.max(...[...names.values()].map(({ length }) => length))
  const common = [...names].filter(([, checks]) => checks.length === most).map(([version]) => version)
  const said = [...names]
    .slice(0, 10)
    .map(
      ([version, checks]) => `${version} (${checks.slice(0, 3).join(', ')}${checks.length > 3 ? ' …' : ''})`,
    )
  if (names.size > said.length) said.push(`and ${names.size - said.length} more`)
  return group
    .filter(({ last }) => common.length > 1 || last?.version !== common[0])
    .map((progress) => ({
      progress,
      reason: `reports version ${progress.last?.version}, but versions must be the same: ${said.join(', ')}`,
    }))
}

/** The timeout has come: the most telling reason there is. */
export function whyOutOfTime({
  odd,
  lastBad,
  goods,
  attempts,
  wasHealthy,
  check,
}: Progress): NonNullable<Progress['failed']> {
  const threshold = check.settings['success-threshold']
  if (odd !== undefined) return { failure: 'version', reason: odd }
  if (lastBad === undefined) {
    if (goods === 0) return { failure: 'timeout', reason: 'no try fitted into the timeout' }
    const reason = `only ${goods} of ${threshold} good answers in a row fitted into the timeout`
    return { failure: 'timeout', reason }
  }
  const failure = lastBad.failure ?? 'protocol'
  if (wasHealthy) return { failure, reason: `it was healthy and did not stay so: ${lastBad.reason}` }
  if (goods === 0) return { failure, reason: lastBad.reason }
  const flapping = `${goods} of ${attempts} tries were good, but not ${threshold} in a row`
  return { failure, reason: `${flapping}; the last failure: ${lastBad.reason}` }
}

/** The reason with what helps to find it in a server's log: status, attempt, duration. */
export function annotated({ last, attempts }: Progress, reason = last?.reason ?? ''): string {
  if (last === undefined) return reason
  const status =
    last.status === undefined || reason.includes(`HTTP ${last.status}`) ? [] : [`HTTP ${last.status}`]
  return `${reason} (${[...status, `attempt ${attempts}`, `${Math.round(last.timings.total)} ms`].join(', ')})`
}

/** @param stopped the step was cancelled */
export function report(progress: Progress, started: number, now: number, stopped: boolean): CheckReport {
  const { check, attempts, last, samples, failed, streak, odd } = progress
  const { settings } = check
  const healthy = failed === undefined && odd === undefined && streak >= settings['success-threshold']
  // What a hold or samples would have shown is not known.
  const passed = healthy && !(stopped && (settings.hold > 0 || isSampled(check)))
  const { failure, reason } =
    failed ?? (passed ? { reason: last?.reason ?? '' } : unfinished(progress, stopped))
  return {
    check,
    passed,
    ...(failure === undefined ? {} : { failure }),
    reason: annotated(progress, reason),
    attempts,
    ...(last === undefined ? {} : { last }),
    ...(last?.version === undefined ? {} : { version: last.version }),
    degraded: passed ? (last?.degraded ?? []) : [],
    ...(samples === undefined ? {} : { samples }),
    durationMs: Math.round((progress.endedAt ?? now) - started),
  }
}

/** Why there is no verdict: the step was cancelled, or another check decided it. */
function unfinished({ last, odd }: Progress, stopped: boolean): { failure: FailureClass; reason: string } {
  const seen = odd ?? last?.reason
  if (stopped) {
    return { failure: 'cancelled', reason: `stopped while waiting: ${seen ?? 'not tried yet'}` }
  }
  if (seen === undefined) return { failure: 'cancelled', reason: 'not tried: another check failed first' }
  return { failure: odd === undefined ? (last?.failure ?? 'cancelled') : 'version', reason: seen }
}
