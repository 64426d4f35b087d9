import { type Commit, readHistory } from '../../../shared/git/history.ts'
import type { Repository } from '../../../shared/git/repository.ts'
import { readTagMessage, readTags } from '../../../shared/git/tags.ts'
import type { Source } from './source.ts'

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
  }
}
