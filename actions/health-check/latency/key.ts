import { createHash } from 'node:crypto'
import type { RunContext } from '../../../shared/action/context.ts'

/** Where a run looks for the baseline of a check in the cache, and under which key it keeps its own. */
export interface CacheKeys {
  /** Beginnings of keys, in the order in which they are tried; the newest entry of one counts. */
  prefixes: readonly [string, ...string[]]
  /** Entries are never overwritten, so each attempt of each run has its own. */
  key: string
  /** The name of the file in the entry. */
  file: string
}

/**
 * @param given `baseline-key`; without it the job and the ref, and when that has none, the job on the default branch
 * @param defaultBranch its name, when it is known
 */
export function cacheKeys(
  check: string,
  given: string | undefined,
  context: Pick<RunContext, 'workflow' | 'job' | 'ref' | 'runId' | 'runAttempt'>,
  defaultBranch: string | undefined,
): CacheKeys {
  const { workflow, job, ref, runId, runAttempt } = context
  const own = prefixOf(check, given ?? `${workflow}/${job}/${ref}`)
  const fallback =
    given === undefined && defaultBranch !== undefined
      ? [prefixOf(check, `${workflow}/${job}/refs/heads/${defaultBranch}`)]
      : []
  return {
    prefixes: [own, ...fallback.filter((prefix) => prefix !== own)],
    key: `${own}${runId || '0'}-${runAttempt || '1'}`,
    file: `${hash(check)}.json`,
  }
}

/** Names and refs may hold what a key may not, or be longer than one. */
function prefixOf(check: string, key: string): string {
  return `nexus-health-1-${hash(check)}-${hash(key)}-`
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
