import { systemClock } from '../action/clock.ts'
import type { Check } from './check.ts'
import { limiter, unlimited } from './limiter.ts'
import { type Progress, ready, startOf } from './progress.ts'
import { type CheckReport, report } from './report.ts'
import { isSampled, samplesOf } from './samples.ts'
import { takeSamples } from './sampling.ts'
import { watchPause } from './schedule.ts'
import { oddOnes } from './versions.ts'
import {
  becomeHealthy,
  type Engine,
  type EngineOptions,
  end,
  endAll,
  hold,
  isStillHealthy,
  noteSettled,
  pauseBeforeNext,
  reserveOf,
  rest,
} from './waiting.ts'

/** Tries of different targets run side by side, but not all of a thousand begin at once. */
const MOST_TRIES_AT_ONCE = 50
/** A try that takes longer does not keep others from beginning. */
const SLOW_MS = 1_000
/** A target that was good longer ago than this is asked once more before all are called healthy. */
const STALE_MS = 1_000

/**
 * Waits until all checks are healthy at the same time, each held as long as it asks for, takes samples, and reports every
 * one. It comes to an end by `timeout`, whatever the targets do: every try gets what is left of it at the most. The
 * `timeout` of a check is the time in which it must become healthy; hold and samples only have to fit into that of the
 * step.
 *
 * Each check gets the verdict that it would get alone: nobody's deadline, hold or samples take the time of another. Only
 * a required check that can never pass ends the waiting for all.
 */
export async function runChecks(checks: readonly Check[], options: EngineOptions): Promise<CheckReport[]> {
  const { clock = systemClock, signal } = options
  const started = clock.now()
  const deadline = started + options.timeout
  const all = checks.map((check) => startOf(check, Math.min(deadline, started + check.settings.timeout)))
  const over = new AbortController()
  const resting = AbortSignal.any([signal, over.signal])
  const engine: Engine = {
    ...options,
    clock,
    all,
    started,
    deadline,
    over,
    resting,
    settled: new AbortController(),
    calm: resting,
    limit: all.length > MOST_TRIES_AT_ONCE ? limiter(MOST_TRIES_AT_ONCE, SLOW_MS, clock) : unlimited,
  }
  await settle(engine)
  if (!resting.aborted) {
    for (const { one, reason } of oddVersions(all)) end(engine, one.progress, { failure: 'version', reason })
    let before: Promise<unknown> = Promise.resolve()
    for (const progress of ready(all)) {
      progress.sampling ??= sample(engine, progress, before, signal)
      before = Promise.all([before, progress.sampling])
    }
  }
  await Promise.all(all.map(({ sampling }) => sampling))
  return all.map((progress) => report(progress, started, clock.now(), signal.aborted))
}

/** Waits until every check is healthy, none of these answers is stale, and versions that must agree do. */
async function settle(engine: Engine): Promise<void> {
  const { all, resting } = engine
  for (;;) {
    engine.settled = new AbortController()
    engine.calm = AbortSignal.any([resting, engine.settled.signal])
    await Promise.all(ready(all).map((progress) => follow(engine, progress)))
    if (resting.aborted) return
    const turned = await stillToFollow(engine)
    if (resting.aborted) return
    if (turned.length > 0) {
      for (const progress of turned) progress.isDone = false
      continue
    }
    const odd = oddVersions(all)
    for (const progress of ready(all)) delete progress.odd
    if (odd.length === 0) return
    for (const { one, reason } of odd) {
      engine.onNews?.(one.progress.check, reason)
      one.progress.odd = reason
      one.progress.streak = 0
      one.progress.isAccepted = false
      one.progress.isDone = false
    }
    const pauses = odd.map(({ one: { progress } }) => pauseBeforeNext(engine, progress))
    await rest(engine, Math.max(...pauses), Math.max(...odd.map(({ one }) => one.progress.deadline)))
  }
}

/** One check on its own way: healthy, held, and asked again before the end of the time when others take so long. */
async function follow(engine: Engine, progress: Progress): Promise<void> {
  const { clock, resting, deadline } = engine
  for (;;) {
    while (!progress.isDone) {
      if (!(await becomeHealthy(engine, progress))) return
      if (progress.failed !== undefined || resting.aborted) return
      progress.isDone = await hold(engine, progress)
      if (progress.failed !== undefined || resting.aborted) return
    }
    noteSettled(engine)
    const { calm } = engine
    const until = (time: number): Promise<void> => clock.sleep(Math.max(0, time - clock.now()), calm)
    if (progress.sampling === undefined && isSampled(progress.check)) {
      await until(latestSampling(engine, progress))
      if (calm.aborted) return
      // Nobody waits for it here: the others have their own time.
      progress.sampling = sample(engine, progress, Promise.resolve(), resting)
    }
    await until(deadline - reserveOf(engine, progress))
    if (calm.aborted || !isStale(engine, progress) || (await isStillHealthy(engine, progress))) return
    progress.isDone = false
  }
}

/** Asks those again that were good too long ago. @returns those that are healthy no longer */
async function stillToFollow(engine: Engine): Promise<Progress[]> {
  const stale = ready(engine.all).filter((progress) => isStale(engine, progress))
  const healthy = await Promise.all(stale.map((progress) => isStillHealthy(engine, progress)))
  return stale.filter((_, index) => healthy[index] === false)
}

/** Good too long ago, and there is time to ask again. One that was asked for its last look at the end is not asked twice. */
function isStale(engine: Engine, progress: Progress): boolean {
  const { clock, deadline } = engine
  const { lastGoodAt, check, refusals, samples } = progress
  const pace = watchPause(check.settings, refusals)
  if (progress.sampling !== undefined && samples === undefined) return false
  if (clock.now() >= deadline || lastGoodAt >= deadline - reserveOf(engine, progress)) return false
  return clock.now() - lastGoodAt > Math.max(STALE_MS, pace)
}

/** When the samples of a check have to begin, to be done by the end of the time. */
function latestSampling(engine: Engine, progress: Progress): number {
  const { check, last } = progress
  const rounds = samplesOf(check.settings) / check.settings.concurrency + 1
  const estimate = rounds * (last?.timings.total ?? 0) * 2 + 1_000
  return engine.deadline - reserveOf(engine, progress) - estimate
}

/** Takes the samples of a check after those of another, so that they do not slow each other down, if there is time for that. */
async function sample(
  engine: Engine,
  progress: Progress,
  before: Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = engine
  const { check } = progress
  if (!isSampled(check)) return
  const gone = new AbortController()
  const wait = clock.sleep(Math.max(0, latestSampling(engine, progress) - clock.now()), gone.signal)
  await Promise.race([before, wait])
  gone.abort()
  if (signal.aborted) return
  const outcome = await takeSamples(check, samplesOf(check.settings), { ...engine, signal })
  if (signal.aborted) return
  progress.samples = outcome.stats
  progress.lastGoodAt = clock.now()
  if (outcome.problem !== undefined)
    endAll(engine, progress, { failure: outcome.failure ?? 'latency', reason: outcome.problem })
}

/** The checks that take part in the comparison and report another version than most of the others. */
function oddVersions(all: readonly Progress[]): ReturnType<typeof oddOnes<Grouped>> {
  const group = ready(all).flatMap((progress) => {
    const { check, last } = progress
    if (!check.settings['same-version'] || last?.version === undefined) return []
    return [{ name: check.name, version: last.version, progress }]
  })
  return oddOnes(group)
}

interface Grouped {
  name: string
  version: string
  progress: Progress
}
