import { drain } from './drain.ts'
import { advance, type End, isState, START, type State } from './machine.ts'
import { restore } from './restore.ts'
import { soak } from './soak.ts'
import { verify } from './verify.ts'
import type { Ended, Entry, Outcome, Run, World } from './world.ts'
import { gate, write } from './write.ts'

const PHASES: Record<Exclude<State, 'READ'>, (run: Run) => Promise<Outcome>> = {
  GATE: gate,
  WRITE: write,
  VERIFY: verify,
  WATCH: soak,
  COMMIT: drain,
  RESTORE: restore,
}

/** What is left of a run that was killed, where this one goes on. */
export interface Resumed {
  /** The router as it is now. */
  state: Run['state']
  /** The step of the plan that it shows. */
  step: number
  ours: Run['ours']
  oldHealthy: boolean | undefined
}

/** A run at its beginning. @param started when READ began, on the clock */
export function newRun(world: World, started: number, resumed?: Resumed): Run {
  const run: Run = {
    world,
    started,
    progress: { state: START.state, wrote: START.wrote, step: resumed?.step ?? 0 },
    state: resumed?.state ?? world.recorded,
    ours: resumed?.ours ?? (world.recorded === undefined ? [] : [world.recorded.weights]),
    wroteAt: world.clock.now(),
    isUnsure: resumed !== undefined,
    cancelledAt: world.cancel.aborted ? world.clock.now() : undefined,
    oldHealthy: resumed?.oldHealthy,
    timeline: [],
    samples: [],
    steps: [],
  }
  const note = (): void => {
    run.cancelledAt ??= world.clock.now()
  }
  world.cancel.addEventListener('abort', note, { once: true })
  return run
}

/**
 * Carries the plan out. Never throws for what a router, a release or a user does: every failure is an event, and every
 * failure after a write ends with the recorded state back, or says that it was not put back and why.
 *
 * @param read what came of READ
 * @param started when that began, on the clock
 */
export async function runProtocol(
  world: World,
  read: Outcome,
  started: number,
  resumed?: Resumed,
): Promise<Ended> {
  const { clock } = world
  const run = newRun(world, started, resumed)
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
    if (next === 'RESTORE') {
      failure = { ...outcome, phase, at }
      run.failure = outcome
    }
    phase = next
    outcome = await PHASES[phase as Exclude<State, 'READ'>](run)
    if (phase === 'RESTORE' && failure !== undefined) restoreMs = (outcome.doneAt ?? clock.now()) - failure.at
  }
  const end = run.progress.state as End
  const isGood = end === 'switched'
  const { firstBadAt } = failure ?? outcome
  const decidedAt = failure?.at ?? clock.now()
  return {
    end,
    phase,
    failedIn: isGood ? undefined : (failure?.phase ?? phase),
    reason: isGood ? '' : (outcome.cause ?? failure?.reason ?? outcome.reason),
    restoring: failure === undefined ? undefined : outcome.reason,
    commit: isGood ? outcome.reason : undefined,
    state: run.state,
    timeline: run.timeline,
    samples: run.samples,
    steps: run.steps,
    durationMs: clock.now() - started,
    detectionMs:
      failure === undefined && firstBadAt === undefined ? undefined : decidedAt - (firstBadAt ?? decidedAt),
    restoreMs,
  }
}
