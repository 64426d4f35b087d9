import type { Check, FailureClass, Try } from './check.ts'
import { type Clock, systemClock } from './clock.ts'
import type { SampleStats } from './latency.ts'
import { limiter } from './limiter.ts'
import { samplesOf } from './parse.ts'
import { takeSamples } from './sampling.ts'
import { nextPause } from './schedule.ts'
import type { Attempt } from './schemes.ts'

/** Tries of different targets run side by side, but not all of a thousand at once. */
const MOST_TRIES_AT_ONCE = 50
/** A target that was good longer ago than this is asked once more before all are called healthy. */
const STALE_MS = 1_000
/** Between tries of a target that is being held. */
const HOLD_INTERVAL_MS = 250

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

export interface EngineOptions {
  /** ms for everything. */
  timeout: number
  signal: AbortSignal
  /** PEM certificates by `ca-file`. */
  ca: ReadonlyMap<string, readonly string[]>
  tryOnce: (check: Check, attempt: Attempt) => Promise<Try>
  clock?: Clock
  /** Called when a check's situation changes: its first try, another failure, healthy. */
  onNews?: (check: Check, news: string) => void
}

/** What is known of a check while the engine works on it. */
interface Progress {
  check: Check
  deadline: number
  attempts: number
  /** Good tries in a row. */
  streak: number
  /** Good tries in all. */
  goods: number
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

/**
 * Waits until all checks are healthy at the same time, holds them, takes samples, and reports every one. It comes to
 * an end by `timeout`, whatever the targets do: every try gets what is left of it at the most.
 */
export async function runChecks(checks: readonly Check[], options: EngineOptions): Promise<CheckReport[]> {
  const { clock = systemClock, signal } = options
  const started = clock.now()
  const deadline = started + options.timeout
  const all: Progress[] = checks.map((check) => ({
    check,
    deadline: Math.min(deadline, started + check.settings.timeout),
    attempts: 0,
    streak: 0,
    goods: 0,
    lastGoodAt: 0,
    pause: 0,
  }))
  const engine = {
    ...options,
    clock,
    all,
    deadline,
    limit: limiter(MOST_TRIES_AT_ONCE),
  }
  await settle(engine)
  await Promise.all(ready(all).map((progress) => hold(engine, progress)))
  // One target after the other: samples of one must not slow down those of another.
  const sampled = decided(all) ? [] : ready(all)
  for (const progress of sampled) await sample(engine, progress)
  return all.map((progress) => report(progress, started, clock.now(), signal))
}

interface Engine extends EngineOptions {
  clock: Clock
  all: readonly Progress[]
  deadline: number
  limit: ReturnType<typeof limiter>
}

/** Waits until every check is healthy, none of these answers is stale, and versions that must agree do. */
async function settle(engine: Engine): Promise<void> {
  const { all, clock, signal } = engine
  for (;;) {
    await Promise.all(ready(all).map((progress) => waitFor(engine, progress)))
    if (signal.aborted || decided(all)) return
    const stale = ready(all).filter(({ lastGoodAt }) => clock.now() - lastGoodAt > STALE_MS)
    await Promise.all(stale.map((progress) => probe(engine, progress)))
    if (ready(all).some(({ check, streak }) => streak < check.settings['success-threshold'])) continue
    const odd = oddVersions(all)
    for (const progress of ready(all)) delete progress.odd
    if (odd.length === 0) return
    for (const { progress, reason } of odd) {
      engine.onNews?.(progress.check, reason)
      progress.odd = reason
      progress.streak = 0
    }
    const left = Math.min(...odd.map(({ progress }) => progress.deadline)) - clock.now()
    const pause = Math.max(...odd.map(({ progress }) => pauseAfter(engine, progress)))
    await clock.sleep(Math.max(0, Math.min(pause, left)), signal)
  }
}

/** Tries until there are enough good answers in a row, or no time is left, or waiting cannot help. */
async function waitFor(engine: Engine, progress: Progress): Promise<void> {
  const { clock, signal, all } = engine
  const { check } = progress
  const delay = check.settings['initial-delay']
  if (progress.attempts === 0 && delay > 0) await clock.sleep(delay, signal)
  while (progress.streak < check.settings['success-threshold']) {
    if (signal.aborted) return
    if (clock.now() >= progress.deadline) {
      outOfTime(engine, progress)
      return
    }
    const outcome = await engine.limit(() => probe(engine, progress))
    if (outcome.good || signal.aborted) continue
    if (outcome.permanent || decided(all)) {
      fail(engine, progress, outcome.failure ?? 'protocol', outcome.reason)
      return
    }
    const pause = pauseAfter(engine, progress)
    await clock.sleep(Math.max(0, Math.min(pause, progress.deadline - clock.now())), signal)
  }
}

/** The timeout has come: the most telling reason there is. */
function outOfTime(engine: Engine, progress: Progress): void {
  const { odd, lastBad, goods, attempts, check } = progress
  if (odd !== undefined) {
    fail(engine, progress, 'version', odd)
  } else if (lastBad === undefined) {
    fail(engine, progress, 'timeout', 'no try fitted into the timeout')
  } else if (goods > 0) {
    const flapping = `${goods} of ${attempts} tries were good, but not ${check.settings['success-threshold']} in a row`
    fail(engine, progress, lastBad.failure ?? 'protocol', `${flapping}; the last failure: ${lastBad.reason}`)
  } else {
    fail(engine, progress, lastBad.failure ?? 'protocol', lastBad.reason)
  }
}

/** One try; a bad one starts the count of good ones again. */
async function probe(engine: Engine, progress: Progress): Promise<Try> {
  const { clock, signal, ca, onNews } = engine
  const { check } = progress
  progress.firstTryAt ??= clock.now()
  const left = progress.deadline - clock.now()
  const timeout = Math.max(1, Math.min(check.settings['attempt-timeout'], left))
  const outcome = await engine.tryOnce(check, {
    timeout,
    signal,
    ca: ca.get(check.settings['ca-file'] ?? '') ?? [],
  })
  if (signal.aborted && !outcome.good) return outcome
  progress.attempts += 1
  // A try that only the end of the step cut short says less than the one before it.
  const cutShort = outcome.failure === 'timeout' && timeout < check.settings['attempt-timeout']
  const before = progress.last
  if (!(cutShort && before !== undefined)) progress.last = outcome
  if (outcome.good) {
    progress.streak += 1
    progress.goods += 1
    progress.lastGoodAt = clock.now()
    if (progress.streak === check.settings['success-threshold'])
      onNews?.(check, `healthy: ${annotated(progress)}`)
  } else {
    progress.streak = 0
    progress.lastBad = progress.last ?? outcome
    if (before?.reason !== outcome.reason) onNews?.(check, annotated(progress))
  }
  return outcome
}

/** After healthy, one bad answer within `hold` fails. */
async function hold(engine: Engine, progress: Progress): Promise<void> {
  const { clock, signal } = engine
  const { hold: length, interval = HOLD_INTERVAL_MS } = progress.check.settings
  const end = clock.now() + length
  while (length > 0 && clock.now() < end) {
    await clock.sleep(Math.min(interval, Math.max(0, end - clock.now())), signal)
    if (signal.aborted) return
    if (clock.now() >= progress.deadline) {
      fail(
        engine,
        progress,
        'timeout',
        `it was healthy, but the hold of ${length} ms did not fit into the timeout`,
      )
      return
    }
    const outcome = await engine.limit(() => probe(engine, progress))
    if (!outcome.good && !signal.aborted) {
      fail(
        engine,
        progress,
        outcome.failure ?? 'protocol',
        `it was healthy and did not stay so: ${outcome.reason}`,
      )
      return
    }
  }
}

async function sample(engine: Engine, progress: Progress): Promise<void> {
  const { check } = progress
  const count = samplesOf(check.settings)
  const isHttp = check.target.scheme === 'http' || check.target.scheme === 'https'
  if (count === 0 || !isHttp || engine.signal.aborted) return
  const outcome = await takeSamples(check, count, { ...engine, deadline: progress.deadline })
  progress.samples = outcome.stats
  if (outcome.problem !== undefined && !engine.signal.aborted)
    fail(engine, progress, outcome.failure ?? 'latency', outcome.problem)
}

/** The checks that take part in the comparison and report another version than most of the others. */
function oddVersions(all: readonly Progress[]): { progress: Progress; reason: string }[] {
  const group = ready(all).filter(
    ({ check, last }) => check.settings['same-version'] && last?.version !== undefined,
  )
  const names = new Map<string, string[]>()
  for (const { check, last } of group) {
    const version = last?.version ?? ''
    names.set(version, [...(names.get(version) ?? []), check.name])
  }
  if (names.size < 2) return []
  const most = Math.max(...[...names.values()].map(({ length }) => length))
  const common = [...names].filter(([, checks]) => checks.length === most).map(([version]) => version)
  const said = [...names].map(
    ([version, checks]) => `${version} (${checks.slice(0, 3).join(', ')}${checks.length > 3 ? ' …' : ''})`,
  )
  return group
    .filter(({ last }) => common.length > 1 || last?.version !== common[0])
    .map((progress) => ({
      progress,
      reason: `reports version ${progress.last?.version}, but versions must be the same: ${said.join(', ')}`,
    }))
}

function fail(engine: Engine, progress: Progress, failure: FailureClass, reason: string): void {
  progress.failed = { failure, reason }
  progress.endedAt = engine.clock.now()
}

/** Checks without a final failure. */
function ready(all: readonly Progress[]): Progress[] {
  return all.filter(({ failed }) => failed === undefined)
}

/** A required check has failed for good: nobody has to wait any longer. */
function decided(all: readonly Progress[]): boolean {
  return all.some(({ failed, check }) => failed !== undefined && check.required)
}

function pauseAfter({ clock }: Engine, progress: Progress): number {
  const waited = clock.now() - (progress.firstTryAt ?? clock.now())
  progress.pause = nextPause(progress.check.settings.interval, waited, progress.pause)
  return progress.pause
}

/** The reason with what helps to find it in a server's log: status, attempt, duration. */
function annotated({ last, attempts }: Progress, reason = last?.reason ?? ''): string {
  if (last === undefined) return reason
  const status = last.status === undefined || reason.startsWith('HTTP ') ? [] : [`HTTP ${last.status}`]
  return `${reason} (${[...status, `attempt ${attempts}`, `${Math.round(last.timings.total)} ms`].join(', ')})`
}

function report(progress: Progress, started: number, now: number, signal: AbortSignal): CheckReport {
  const { check, attempts, last, samples, failed, streak } = progress
  const whole = failed === undefined && streak >= check.settings['success-threshold']
  const cancelled = !whole && failed === undefined && signal.aborted
  const failure = failed?.failure ?? (cancelled ? 'cancelled' : last?.failure)
  const reason =
    failed?.reason ??
    (cancelled ? `stopped while waiting: ${last?.reason ?? 'not tried yet'}` : (last?.reason ?? ''))
  return {
    check,
    passed: whole,
    ...(whole || failure === undefined ? {} : { failure }),
    reason: annotated(progress, reason),
    attempts,
    ...(last === undefined ? {} : { last }),
    ...(last?.version === undefined ? {} : { version: last.version }),
    degraded: whole ? (last?.degraded ?? []) : [],
    ...(samples === undefined ? {} : { samples }),
    durationMs: Math.round((progress.endedAt ?? now) - started),
  }
}
