import { mergeBase } from '../../../shared/git/ancestry.ts'
import { readCommits } from '../../../shared/git/commits.ts'
import { readHistory } from '../../../shared/git/history.ts'
import type { Repository } from '../../../shared/git/model.ts'
import { isObjectName } from '../../../shared/git/revision.ts'
import { listTags, reachableTags } from '../../../shared/git/tags.ts'
import type { Source } from './source.ts'

/**
 * A complete repository on disk: one process for the tags, one for the names, one or two for ancestry, one for history.
 */
export function gitSource(repository: Repository, signal: AbortSignal): Source {
  const options = { signal }
  return {
    kind: 'git',
    tags: () => listTags(repository, options),
    resolve: async (revisions) => {
      const spellings = revisions.map(spellingsOf)
      const found = await readCommits(repository, spellings.flat(), options)
      return spellings.map((some) => found.splice(0, some.length).find((commit) => commit !== undefined))
    },
    mergeBase: (base, head) => mergeBase(repository, base, head, options),
    reached: (_tags, head) => reachableTags(repository, { reachableFrom: head, ...options }),
    beside: ([first = '', ...more], to) =>
      readHistory(repository, { to: first, and: more, without: [to], ...options }),
    commits: (from, to, paths) =>
      readHistory(repository, { to, without: from === undefined ? [] : [from], paths, ...options }),
  }
}

/** A checkout of one branch has the others only as those of its remote. */
function spellingsOf(revision: string): string[] {
  if (isObjectName(revision) || revision === 'HEAD' || revision.startsWith('refs/')) return [revision]
  return [`refs/tags/${revision}`, `refs/heads/${revision}`, `refs/remotes/origin/${revision}`, revision]
}
