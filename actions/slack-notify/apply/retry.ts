import type { RequestError } from '../../../shared/http/errors.ts'

/** How one try ended: with an answer, or without. */
export type Outcome =
  | { status: number; retryAfter: string | undefined }
  | Pick<RequestError, 'kind' | 'phase' | 'permanent'>

/** A name or a connection that is not there after these tries is not there. */
const MAX_TRIES = 4
const MAX_REFUSALS = 6
const FIRST_PAUSE_MS = 400
/** Where a refusal does not say how long. */
const FIRST_REFUSAL_MS = 1_000

/**
 * How long to wait before the next try, in ms; undefined for no further try. Only what was certainly not delivered is
 * tried again: nothing had been sent yet, or the service said "later". Whatever breaks after that may have arrived,
 * and a message that comes twice is worse than a warning.
 *
 * @param tried how many tries there were
 * @param left ms until the deadline
 * @param now wall clock, for a Retry-After that is a date
 * @param isHarmless a repetition is: the service knows it by a key
 */
export function pauseBefore(
  outcome: Outcome,
  tried: number,
  left: number,
  now: number,
  isHarmless = false,
): number | undefined {
  let pause: number | undefined
  if ('status' in outcome) {
    const isLost = isHarmless && outcome.status >= 500 && tried < MAX_TRIES
    if (!isLost && (outcome.status !== 429 || tried >= MAX_REFUSALS)) return undefined
    pause = retryAfterMs(outcome.retryAfter, now) ?? FIRST_REFUSAL_MS * 2 ** (tried - 1)
  } else if ((nothingWasSent(outcome) || isHarmless) && !outcome.permanent && tried < MAX_TRIES) {
    pause = FIRST_PAUSE_MS * 2 ** (tried - 1)
  }
  return pause !== undefined && pause < left ? Math.ceil(pause) : undefined
}

function nothingWasSent({ kind, phase }: Pick<RequestError, 'kind' | 'phase'>): boolean {
  if (kind === 'dns' || kind === 'connect') return true
  return kind === 'timeout' && (phase === 'resolve' || phase === 'connect' || phase === 'tls')
}

/** Seconds or a date, RFC 9110 section 10.2.3. */
function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+(?:\.\d+)?$/.test(value.trim())) return Math.ceil(Number(value) * 1_000)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.ceil(Math.max(0, date - now))
}
