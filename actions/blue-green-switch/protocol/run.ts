import type { LiveState } from '../targets/target.ts'
import type { Sample } from '../traffic/verdict.ts'
import { advance, type End, isState, type Progress, START, type State } from './machine.ts'
import { restore } from './restore.ts'
import { drain, verify, watchStep } from './watch.ts'
import type { Entry, Outcome, StepReport, World } from './world.ts'
import { gate, write } from './write.ts'

/** What is known while the protocol runs. */
export interface Run {
  world: World
  started: number
  progress: Progress
  /** The router as last read. */
  state: LiveState | undefined
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
  state: LiveState | undefined
  timeline: readonly Entry[]
  samples: readonly Sample[]
  steps: readonly StepReport[]
  durationMs: number
  detectionMs: number | undefined
  restoreMs: number | undefined
}

const PHASES: Record<Exclude<State, 'READ'>, (run: Run) => Promise<Outcome>> = {
  GATE: gate,
  WRITE: write,
  VERIFY: verify,
  WATCH: watchStep,
  COMMIT: drain,
  RESTORE: restore,
}

/**
 * Carries the plan out. Never throws for what a router, a release or a user does: every failure is an event, and every
 * failure after a write ends with the recorded state back, or says that it could not be put back.
 *
 * @param read what came of READ
 * @param started when that began, on the clock
 */
export async function runProtocol(world: World, read: Outcome, started: number): Promise<Ended> {
  const { clock } = world
  const run: Run = {
    ...{ world, started, progress: START, state: world.recorded },
    ...{ timeline: [], samples: [], steps: [] },
  }
  let phase: State = 'READ'
  let outcome = read
  let failure: (Outcome & { phase: State; at: number }) | undefined
  let restoreMs: number | undefined
  for (;;) {
    const at = clock.now()
    const { event, reason } = outcome
    const share = world.moves?.steps[run.progress.step]?.share
    const isStep = phase === 'WRITE' || phase === 'VERIFY' || phase === 'WATCH'
    const entry: Entry = { at: at - started, state: phase, event, reason }
    run.timeline.push(isStep && share !== undefined ? { ...entry, share } : entry)
    world.say(`${phase}${isStep && share !== undefined ? ` ${share} %` : ''}: ${event}: ${reason}.`)
    run.progress = advance(run.progress, event)
    const next = run.progress.state
    if (!isState(next)) break
    if (next === 'RESTORE') failure = { ...outcome, phase, at }
    phase = next
    outcome = await PHASES[phase as Exclude<State, 'READ'>](run)
    if (phase === 'RESTORE' && failure !== undefined) restoreMs = (outcome.doneAt ?? clock.now()) - failure.at
  }
  const end = run.progress.state as End
  const isGood = end === 'switched'
  const { firstBadAt } = failure ?? outcome
  const decidedAt = failure?.at ?? clock.now()
  return {
    ...{ end, phase, failedIn: isGood ? undefined : (failure?.phase ?? phase) },
    reason: isGood ? '' : (failure?.reason ?? outcome.reason),
    restoring: failure === undefined ? undefined : outcome.reason,
    ...{ state: run.state, timeline: run.timeline, samples: run.samples, steps: run.steps },
    durationMs: clock.now() - started,
    detectionMs:
      failure === undefined && firstBadAt === undefined ? undefined : decidedAt - (firstBadAt ?? decidedAt),
    restoreMs,
  }
}
