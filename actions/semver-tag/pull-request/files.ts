import type { BranchChanges, FileWrite } from '../../../shared/github/branches.ts'
import type { TreeEntry } from '../../../shared/github/trees.ts'

/** What is in the files of the base, of the workspace and of the branch. */
export interface RequestFiles {
  /** What the release writes: path → bytes and their blob; undefined where the base has the same. */
  wanted: ReadonlyMap<string, { bytes: Buffer; blob: string } | undefined>
  /** What the branch has beyond the base; undefined without a branch. */
  changes: BranchChanges | undefined
  /** Files of the open request that somebody else has written: what they are to be. */
  byHand: readonly FileWrite[]
  /** Why what was written by hand cannot be kept on the base of today. */
  conflict?: string
  coAuthors: readonly string[]
}

/** What was changed by hand: everything that the branch has and that this step does not write. */
export function changedByHand({ wanted, changes }: Pick<RequestFiles, 'wanted' | 'changes'>) {
  return (changes?.files ?? []).filter(({ path }) => !wanted.has(path))
}

/**
 * Why files of people cannot be put on the base of today; nothing when they can.
 *
 * @param trees of the merge base, of the base as it is, and of the branch
 */
export function conflictOf(
  byHand: BranchChanges['files'],
  trees: Record<'mergeBase' | 'base' | 'head', ReadonlyMap<string, TreeEntry>>,
): string | undefined {
  for (const { path, blob } of byHand) {
    const now = trees.base.get(path)?.blob
    if (now !== trees.mergeBase.get(path)?.blob && now !== blob)
      return `${path} was changed by hand here and on the base: merge the base into this branch`
    const mode = trees.head.get(path)?.mode
    if (blob !== undefined && mode !== '100644')
      return `${path} was added by hand and is not a plain file, which the API cannot write: merge the base into this branch`
  }
  return undefined
}
