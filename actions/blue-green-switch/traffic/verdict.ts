import { nearestRank } from '../../../shared/probe/latency.ts'
import { formatDuration } from '../../../shared/text/duration.ts'
import { plural } from '../../../shared/text/list.ts'
import { formatShare } from '../../../shared/text/units.ts'

/** One of our own requests through the front door. */
export interface Sample {
  /** ms on the clock of the run, when it was sent. */
  at: number
  /** ms until the last byte, or until it failed. */
  ms: number
  /** The color that answered; undefined when that cannot be told, which is always an error. */
  side: string | undefined
  /** `error`: a second one to the same side failed as well; `blip`: it did not. */
  outcome: 'good' | 'error' | 'blip'
  /** What was wrong, in words. */
  reason?: string
  /** HTTP; undefined when nobody answered. */
  status?: number | undefined
  /** The check of `verify` that was asked. */
  check?: string | undefined
  url?: string | undefined
}

/** What a step of the plan has to show. */
export interface Limits {
  minSamples: number
  /** 0 to 1 */
  maxErrorRate: number
  /** ms */
  maxP95: number | undefined
  /** The new side's p95 by the old side's, in the same window. */
  maxP95Ratio: number | undefined
  /** 0 to 1: the new side's error rate less the old side's, in the same window. */
  maxErrorDifference: number | undefined
}

export interface SideStats {
  samples: number
  errors: number
  blips: number
  /** 0 to 1 */
  errorRate: number
  /** ms, nearest rank; an error ranks as the slowest. Undefined when one stands there, or without samples. */
  p50: number | undefined
  p95: number | undefined
}

export interface Verdict {
  verdict: 'pass' | 'fail' | 'inconclusive'
  reason: string
}

/** A service of which every tenth answer fails and the next succeeds is not healthy; below three it is chance. */
const FLAPPING = { least: 3, share: 0.1 }

/** The samples of one side; pure. What no side can be told of counts as one of `newSide`: on any doubt against it. */
export function samplesOf(samples: readonly Sample[], side: string, newSide: string): Sample[] {
  return samples.filter((sample) => (sample.side ?? newSide) === side)
}

/** Figures over the samples of one side; pure. */
export function statsOf(samples: readonly Sample[]): SideStats {
  const good = samples.filter(({ outcome }) => outcome === 'good').map(({ ms }) => ms)
  const errors = samples.filter(({ outcome }) => outcome === 'error').length
  const ranked = [...good.toSorted((a, b) => a - b), ...Array<number>(errors).fill(Number.POSITIVE_INFINITY)]
  const rank = (share: number): number | undefined => {
    const value = nearestRank(ranked, share)
    return value === undefined || value === Number.POSITIVE_INFINITY ? undefined : Math.round(value * 10) / 10
  }
  return {
    samples: ranked.length,
    errors,
    blips: samples.filter(({ outcome }) => outcome === 'blip').length,
    errorRate: ranked.length === 0 ? 0 : errors / ranked.length,
    p50: rank(0.5),
    p95: rank(0.95),
  }
}

/**
 * Whether the new side has failed already; pure. What is certain is not waited for: once there are more errors, or more
 * slow answers, than `min-samples` good ones would make up for, nothing that comes can help.
 *
 * @param samples of the new side in this step
 */
export function failureOf(samples: readonly Sample[], limits: Limits): string | undefined {
  const { minSamples, maxErrorRate, maxP95 } = limits
  // Asked after every answer, of which a long watch has many: counted, and nothing sorted.
  const count = (test: (sample: Sample) => boolean): number =>
    samples.reduce((sum, one) => sum + Number(test(one)), 0)
  const errors = count(({ outcome }) => outcome === 'error')
  const blips = count(({ outcome }) => outcome === 'blip')
  const seen = samples.length - blips
  const least = Math.max(minSamples, seen, 1)
  const first = (wanted: Sample['outcome']): string =>
    samples.find(({ outcome }) => outcome === wanted)?.reason ?? ''
  if (errors > 0 && errors > maxErrorRate * least) {
    return `${errors} of ${plural(seen, 'answer')} failed, allowed are ${formatShare(maxErrorRate)}: ${first('error')}`
  }
  if (blips >= FLAPPING.least && blips > FLAPPING.share * least) {
    return `it is flapping: ${blips} answers failed and the one right after did not: ${first('blip')}`
  }
  if (maxP95 !== undefined) {
    const slow = count(({ outcome, ms }) => outcome === 'good' && ms > maxP95)
    // Nearest rank: as many may be slower as stand above the rank.
    if (slow + errors > least - Math.ceil(0.95 * least)) {
      const { p95 } = statsOf(samples)
      const now = p95 === undefined ? '' : `, p95 is ${formatDuration(p95)}`
      const failed = errors === 0 ? '' : ` and ${errors} failed`
      return `${slow} of ${plural(seen, 'answer')} took longer than ${formatDuration(maxP95)} (max-p95)${failed}${now}`
    }
  }
  return undefined
}

