import { messageOf } from '../../../shared/action/errors.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { GitHubError, isFailure } from '../../../shared/github/errors.ts'
import { createIssue, updateIssue } from '../../../shared/github/issues.ts'
import { plural } from '../../../shared/text/list.ts'
import { markerOf } from '../code-scanning/issue-marker.ts'
import type { IssuePlan } from '../code-scanning/model.ts'
import type { Applied, Trouble } from '../model.ts'

export type IssueOutcome = Pick<Applied, 'issues' | 'troubles' | 'warnings'>

/**
 * Writes what the plan says, one issue after the other, as GitHub asks of those who write. Never throws. What is lost on
 * the way is made up for by the next run.
 */
export async function syncIssues(
  github: GitHub,
  plan: IssuePlan,
  signal: AbortSignal,
): Promise<IssueOutcome> {
  const issues = new Set(plan.keep)
  const failed: string[] = []
  let stop: unknown
  let last: unknown
  const attempt = async (what: string, write: () => Promise<number | undefined>): Promise<void> => {
    if (stop !== undefined || signal.aborted) return void failed.push(what)
    try {
      const number = await write()
      if (number !== undefined) issues.add(number)
    } catch (error) {
      failed.push(what)
      // One issue may be gone, locked or too long; anything else fails with the next one too.
      if (!isFailure(error, 'not-found', 'validation') || (error as GitHubError).status === 410) stop = error
      last = error
    }
  }
  if (plan.refused === undefined) {
    for (const { title, body, labels } of plan.create) {
      const marker = markerOf(body)
      await attempt(`"${title}"`, async () => {
        const issue = await createIssue(github, { title, body, labels }, (one) => {
          const other = one.trusted ? markerOf(one.body) : undefined
          return other?.key === marker?.key && other?.category === marker?.category
        })
        return issue.number
      })
    }
    for (const { number, body, reopen } of plan.update) {
      const change = reopen ? { body, state: 'open' as const } : { body }
      await attempt(`#${number}`, async () => (await updateIssue(github, number, change)).number)
    }
    for (const { number, body, reason } of plan.close) {
      await attempt(`#${number}`, async () => {
        await updateIssue(github, number, { body, state: 'closed', reason })
        return undefined
      })
    }
  }
  const troubles = failed.length === 0 ? [] : [troubleOf(failed, stop ?? last, signal)]
  return { issues: [...issues].sort((a, b) => a - b), troubles, warnings: [] }
}

function troubleOf(failed: readonly string[], error: unknown, signal: AbortSignal): Trouble {
  const names = failed.slice(0, 5).join(', ')
  const more = failed.length > 5 ? ` and ${failed.length - 5} more` : ''
  const remedy =
    error instanceof GitHubError && error.kind === 'permission'
      ? ' `issues: sync` needs `permissions: { issues: write }`.'
      : ' The next run writes what is missing.'
  const why = error === undefined && signal.aborted ? 'The step was stopped.' : messageOf(error)
  return {
    title: 'Issues not in step',
    message: `${plural(failed.length, 'issue')} could not be written (${names}${more}): ${why}${remedy}`,
  }
}
