import { type LiveState, sameWeights, type Weights } from '../targets/target.ts'
import type { Health, Sides } from '../traffic/sides.ts'
import { left, within } from './limits.ts'
import type { Run } from './world.ts'

/** How long RESTORE may look before it acts; the restoring write of a cancelled job waits less. */
const LOOK_MS = 2_000
const CANCELLED_LOOK_MS = 1_000
/** How often a router is asked whether a write that failed has come through after all. */
const LATE_MS = 500

export interface Look {
  /** The router; undefined when it did not tell in time. */
  state: LiveState | undefined
  /** Undefined when nobody was asked. */
  sides: Sides | undefined
}

/** What is true before anything is put back: the router read once and, unless the job was cancelled, both sides asked. */
export async function lookFirst(run: Run, from: string, to: string): Promise<Look> {
  const { target, cancel, policy } = run.world
  if (cancel.aborted) return { state: await readRouter(run, CANCELLED_LOOK_MS), sides: undefined }
  if (target.late === true && run.isUnsure && run.before !== undefined)
    await awaitLateWrite(run, run.before, policy.propagation)
  if (cancel.aborted) return { state: await readRouter(run, CANCELLED_LOOK_MS), sides: undefined }
  const [state, sides] = await Promise.all([readRouter(run, LOOK_MS), askBoth(run, from, to)])
  return { state, sides }
}

/** Reads the router once. @returns undefined when it does not tell in time */
export async function readRouter(run: Run, ms: number): Promise<LiveState | undefined> {
  const { target, clock, cancel } = run.world
  // A job that is cancelled meanwhile has less time.
  const limit = {
    clock,
    ms: left(run, ms),
    over: 'it took too long',
    stop: cancel,
    linger: CANCELLED_LOOK_MS,
  }
  return await within(limit, (signal) => target.read(signal)).catch(() => undefined)
}

/** Both sides, straight; undefined with `checks: none`. The new one is not waited for when the old one is well. */
async function askBoth(run: Run, from: string, to: string): Promise<Sides | undefined> {
  const { askSide, clock, cancel } = run.world
  if (askSide === undefined) return undefined
  const limit = { clock, ms: LOOK_MS, over: 'no answer within 2 s', stop: cancel }
  return await within(limit, async (signal) => {
    const over = new AbortController()
    const either = AbortSignal.any([signal, over.signal])
    const fresh = askSide(to, either, false)
    const old = await askSide(from, either, run.oldHealthy === true)
    const proved = hasAnswered(run, from)
    if (old.state !== 'dead' || proved) {
      const none: Health = { state: 'unknown', reason: 'not waited for' }
      const quick = await Promise.race([fresh, clock.sleep(0, either).then(() => none)])
      over.abort()
      return {
        old: proved ? { state: 'healthy', reason: 'it answers through the front door' } : old,
        fresh: quick,
      }
    }
    return { old, fresh: await fresh }
  })
}

/** The old side has answered well through the front door since the answers began that the failure is about. */
function hasAnswered(run: Run, from: string): boolean {
  const since = run.failure?.firstBadAt
  if (since === undefined) return false
  return run.samples.some(
    ({ side, outcome, at }) => side === from && outcome === 'good' && at > since - run.started,
  )
}

/** A write that has failed may take effect late: what was asked for has to show before it can be taken back. */
async function awaitLateWrite(run: Run, before: Weights, patience: number): Promise<void> {
  const { clock, cancel } = run.world
  const end = run.wroteAt + patience
  while (!cancel.aborted) {
    const state = await readRouter(run, LOOK_MS)
    if (state !== undefined && !sameWeights(state.weights, before)) return
    if (clock.now() + LATE_MS > end) return
    await clock.sleep(LATE_MS, cancel)
  }
}
