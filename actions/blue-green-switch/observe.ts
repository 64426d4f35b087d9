import { log } from '../../shared/action/log.ts'
import { tryOnce } from '../../shared/probe/attempt.ts'
import type { Check } from '../../shared/probe/check.ts'
import { runChecks } from '../../shared/probe/engine.ts'
import { plural } from '../../shared/text/list.ts'
import type { LiveState, Target } from './targets/target.ts'

const READ_MS = 20_000

/** Asks the router what is live. @throws TargetError */
export function observe(target: Target, signal: AbortSignal): Promise<LiveState> {
  return target.read(AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]))
}

/** Asks the checks of the idle side until all are healthy, or it is clear that they are not. */
export async function gate(
  checks: readonly Check[] | undefined,
  ca: ReadonlyMap<string, readonly string[]>,
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
