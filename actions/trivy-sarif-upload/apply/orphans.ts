import { messageOf } from '../../../shared/action/errors.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { deleteAnalyses } from '../../../shared/github/code-scanning.ts'
import { isFailure } from '../../../shared/github/errors.ts'
import type { Standing } from '../code-scanning/model.ts'
import { analysesWords } from '../code-scanning/words.ts'

/** What became of analyses that nothing renews. */
export interface Deleted {
  /** Ids of {@link Standing}. */
  deleted: readonly number[]
  warnings: readonly string[]
}

/**
 * Deletes orphans with all that came before them; their alerts close. A refusal is a warning, and the others are still
 * tried.
 *
 * @throws when the step was stopped
 */
export async function deleteOrphans(
  github: GitHub,
  orphans: readonly Standing[],
  signal: AbortSignal,
): Promise<Deleted> {
  const deleted: number[] = []
  const warnings: string[] = []
  for (const orphan of orphans) {
    try {
      await deleteAnalyses(github, orphan.id)
      deleted.push(orphan.id)
    } catch (error) {
      if (signal.aborted || isFailure(error, 'cancelled')) throw error
      const remedy = isFailure(error, 'permission')
        ? ' The job needs `permissions: { security-events: write }`.'
        : ''
      const words = analysesWords({ analyses: [orphan] })
      warnings.push(`${words}, which nothing renews, was not deleted: ${messageOf(error)}${remedy}`)
    }
  }
  return { deleted, warnings }
}
