import { messageOf } from '../../../shared/action/errors.ts'
import { describeWeights } from '../plan.ts'
import { Conflict, type LiveState, sameWeights, TargetError } from '../targets/target.ts'
import { lingering, movesOf, stepOf, stopped } from './common.ts'
import type { Run } from './run.ts'
import type { Outcome } from './world.ts'

/** How long a write may take once the step is cancelled: cut in two it is worth less than finished. */
const LAST_WRITE_MS = 1_500

/** GATE: the idle side is healthy, and the hook has done its part. */
export async function gate(run: Run): Promise<Outcome> {
  const { world } = run
  const { to } = movesOf(run)
  const left = world.deadline - world.clock.now()
  const { healthy, reason } = await world.gate(to, left)
  if (world.cancel.aborted) return { event: 'cancelled', reason: `the job was cancelled; ${to}: ${reason}` }
  if (!healthy) return { event: 'unhealthy', reason: `${to} is not healthy: ${reason}` }
  if (world.policy.dryRun) return { event: 'dry run', reason: `${to} is healthy: ${reason}` }
  const timeLeft = Math.max(0, Math.ceil(world.deadline - world.clock.now()))
  const problem = await world.hook(
    'before-switch',
    AbortSignal.any([world.cancel, AbortSignal.timeout(timeLeft)]),
  )
  if (problem !== undefined && !world.cancel.aborted) return { event: 'hook failed', reason: problem }
  return stopped(run) ?? { event: 'healthy', reason }
}

/** WRITE: the weights of the step, when the router is still as it was read, and read back. */
export async function write(run: Run): Promise<Outcome> {
  const { world } = run
  const { to } = movesOf(run)
  const { weights } = stepOf(run)
  const expected = run.state as LiveState
  try {
    if (!run.progress.wrote) await world.record()
  } catch (error) {
    return { event: 'not written', reason: `the recorded state could not be kept: ${messageOf(error)}` }
  }
  let seen: LiveState
  try {
    seen = await world.target.write(
      weights,
      expected,
      lingering(world.cancel, LAST_WRITE_MS, world.target.patience),
    )
  } catch (error) {
    const reason = messageOf(error)
    if (error instanceof Conflict) {
      // What it is now is what people want to know.
      run.state = await world.target.read(lingering(world.cancel, LAST_WRITE_MS)).catch(() => undefined)
      return { event: 'state drift', reason }
    }
    const isCertain = error instanceof TargetError && error.applied === 'no'
    return { event: isCertain ? 'not written' : 'write failed', reason }
  }
  run.state = seen
  if (sameWeights(seen.weights, weights)) return { event: 'written', reason: describeWeights(seen.weights) }
  const what = `after the write ${describeWeights(seen.weights)}, not as written: ${describeWeights(weights)}`
  // All of it on the old side, and not as asked: somebody else's write came in between. Anything else may be ours, half
  // done or, where a platform cannot split, more than was asked: nobody has proved the new side for that.
  const isForeign =
    seen.live !== undefined && seen.live !== to && !sameWeights(seen.weights, expected.weights)
  return { event: isForeign ? 'state drift' : 'write failed', reason: what }
}
