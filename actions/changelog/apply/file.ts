import { relative } from 'node:path'
import { ActionError } from '../../../shared/action/errors.ts'
import { replaceFile } from '../../../shared/files/replace.ts'
import { codeOf } from '../../../shared/http/errors.ts'
import type { FileUpdate } from '../model/plan.ts'
import { readTarget } from '../observe/file.ts'

/**
 * Replaces the file in one piece; a full disk or a kill leaves the old one as it was.
 *
 * @throws ActionError when it cannot be written, or is not as it was read any more
 */
export async function writeFile({ path, before, after }: FileUpdate, workspace: string): Promise<void> {
  const name = relative(workspace, path)
  // Once more: another step may have put a link, or another text, in its place.
  if (readTarget(workspace, path).text !== before) {
    throw new ActionError(
      'File changed',
      `${name} was changed by something else in the meantime. Run the step again.`,
    )
  }
  try {
    await replaceFile(path, after)
  } catch (error) {
    const why = codeOf(error) === 'ENOSPC' ? 'the disk is full' : (codeOf(error) ?? 'unknown error')
    throw new ActionError(
      'File not written',
      `${name} could not be written (${why}); it is as it was before.`,
    )
  }
}