/** What is wrong with the new side in comparison with the old one, in the same window; pure. */
export function compareSides(
  fresh: readonly Sample[],
  old: readonly Sample[],
  { minSamples, maxP95Ratio, maxErrorDifference }: Limits,
): string | undefined {
  const [ours, theirs] = [statsOf(fresh), statsOf(old)]
  // Fewer answers than a verdict needs are nothing to compare with.
  if (ours.samples < minSamples || theirs.samples < minSamples) return undefined
  const difference = ours.errorRate - theirs.errorRate
  if (maxErrorDifference !== undefined && difference > maxErrorDifference) {
    return `${formatShare(ours.errorRate)} of its answers failed, and ${formatShare(theirs.errorRate)} of the old side: the difference may be ${formatShare(maxErrorDifference)} (max-error-difference)`
  }
  if (maxP95Ratio === undefined || theirs.p95 === undefined || theirs.p95 === 0) return undefined
  const ratio = (ours.p95 ?? Number.POSITIVE_INFINITY) / theirs.p95
  if (ratio <= maxP95Ratio) return undefined
  const own = ours.p95 === undefined ? 'an error' : formatDuration(ours.p95)
  return `its p95 is ${own}, and ${formatDuration(theirs.p95)} on the old side: at most ${maxP95Ratio} times as much is allowed (max-p95-ratio)`
}

/**
 * The verdict on a step, or undefined while it is still open; pure.
 *
 * @param samples of the new side in this step
 * @param elapsed ms since the step was proved
 * @param length ms that it is to be watched; four times as long when `min-samples` are still missing
 */
export function verdictOf(
  samples: readonly Sample[],
  limits: Limits,
  elapsed: number,
  length: number,
): Verdict | undefined {
  const failure = failureOf(samples, limits)
  if (failure !== undefined) return { verdict: 'fail', reason: failure }
  if (elapsed < length) return undefined
  const stats = statsOf(samples)
  if (stats.samples >= limits.minSamples) {
    const p95 = stats.p95 === undefined ? '' : `, p95 ${formatDuration(stats.p95)}`
    const blips = stats.blips === 0 ? '' : `, ${plural(stats.blips, 'unconfirmed error')}`
    return {
      verdict: 'pass',
      reason: `${plural(stats.samples, 'answer')}, ${formatShare(stats.errorRate)} failed${p95}${blips}`,
    }
  }
  if (elapsed < longest(length)) return undefined
  return {
    verdict: 'inconclusive',
    reason: `only ${plural(stats.samples, 'answer')} within ${formatDuration(longest(length))}, ${limits.minSamples} are needed (min-samples)`,
  }
}

/** The longest that a step may last for want of samples, in ms; pure. */
export function longest(length: number): number {
  return Math.max(4 * length, 4_000)
}

const MOST_PER_SECOND = 50

/**
 * Requests per second that bring `missing` samples of a side that has `share` percent of the traffic within `left` ms, a
 * quarter more than that for chance: at least `rate`, at most 50; pure.
 */
export function neededRate(rate: number, missing: number, share: number, left: number): number {
  if (missing <= 0) return rate
  const needed = (missing * 1.25 * 100) / Math.max(1, share) / Math.max(0.1, left / 1_000)
  return Math.min(MOST_PER_SECOND, Math.max(rate, needed))
}
