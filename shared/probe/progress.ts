import type { Check, Try } from './check.ts'
import type { FailureClass } from './failure.ts'
import type { SampleStats } from './latency.ts'
import { isSpread } from './usable.ts'
import { sameVersion } from './versions.ts'

/** Good answers in a row that are usually enough. */
const USUAL = 2
/**
 * Good answers in a row, on fresh connections, after which fewer than one in ten can be otherwise, with 95 % confidence:
 * ln(0.05) / ln(0.9) is 28.4. A load balancer that spreads at random shows two new replicas in a row soon enough while
 * most are old.
 */
const CONFIDENT = 30
/** When no more fit into the timeout and none was bad, so many will do. */
const LEAST_CONFIDENT = 10
/** Answers whose versions are remembered, for the shares in a message. */
const REMEMBERED = 40

/** What is known of a check while the engine works on it. */
export interface Progress {
  check: Check
  /** By when it must have become healthy. */
  deadline: number
  attempts: number
  /** Good tries in a row, when they began, and the most there ever were. */
  streak: number
  streakSince: number
  longestStreak: number
  /** Good tries in all. */
  goods: number
  /** A bad answer has come after a good one: there may be several that answer. */
  alternated: boolean
  /** It has had enough good tries in a row at least once. */
  wasHealthy: boolean
  /** The time ran out while all was good, with fewer good answers than wanted. */
  isAccepted: boolean
  last?: Try
  lastBad?: Try
  /** Of good tries, the time when the last one ended. */
  lastGoodAt: number
  firstTryAt?: number
  /** No try before: a server said so (Retry-After). */
  notBefore: number
  /** It has been asked once more though it did not want to be asked before the end. */
  hadLastChance: boolean
  /** Answers of a rate limiter (429). */
  refusals: number
  /** What the last forty answers reported, where versions matter. */
  versions: string[]
  /** Why its version does not fit the others, as long as it does not. */
  odd?: string
  pause: number
  /** It stayed healthy for `hold`. */
  isHeld: boolean
  /** Healthy and held, as far as is known. */
  isDone: boolean
  /** The verdict, once there is one that no further try can change. */
  failed?: { failure: FailureClass; reason: string }
  endedAt?: number
  samples?: SampleStats
  /** Under way, or done. */
  sampling?: Promise<void>
}

export function startOf(check: Check, deadline: number): Progress {
  return {
    check,
    deadline,
    attempts: 0,
    streak: 0,
    streakSince: 0,
    longestStreak: 0,
    goods: 0,
    alternated: false,
    wasHealthy: false,
    isAccepted: false,
    lastGoodAt: 0,
    notBefore: 0,
    hadLastChance: false,
    refusals: 0,
    versions: [],
    pause: 0,
    isHeld: false,
    isDone: false,
  }
}

/** How many good answers in a row it takes. */
export function neededInARow({ check, alternated, last }: Progress): number {
  const { settings, target } = check
  if (settings['success-threshold'] !== undefined) return settings['success-threshold']
  const asksVersion =
    settings['expect-version'] !== undefined || (settings['same-version'] && last?.version !== undefined)
  return alternated || (asksVersion && isSpread(target) && !settings.invert) ? CONFIDENT : USUAL
}

/** Enough good answers in a row, over a long enough time. */
export function isHealthy(progress: Progress): boolean {
  const { check, streak, streakSince, lastGoodAt, isAccepted } = progress
  if (isAccepted) return true
  const span = lastGoodAt - streakSince
  return streak >= neededInARow(progress) && span >= check.settings['stable-for']
}

/**
 * Whether a check whose time is over may pass with the good answers that it has: nobody said how many there have to be,
 * none of them was followed by a bad one, and there are enough for an interval that leaves no room for more.
 *
 * @param room ms that it had
 */
export function willDo(progress: Progress, room: number): boolean {
  const { check, streak, alternated, streakSince, lastGoodAt } = progress
  const { settings } = check
  if (settings['success-threshold'] !== undefined || alternated) return false
  const halfOfAll = settings.interval === undefined ? LEAST_CONFIDENT : room / settings.interval / 2
  const isSteady = lastGoodAt - streakSince >= settings['stable-for']
  return isSteady && streak >= Math.max(USUAL, Math.min(LEAST_CONFIDENT, halfOfAll))
}

/** Takes a good answer into account; one of another version begins the row again where all must be the same. */
export function noteGood(progress: Progress, outcome: Try, now: number): void {
  const before = progress.last
  remember(progress, outcome)
  if (progress.streak > 0 && isOtherVersion(progress.check, before, outcome)) {
    progress.alternated = true
    progress.streak = 0
  }
  if (progress.streak === 0) progress.streakSince = now
  progress.streak += 1
  progress.longestStreak = Math.max(progress.longestStreak, progress.streak)
  progress.goods += 1
  progress.lastGoodAt = now
  progress.last = outcome
}

/** Takes a bad answer into account. A rate limiter says nothing about the service: who is healthy stays so. */
export function noteBad(progress: Progress, outcome: Try): void {
  remember(progress, outcome)
  if (outcome.isRefusal === true) {
    progress.refusals += 1
    if (isHealthy(progress)) return
  } else if (progress.streak > 0) progress.alternated = true
  progress.streak = 0
  progress.isAccepted = false
  progress.last = outcome
  progress.lastBad = outcome
  delete progress.odd
}

function isOtherVersion({ settings }: Check, before: Try | undefined, now: Try): boolean {
  if (!settings['same-version'] || before?.version === undefined || now.version === undefined) return false
  return !sameVersion(before.version, now.version)
}

function remember({ check, versions }: Progress, { version }: Try): void {
  if (version === undefined) return
  if (check.settings['expect-version'] === undefined && !check.settings['same-version']) return
  versions.push(version)
  if (versions.length > REMEMBERED) versions.shift()
}

/** Checks without a final failure. */
export function ready(all: readonly Progress[]): Progress[] {
  return all.filter(({ failed }) => failed === undefined)
}
