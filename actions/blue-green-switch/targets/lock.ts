import { messageOf } from '../../../shared/action/errors.ts'
import { acquireLock as acquire, LockedError } from '../../../shared/files/lock.ts'
import { machineKey } from '../../../shared/files/machine-key.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import { Conflict, TargetError } from './target.ts'

export { lockPath } from '../../../shared/files/lock.ts'

/** A lock that is held, and the journal in it. */
export interface Lock {
  /** What a run that died while holding it had written last; it is the caller's to clear up. */
  readonly left: { journal: unknown; isProved: boolean } | undefined
  /** Replaces the journal (JSON, no secrets; null for none), on disk when it resolves. @throws Conflict, TargetError */
  write(journal: unknown): Promise<void>
  /** Gives the lock up and removes the journal. Resolves also when it is lost already. */
  release(): Promise<void>
}

/**
 * Takes the lock of a router at once, or says who has it. That of a dead process is taken over with what it left: on
 * the same machine (boot, container) by its process id and start time, else after 60 s without a sign of life.
 *
 * @param who for the other one's message, such as the address of this run
 * @throws Conflict when somebody else has it
 * @throws TargetError when it cannot be written
 */
export async function acquireLock(path: string, who: string): Promise<Lock> {
  const lock = await acquire(path, oneLine(who, 200), machineKey()).catch((error: unknown) => {
    throw failure(path, error)
  })
  return {
    left:
      lock.isProved && lock.left === undefined ? undefined : { journal: lock.left, isProved: lock.isProved },
    write: (journal) =>
      lock.write(journal).catch((error: unknown) => {
        throw failure(path, error)
      }),
    release: () => lock.release(),
  }
}

function failure(path: string, error: unknown): TargetError {
  if (!(error instanceof LockedError)) {
    return new TargetError(`The lock ${path} cannot be written: ${messageOf(error)}. Nothing was changed.`)
  }
  const { holder } = error
  if (holder === undefined) {
    return new Conflict(
      `${path} is in the way, and is not a lock of this action. Look what it is, and remove it.`,
    )
  }
  const { who, pid, host, since } = holder
  const by = `${oneLine(String(who), 200)} (process ${pid} on ${oneLine(String(host), 60)}, since ${oneLine(String(since), 40)})`
  return new Conflict(
    `Another switch of this router is under way: ${by}. Its lock is ${path}. Nothing was changed.`,
  )
}
