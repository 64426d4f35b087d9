import { type Clock, systemClock } from '../action/clock.ts'
import { formatDuration } from '../text/duration.ts'
import type { Check, FailureClass, Try } from './check.ts'
import type { SampleStats } from './latency.ts'
import { limiter } from './limiter.ts'
import { isSampled, samplesOf } from './parse.ts'
import {
  annotated,
  decided,
  oddVersions,
  type Progress,
  ready,
  report,
  startOf,
  whyOutOfTime,
} from './progress.ts'
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

/**
 * Waits until all checks are healthy at the same time, holds them, takes samples, and reports every one. It comes to
 * an end by `timeout`, whatever the targets do: every try gets what is left of it at the most. The `timeout` of a
 * check is the time in which it must become healthy; hold and samples only have to fit into that of the step.
 */
export async function runChecks(checks: readonly Check[], options: EngineOptions): Promise<CheckReport[]> {
  const { clock = systemClock, signal } = options
  const started = clock.now()
  const deadline = started + options.timeout
  const all = checks.map((check) => startOf(check, Math.min(deadline, started + check.settings.timeout)))
  const over = new AbortController()
  const engine: Engine = {
    ...options,
    clock,
    all,
    deadline,
    over,
    resting: AbortSignal.any([signal, over.signal]),
    limit: limiter(MOST_TRIES_AT_ONCE),
  }
  await settle(engine)
  if (!decided(all)) {
    await Promise.all(ready(all).map((progress) => hold(engine, progress)))
    for (const { progress, reason } of oddVersions(all)) fail(engine, progress, 'version', reason)
  }
  // One target after the other: samples of one must not slow down those of another.
  const sampled = decided(all) ? [] : ready(all)
  for (const progress of sampled) await sample(engine, progress)
  return all.map((progress) => report(progress, started, clock.now(), signal.aborted))
}

interface Engine extends EngineOptions {
  clock: Clock
  all: readonly Progress[]
  deadline: number
  /** Aborted when a required check has failed for good. */
  over: AbortController
  /** Ends every pause: the step was cancelled, or it is over. */
  resting: AbortSignal
  limit: ReturnType<typeof limiter>
}

/** Waits until every check is healthy, none of these answers is stale, and versions that must agree do. */
async function settle(engine: Engine): Promise<void> {
  const { all, clock, signal } = engine
  for (;;) {
    await Promise.all(ready(all).map((progress) => waitFor(engine, progress)))
    if (signal.aborted || decided(all)) return
    const stale = ready(all).filter(({ lastGoodAt }) => clock.now() - lastGoodAt > STALE_MS)
    await Promise.all(stale.map((progress) => engine.limit(() => probe(engine, progress, engine.deadline))))
    if (ready(all).some(({ check, streak }) => streak < check.settings['success-threshold'])) continue
    const odd = oddVersions(all)
    for (const progress of ready(all)) delete progress.odd
    if (odd.length === 0) return
    for (const { progress, reason } of odd) {
      engine.onNews?.(progress.check, reason)
      progress.odd = reason
      progress.streak = 0
    }
    const pause = Math.max(...odd.map(({ progress }) => pauseAfter(engine, progress)))
    await rest(engine, pause, Math.min(...odd.map(({ progress }) => progress.deadline)))
  }
}

/** Tries until there are enough good answers in a row, or no time is left, or waiting cannot help. */
async function waitFor(engine: Engine, progress: Progress): Promise<void> {
  const { clock, signal, all } = engine
  const { check, deadline } = progress
  const delay = check.settings['initial-delay']
  if (progress.attempts === 0 && delay > 0) {
    await rest(engine, delay, deadline)
    if (decided(all)) return
  }
  const isLate = (): boolean => signal.aborted || clock.now() >= deadline
  while (progress.streak < check.settings['success-threshold']) {
    if (signal.aborted) return
    if (isLate()) {
      const { failure, reason } = whyOutOfTime(progress)
      fail(engine, progress, failure, reason)
      return
    }
    // It may have had to queue for its turn.
    const tried = await engine.limit(async () => (isLate() ? undefined : probe(engine, progress, deadline)))
    if (tried === undefined || tried.outcome.good || signal.aborted) continue
    if (tried.outcome.permanent) {
      fail(engine, progress, tried.outcome.failure ?? 'protocol', tried.outcome.reason)
      return
    }
    if (!decided(all)) await rest(engine, pauseAfter(engine, progress), deadline)
    if (decided(all)) return
  }
}

