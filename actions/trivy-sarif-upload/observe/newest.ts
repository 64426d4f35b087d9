import { messageOf } from '../../../shared/action/errors.ts'
import { log } from '../../../shared/action/log.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { listAnalyses } from '../../../shared/github/code-scanning.ts'
import { isFailure } from '../../../shared/github/errors.ts'
import type { Standing } from '../code-scanning/model.ts'
import { nameOf } from '../code-scanning/parts.ts'

/** Ten calls. What was last renewed before the thousand newest analyses is not seen. */
const MAX_LOOKED_AT = 1_000

/**
 * The newest analysis of each tool and category that stands on a ref; undefined where they cannot be read, which is told
 * and is no reason to stop.
 */
export async function newestAnalyses(
  github: GitHub,
  ref: string,
  signal: AbortSignal,
): Promise<readonly Standing[] | undefined> {
  const found = new Map<string, Standing>()
  let count = 0
  try {
    for await (const { id, tool, category, createdAt } of listAnalyses(github, { ref })) {
      const key = JSON.stringify([tool.toLowerCase(), category])
      if (!found.has(key)) found.set(key, { id, tool, category: nameOf(category), createdAt })
      count += 1
      if (count === MAX_LOOKED_AT) break
    }
  } catch (error) {
    if (signal.aborted || isFailure(error, 'cancelled')) throw error
    if (isFailure(error, 'not-found')) return []
    log.info(`Analyses that nothing renews cannot be looked for: ${messageOf(error)}`)
    return undefined
  }
  return [...found.values()]
}
