import { messageOf } from '../../../shared/action/errors.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { type Comment, createComment, listComments, updateComment } from '../../../shared/github/comments.ts'
import { isFailure } from '../../../shared/github/errors.ts'
import type { CommentPlan } from '../code-scanning/model.ts'

const REMEDY =
  'The job needs `permissions: { pull-requests: write }`; pull requests from forks never have it.'

/** What became of the comment: its page, or why it could not be written. */
export interface Commented {
  url: string | undefined
  warning: string | undefined
}

/**
 * Writes the comment of a pull request, or brings the one that is there up to date; nothing is sent when it says the
 * same already. Trouble is a warning: findings, gate and upload do not depend on it.
 *
 * @throws when the step was stopped
 */
export async function writeComment(
  github: GitHub,
  { pull, marker, body }: CommentPlan,
  signal: AbortSignal,
): Promise<Commented> {
  // Anybody can write our marker into a comment of theirs; that one is left alone.
  const isOurs = (comment: Comment): boolean => comment.trusted && comment.body.startsWith(marker)
  try {
    for await (const comment of listComments(github, pull)) {
      if (!isOurs(comment)) continue
      const same = comment.body.trimEnd() === body.trimEnd()
      const { url } = same ? comment : await updateComment(github, comment.id, body)
      return { url, warning: undefined }
    }
    return { url: (await createComment(github, pull, body, isOurs)).url, warning: undefined }
  } catch (error) {
    if (signal.aborted || isFailure(error, 'cancelled')) throw error
    const remedy = isFailure(error, 'permission', 'not-found') ? ` ${REMEDY}` : ''
    const warning = `The comment of pull request #${pull} was not written: ${messageOf(error)}${remedy}`
    return { url: undefined, warning }
  }
}
