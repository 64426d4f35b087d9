import type { Clock } from '../../../shared/action/clock.ts'
import type { Moves } from '../plan.ts'
import type { LiveState, Target } from '../targets/target.ts'
import type { Ask } from '../traffic/front-door.ts'
import type { Limits, SideStats } from '../traffic/verdict.ts'
import type { Event, State } from './machine.ts'

/** What the user asked of the protocol; durations in ms. */
export interface Policy extends Limits {
  stepInterval: number
  watch: number
  drain: number
  /** How long the front door may take to show what was written. */
  propagation: number
  /** Requests per second. */
  probeRate: number
  onInconclusive: 'rollback' | 'continue' | 'fail'
  rollbackOnFailure: boolean
  dryRun: boolean
}

/** All that the protocol touches; tests put their own in its place. */
export interface World {
  target: Target
  /** Undefined when there is nothing to move. */
  moves: Moves | undefined
  /** What was read; it is what RESTORE puts back. Undefined when reading failed. */
  recorded: LiveState | undefined
  policy: Policy
  /** The front door; undefined with `verify: none`. */
  ask: Ask | undefined
  clock: Clock
  /** Aborts on SIGINT and SIGTERM. */
  cancel: AbortSignal
  /** When `timeout` is over, on the clock. */
  deadline: number
  /** Asks `checks` of the side; resolves by then, or when cancelled. */
  gate(colour: string, timeout: number): Promise<{ healthy: boolean; reason: string }>
  /** Runs a hook. @returns what went wrong */
  hook(name: 'before-switch' | 'before-restore', signal: AbortSignal): Promise<string | undefined>
  /** Before the first write: the recorded state is kept on disk and for the post step. Nothing is written if it rejects. */
  record(): Promise<void>
  say(line: string): void
}

/** Something that happened: what the log, the summary and `result` tell. */
export interface Entry {
  /** ms from the start */
  at: number
  state: State
  event: Event
  reason: string
  /** Percent of the new side, where a step is meant. */
  share?: number
}

/** How a step of the plan went. */
export interface StepReport {
  share: number
  verdict: 'pass' | 'fail' | 'inconclusive' | 'unwatched'
  reason: string
  /** Per colour. */
  stats: Record<string, SideStats>
  /** ms from the start */
  from: number
  to: number
}

/** What a phase came to. */
export interface Outcome {
  event: Event
  reason: string
  /** On the clock: when the first bad answer was seen. */
  firstBadAt?: number | undefined
  /** On the clock: when RESTORE had read the old state back; looking at the front door comes after that. */
  doneAt?: number | undefined
}
