import { ActionError } from '../../../shared/action/errors.ts'
import type { Problems } from '../../../shared/action/inputs.ts'

/** Whole percent of the traffic per color, every color of the target named, in all 100. */
export type Weights = Readonly<Record<string, number>>

/** What a router said about itself, with all it takes to write against exactly this state. */
export interface LiveState {
  weights: Weights
  /** The color that has all the traffic; undefined when it is split, or when nobody has any. */
  live: string | undefined
  /**
   * What {@link Target.restore} puts back: plain JSON, at most 64 KiB, without secrets, hosts or paths that
   * `target-config` gives. It is kept on disk and in the step's state, and a later process restores from it.
   */
  raw: unknown
  /** What a write is compared with: an ETag, a resourceVersion, a hash of the file. */
  revision?: string
  /** Open sessions (requests and connections under way) per color, where the router tells. */
  sessions?: Readonly<Record<string, number>>
  /** What binds users to a side whatever the weights say; absent when nothing is known to do so. */
  sticky?: Sticky
  /** Why the router, as it is configured, cannot split the traffic by weight; absent when it can. */
  splitProblem?: string
  /** What people should know before anything is written, in sentences. */
  notes?: readonly string[]
  /** Why a color cannot get any traffic, by color; absent when nothing is in the way. */
  obstacles?: Readonly<Record<string, string>>
  /** The platform has taken our change back by itself, in its own words. */
  ownRollback?: string
}

/** What binds users to a side. */
export interface Sticky {
  /** For people: `the cookie SRV`, `a stick-table of 14 entries`. */
  by: string
  /** Users that are known to be bound, per color; absent where the router does not count them. */
  bound?: Readonly<Record<string, number>>
  /** A side without any weight keeps the users that are bound to it. */
  outlivesWeight: boolean
}

/** One router. It knows how to read and write, and no policy: when and why is for the protocol to decide. */
export interface Target {
  /** For people: `HAProxy backend app at /run/haproxy.sock`. */
  describe(): string
  /** In the order of `target-config`; at least two. */
  readonly colors: readonly string[]
  /** Whether it can split traffic; otherwise `steps` is 100. */
  readonly weighted: boolean
  /** What reading cannot prove, in a sentence for people; absent when it is the running router that answers. */
  readonly caution?: string
  /**
   * Reading tells what the router was told last, and not what it does. A run that died may have left the two apart, so
   * whoever recovers from it writes in any case.
   */
  readonly readsFile?: boolean
  /** Milliseconds that one write may take, where 20 s are too few; `timeout` of the step bounds it as well. */
  readonly patience?: number
  /** The same for a restoring write, which `timeout` does not bound. */
  readonly restorePatience?: number
  /** false: while a change takes effect the front door may answer with errors of no side. */
  readonly atomic?: boolean
  /** A write that failed may still take effect later: what is read right after it proves nothing. */
  readonly late?: boolean
  /** Each restoring write starts another change of its own, so it is sent once, and followed by reading. */
  readonly restoresOnce?: boolean
  /**
   * The file that is the lock of this router on this machine, and holds the journal of whoever has it: beside the
   * router's file or socket, else in the system's temporary folder (see `lockPath` in lock.ts).
   */
  readonly lock: string
  /**
   * Asks the router itself. Writes nothing.
   *
   * @throws TargetError when it cannot be asked, or does not know the servers of `target-config`
   */
  read(signal: AbortSignal): Promise<LiveState>
  /** What would be written, in words, for the log and the dry run; pure. */
  plan(weights: Weights): readonly string[]
  /**
   * Writes when the router is still as `expected` (compare-and-set, or read and written under the lock, which the
   * caller holds), reads back and returns what it read. The caller compares.
   *
   * @throws Conflict when something else has changed it; nothing was written then
   * @throws TargetError whose `applied` says what is known; a write that is unknown was read back first
   */
  write(weights: Weights, expected: LiveState, signal: AbortSignal): Promise<LiveState>
  /**
   * Puts a recorded state back, whatever is there now, and reads back. It may be called twice, and by another process
   * than the one that recorded. It sends its write at once, and ends within 5 s: after SIGINT there are 7 s.
   *
   * @throws TargetError
   */
  restore(recorded: LiveState, signal: AbortSignal): Promise<LiveState>
  /**
   * What the router itself says went wrong with the last write, for the message when the probes see no effect of it,
   * such as the error log of nginx; undefined when it says nothing.
   */
  explain?(signal: AbortSignal): Promise<string | undefined>
}

export interface ConnectOptions {
  /** Stands before every command that the target starts: `[ssh, deploy@host]`. */
  via: readonly string[]
  env: NodeJS.ProcessEnv
  /** Of the new side; empty when not given. */
  version?: string
  /** What becomes of users that the router binds to the side that loses its traffic. */
  sticky?: 'keep' | 'move' | 'refuse'
  /** ms of the whole step: a write may take as long. */
  timeout?: number
}

/**
 * Each target is a file here that exports `connect: Connect`. It reads `target-config` and says everything that is wrong with
 * it (`problems.add('target-config.servers', …)`), also unknown keys. It does no I/O. @returns undefined after problems
 */
export type Connect = (config: unknown, options: ConnectOptions, problems: Problems) => Target | undefined

/** The router cannot be read or written, in words for the person at the keyboard. */
export class TargetError extends ActionError {
  /** What is known about the write: nothing was written, it was, or nobody knows. `no` for reads. */
  readonly applied: 'no' | 'yes' | 'unknown'

  constructor(message: string, applied: 'no' | 'yes' | 'unknown' = 'no', options?: ErrorOptions) {
    super('The router did not do it', message, options)
    this.name = 'TargetError'
    this.applied = applied
  }
}

/** Something else has changed the router since it was read; nothing was written. */
export class Conflict extends TargetError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, 'no', options)
    this.name = 'Conflict'
  }
}

/** Whether two states send the traffic the same way; pure. */
export function sameWeights(one: Weights, other: Weights): boolean {
  const colors = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...colors].every((color) => (one[color] ?? 0) === (other[color] ?? 0))
}

/** The color without any traffic, when the other one has all of it; pure. */
export function idleColor(weights: Weights): string | undefined {
  const without = Object.keys(weights).filter((color) => weights[color] === 0)
  return without.length === 1 && liveColor(weights) !== undefined ? without[0] : undefined
}

/** The color with all the traffic; pure. */
export function liveColor(weights: Weights): string | undefined {
  return Object.keys(weights).find((color) => weights[color] === 100)
}
