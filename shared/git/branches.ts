import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Repository } from './model.ts'
import { gitOutput } from './process.ts'
import { isObjectName } from './revision.ts'

/**
 * Of the history of some commits, what neither a branch nor `sha` contains: commit → its parents. One process.
 *
 * @param commits full object names, like `sha`
 * @throws GitError
 */
export async function readUnbranched(
  repository: Repository,
  { commits, sha, signal }: { commits: readonly string[]; sha: string; signal?: AbortSignal | undefined },
): Promise<Map<string, string[]>> {
  const wanted = commits.filter(isObjectName)
  if (wanted.length === 0) return new Map()
  const args = ['rev-list', '--parents', ...wanted, '--not', '--branches', '--remotes', sha, '--'] as const
  return parentsIn(await gitOutput(repository, args, { signal }))
}

/**
 * Which of some commits another one contains. One process.
 *
 * @param commits full object names, like `head`
 * @throws GitError
 */
export async function containedIn(
  repository: Repository,
  { commits, head, signal }: { commits: readonly string[]; head: string; signal?: AbortSignal | undefined },
): Promise<Set<string>> {
  const wanted = [...new Set(commits)].filter(isObjectName)
  if (wanted.length === 0) return new Set()
  const args = ['rev-list', ...wanted, '--not', head, '--'] as const
  const missing = parentsIn(await gitOutput(repository, args, { signal }))
  return new Set(wanted.filter((commit) => !missing.has(commit)))
}

function parentsIn(output: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const line of output.split('\n')) {
    const [commit = '', ...parents] = line.split(' ')
    if (commit !== '') found.set(commit, parents)
  }
  return found
}

/** Larger than any list of refs that is looked through for one of them. */
const MAX_PACKED = 67_108_864

/**
 * What a ref holds, read from its file or from `packed-refs`; undefined where there is none, and in repositories that
 * keep their refs elsewhere. No process.
 *
 * @param ref a full name, `refs/heads/main`
 */
export function readRef({ commonDir }: Repository, ref: string): string | undefined {
  if (!/^refs\/[^\0]+$/.test(ref) || ref.split('/').some((part) => part === '' || part === '..'))
    return undefined
  const file = join(commonDir, ref)
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats?.isFile() && stats.size < 1_000) {
    const text = readFileSync(file, 'latin1').trim()
    return isObjectName(text) ? text : undefined
  }
  const packed = join(commonDir, 'packed-refs')
  const list = statSync(packed, { throwIfNoEntry: false })
  if (!list?.isFile() || list.size > MAX_PACKED) return undefined
  const text = readFileSync(packed, 'utf8')
  const at = text.indexOf(` ${ref}\n`)
  const found = text.slice(Math.max(0, text.lastIndexOf('\n', at) + 1), Math.max(0, at))
  return at > 0 && isObjectName(found) ? found : undefined
}
