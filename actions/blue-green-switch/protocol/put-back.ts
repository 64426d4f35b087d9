import { messageOf } from '../../../shared/action/errors.ts'
import { type LiveState, sameWeights } from '../targets/target.ts'
import { describeWeights } from '../targets/weights.ts'
import { within } from './limits.ts'
import { readRouter } from './look.ts'
import type { Run } from './world.ts'

/** A router that is away for a moment is asked again within this. */
const PATIENCE_MS = 30_000
/** After SIGINT the runner waits 7.5 s, of which a hook and one look have taken their parts. */
const CANCELLED_MS = 3_000
/** What the last look at a router that could not be put back may take. */
const LAST_LOOK_MS = 2_000

export type PutBack = { state: LiveState } | { problem: string; state: LiveState | undefined }

/** Writes the recorded state until it is read back, or the time is over. The write is sent at once. */
export async function putBack(run: Run, recorded: LiveState): Promise<PutBack> {
  const { target, clock, cancel } = run.world
  const patience = Math.max(PATIENCE_MS, target.restorePatience ?? 0)
  const end = clock.now() + patience
  let state: LiveState | undefined
  let why = 'there was no time'
  let isSent = false
  const attempt = async (signal: AbortSignal): Promise<void> => {
    try {
      const isOver = isSent && target.restoresOnce === true
      state = isOver ? await target.read(signal) : await target.restore(recorded, signal)
      why = `after the write ${describeWeights(state.weights)}`
    } catch (error) {
      state = undefined
      why = messageOf(error)
    }
    isSent = true
  }
  // A cancellation in the middle does not stop it, it only shortens the patience.
  const limit = { clock, ms: patience, over: 'it took too long', stop: cancel, linger: CANCELLED_MS }
  const isBack = await within(limit, async (signal) => {
    for (let pause = 200; ; pause = Math.min(2_000, pause * 2)) {
      await attempt(signal)
      if (state !== undefined && sameWeights(state.weights, recorded.weights)) return true
      if (signal.aborted || clock.now() + pause >= end) return false
      await clock.sleep(pause, signal)
      if (signal.aborted) return false
    }
  })
  if (isBack && state !== undefined) return { state }
  // Whether it can be written or not, who has the traffic is what people need to know.
  state = await readRouter(run, LAST_LOOK_MS)
  if (state !== undefined && sameWeights(state.weights, recorded.weights)) return { state }
  const wanted = describeWeights(recorded.weights)
  const now =
    state === undefined
      ? 'Who has the traffic now is not known: look at the router'
      : `As last read, ${describeWeights(state.weights)}`
  return {
    problem: `it was to be put back so that ${wanted}, and that failed: ${why.replace(/\.$/, '')}. ${now}`,
    state,
  }
}
