import type { Commit } from '../../../shared/git/history.ts'
import type { Tag } from '../../../shared/git/tags.ts'

/** Where history comes from. Both kinds give the same answers to the same questions. */
export interface Source {
  readonly kind: 'git' | 'api'
  /** Every tag of the repository, peeled, in the order of their names. */
  tags(): Promise<Tag[]>
  /** The commit that a tag, ref or SHA stands for; undefined when there is none. */
  resolve(revision: string): Promise<string | undefined>
  /** The best common ancestor; `base` itself when it is an ancestor of `head` (or equal). Undefined: no common history. */
  mergeBase(base: string, head: string): Promise<string | undefined>
  /** Of some tags, the names of those whose commit `head` reaches. Asked at most once; `tags` are in order of preference, and only the first that is reached has to be in the answer. */
  reached(tags: readonly Tag[], head: string): Promise<ReadonlySet<string>>
  /** The commits that `to` reaches and `from` does not, newest first; with `paths` those that touch one of them. */
  commits(from: string | undefined, to: string, paths: readonly string[]): AsyncIterable<Commit>
}
