import type { Repository } from './model.ts'
import { runGit } from './process.ts'

export interface CommitFacts {
  sha: string
  /** Committer date, seconds since 1970. */
  committedAt: number
}

/**
 * The commit that each revision stands for (a SHA, also a short one, a full ref name, a tag or a branch); undefined
 * where there is none, or more than one. One process for all of them.
 *
 * @param revisions none with a line end
 * @throws GitError
 */
export async function readCommits(
  repository: Repository,
  revisions: readonly string[],
  options: { signal?: AbortSignal | undefined } = {},
): Promise<(CommitFacts | undefined)[]> {
  const input = revisions.map((revision) => `${revision.replace(/[\n\0]/g, '')}^{commit}\n`).join('')
  const chunks: Buffer[] = []
  const args = ['cat-file', '--batch'] as const
  for await (const chunk of runGit(repository, args, { ...options, input, maxOutput: 67_108_864 }))
    chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  let at = 0
  return revisions.map(() => {
    const end = bytes.indexOf(10, at)
    const head = bytes.toString('latin1', at, end)
    at = end + 1
    const found = /^([0-9a-f]{40,64}) commit (\d+)$/.exec(head)
    if (found === null) return undefined
    const size = Number(found[2])
    const text = bytes.toString('latin1', at, at + size)
    at += size + 1
    // The header ends at the first blank line; a message cannot give a committer.
    const header = text.slice(0, text.indexOf('\n\n') === -1 ? undefined : text.indexOf('\n\n'))
    const time = /^committer .*> (\d+)(?: [+-]\d+)?$/m.exec(header)
    return { sha: found[1] as string, committedAt: Number(time?.[1] ?? 0) }
  })
}
