/** For the first seconds people watch, and most services come up: look often. */
const EAGER_FOR_MS = 10_000
const EAGER_MS = 75
const FIRST_STEP_MS = 250
const LONGEST_MS = 2_000
const GROWTH = 1.25

/**
 * The pause before the next try; pure. An interval that was given is kept as it is. Otherwise 75 ms for the first
 * 10 s of a check's waiting, then 250 ms, growing by a quarter with every try to 2 s.
 *
 * @param interval what the user gave, in ms
 * @param waited ms since the first try
 * @param previous the pause before this try, in ms
 */
export function nextPause(interval: number | undefined, waited: number, previous: number): number {
  if (interval !== undefined) return interval
  if (waited < EAGER_FOR_MS) return EAGER_MS
  return Math.min(LONGEST_MS, Math.max(FIRST_STEP_MS, previous * GROWTH))
}
