import type { Clock } from '../../../shared/action/clock.ts'
import type { Check } from '../../../shared/probe/check.ts'
import { ProbeFailure } from '../../../shared/probe/failure.ts'
import { judge } from '../../../shared/probe/judge.ts'
import { loadProbe } from '../../../shared/probe/probes.ts'
import { type Identify, sideOf } from './identify.ts'
import type { Sample } from './verdict.ts'

/** What one request through the front door came to. */
export interface Answer {
  ms: number
  /** The color that answered; undefined when it cannot be told. */
  side: string | undefined
  good: boolean
  reason: string
  /** HTTP; undefined when nobody answered. */
  status?: number | undefined
  /** The check that was asked, by its name, and its URL without credentials. */
  check?: string | undefined
  url?: string | undefined
  /** Asks the same once more; without it any next question will do. */
  again?: Ask
}

/** Asks the front door once, on a new connection. Resolves also when there is no answer. */
export type Ask = (signal: AbortSignal) => Promise<Answer>

/**
 * Asks the checks of `verify` in turn.
 *
 * @param newSide the color that `{version}` in the checks is about: another side may have another version
 */
export function frontDoor(
  checks: readonly Check[],
  identify: Identify,
  newSide: string,
  ca: ReadonlyMap<string, readonly string[]>,
): Ask {
  let turn = 0
  return (signal) => askFor(checks[turn++ % checks.length] as Check)(signal)

  function askFor(check: Check): Ask {
    const again: Ask = async (signal) => ({ ...(await answer(check, signal)), again })
    return again
  }

  async function answer(check: Check, signal: AbortSignal): Promise<Answer> {
    const begun = performance.now()
    const asked = { check: check.name, url: check.display }
    const named = (reason: string): string => `${words(asked)}: ${reason}`
    try {
      const probe = await loadProbe(check.target.scheme)
      const seen = await probe(check, {
        timeout: check.settings['attempt-timeout'],
        signal,
        ca: ca.get(check.settings['ca-file'] ?? '') ?? [],
      })
      const verdict = await judge(check, seen)
      const told = sideOf(identify, seen)
      const ms = seen.timings.total
      const answer = { ms, status: seen.status, check: asked.check, url: asked.url }
      if ('unknown' in told) {
        const reason = verdict.failure === undefined ? told.unknown : `${verdict.reason}, and ${told.unknown}`
        return { ...answer, side: undefined, good: false, reason: named(reason) }
      }
      const isForgiven = verdict.failure === 'version' && told.side !== newSide
      const good = verdict.failure === undefined || isForgiven
      return { ...answer, side: told.side, good, reason: good ? verdict.reason : named(verdict.reason) }
    } catch (error) {
      const reason = error instanceof ProbeFailure ? error.message : String(error)
      const ms = performance.now() - begun
      return { ms, side: undefined, good: false, reason: named(reason), check: asked.check, url: asked.url }
    }
  }
}

/** A check by its name and URL, or by the URL alone where that is its name; pure. */
function words({ check, url }: { check: string; url: string }): string {
  return check === url || url.includes(check) ? url : `${check} (${url})`
}

/** One stretch of watching. */
export interface Watch<T> {
  ask: Ask
  /** The color against which an answer of no side counts, and its percent of the traffic. */
  newSide: string
  share: number
  /** Requests per second, asked before each one. */
  rate(samples: readonly Sample[], elapsed: number): number
  /** ms from the start at which there may be a verdict: it is looked for then, not with the next request. */
  due: number
  /** Called after every sample and every pause; what it returns ends the watching. */
  judge(samples: readonly Sample[], elapsed: number): T | undefined
  /** Gets each sample as it comes. */
  onSample(sample: Sample): void
  signal: AbortSignal
  clock: Clock
}

const MOST_IN_FLIGHT = 64

/** Sends requests at a steady rate, whatever the answers take, until there is a verdict. @returns undefined when aborted */
export async function watch<T>(options: Watch<T>): Promise<T | undefined> {
  const { clock, judge: judged, rate } = options
  const samples: Sample[] = []
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  const started = clock.now()
  let verdict: T | undefined
  const look = (): void => {
    if (signal.aborted) return
    verdict = judged(samples, clock.now() - started)
    if (verdict !== undefined) over.abort()
  }
  const pending = new Set<Promise<void>>()
  const send = async (): Promise<void> => {
    const sample = await takeSample(options, signal)
    if (sample === undefined || signal.aborted) return
    samples.push(sample)
    options.onSample(sample)
    look()
  }
  look()
  while (!signal.aborted) {
    if (pending.size < MOST_IN_FLIGHT) {
      const one = send().finally(() => pending.delete(one))
      pending.add(one)
    }
    const elapsed = clock.now() - started
    const pause = 1_000 / rate(samples, elapsed)
    await clock.sleep(
      elapsed < options.due ? Math.min(pause, Math.ceil(options.due - elapsed)) : pause,
      signal,
    )
    look()
  }
  await Promise.all(pending)
  return verdict
}

/** A bad answer counts when another one of the same side, asked for at once, is bad too. */
async function takeSample<T>(options: Watch<T>, signal: AbortSignal): Promise<Sample | undefined> {
  const { ask, clock } = options
  const at = clock.now()
  const { ms, side, good, reason, again, status, check, url } = await ask(signal)
  if (signal.aborted) return undefined
  if (good) return { at, ms, side, outcome: 'good' }
  // Another check of the list may well be fine, and says nothing about this one.
  const confirmed = await confirm({ ...options, ask: again ?? ask }, side, signal)
  if (signal.aborted) return undefined
  return { at, ms, side, outcome: confirmed ? 'error' : 'blip', reason, status, check, url }
}

/** Nobody can choose the side that answers: as many are asked as it takes to meet it, almost surely. */
async function confirm<T>(
  { ask, newSide, share }: Watch<T>,
  side: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const wanted = side ?? newSide
  const percent = Math.max(1, wanted === newSide ? share : 100 - share)
  const atOnce = Math.min(8, Math.ceil(100 / percent))
  for (let asked = 0; asked < (4 * 100) / percent && !signal.aborted; asked += atOnce) {
    const answers = await Promise.all(Array.from({ length: atOnce }, () => ask(signal)))
    const same = answers.find((answer) => (answer.side ?? wanted) === wanted)
    if (same !== undefined) return !same.good
  }
  return false
}
