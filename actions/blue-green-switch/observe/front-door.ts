import type { Check } from '../../../shared/probe/check.ts'
import { ProbeFailure } from '../../../shared/probe/failure.ts'
import { judge } from '../../../shared/probe/judge.ts'
import { loadProbe } from '../../../shared/probe/probes.ts'
import type { Answer, Ask } from '../traffic/front-door.ts'
import { type Identify, sideOf } from '../traffic/identify.ts'

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
