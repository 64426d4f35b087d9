import type { Journal, Left } from './journal.ts'
import type { End } from './machine.ts'

/** What the lock of the router holds when the post step takes it. */
export type LockLeft =
  /** The journal of the main step. */
  | 'ours'
  /** The same, and it says that the run came to its end. */
  | 'ours, done'
  | 'nothing'
  /** A journal of another run that died. */
  | "another's"
  /** Something that nobody has proved. */
  | 'unproved'

export interface Ending {
  phase: Left['phase']
  lock: LockLeft
  /** How main has ended, where that is known. */
  end: End | undefined
  /** `rollback-on-job-failure`, and the job has failed or was cancelled. */
  takesBack: boolean
  /** What is live is exactly where the switch ended. */
  isWhereItEnded: boolean
  /** What is live is what was before the switch. */
  isBack: boolean
  /** What is live may be the doing of the main step. */
  isOurs: boolean
  /** What is read proves nothing about what is in force. */
  readsFile: boolean
}

/** What the post step does. */
export type Finishing =
  | 'nothing'
  /** It is back already. */
  | 'verified'
  /** Something else has moved the traffic, or taken care of what was left. */
  | 'left'
  | 'restore'
  /** Main had left the weights as they are, and was ended before it could say so. */
  | 'tell'
  /** Nothing is written, and the step is red. */
  | 'refuse'

/** Main has left the weights as they are for a reason that people have to hear, and did not come to tell it; pure. */
export function isUntold({ phase, end, told }: Left): boolean {
  return phase === 'settled' && told !== true && end !== undefined && end !== 'restored' && end !== 'switched'
}

/** Whether there is anything to look at; pure. */
export function needsLook({ phase }: Left, takesBack: boolean): boolean {
  return phase === 'moving' || (phase === 'switched' && takesBack)
}

/** What is to be done, decided before anything is; pure. */
export function decideFinish(ending: Ending): Finishing {
  const { lock, takesBack, isBack, readsFile } = ending
  // Killed after it had said so in the lock, and before it could in its record.
  if (ending.phase === 'moving' && lock === 'ours, done' && ending.end !== 'switched')
    return isBack ? 'verified' : 'tell'
  const isSwitched = ending.phase === 'switched' || lock === 'ours, done'
  if (isSwitched) {
    if (!takesBack) return 'nothing'
    if (isBack) return 'verified'
    if (lock === 'unproved') return 'refuse'
    return ending.isWhereItEnded ? 'restore' : 'left'
  }
  if (lock === 'ours') {
    if (isBack) return readsFile ? 'restore' : 'verified'
    return ending.isOurs ? 'restore' : 'left'
  }
  if (isBack) return 'verified'
  // Main has given the lock back, or another run has taken it over and put back what was before.
  return lock === 'unproved' ? 'refuse' : 'left'
}

/** What the lock holds, as the post step of the run with this journal sees it; pure. */
export function lockLeftOf(
  left: { isProved: boolean; journal: Journal | undefined } | undefined,
  own: Pick<Journal, 'id'>,
): LockLeft {
  if (left === undefined) return 'nothing'
  const { journal, isProved } = left
  // Its own journal the step knows by its own, proved record.
  if (journal?.id === own.id) return journal.done != null ? 'ours, done' : 'ours'
  return isProved && journal !== undefined ? "another's" : 'unproved'
}
