import { containedIn, readRef, readUnbranched } from '../../../shared/git/branches.ts'
import { type Commit, readHistory } from '../../../shared/git/history.ts'
import type { Repository } from '../../../shared/git/model.ts'
import { readTagMessage, readTags, tagsContaining } from '../../../shared/git/tags.ts'
import type { Source, Standing } from './source.ts'

/** The checkout on disk, which is complete. */
export function gitSource(repository: Repository, sha: string, signal: AbortSignal): Source {
  return {
    kind: 'git',
    tags: () => readTags(repository, { reachableFrom: sha, signal }),
    message: ({ name }) => readTagMessage(repository, name, { signal }),
    range: async (without, paths) => {
      const commits: Commit[] = []
      for await (const commit of readHistory(repository, { to: sha, without, paths, signal }))
        commits.push(commit)
      return commits
    },
    standing: (commits) => standing(repository, { commits, sha, signal }),
    tip: async (branch) =>
      readRef(repository, `refs/remotes/origin/${branch}`) ?? readRef(repository, `refs/heads/${branch}`),
  }
}

/** Two processes; a third one where a commit stands on no branch. */
async function standing(
  repository: Repository,
  { commits, sha, signal }: { commits: readonly string[]; sha: string; signal: AbortSignal },
): Promise<Map<string, Standing>> {
  const [outside, containing] = await Promise.all([
    readUnbranched(repository, { commits, sha, signal }),
    tagsContaining(repository, sha, { signal }),
  ])
  const inner = new Set([...outside.values()].flat())
  // A release commit beside the line is alone there: nobody has built on it, and it is made from one of ours.
  const parents = new Map(
    commits.flatMap((commit) => {
      const [first] = outside.get(commit) ?? []
      return first === undefined || outside.has(first) || inner.has(commit) ? [] : [[commit, first]]
    }),
  )
  const ours = await containedIn(repository, { commits: [...parents.values()], head: sha, signal })
  return new Map(
    commits.map((commit): [string, Standing] => {
      const contains = containing.has(commit)
      if (!outside.has(commit)) return [commit, { on: 'branch', contains }]
      const from = parents.get(commit)
      const isOurs = from !== undefined && ours.has(from)
      return [commit, isOurs ? { on: 'beside', from, contains } : { on: 'beside', contains }]
    }),
  )
}
