import { databaseKey, LONGEST_MS, pathsBelow, within } from '../observe/cache.ts'
import { databaseTime } from '../observe/database.ts'
import type { KeptDatabase } from '../trivy/model.ts'

/**
 * Keeps the database of `folder` when it is a newer one than was restored. Runs for pull requests do so only when there
 * was none: what they keep, no other branch sees.
 */
export async function saveDatabase({ folder, restored }: KeptDatabase, eventName: string): Promise<void> {
  const time = databaseTime(folder)
  if (time === undefined || (restored !== undefined && time <= restored.time)) return
  if (restored !== undefined && eventName.startsWith('pull_request')) return
  const key = databaseKey(time)
  if (key === restored?.key) return
  const { saveCache, isFeatureAvailable } = await import('@actions/cache')
  if (!isFeatureAvailable()) return
  await within(LONGEST_MS, saveCache(pathsBelow(folder), key), 'The vulnerability database was not kept')
}
