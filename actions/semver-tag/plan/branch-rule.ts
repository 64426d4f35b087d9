import { globTest } from '../../../shared/text/glob.ts'
import type { Inputs, Observation } from '../model.ts'

/** What the event and the ref allow. */
export interface RefRule {
  /** The branch the step runs on; absent on tags and pull requests. */
  branch?: string
  /** A build of a pull request; its image tag is `pr-N`. */
  isPullRequest: boolean
  /** Whether this ref may get tags at all; the `create` input is another matter. */
  mayCreate: boolean
  /** The identifier that `branches` has for this branch. */
  prerelease?: string
  /** Why nothing may be created, and what would change it. */
  notice?: string
}

/** The contract's rule of refs: pull requests never, else `branches`, else the default branch; an order lifts the latter two. */
export function refRule(inputs: Inputs, observation: Observation): RefRule {
  const { event, ref } = observation
  const branch = ref.startsWith('refs/heads/') ? ref.slice('refs/heads/'.length) : undefined
  if (event.startsWith('pull_request') || event === 'merge_group') {
    return {
      ...(event === 'merge_group' && branch !== undefined ? { branch } : {}),
      isPullRequest: event !== 'merge_group',
      mayCreate: false,
      notice: `Nothing is created on ${event}: what is not merged gets no version. Run the step on push as well.`,
    }
  }
  const { makes, why } = ruleOf(branch, inputs, observation)
  const isOrder = inputs.version !== undefined || inputs.bump !== 'auto' || inputs.mode === 'rollback'
  const mayCreate = makes !== 'none' || isOrder
  const remedy = 'Map the branch in "branches", or give "bump" or "version".'
  return {
    ...(branch === undefined ? {} : { branch }),
    isPullRequest: false,
    mayCreate,
    ...(typeof makes === 'object' ? { prerelease: makes.prerelease } : {}),
    ...(mayCreate
      ? {}
      : {
          notice:
            branch === undefined ? offBranch(ref) : `Nothing is created on ${branch}: ${why}. ${remedy}`,
        }),
  }
}

/** What a run that is not about a branch is told. */
function offBranch(ref: string): string {
  const remedy = 'Run the step on the push of a branch, or give "bump" or "version".'
  if (ref.startsWith('refs/tags/')) {
    return `Nothing is created: this run is about the tag ${ref.slice('refs/tags/'.length)}, which is there already. ${remedy}`
  }
  if (ref === '') return `Nothing is created: this run is about a commit, and not about a branch. ${remedy}`
  return `Nothing is created on ${ref}: it is not a branch. ${remedy}`
}

function ruleOf(
  branch: string | undefined,
  { branches }: Inputs,
  { defaultBranch }: Observation,
): { makes: 'release' | 'none' | { prerelease: string }; why: string } {
  if (branch === undefined) return { makes: 'none', why: 'it is no branch' }
  if (branches.length === 0) {
    if (branch === defaultBranch) return { makes: 'release', why: '' }
    const only = defaultBranch === undefined ? 'which is not known here' : defaultBranch
    return { makes: 'none', why: `only the default branch releases (${only})` }
  }
  const rule =
    branches.find(({ glob }) => glob === branch) ?? branches.find(({ glob }) => globTest(glob)(branch))
  if (rule === undefined) return { makes: 'none', why: '"branches" has no rule for it' }
  return { makes: rule.makes, why: `"branches" says so (${rule.glob}: none)` }
}
