import type { Settings } from './settings.ts'

/** For the first seconds people watch, and most services come up: look often. */
const EAGER_FOR_MS = 10_000
const EAGER_MS = 75
const FIRST_STEP_MS = 250
const LONGEST_MS = 2_000
const GROWTH = 1.25
/** An endpoint that limits is asked half as often after every third refusal, down to this. */
const REFUSALS_PER_STEP = 3
const SLOWEST_MS = 30_000
/** While an endpoint that is good has to stay so (`hold`, `stable-for`). */
const WATCH_MS = 250

/** What a pause depends on. */
export interface Pace {
  settings: Pick<Settings, 'interval'>
  /** ms since the first try */
  waited: number
  /** the pause before this try, in ms */
  previous: number
  /** How many answers were refusals of a rate limiter (429). */
  refusals: number
}

/**
 * The pause after a bad answer, in ms; pure. An interval that was given is kept as it is. Otherwise 75 ms for the first
 * 10 s of a check's waiting, then 250 ms, growing by a quarter with every try to 2 s. An endpoint that limits gets
 * twice the pause after three refusals, four times after six.
 */
export function pauseAfterBad({ settings: { interval }, waited, previous, refusals }: Pace): number {
  const eager = waited < EAGER_FOR_MS ? EAGER_MS : FIRST_STEP_MS
  const grown = waited < EAGER_FOR_MS ? 0 : Math.min(LONGEST_MS, previous * GROWTH)
  return slowed(interval ?? Math.max(eager, grown), refusals)
}

/** The pause after a good answer, in ms; pure. None, unless an interval was given or the endpoint limits. */
export function pauseAfterGood(settings: Pick<Settings, 'interval'>, refusals: number): number {
  if (settings.interval !== undefined) return slowed(settings.interval, refusals)
  return isSlowed(refusals) ? slowed(EAGER_MS, refusals) : 0
}

/** The pause between tries of a target that is being watched, in ms; pure. */
export function watchPause(settings: Pick<Settings, 'interval'>, refusals: number): number {
  return Math.max(settings.interval ?? WATCH_MS, pauseAfterGood(settings, refusals))
}

/** Whether the pace has been halved. */
export function isSlowed(refusals: number): boolean {
  return refusals >= REFUSALS_PER_STEP
}

function slowed(pause: number, refusals: number): number {
  if (!isSlowed(refusals)) return pause
  return Math.max(pause, Math.min(SLOWEST_MS, pause * 2 ** Math.floor(refusals / REFUSALS_PER_STEP)))
}
