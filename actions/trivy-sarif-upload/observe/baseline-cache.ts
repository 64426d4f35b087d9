import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { messageOf } from '../../../shared/action/errors.ts'
import { log } from '../../../shared/action/log.ts'
import { readRegularFile } from '../../../shared/files/regular.ts'
import { maybe, record, shapeProblem } from '../../../shared/text/shape.ts'
import type { BaselineCache, Known } from '../code-scanning/model.ts'
import { LONGEST_MS, within } from './cache.ts'

const MAX_BYTES = 64 * 1_048_576

/** What `baseline: cache` writes; it is read as if anybody had written it. */
const KNOWN = [
  {
    tool: 'string',
    category: 'string',
    rule: 'string',
    path: maybe('string'),
    message: 'string',
    fingerprints: record('string'),
  },
] as const

/**
 * Restores the newest baseline of a category that this branch, or the default branch, has kept. Trouble is told and is no
 * reason to stop.
 *
 * @param run names this attempt of this run: an entry of the cache is never overwritten
 */
export async function restoreBaseline(
  temp: string,
  category: string,
  run: string,
): Promise<{ cache: BaselineCache; known: readonly Known[] | undefined }> {
  const name = createHash('sha256').update(category).digest('hex').slice(0, 16)
  const prefix = `nexus-trivy-baseline-1-${name}-`
  // The cache finds an entry by its path, too: it is the same in every job of one kind of runner.
  const path = join(temp, 'nexus-trivy-baseline', `${name}.json`)
  const none = { cache: { path, key: `${prefix}${run}`, restored: undefined }, known: undefined }
  const { restoreCache, isFeatureAvailable } = await import('@actions/cache')
  if (!isFeatureAvailable()) {
    log.info('There is no Actions cache here.')
    return none
  }
  const work = restoreCache([path], none.cache.key, [prefix])
  const key = await within(LONGEST_MS, work, 'The baseline was not restored')
  if (key === undefined || key === 'late') return none
  try {
    const restored = readRegularFile(path, MAX_BYTES).toString('utf8')
    const known: unknown = JSON.parse(restored)
    const problem = shapeProblem(known, KNOWN)
    if (problem !== undefined) throw new Error(problem)
    return { cache: { ...none.cache, restored }, known: known as readonly Known[] }
  } catch (error) {
    log.warning('Baseline not used', `The baseline of the Actions cache cannot be read: ${messageOf(error)}`)
    return none
  }
}
