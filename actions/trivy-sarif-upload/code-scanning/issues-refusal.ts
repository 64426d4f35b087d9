import type { Inputs, Target } from '../model.ts'

/** Where a scan may speak for the whole repository; a sentence when it may not. Pure. */
export function issuesRefusal(
  { issuesPublic }: Pick<Inputs, 'issuesPublic'>,
  target: Target,
): string | undefined {
  if (!target.onDefaultBranch) {
    return 'Issues are left as they are: only scans of the default branch open and close them.'
  }
  if (target.isPublic !== false && !issuesPublic) {
    return 'No issues are written: in a public repository everybody reads them before there is a fix. Set `issues-public: true` if that is meant.'
  }
  return undefined
}
