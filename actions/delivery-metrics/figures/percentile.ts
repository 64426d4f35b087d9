/**
 * The nearest-rank percentile: the smallest value that at least `percent` of all values do not exceed; pure.
 *
 * @param values in any order
 * @param percent a whole number from 1 to 100, so that the rank is worked out without rounding errors
 * @returns undefined without values
 * @see https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method
 */
export function percentile(values: readonly number[], percent: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil((percent * sorted.length) / 100) - 1]
}
