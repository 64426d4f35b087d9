import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../../shared/action/errors.ts'
import { readEvent } from '../../../shared/action/event.ts'
import type { Step } from '../../../shared/action/step.ts'
import { readRegularFile } from '../../../shared/files/regular.ts'
import type { Check } from '../../../shared/probe/check.ts'
import { isSampled } from '../../../shared/probe/samples.ts'
import { formatDuration } from '../../../shared/text/duration.ts'
import { findBaseline, readBaselines } from '../latency/baseline.ts'
import { type CacheKeys, cacheKeys } from '../latency/key.ts'
import type { Baseline, Inputs } from '../model.ts'

/** A baseline that does not come in this time is not waited for. */
const LONGEST_MS = 20_000
const MAX_BYTES = 1_048_576

/** The baselines of the checks that ask for one, by name; a text says why there is none. Never throws. */
export async function observeBaselines(
  { checks, baselines, timeout }: Inputs,
  step: Step,
): Promise<Map<string, Baseline | string>> {
  const found = new Map<string, Baseline | string>()
  for (const check of checks) {
    const { baseline } = check.settings
    if (baseline === undefined || !isSampled(check)) continue
    const known =
      baseline === 'cache'
        ? await fromCache(check, step, Math.min(timeout, LONGEST_MS))
        : baselines.get(baseline)
    const reading = findBaseline(check, known ?? 'it was not read')
    found.set(check.name, 'found' in reading ? reading.found : reading.missing)
  }
  return found
}

/** The keys of a check, and the path of its file, which has to be the same when it is kept and when it is found. */
export function placeInCache(check: Check, { context }: Step): CacheKeys & { path: string } {
  const { repository } = readEvent()
  const keys = cacheKeys(check.name, check.settings['baseline-key'], context, repository?.default_branch)
  return { ...keys, path: join(context.temp, 'nexus-health-baseline', keys.file) }
}

async function fromCache(check: Check, step: Step, timeout: number): Promise<readonly Baseline[] | string> {
  const { prefixes, path } = placeInCache(check, step)
  try {
    const { restoreCache, isFeatureAvailable } = await import('@actions/cache')
    if (!isFeatureAvailable()) return 'there is no Actions cache here'
    const [first, ...others] = prefixes
    const late = new AbortController()
    const hit = await Promise.race([
      restoreCache([path], first, [...others]),
      step.clock.sleep(timeout, late.signal).then(() => 'late'),
    ])
    late.abort()
    if (hit === 'late') return `the Actions cache took longer than ${formatDuration(timeout)}`
    if (hit === undefined || !existsSync(path)) return 'the cache has none yet; a green run keeps one'
    const document: unknown = JSON.parse(readRegularFile(path, MAX_BYTES).toString('utf8'))
    return readBaselines(document) ?? 'what the cache has is none'
  } catch (error) {
    return `the cache did not give it: ${messageOf(error)}`
  }
}
