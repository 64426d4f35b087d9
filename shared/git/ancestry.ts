import type { Repository } from './model.ts'
import { gitOutput } from './process.ts'
import { isObjectName } from './revision.ts'

/**
 * The best common ancestor of two commits: `base` itself when `head` contains it. Undefined when they share no history.
 * One process, which looks no further back than it has to.
 *
 * @param base full object name of a commit, like `head`
 * @throws GitError
 */
export async function mergeBase(
  repository: Repository,
  base: string,
  head: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<string | undefined> {
  if (base === head) return base
  const args = ['merge-base', '--end-of-options', base, head] as const
  const found = (await gitOutput(repository, args, { ...options, accept: [1] })).trim()
  return isObjectName(found) ? found : undefined
}
