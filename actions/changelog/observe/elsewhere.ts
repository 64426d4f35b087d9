import { reachableFrom } from '../../../shared/commits/graph.ts'
import { pullRequestOf } from '../../../shared/commits/subject.ts'
import type { Commit } from '../../../shared/git/history.ts'
import type { Elsewhere, RangeCommit } from '../model.ts'
import type { KnownTag } from '../range/versions.ts'
import type { Source } from './source.ts'

interface Asked {
  /** Where the range ends. */
  to: string
  /** From the lowest up. */
  tags: readonly KnownTag[]
  commits: readonly RangeCommit[]
}

/** More versions between two of one line are no backports: nobody reads of them. */
const MAX_TAGS = 200

/**
 * What versions on other lines have of a range: the same pull requests, and the same patches. Patches are compared as
 * `git cherry-pick` leaves them: of the same author and with the same words, but for the trailers it adds. One process.
 */
export async function observeElsewhere(source: Source, { to, tags, commits }: Asked): Promise<Elsewhere[]> {
  if (source.beside === undefined || tags.length > MAX_TAGS) return []
  const beside: Commit[] = []
  const ends = [...new Set(tags.map(({ commit }) => commit))]
  for await (const commit of source.beside(ends, to)) beside.push(commit)
  if (beside.length === 0) return []
  const nodes = new Map(beside.map((commit) => [commit.sha, commit]))
  const byPatch = patchesOf(commits)
  const known = new Set(commits.map(({ sha }) => sha))
  const seen = new Set<string>()
  return tags.flatMap(({ name, commit }) => {
    const own = [...reachableFrom(nodes, [commit])].filter((sha) => !seen.has(sha))
    for (const sha of own) seen.add(sha)
    const some = own.flatMap((sha) => nodes.get(sha) ?? [])
    const numbers = some.flatMap(({ message }) => pullRequestOf(firstLine(message)) ?? [])
    const shas = some.flatMap((each) => [
      ...pickedFrom(each.message).filter((sha) => known.has(sha)),
      ...(byPatch.get(patchKey(each.author, firstLine(each.message))) ?? []),
    ])
    return numbers.length === 0 && shas.length === 0
      ? []
      : [{ tag: name, pullRequests: new Set(numbers), shas: new Set(shas) }]
  })
}

function patchesOf(commits: readonly RangeCommit[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const { sha, parents, author, message } of commits) {
    // Merges are no patches.
    if (parents.length > 1) continue
    const key = patchKey(author, message.subject)
    found.set(key, [...(found.get(key) ?? []), sha])
  }
  return found
}

function patchKey({ name, email }: Commit['author'], subject: string): string {
  return [name, email, subject].join('\0')
}

function firstLine(message: string): string {
  return message.trimStart().split('\n', 1)[0]?.trim() ?? ''
}

/** What `git cherry-pick -x` writes. */
function pickedFrom(message: string): string[] {
  return [...message.matchAll(/^\(cherry picked from commit ([0-9a-f]{40,64})\)$/gm)].map(
    (match) => match[1] as string,
  )
}
