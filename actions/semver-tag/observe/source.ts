import type { Commit } from '../../../shared/git/history.ts'
import type { ReachableTag } from '../../../shared/git/tags.ts'

/** Where history comes from. Both kinds give the same answers to the same questions. */
export interface Source {
  readonly kind: 'git' | 'api'
  /**
   * Every tag of the repository. `reachable` says whether `sha` reaches it; for a tag that ranks below the highest
   * stable one that is reachable nobody asks, and it may be false.
   */
  tags(): Promise<ReachableTag[]>
  /** The message of an annotated tag. */
  message(tag: ReachableTag): Promise<string | undefined>
  /** The commits that `sha` reaches and none of `without` does, newest first; with `paths` those that touch one of them. */
  range(without: readonly string[], paths: readonly string[]): Promise<Commit[]>
  /**
   * Where commits stand that `sha` does not reach. `branch`: on another branch; `beside`: on none. `from` is the first
   * parent of one beside the line, when `sha` reaches that.
   *
   * @param commits the most interesting first; those that nobody can tell about are missing in the answer
   */
  standing(commits: readonly string[]): Promise<Map<string, Standing>>
  /** The commit that a branch is at now; undefined where nobody knows. */
  tip(branch: string): Promise<string | undefined>
}

export interface Standing {
  on: 'branch' | 'beside'
  from?: string
  /** It contains `sha`, which is an older commit then. */
  contains: boolean
}
