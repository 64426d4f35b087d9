import type { Clock } from '../../../shared/action/clock.ts'
import type { LiveState, Target, Weights } from '../targets/target.ts'
import type { Ask } from '../traffic/front-door.ts'
import type { Health } from '../traffic/sides.ts'
import type { Limits, Sample, SideStats } from '../traffic/verdict.ts'
import type { End, Event, Progress, State } from './machine.ts'
import type { Moves } from './moves.ts'

/** What the user asked of the protocol; durations in ms. */
export interface Policy extends Limits {
  stepInterval: number
  watch: number
  drain: number
  /** After `drain`: wait until no session is open on the old side, at most so long; undefined: do not. */
  drainSessions: number | undefined
  /** How long the front door may take to show what was written. */
  propagation: number
  /** Requests per second. */
  probeRate: number
  onInconclusive: 'rollback' | 'continue' | 'fail'
  /** What is done when the old side has died and the new one is healthy. */
  onOldDead: 'stay' | 'forward'
  rollbackOnFailure: boolean
  dryRun: boolean
}

/** All that the protocol touches; tests and the model check put their own in its place. */
export interface World {
  target: Target
  /** Undefined when there is nothing to move. */
  moves: Moves | undefined
  /** What was read; it is what RESTORE puts back. Undefined when reading failed. */
  recorded: LiveState | undefined
  policy: Policy
  /** The front door; undefined with `verify: none`. */
  ask: Ask | undefined
  /** Asks the checks of one side straight, once; undefined with `checks: none`. */
  askSide: AskSide | undefined
  clock: Clock
  /** Aborts on SIGINT and SIGTERM. */
  cancel: AbortSignal
  /** When `timeout` is over, on the clock. */
  deadline: number
  /** Asks `checks` of the side; resolves by then, or when cancelled. */
  gate(color: string, timeout: number): Promise<{ healthy: boolean; reason: string }>
  /** Runs a hook; undefined when there is none of this name. @returns what went wrong */
  hook(
    name: 'before-switch' | 'before-restore',
  ): ((signal: AbortSignal) => Promise<string | undefined>) | undefined
  /** A `before-restore` that fails keeps the restoring write back. */
  needsHook: boolean
  /**
   * Before the first write: the recorded state is kept on disk and for the post step. Nothing is written if it rejects.
   *
   * @param oldHealthy whether the old side passed its own checks then
   */
  record(oldHealthy: boolean | undefined): Promise<void>
  say(line: string): void
  /** RESTORE has begun: what it takes comes on top of `timeout`, and is not ended with it. */
  allow(): void
}

/** @param wasHealthy the side passed its checks before anything was written */
export type AskSide = (color: string, signal: AbortSignal, wasHealthy: boolean) => Promise<Health>

/** What is known while the protocol runs. */
export interface Run {
  world: World
  started: number
  progress: Progress
  /** The router as last read. */
  state: LiveState | undefined
  /** Weights that the router may show by our own doing. */
  ours: Weights[]
  /** On the clock, when the last write was begun. */
  wroteAt: number
  /** What was live before the last write of this process. */
  before?: Weights
  /** Nobody knows what became of the last write. */
  isUnsure: boolean
  /** On the clock, when the job was cancelled. */
  cancelledAt: number | undefined
  /** The old side passed its own checks before anything was written; undefined when nobody has asked. */
  oldHealthy: boolean | undefined
  /** What RESTORE is about. */
  failure?: Outcome
  timeline: Entry[]
  samples: Sample[]
  steps: StepReport[]
}

/** How it ended. */
export interface Ended {
  end: End
  /** The last phase. */
  phase: State
  /** The phase that decided on it: that before RESTORE, when there was one. */
  failedIn: State | undefined
  /** Why, in words; empty when it has switched. */
  reason: string
  /** How RESTORE went, in words. */
  restoring: string | undefined
  /** What was said at COMMIT. */
  commit: string | undefined
  state: LiveState | undefined
  timeline: readonly Entry[]
  samples: readonly Sample[]
  steps: readonly StepReport[]
  durationMs: number
  detectionMs: number | undefined
  restoreMs: number | undefined
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
  /** Per color. */
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
  /** Bad answers in words, without whose they are, and who is thought to have given them. */
  bad?: { what: string; by: Suspect } | undefined
  /** RESTORE has found out more about why it was needed. */
  cause?: string | undefined
}

/** Whose bad answers are: the new side told so itself, nobody answered at all, or no side can be told. */
export type Suspect = 'new side' | 'front door' | 'unknown'

/** @throws TypeError when there is nothing to move, which is a defect */
export function movesOf({ world }: Run): Moves {
  if (world.moves === undefined) throw new TypeError('there is nothing to move')
  return world.moves
}

/** The step of the plan that is being taken. */
export function stepOf(run: Run): Moves['steps'][number] {
  const step = movesOf(run).steps[run.progress.step]
  if (step === undefined) throw new TypeError('there is no such step')
  return step
}

/** Why nothing may go on, if so. */
export function stopped({ world }: Run): Outcome | undefined {
  if (world.cancel.aborted) return { event: 'cancelled', reason: 'the job was cancelled' }
  if (world.clock.now() >= world.deadline)
    return { event: 'out of time', reason: 'the timeout of the step is over' }
  return undefined
}
