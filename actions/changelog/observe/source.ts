import type { CommitFacts } from '../../../shared/git/commits.ts'
import type { Commit } from '../../../shared/git/history.ts'
import type { Tag } from '../../../shared/git/tags.ts'

/** Where history comes from. Both kinds give the same answers to the same questions. */
export interface Source {
  readonly kind: 'git' | 'api'
  /** Every tag of the repository, peeled, in the order of their names. */
  tags(): Promise<Tag[]>
  /** The commit that each tag, branch or SHA stands for; undefined where there is none. */
  resolve(revisions: readonly string[]): Promise<(CommitFacts | undefined)[]>
  /** The best common ancestor; `base` itself when `head` contains it. Undefined: no common history. */
  mergeBase(base: string, head: string): Promise<string | undefined>
  /**
   * Of some tags, in order of preference, the names of those whose commit `head` reaches; only the first that is
   * reached has to be in the answer. Asked at most once.
   */
  reached(tags: readonly { name: string; commit: string }[], head: string): Promise<ReadonlySet<string>>
  /** The commits that some tags reach and `to` does not; undefined where that takes too much asking. */
  beside?(tags: readonly string[], to: string): AsyncIterable<Commit>
  /** The commits that `to` reaches and `from` does not, newest first; with `paths` those that touch one of them. */
  commits(from: string | undefined, to: string, paths: readonly string[]): AsyncIterable<Commit>
  /** Where nothing is checked out: a text file at a commit; undefined when there is none. */
  readonly file?: (path: string, sha: string) => Promise<string | undefined>
}
