import type { Clock } from '../action/clock.ts'
import { formatDuration } from '../text/duration.ts'
import type { Check, Try } from './check.ts'
import type { FailureClass } from './failure.ts'
import type { Limiter } from './limiter.ts'
import type { Attempt } from './probe.ts'
import { isHealthy, neededInARow, noteBad, noteGood, type Progress, ready, willDo } from './progress.ts'
import { annotated, limited, remarks, whyOutOfTime } from './reasons.ts'
import { isSlowed, pauseAfterBad, pauseAfterGood, watchPause } from './schedule.ts'

/** More good answers than this are not waited for once another check has decided. */
const FEW = 3

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

export interface Engine extends EngineOptions {
  clock: Clock
  all: readonly Progress[]
  started: number
  deadline: number
  /** Aborted when a required check has failed in a way that no time can heal: nobody has to wait any longer. */
  over: AbortController
  /** Ends every pause: the step was cancelled, or it is over. */
  resting: AbortSignal
  /** Aborted when every check is healthy or has failed. */
  settled: AbortController
  /** Ends the pauses of those that are healthy and wait for the others. */
  calm: AbortSignal
  limit: Limiter
}

/** Tries until there are enough good answers in a row, or no time is left, or waiting cannot help. */
export async function becomeHealthy(engine: Engine, progress: Progress): Promise<boolean> {
  const { clock, signal, over, onNews } = engine
  const { check, deadline } = progress
  const delay = check.settings['initial-delay']
  if (progress.attempts === 0 && delay > 0) {
    await rest(engine, delay, deadline)
    if (over.signal.aborted) return false
  }
  // Timers may fire a little early, and nothing answers within a millisecond.
  const isLate = (): boolean => signal.aborted || deadline - clock.now() < 1
  while (!isHealthy(progress)) {
    if (signal.aborted) return false
    if (isLate()) {
      if (!willDo(progress, deadline - engine.started)) {
        end(engine, progress, whyOutOfTime(progress))
        return false
      }
      progress.isAccepted = true
      break
    }
    // It may have had to queue for its turn.
    const tried = await engine.limit(async () => (isLate() ? undefined : probe(engine, progress, deadline)))
    if (tried === undefined || signal.aborted) continue
    const { outcome } = tried
    if (outcome.permanent) {
      endAll(engine, progress, { failure: outcome.failure ?? 'protocol', reason: outcome.reason })
      return false
    }
    if (isHealthy(progress)) break
    if (over.signal.aborted && (!outcome.good || neededInARow(progress) > FEW)) return false
    const pause = outcome.good ? pauseInRow(progress) : pauseBeforeNext(engine, progress)
    await rest(engine, pause, deadline)
    if (over.signal.aborted && !outcome.good) return false
  }
  progress.wasHealthy = true
  // It has kept to its own time; when it goes down while others are waited for, it has theirs to come back.
  progress.deadline = engine.deadline
  onNews?.(check, `healthy: ${annotated(progress, (progress.last?.reason ?? '') + remarks(progress))}`)
  return true
}

/** One try, and what it means for the row of good ones. */
export async function probe(
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
  const before = progress.last
  if (outcome.good) {
    noteGood(progress, outcome, clock.now())
    return { outcome, cutShort }
  }
  // A try that only the end of the time cut short says less than the one before it, and undoes nothing.
  if (cutShort && before !== undefined) return { outcome, cutShort }
  noteBad(progress, outcome)
  progress.notBefore = outcome.retryAfter === undefined ? 0 : clock.now() + outcome.retryAfter
  const wasSlowed = isSlowed(progress.refusals - (outcome.isRefusal === true ? 1 : 0))
  if (!wasSlowed && isSlowed(progress.refusals))
    onNews?.(check, `${annotated(progress)}; ${limited(check.settings, progress.refusals)}`)
  else if (before?.reason !== outcome.reason) onNews?.(check, annotated(progress))
  return { outcome, cutShort }
}

/**
 * After healthy, one bad answer within `hold` fails. An old version is a rollout that goes on, and a rate limiter says
 * nothing about the service: both are waited for.
 *
 * @returns whether it was held; without that, and without a failure, it has to become healthy again
 */
