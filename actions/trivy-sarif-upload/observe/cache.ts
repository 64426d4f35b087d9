import { join } from 'node:path'
import { messageOf } from '../../../shared/action/errors.ts'
import { log } from '../../../shared/action/log.ts'
import { formatDuration } from '../../../shared/text/duration.ts'
import type { Restored } from '../trivy/model.ts'
import { DATABASES, databaseTime } from './database.ts'

/** Trivy's database has its version in its reference (trivy-db:2). */
const PREFIX = 'nexus-trivy-db-2-'

/** Trivy publishes a database every six hours; in between, jobs share one entry. */
const PERIOD_MS = 6 * 3_600_000

/** Restoring and saving are a convenience: what takes longer than this costs more than a download. */
export const LONGEST_MS = 120_000

const NOT_RESTORED = 'The vulnerability database was not restored'

/** The key of a database made at that time; pure. */
export function databaseKey(time: number): string {
  return `${PREFIX}${new Date(Math.floor(time / PERIOD_MS) * PERIOD_MS).toISOString().slice(0, 13)}`
}

/**
 * Puts the newest database that this branch (or the default branch) has kept into `folder`. Trouble is told and is no
 * reason to stop.
 *
 * @returns `late` when it may still be writing to the folder
 */
export async function restoreDatabase(
  folder: string,
  now: number,
  timeout: number,
): Promise<Restored | 'late' | undefined> {
  const { restoreCache, isFeatureAvailable } = await import('@actions/cache')
  if (!isFeatureAvailable()) {
    log.info('There is no Actions cache here: the vulnerability database is downloaded.')
    return undefined
  }
  const key = await within(
    timeout,
    restoreCache(pathsBelow(folder), databaseKey(now), [PREFIX]),
    NOT_RESTORED,
  )
  if (key === 'late') return key
  const time = databaseTime(folder)
  if (key === undefined || time === undefined) return undefined
  log.info(`The vulnerability database of ${new Date(time).toISOString()} comes from the cache (${key}).`)
  return { key, time }
}

export function pathsBelow(folder: string): string[] {
  return DATABASES.map((name) => join(folder, name))
}

/**
 * The result, `late` when it took too long, undefined when it failed; both are told.
 *
 * @param failure how the sentence begins: `The vulnerability database was not kept`
 */
export async function within<T>(
  timeout: number,
  work: Promise<T>,
  failure: string,
): Promise<T | 'late' | undefined> {
  const limit = Math.min(LONGEST_MS, timeout)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, limit, 'late')
  })
  try {
    const result = await Promise.race([work, late])
    if (result === 'late') {
      const waited = formatDuration(limit)
      log.info(`${failure}: the Actions cache took longer than ${waited}.`)
    }
    return result
  } catch (error) {
    log.info(`${failure}: ${messageOf(error)}`)
  } finally {
    clearTimeout(timer)
  }
  return undefined
}
