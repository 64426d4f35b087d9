import { ActionError } from '../../../shared/action/errors.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { isFailure } from '../../../shared/github/errors.ts'
import { type Issue, listIssues } from '../../../shared/github/issues.ts'
import { markerOf } from '../code-scanning/issue-marker.ts'
import type { KnownIssue } from '../code-scanning/model.ts'

/** Closed ones are looked at for those that come back; the newest 2,000 of a label are far enough back. */
const MAX_CLOSED = 2_000

/**
 * The issues that carry our marker. Open ones are found whatever became of their labels, closed ones by the first label.
 * Anybody may copy a marker: only what an app or somebody with write access wrote counts.
 *
 * @throws ActionError when they cannot be read: then nothing may be written, or there would be two of each
 */
export async function knownIssues(github: GitHub, label: string | undefined): Promise<KnownIssue[]> {
  const found: KnownIssue[] = []
  const take = (issue: Issue): void => {
    const marker = issue.trusted ? markerOf(issue.body) : undefined
    if (marker === undefined) return
    const { number, open, title, body } = issue
    const { key, category, state } = marker
    found.push({ number, key, category, open, gone: !open && state === 'gone', title, body })
  }
  try {
    for await (const issue of listIssues(github, { state: 'open' })) take(issue)
    let closed = 0
    for await (const issue of listIssues(github, { state: 'closed', label })) {
      take(issue)
      closed += 1
      if (closed === MAX_CLOSED) break
    }
  } catch (error) {
    if (isFailure(error, 'permission') || (isFailure(error, 'not-found') && error.status === 404)) {
      throw new ActionError(
        'Issues cannot be read',
        `${error.message} \`issues: sync\` needs \`permissions: { issues: write }\`.`,
      )
    }
    if (isFailure(error, 'not-found')) {
      throw new ActionError(
        'Issues are switched off',
        'This repository has no issues. Switch them on in Settings → General → Features, or leave `issues` out.',
      )
    }
    throw error
  }
  return found
}
