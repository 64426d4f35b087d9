import { messageOf } from '../../../shared/action/errors.ts'
import type { Repository } from '../../../shared/git/model.ts'
import { gitOutput } from '../../../shared/git/process.ts'
import { openRepository } from '../../../shared/git/repository.ts'
import { resolveCommit } from '../../../shared/git/revision.ts'
import type { GitHub } from '../../../shared/github/client.ts'

/** Files as a commit has them: the text, or undefined where it has none. @throws when they cannot be had */
export type FilesAt = (path: string) => Promise<string | undefined>

/** What steers a gate is written by people, but for a baseline, which is a report. */
const MAX_BYTES = 32 * 1_048_576

/**
 * Reads files of a commit: from the checkout where it has that commit, else from GitHub (a checkout of a pull request
 * usually is one commit deep).
 *
 * @param root top of the checkout
 */
export function filesAt(
  sha: string,
  root: string,
  connect: (() => Promise<GitHub>) | undefined,
  signal: AbortSignal,
): FilesAt {
  let local: Promise<Repository | undefined> | undefined
  return async (path) => {
    local ??= repositoryWith(sha, root, signal)
    const repository = await local
    if (repository !== undefined) return fileIn(repository, sha, path, signal)
    if (connect === undefined)
      throw new Error('the checkout does not have that commit, and there is no token')
    const { readTextFile } = await import('../../../shared/github/files.ts')
    return readTextFile(await connect(), sha, path)
  }
}

async function repositoryWith(
  sha: string,
  root: string,
  signal: AbortSignal,
): Promise<Repository | undefined> {
  try {
    const repository = openRepository(root)
    return (await resolveCommit(repository, sha, { signal })) === undefined ? undefined : repository
  } catch (error) {
    if (signal.aborted) throw error
    return undefined
  }
}

async function fileIn(
  repository: Repository,
  sha: string,
  path: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const listed = await gitOutput(repository, ['ls-tree', '-z', '--end-of-options', sha, path], { signal })
  // A link's text is a path and no content.
  const object = /^100\d{3} blob ([0-9a-f]+)\t/.exec(listed)?.[1]
  if (object === undefined) return undefined
  try {
    const text = await gitOutput(repository, ['cat-file', 'blob', object], { signal, maxOutput: MAX_BYTES })
    return text.replace(/^\ufeff/, '')
  } catch (error) {
    throw new Error(`git does not give it: ${messageOf(error)}`, { cause: error })
  }
}
