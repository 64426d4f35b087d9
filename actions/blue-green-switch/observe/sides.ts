import { log } from '../../../shared/action/log.ts'
import { tryOnce } from '../../../shared/probe/attempt.ts'
import type { Check } from '../../../shared/probe/check.ts'
import { runChecks } from '../../../shared/probe/engine.ts'
import { plural } from '../../../shared/text/list.ts'
import { type Health, isDead } from '../traffic/sides.ts'

type Certificates = ReadonlyMap<string, readonly string[]>

/** Asks the checks of the idle side until all are healthy, or it is clear that they are not. */
export async function gate(
  checks: readonly Check[] | undefined,
  ca: Certificates,
  timeout: number,
  signal: AbortSignal,
): Promise<{ healthy: boolean; reason: string }> {
  if (checks === undefined) return { healthy: true, reason: 'not asked (checks: none)' }
  const onNews = (check: Check, news: string): void => log.info(`${check.name}: ${news}`)
  const reports = await runChecks(checks, { timeout, signal, ca, tryOnce, onNews })
  const bad = reports.filter(({ passed }) => !passed)
  const why = (some: typeof bad): string =>
    some.map(({ check, reason }) => `${check.name}: ${reason}`).join('; ')
  const required = bad.filter(({ check }) => check.required)
  if (required.length > 0) return { healthy: false, reason: why(required) }
  const good = reports.filter(({ passed }) => passed)
  const names = good.length === 0 ? '' : ` (${good.map(({ check }) => check.name).join(', ')})`
  const not = bad.length === 0 ? '' : `; not healthy, and not required: ${why(bad)}`
  return { healthy: true, reason: `${plural(good.length, 'check')} healthy${names}${not}` }
}

/** A side is called dead when it fails twice. */
const TRIES = 2

/**
 * Asks the required checks of a side once each, and a failed one once more: how the side stands now.
 *
 * @param wasHealthy it passed the same checks before anything was written
 */
export async function askSide(
  checks: readonly Check[],
  ca: Certificates,
  signal: AbortSignal,
  wasHealthy: boolean,
): Promise<Health> {
  const required = checks.filter((check) => check.required)
  if (required.length === 0) return { state: 'unknown', reason: 'no check is required' }
  const results = await Promise.all(required.map((check) => askTwice(check, ca, signal, wasHealthy)))
  const dead = results.find(({ state }) => state === 'dead')
  const unknown = results.find(({ state }) => state === 'unknown')
  return dead ?? unknown ?? { state: 'healthy', reason: plural(required.length, 'check') }
}

async function askTwice(
  check: Check,
  ca: Certificates,
  signal: AbortSignal,
  wasHealthy: boolean,
): Promise<Health> {
  let reason = 'no answer in time'
  for (let tried = 0; tried < TRIES; tried++) {
    const attempt = {
      timeout: check.settings['attempt-timeout'],
      signal,
      ca: ca.get(check.settings['ca-file'] ?? '') ?? [],
    }
    const seen = await tryOnce(check, attempt)
    if (seen.good) return { state: 'healthy', reason: `${check.name}: ${seen.reason}` }
    // Cut short: nobody knows, unless it has answered in time before.
    if (signal.aborted) break
    reason = seen.reason
    if (!isDead(seen, wasHealthy)) return { state: 'unknown', reason: `${check.name}: ${reason}` }
  }
  const isKnown = !signal.aborted || wasHealthy
  return { state: isKnown ? 'dead' : 'unknown', reason: `${check.name} (${check.display}): ${reason}` }
}
