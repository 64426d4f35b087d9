import type { RunContext } from '../../../shared/action/context.ts'
import { isObjectName } from '../../../shared/git/revision.ts'
import type { EventPayload } from './event.ts'

/** Where files come from that steer what a scan sees. */
export type SteeringBase =
  /** What is checked out is what the repository has decided on. */
  | { kind: 'checkout' }
  /** A pull request must not steer its own gate: this commit is what it is to be merged into. */
  | { kind: 'commit'; sha: string }
  | { kind: 'unknown' }

/**
 * Which commit a file that steers the gate is read from; pure. Pull requests and merge groups: the base. Runs that are
 * about a pull request and run on the default branch (`workflow_run`, a comment): the commit of that branch.
 */
export function steeringBase(
  { ref, sha, eventName }: Pick<RunContext, 'ref' | 'sha' | 'eventName'>,
  event: EventPayload,
  target: { pullRequest: number | undefined },
): SteeringBase {
  const commit = (found: string | undefined): SteeringBase =>
    found !== undefined && isObjectName(found) ? { kind: 'commit', sha: found } : { kind: 'unknown' }
  if (event.pull_request !== undefined) return commit(event.pull_request.base?.sha)
  const queued = /^refs\/heads\/gh-readonly-queue\/.+-([0-9a-f]{40,64})$/.exec(ref)?.[1]
  if (eventName === 'merge_group' || ref.startsWith('refs/heads/gh-readonly-queue/'))
    return commit(event.merge_group?.base_sha ?? queued)
  if (event.workflow_run?.event?.startsWith('pull_request')) return commit(sha)
  if (event.issue?.pull_request !== undefined) return commit(sha)
  return target.pullRequest === undefined ? { kind: 'checkout' } : { kind: 'unknown' }
}
