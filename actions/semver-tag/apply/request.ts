import { ActionError, messageOf } from '../../../shared/action/errors.ts'
import { commitOnBranch, deleteRef } from '../../../shared/github/branches.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { GitHubError, isFailure } from '../../../shared/github/errors.ts'
import {
  addLabels,
  type BranchState,
  openPullRequest,
  updatePullRequest,
} from '../../../shared/github/pull-requests-write.ts'
import { createRef, moveRef, updateRefs } from '../../../shared/github/refs.ts'
import { NONE } from '../../../shared/github/update-refs.ts'
import type { RequestPlan, WrittenRequest } from '../plan/request.ts'

/** Branches of one request. */
export interface RequestBranches {
  base: string
  head: string
  /** Where the commit is made: on `head` itself the request would stand at its base for a moment, and GitHub closes it. */
  temporary: string
}

export interface RequestWritten {
  /** What was done, for the log. */
  done: string[]
  /** Worth a notice. */
  notices: string[]
  /** Another run came in between: everything is to be read again. */
  raced?: string
}

/**
 * Carries a plan out. Each branch moves only from where it was seen, and each call says what is to be, so that a run that
 * is killed anywhere is made good by the next one.
 *
 * @throws GitHubError
 */
export async function writeRequest(
  github: GitHub,
  plan: RequestPlan,
  state: BranchState,
  branches: RequestBranches,
): Promise<RequestWritten> {
  const written: RequestWritten = { done: [], notices: [] }
  const own = `refs/heads/${branches.temporary}`
  if (plan.kind === 'close') {
    await updatePullRequest(github, plan.number, { state: 'closed' })
    written.done.push(`Closed #${plan.number}: nothing is to be released any more.`)
  }
  if ('deletesBranch' in plan && plan.deletesBranch) await deleteRef(github, `refs/heads/${branches.head}`)
  if (plan.kind === 'write' && plan.commit !== undefined) {
    await pushCommit(github, plan.commit, state, branches, written)
  } else if (state.temporary !== undefined) await deleteRef(github, own) // Of a run that was killed.
  if (plan.kind === 'write' && written.raced === undefined) await writePull(github, plan, branches, written)
  return written
}

async function pushCommit(
  github: GitHub,
  { headline, body, files }: NonNullable<WrittenRequest['commit']>,
  state: BranchState,
  { head, temporary }: RequestBranches,
  written: RequestWritten,
): Promise<void> {
  const [ref, own] = [`refs/heads/${head}`, `refs/heads/${temporary}`]
  const stands = await placeTemporary(github, own, state)
  const commit = stands
    ? await commitOnBranch(github, { branch: temporary, parent: state.base, headline, body, files })
    : undefined
  if (commit === undefined) {
    written.raced = `${temporary} was moved`
    return
  }
  const moves = [
    { ref, before: state.head, after: commit },
    { ref: own, before: commit, after: NONE },
  ]
  const updated = await updateRefs(github, state.repositoryId, moves)
  if (updated.kind === 'raced') written.raced = `${head} was moved`
  else if (updated.kind !== 'updated') {
    // Not together, then.
    const moved = await moveRef(github, { ref, before: state.head, after: commit })
    await deleteRef(github, own)
    if (moved.kind === 'raced') written.raced = `${head} was moved`
    if (moved.kind === 'refused') throw refusedBranch(head, moved.reason)
  }
  if (written.raced === undefined) written.done.push(`Committed ${commit.slice(0, 7)} to ${head}.`)
}

/** Puts the branch of the next commit on the base; one that a killed run has left is taken over. */
async function placeTemporary(
  github: GitHub,
  ref: string,
  { base, temporary }: BranchState,
): Promise<boolean> {
  try {
    if (temporary === base) return true
    if (temporary === undefined) {
      const made = await createRef(github, ref, base)
      if (made.created || made.ref.object === base) return true
      return (await moveRef(github, { ref, before: made.ref.object, after: base })).kind === 'moved'
    }
    return (await moveRef(github, { ref, before: temporary, after: base })).kind === 'moved'
  } catch (error) {
    if (!isFailure(error, 'refused-by-rule')) throw error
    throw refusedBranch(ref.slice('refs/heads/'.length), error.message)
  }
}

function refusedBranch(branch: string, reason: string): ActionError {
  const remedy = 'Let the ruleset leave out branches of that name, or give another one (pull-request-branch).'
  return new ActionError('Branch refused', `${branch} cannot be written: ${reason} ${remedy}`)
}

async function writePull(
  github: GitHub,
  { number: known, title, body, change, labels }: WrittenRequest,
  { head, base }: RequestBranches,
  written: RequestWritten,
): Promise<void> {
  let number: number | 'exists' = known ?? 'exists'
  if (known === undefined) {
    try {
      number = await openPullRequest(github, { title, body, head, base })
    } catch (error) {
      throw withSetting(error)
    }
    if (number === 'exists') {
      written.raced = `another run has opened a pull request of ${head}`
      return
    }
    written.done.push(`Opened #${number}.`)
  } else if (change !== undefined) {
    await updatePullRequest(github, known, change)
    written.done.push(`Updated #${known}.`)
  }
  if (labels.length === 0 || number === 'exists') return
  try {
    await addLabels(github, number, labels)
  } catch (error) {
    // A label decides nothing, and a request without it is as good.
    if (!(error instanceof GitHubError)) throw error
    const remedy = labels.map((label) => `gh label create "${label}"`).join(', ')
    written.notices.push(
      `#${number} has no label ${labels.join(', ')}: ${messageOf(error)} Make it first: ${remedy}.`,
    )
  }
}

/** 403 with words of its own: no permission of the workflow can lift it. */
function withSetting(error: unknown): unknown {
  if (!(error instanceof GitHubError) || !/not permitted to create or approve/i.test(error.answer))
    return error
  return new ActionError(
    'Actions may not open pull requests',
    'The repository does not let GITHUB_TOKEN open pull requests. Turn on "Allow GitHub Actions to create and approve pull requests" (Settings → Actions → General), or give the token of a GitHub App. The branch is written: run the job again.',
  )
}
