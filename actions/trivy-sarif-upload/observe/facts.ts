import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '../../../shared/git/repository.ts'
import { isObjectName } from '../../../shared/git/revision.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { readRepository } from '../../../shared/github/repository.ts'
import type { EventPayload, Head } from './event.ts'
import type { TargetFacts } from './target.ts'

/**
 * Reads what the event leaves out: what is checked out, and the repository where the payload has none (a schedule). At
 * most one call, and only with a client; what cannot be read stays unknown.
 */
export async function targetFacts(
  checkout: string,
  event: EventPayload,
  connect: (() => Promise<GitHub>) | undefined,
): Promise<TargetFacts> {
  const head = headOf(checkout)
  const isTold = event.repository?.default_branch !== undefined && event.repository.private !== undefined
  if (isTold || connect === undefined) return { head }
  const repository = await connect()
    .then(readRepository)
    .catch(() => undefined)
  return { head, repository }
}

/** The commit that is checked out, from files alone; undefined without a checkout. */
export function headOf(directory: string): Head | undefined {
  try {
    const { gitDir, commonDir } = openRepository(directory)
    const text = small(join(gitDir, 'HEAD'))?.trim() ?? ''
    if (isObjectName(text)) return { sha: text }
    const branch = /^ref: (refs\/heads\/.+)$/.exec(text)?.[1]
    if (branch === undefined || branch.split('/').includes('..')) return undefined
    const sha = small(join(commonDir, branch))?.trim() ?? packed(join(commonDir, 'packed-refs'), branch)
    return sha !== undefined && isObjectName(sha) ? { sha, branch } : undefined
  } catch {
    return undefined
  }
}

function small(path: string): string | undefined {
  if (!existsSync(path) || statSync(path).size > 8_192) return undefined
  return readFileSync(path, 'utf8')
}

/** @see https://git-scm.com/docs/gitrepository-layout packed-refs */
function packed(path: string, ref: string): string | undefined {
  if (!existsSync(path)) return undefined
  const line = readFileSync(path, 'utf8')
    .split('\n')
    .find((one) => one.endsWith(` ${ref}`))
  return line?.split(' ', 1)[0]
}
