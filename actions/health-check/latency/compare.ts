import { nearestRank } from '../../../shared/probe/latency.ts'
import type { Comparison, Sampled } from '../model.ts'

const { floor, imul } = Math

/** Fewer samples on either side tell noise from change too seldom: with 20 it errs in one of four runs. */
export const LEAST_SAMPLES = 50
const FOLDS = 2_000
const SEED = 0x6e_65_78_75
/** A smaller difference is the scheduler of the machine. */
const LEAST_MS = 2

/**
 * Compares the medians of two samples. Their noise is the half width of the interval in which 95 % of the ratios lie that
 * a bootstrap finds. p95 is told beside: its own noise is so large that a gate on it misses four of five slowdowns by half.
 *
 * @param most the highest share by which the median may grow
 */
export function compareSamples(now: Sampled, before: Sampled, most: number): Comparison {
  const [median, was] = [medianOf(now.values), medianOf(before.values)]
  const change = median / was - 1
  const { low, noise } = bootstrap(now.values, before.values)
  const isSlower = change > most && change > noise && low > 1 && median - was >= LEAST_MS
  return {
    median,
    was,
    p95: p95Of(now.values),
    p95Was: p95Of(before.values),
    change,
    noise,
    isRegression: isSlower,
  }
}

function medianOf(sorted: readonly number[]): number {
  return nearestRank(sorted, 0.5) ?? 0
}

function p95Of(sorted: readonly number[]): number {
  return nearestRank(sorted, 0.95) ?? 0
}

/** The lower end of the interval, and half its width. The seed is fixed: the same samples have the same verdict. */
function bootstrap(now: readonly number[], before: readonly number[]): { low: number; noise: number } {
  const random = generator(SEED)
  const counts = new Uint16Array(Math.max(now.length, before.length))
  const ratios = Array.from(
    { length: FOLDS },
    () => drawMedian(now, random, counts) / drawMedian(before, random, counts),
  )
  ratios.sort((a, b) => a - b)
  const low = nearestRank(ratios, 0.025) ?? 1
  const high = nearestRank(ratios, 0.975) ?? 1
  return { low, noise: (high - low) / 2 }
}

/** The median of as many values as there are, drawn with replacement; counted by rank rather than sorted. */
function drawMedian(sorted: readonly number[], random: () => number, counts: Uint16Array): number {
  const { length } = sorted
  counts.fill(0)
  for (let drawn = 0; drawn < length; drawn += 1) {
    const rank = floor(random() * length)
    counts[rank] = (counts[rank] ?? 0) + 1
  }
  let left = Math.ceil(length / 2)
  let rank = 0
  for (; rank < length - 1; rank += 1) {
    left -= counts[rank] ?? 0
    if (left <= 0) break
  }
  return sorted[rank] ?? 0
}

/** mulberry32: numbers from 0 to 1 that are the same for the same seed. @see https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
