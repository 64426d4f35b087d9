import { formatDuration } from '../text/duration.ts'
import type { FailureClass } from './failure.ts'
import { neededInARow, type Progress } from './progress.ts'
import { isSlowed, pauseAfterGood } from './schedule.ts'
import { describeShares } from './versions.ts'

/** Why a check is not healthy, as a class and in words. */
export interface Why {
  failure: FailureClass
  reason: string
}

/** The timeout has come: the most telling reason there is. */
export function whyOutOfTime(progress: Progress): Why {
  const { odd, lastBad, goods, attempts, wasHealthy, streak, longestStreak, check } = progress
  const needed = neededInARow(progress)
  if (odd !== undefined) return { failure: 'version', reason: odd }
  const mixed = describeShares(progress.versions)
  if (lastBad === undefined) {
    if (goods === 0) return { failure: 'timeout', reason: 'no try fitted into the timeout' }
    if (mixed !== undefined)
      return { failure: 'version', reason: `different versions answer in turn: ${mixed}` }
    return { failure: 'timeout', reason: `only ${noRoom(progress)}` }
  }
  const failure = lastBad.failure ?? 'protocol'
  if (wasHealthy) return { failure, reason: `it was healthy and did not stay so: ${lastBad.reason}` }
  if (goods === 0) return { failure, reason: lastBad.reason }
  if (mixed !== undefined) {
    const row = `${mixed}; ${needed} good ones in a row are needed`
    return failure === 'version'
      ? { failure, reason: `${lastBad.reason}; ${row}` }
      : { failure, reason: `${row}; the last failure: ${lastBad.reason}` }
  }
  // It did well in the end, and there was no time to be sure.
  if (streak > 0 && streak === longestStreak && streak * 2 > needed) {
    const reason = `${noRoom(progress)}; the last failure before them: ${lastBad.reason}`
    return { failure: 'timeout', reason: `only ${reason}` }
  }
  const row = longestStreak < 2 ? 2 : needed
  const flapping = `${goods} of ${attempts} tries were good, but not ${row} in a row`
  // nginx's limit_req answers so, if nobody says limit_req_status; an overloaded upstream is 502 or 504 there.
  const isLimiter = /Service Temporarily Unavailable/.test(lastBad.reason) && lastBad.status === 503
  const hint =
    isLimiter && check.settings.interval === undefined ? '; a rate limiter answers so: give an interval' : ''
  return { failure, reason: `${flapping}; the last failure: ${lastBad.reason}${hint}` }
}

function noRoom(progress: Progress): string {
  const { streak, goods, check } = progress
  const stable = check.settings['stable-for']
  const needed = neededInARow(progress)
  if (streak >= needed && stable > 0)
    return `the last ${formatDuration(progress.lastGoodAt - progress.streakSince)} of the ${formatDuration(stable)} (stable-for) were good and fitted into the timeout`
  const given = check.settings['success-threshold'] !== undefined
  const remedy = given || needed < 3 ? '' : ': raise the timeout, or give success-threshold'
  return `${streak || goods} of ${needed} good answers in a row fitted into the timeout${remedy}`
}

/** What is to be said of a check that passed: fewer answers than wanted, an endpoint that limits. */
export function remarks(progress: Progress): string {
  const { isAccepted, streak, check, refusals } = progress
  const few = isAccepted
    ? `; ${streak} good answers in a row, ${neededInARow(progress)} did not fit into the timeout`
    : ''
  return few + (isSlowed(refusals) ? `; ${limited(check.settings, refusals)}` : '')
}

/** `the endpoint limits (429): it is asked every 300 ms at most` */
export function limited(settings: Progress['check']['settings'], refusals: number): string {
  const pace = formatDuration(pauseAfterGood(settings, refusals))
  return `the endpoint limits requests (${refusals} × 429): it is asked every ${pace} at most`
}

/** The reason with what helps to find it in a server's log: status, attempt, duration. */
export function annotated({ last, attempts }: Progress, reason = last?.reason ?? ''): string {
  if (last === undefined) return reason
  const status =
    last.status === undefined || reason.includes(`HTTP ${last.status}`) ? [] : [`HTTP ${last.status}`]
  return `${reason} (${[...status, `attempt ${attempts}`, `${Math.round(last.timings.total)} ms`].join(', ')})`
}
