/** Latency of good samples in ms, by nearest rank; a failed sample ranks as slower than every good one. */
export interface SampleStats {
  /** Samples taken, failed ones included; the first request, which opens the connection, is not among them. */
  count: number
  failed: number
  /** 0 to 1 */
  errorRate: number
  /** ms; undefined when a failed sample stands at that rank, or when there are too few (20 for p95, 100 for p99). */
  p50?: number
  p95?: number
  p99?: number
  min?: number
  max?: number
  /** ms of the cold first request, when it was good. */
  first?: number
  /** ms of good samples in ascending order, rounded to 0.01; of more than a thousand, as many at equal distances. */
  values: readonly number[]
  /** Good samples per range of ms, for a chart. */
  histogram: readonly { from: number; to: number; count: number }[]
  /** Why the first failed sample failed. */
  failure?: string
}

/** More of them tell nothing more about a median. */
const MAX_VALUES = 1_000

/**
 * The smallest value with at least `share` of all values at or below it.
 *
 * @see https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method
 */
export function nearestRank(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

/** Statistics over the times of good samples (ms) and the number of failed ones; pure. */
export function sampleStats(good: readonly number[], failed: number): SampleStats {
  const sorted = good.toSorted((a, b) => a - b)
  const count = sorted.length + failed
  const ranked = [...sorted, ...Array<number>(failed).fill(Number.POSITIVE_INFINITY)]
  const rank = (share: number, least: number): number | undefined => {
    const value = count < least ? undefined : nearestRank(ranked, share)
    return value === undefined || value === Number.POSITIVE_INFINITY ? undefined : round(value)
  }
  const figures = {
    p50: rank(0.5, 1),
    p95: rank(0.95, 20),
    p99: rank(0.99, 100),
    min: sorted[0],
    max: sorted.at(-1),
  }
  return {
    count,
    failed,
    errorRate: count === 0 ? 0 : failed / count,
    values: thinned(sorted),
    histogram: histogram(sorted),
    ...(Object.fromEntries(
      Object.entries(figures).filter(([, value]) => value !== undefined),
    ) as Partial<SampleStats>),
  }
}

/** Keeps the shape of the distribution: the values at equal distances in rank, the last one included. */
function thinned(sorted: readonly number[]): number[] {
  if (sorted.length <= MAX_VALUES) return sorted.map(round)
  return Array.from({ length: MAX_VALUES }, (_, index) =>
    round(sorted[Math.ceil(((index + 1) / MAX_VALUES) * sorted.length) - 1] ?? 0),
  )
}

/** At most ten ranges of equal, round width from 0 to the 99th of a hundred; the last one holds the rest. */
export function histogram(sorted: readonly number[]): SampleStats['histogram'] {
  const top = nearestRank(sorted, 0.99)
  if (top === undefined) return []
  const width = roundUp(Math.max(top / 8, 0.1))
  const ranges: { from: number; to: number; count: number }[] = []
  for (const value of sorted) {
    const index = Math.min(9, Math.floor(value / width))
    while (ranges.length <= index)
      ranges.push({ from: round(ranges.length * width), to: round((ranges.length + 1) * width), count: 0 })
    const range = ranges[index]
    if (range !== undefined) range.count += 1
  }
  const last = ranges.at(-1)
  const slowest = sorted.at(-1)
  if (last !== undefined && slowest !== undefined && slowest > last.to) last.to = Math.ceil(slowest)
  return ranges
}

/** Up to the next 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  for (const factor of [1, 2, 5]) if (value <= factor * power) return factor * power
  return 10 * power
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