export async function hold(engine: Engine, progress: Progress): Promise<boolean> {
  const { clock, resting, deadline } = engine
  const { settings } = progress.check
  const end = clock.now() + settings.hold
  if (settings.hold === 0 || progress.isHeld) return true
  const noRoom = {
    failure: 'timeout',
    reason: `it was healthy, but the hold of ${formatDuration(settings.hold)} did not fit into the timeout`,
  } as const
  let isGood = true
  while (clock.now() < end || !isGood) {
    const pause = Math.max(
      isGood ? Math.min(watchPause(settings, progress.refusals), end - clock.now()) : 0,
      isGood ? 0 : watchPause(settings, progress.refusals),
      progress.notBefore - clock.now(),
    )
    await rest(engine, pause, deadline)
    if (resting.aborted) return true
    if (clock.now() >= deadline) {
      endAll(engine, progress, noRoom)
      return false
    }
    const { outcome, cutShort } = await engine.limit(() => probe(engine, progress, deadline))
    isGood = outcome.good
    if (isGood || outcome.isRefusal === true || resting.aborted) continue
    if (outcome.failure === 'version' && !outcome.permanent) return false
    const failure = outcome.failure ?? 'protocol'
    const reason = `it was healthy and did not stay so: ${outcome.reason}`
    endAll(engine, progress, cutShort ? noRoom : { failure, reason })
    return false
  }
  progress.isHeld = true
  return true
}

/** Asks a check once more whose answer has grown old. @returns whether it is still healthy, as far as there was time to see */
export async function isStillHealthy(engine: Engine, progress: Progress): Promise<boolean> {
  const { clock, deadline, signal } = engine
  const { alternated } = progress
  const tried = await engine.limit(async () =>
    clock.now() >= deadline ? undefined : probe(engine, progress, deadline),
  )
  if (tried === undefined || tried.cutShort || signal.aborted || isHealthy(progress)) return true
  // It was healthy for so long: it has to become so again as it did the first time.
  progress.alternated = alternated
  return false
}

/** A verdict on one check; the others go on. */
export function end(
  engine: Engine,
  progress: Progress,
  why: { failure: FailureClass; reason: string },
): void {
  progress.failed = why
  progress.endedAt = engine.clock.now()
  noteSettled(engine)
}

/** A verdict that no time can heal: with a required check it is the verdict on the step. */
export function endAll(
  engine: Engine,
  progress: Progress,
  why: { failure: FailureClass; reason: string },
): void {
  end(engine, progress, why)
  if (progress.check.required) engine.over.abort()
}

export function noteSettled({ all, settled }: Engine): void {
  if (ready(all).every(({ isDone }) => isDone)) settled.abort()
}

/** A pause that ends when there is nothing to wait for any more. */
export async function rest({ clock, resting }: Engine, ms: number, deadline: number): Promise<void> {
  const pause = Math.min(ms, deadline - clock.now())
  if (pause > 0) await clock.sleep(pause, resting)
}

/**
 * ms that a check needs at the end of its time to be asked again, and to get its row together once more when it only
 * flapped: what it waits for before that must not take it.
 */
export function reserveOf({ started, deadline }: Engine, progress: Progress): number {
  const { last, check, refusals } = progress
  const answer = last?.timings.total ?? 0
  const stable = check.settings['stable-for']
  const row = (neededInARow(progress) + 1) * (answer + pauseAfterGood(check.settings, refusals))
  const window = stable > 0 ? stable + watchPause(check.settings, refusals) : 0
  const needed = row + window + 500
  return Math.min(needed, (deadline - started) / 2)
}

/** ms until the next try of a check that is not healthy. */
export function pauseBeforeNext(engine: Engine, progress: Progress): number {
  const { clock } = engine
  const { check, refusals } = progress
  const waited = clock.now() - (progress.firstTryAt ?? clock.now())
  progress.pause = pauseAfterBad({ settings: check.settings, waited, previous: progress.pause, refusals })
  return Math.max(progress.pause, allowedAt(engine, progress) - clock.now())
}

/** What a server asks for (Retry-After) may be longer than there is time: then it is asked once more before the end. */
function allowedAt(engine: Engine, progress: Progress): number {
  const { notBefore, deadline } = progress
  if (notBefore < deadline) return notBefore
  if (progress.hadLastChance) return deadline
  progress.hadLastChance = true
  return deadline - reserveOf(engine, progress)
}

/** ms between good answers in a row. */
function pauseInRow(progress: Progress): number {
  const { check, refusals, streak } = progress
  const waitsForWindow = streak >= neededInARow(progress)
  return waitsForWindow ? watchPause(check.settings, refusals) : pauseAfterGood(check.settings, refusals)
}
