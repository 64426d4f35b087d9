/**
 * Contract between the protocol (bg-core) and the locks (bg-targets, who owns this file from here on).
 *
 * The rule of the house "only apply.ts writes to the world" looks at imports of `node:fs` and `node:child_process`:
 * what writes files (replace a file atomically, the lock) goes to `shared/files/replace.ts` and `shared/files/lock.ts`,
 * programs are run with `shared/action/program.ts`.
 */

/** A lock that is held, and the journal in it. */
export interface Lock {
  /** What a run that died while holding it had written last; it is the caller's to clear up. */
  readonly left: unknown
  /** Replaces the journal (JSON, no secrets), on disk when it resolves. */
  write(journal: unknown): Promise<void>
  /** Gives the lock up and removes the journal. Resolves also when it is lost already. */
  release(): Promise<void>
}

/**
 * Takes the lock at once, or says who has it. A lock whose process is dead (same host and boot: the process id with its
 * start time; else: no sign of life for 60 s) is taken over with what it left; of two that do so at the same time one wins.
 *
 * @throws Conflict when somebody else has it
 * @throws TargetError when it cannot be written
 */
export type AcquireLock = (path: string, who: string) => Promise<Lock>

/** `beside` with `.nexus-switch.lock` when its folder can be written to, else a file in the system's temporary folder
 * whose name is a hash of `identity` (the same for everyone who means this router). */
export type LockPath = (beside: string | undefined, identity: string) => string