/** One try; a bad one starts the count of good ones again. */
async function probe(
  engine: Engine,
  progress: Progress,
  deadline: number,
): Promise<{ outcome: Try; cutShort: boolean }> {
  const { clock, signal, ca, onNews } = engine
  const { check } = progress
  progress.firstTryAt ??= clock.now()
  const timeout = Math.max(1, Math.min(check.settings['attempt-timeout'], deadline - clock.now()))
  const outcome = await engine.tryOnce(check, {
    timeout,
    signal,
    ca: ca.get(check.settings['ca-file'] ?? '') ?? [],
  })
  const cutShort = outcome.failure === 'timeout' && timeout < check.settings['attempt-timeout']
  if (signal.aborted && !outcome.good) return { outcome, cutShort }
  progress.attempts += 1
  if (outcome.good) {
    progress.streak += 1
    progress.goods += 1
    progress.lastGoodAt = clock.now()
    progress.last = outcome
    if (progress.streak === check.settings['success-threshold']) {
      progress.wasHealthy = true
      onNews?.(check, `healthy: ${annotated(progress)}`)
    }
    return { outcome, cutShort }
  }
  progress.streak = 0
  const before = progress.last
  // A try that only the end of the step cut short says less than the one before it.
  if (cutShort && before !== undefined) return { outcome, cutShort }
  progress.last = outcome
  progress.lastBad = outcome
  delete progress.odd
  if (before?.reason !== outcome.reason) onNews?.(check, annotated(progress))
  return { outcome, cutShort }
}

/** After healthy, one bad answer within `hold` fails. */
async function hold(engine: Engine, progress: Progress): Promise<void> {
  const { clock, resting, deadline } = engine
  const { hold: length, interval = HOLD_INTERVAL_MS } = progress.check.settings
  const end = clock.now() + length
  const noRoom = `it was healthy, but the hold of ${formatDuration(length)} did not fit into the timeout`
  while (length > 0 && clock.now() < end) {
    await rest(engine, Math.min(interval, end - clock.now()), deadline)
    if (resting.aborted) return
    if (clock.now() >= deadline) {
      fail(engine, progress, 'timeout', noRoom)
      return
    }
    const { outcome, cutShort } = await engine.limit(() => probe(engine, progress, deadline))
    if (outcome.good || resting.aborted) continue
    if (cutShort) fail(engine, progress, 'timeout', noRoom)
    else {
      const reason = `it was healthy and did not stay so: ${outcome.reason}`
      fail(engine, progress, outcome.failure ?? 'protocol', reason)
    }
    return
  }
}

async function sample(engine: Engine, progress: Progress): Promise<void> {
  const { check } = progress
  if (!isSampled(check) || engine.signal.aborted) return
  const outcome = await takeSamples(check, samplesOf(check.settings), engine)
  progress.samples = outcome.stats
  if (outcome.problem !== undefined && !engine.signal.aborted)
    fail(engine, progress, outcome.failure ?? 'latency', outcome.problem)
}

function fail(engine: Engine, progress: Progress, failure: FailureClass, reason: string): void {
  progress.failed = { failure, reason }
  progress.endedAt = engine.clock.now()
  if (progress.check.required) engine.over.abort()
}

/** A pause that ends when there is nothing to wait for any more. */
async function rest({ clock, resting }: Engine, ms: number, deadline: number): Promise<void> {
  await clock.sleep(Math.max(0, Math.min(ms, deadline - clock.now())), resting)
}

function pauseAfter({ clock }: Engine, progress: Progress): number {
  const waited = clock.now() - (progress.firstTryAt ?? clock.now())
  progress.pause = nextPause(progress.check.settings.interval, waited, progress.pause)
  return progress.pause
}
