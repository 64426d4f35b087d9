import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What Trivy keeps below its cache folder and what is worth keeping: not `fanal`, the layers of single images. */
export const DATABASES = ['db', 'java-db', 'policy'] as const

/** When the vulnerability database in a cache folder of Trivy was made, in ms since the epoch; undefined without one. */
export function databaseTime(cache: string): number | undefined {
  try {
    if (!existsSync(join(cache, 'db', 'trivy.db'))) return undefined
    const { UpdatedAt } = JSON.parse(readFileSync(join(cache, 'db', 'metadata.json'), 'utf8')) as {
      UpdatedAt?: unknown
    }
    const time = Date.parse(String(UpdatedAt))
    return Number.isNaN(time) ? undefined : time
  } catch {
    return undefined
  }
}

/** What makes Trivy take the databases that are there. */
export function withoutUpdates(cache: string): string[] {
  const java = existsSync(join(cache, 'java-db', 'metadata.json'))
  return ['--skip-db-update', ...(java ? ['--skip-java-db-update'] : [])]
}
