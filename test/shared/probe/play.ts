import type { Check, Try } from '../../../shared/probe/check.ts'
import { runChecks } from '../../../shared/probe/engine.ts'
import type { CheckReport } from '../../../shared/probe/report.ts'
import type { Settings } from '../../../shared/probe/settings.ts'
import type { EngineOptions } from '../../../shared/probe/waiting.ts'
import { bad, checkOf, FakeClock } from './fixtures.ts'

/** What a target does in its n-th try (from 1), and how long that takes. */
export type Script = (attempt: number, at: number) => Try & { takes?: number }

export interface Told {
  reports: CheckReport[]
  /** When each try of each check began, in ms from the start. */
  tries: Map<string, number[]>
  /** What each try was given. */
  timeouts: Map<string, number[]>
  news: string[]
  /** ms from start to end. */
  took: number
  /** Most tries in flight at once: in all, and of one target. */
  most: number
  mostOfOne: number
}

export interface Stage {
  timeout?: number
  /** ms after which the step is cancelled. */
  cancelAfter?: number
}

export const always =
  (outcome: Try & { takes?: number }): Script =>
  () =>
    outcome

/** One after the other; the last for ever. */
export const inTurn =
  (...outcomes: (Try & { takes?: number })[]): Script =>
  (attempt) =>
    outcomes[Math.min(attempt, outcomes.length) - 1] ?? bad()

export const silent: Try & { takes: number } = { ...bad(), takes: Number.POSITIVE_INFINITY }

export async function play(
  cast: readonly (readonly [Check, Script])[],
  { timeout = 60_000, cancelAfter }: Stage = {},
): Promise<Told> {
  const clock = new FakeClock()
  const started = clock.now()
  const cancel = new AbortController()
  if (cancelAfter !== undefined) void clock.sleep(cancelAfter).then(() => cancel.abort())
  const told: Told = {
    reports: [],
    tries: new Map(),
    timeouts: new Map(),
    news: [],
    took: 0,
    most: 0,
    mostOfOne: 0,
  }
  const flying = new Map<string, number>()
  const tryOnce: EngineOptions['tryOnce'] = async (check, attempt) => {
    const { name } = check
    const script = cast.find(([one]) => one.name === name)?.[1]
    const begun = told.tries.get(name) ?? []
    told.tries.set(name, [...begun, clock.now() - started])
    told.timeouts.set(name, [...(told.timeouts.get(name) ?? []), attempt.timeout])
    flying.set(name, (flying.get(name) ?? 0) + 1)
    told.most = Math.max(
      told.most,
      [...flying.values()].reduce((sum, count) => sum + count, 0),
    )
    // Samples are meant to overlap.
    if (attempt.connections === undefined) told.mostOfOne = Math.max(told.mostOfOne, flying.get(name) ?? 0)
    const { takes = 0, ...outcome }: Try & { takes?: number } =
      script?.(begun.length + 1, clock.now() - started) ?? bad()
    await clock.sleep(Math.min(takes, attempt.timeout), attempt.signal)
    flying.set(name, (flying.get(name) ?? 1) - 1)
    if (attempt.signal.aborted) return bad({ failure: 'cancelled', reason: 'cancelled' })
    if (takes <= attempt.timeout) return outcome
    return bad({
      failure: 'timeout',
      reason: `no answer within ${attempt.timeout} ms`,
      timings: { total: attempt.timeout },
    })
  }
  told.reports = await clock.run(
    runChecks(
      cast.map(([check]) => check),
      {
        timeout,
        signal: cancel.signal,
        ca: new Map(),
        tryOnce,
        clock,
        onNews: (check, news) => told.news.push(`${check.name}: ${news}`),
      },
    ),
  )
  told.took = clock.now() - started
  return told
}

export const check = (name: string, settings: Partial<Settings> = {}, more: Partial<Check> = {}): Check =>
  checkOf(settings, { name, ...more })

/** `passed`, or class and reason. */
export const verdicts = ({ reports }: Told): string[] =>
  reports.map(({ passed, failure, reason }) => (passed ? 'passed' : `${failure}: ${reason}`))
