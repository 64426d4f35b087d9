import { GitError } from './errors.ts'
import type { Repository } from './model.ts'
import { gitOutput } from './process.ts'

/** Whether a text is a full object name, SHA-1 or SHA-256. */
export function isObjectName(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text)
}

/**
 * The commit that a revision (`HEAD`, a branch, a tag, a short object name) stands for; undefined when there is none,
 * as for `HEAD` of a branch without commits. One process.
 *
 * @throws GitError for a repository that cannot be read
 */
export async function resolveCommit(
  repository: Repository,
  revision: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<string | undefined> {
  if (revision === '' || revision.includes('\0')) return undefined
  // With --quiet, a revision that does not exist is exit code 1 without a word; anything worse is 128.
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`] as const
  let output: string
  try {
    output = await gitOutput(repository, args, { ...options, accept: [1] })
  } catch (error) {
    if (error instanceof GitError && error.kind === 'unknown-revision') return undefined
    throw error
  }
  // Git 2.30 to 2.43 print --end-of-options back when --verify is not last.
  const found = output.trim().split('\n').at(-1) ?? ''
  return isObjectName(found) ? found : undefined
}
