import { messageOf } from '../../../shared/action/errors.ts'
import { Conflict, type LiveState, sameWeights, TargetError } from '../targets/target.ts'
import { describeWeights } from '../targets/weights.ts'
import { ROUTER_MS, within } from './limits.ts'
import { movesOf, type Outcome, type Run, stepOf, stopped } from './world.ts'

/** How long a write may take once the step is cancelled: cut in two it is worth less than finished. */
const LAST_WRITE_MS = 1_500
/** How long the old side is asked for its checks beside the gate; nobody waits longer for it. */
const BASELINE_MS = 2_000

/** GATE: the idle side is healthy, and the hook has done its part. */
export async function gate(run: Run): Promise<Outcome> {
  const { world } = run
  const { clock, cancel, deadline } = world
  const { to, from } = movesOf(run)
  const baseline = askOld(run, from)
  const { healthy, reason } = await world.gate(to, deadline - clock.now())
  if (cancel.aborted) return { event: 'cancelled', reason: `the job was cancelled; ${to}: ${reason}` }
  if (!healthy) return { event: 'unhealthy', reason: `${to} is not healthy: ${reason}` }
  if (world.policy.dryRun) return { event: 'dry run', reason: `${to} is healthy: ${reason}` }
  await baseline
  const hook = run.progress.wrote ? undefined : world.hook('before-switch')
  if (hook !== undefined) {
    const limit = {
      clock,
      ms: Math.max(0, Math.ceil(deadline - clock.now())),
      over: 'the timeout of the step is over',
      stop: cancel,
    }
    const problem = await within(limit, hook)
    if (problem !== undefined && !cancel.aborted) return { event: 'hook failed', reason: problem }
  }
  return stopped(run) ?? { event: 'healthy', reason }
}

/** Whether the old side passes its own checks: what RESTORE is compared with, should it ask again. */
async function askOld(run: Run, from: string): Promise<void> {
  const { askSide, clock, cancel, policy, say } = run.world
  if (askSide === undefined || policy.dryRun || run.oldHealthy !== undefined) return
  const limit = { clock, ms: BASELINE_MS, over: 'it took too long', stop: cancel }
  const { state, reason } = await within(limit, (signal) => askSide(from, signal, false))
  run.oldHealthy = state === 'healthy'
  if (state === 'dead')
    say(
      `  ${from} does not pass its own checks: ${reason}. Nothing will be moved back to it while it does not.`,
    )
}

/** WRITE: the weights of the step, when the router is still as it was read, and read back. */
export async function write(run: Run): Promise<Outcome> {
  const { world } = run
  const { target, clock, cancel, deadline } = world
  const { to } = movesOf(run)
  const { weights } = stepOf(run)
  const expected = run.state as LiveState
  // Where a run that was killed had written it already, and reading is proof.
  if (run.progress.wrote && sameWeights(expected.weights, weights) && target.readsFile !== true)
    return { event: 'written', reason: `${describeWeights(weights)} already` }
  try {
    if (!run.progress.wrote) await world.record(run.oldHealthy)
  } catch (error) {
    return { event: 'not written', reason: `the recorded state could not be kept: ${messageOf(error)}` }
  }
  const patience = target.patience ?? ROUTER_MS
  const remaining = Math.max(1_000, deadline - clock.now())
  const limit = {
    clock,
    ms: Math.min(patience, remaining),
    over: patience <= remaining ? 'it took too long' : 'the timeout of the step is over',
    stop: cancel,
    linger: LAST_WRITE_MS,
  }
  run.wroteAt = clock.now()
  run.before = expected.weights
  run.ours.push(weights)
  let seen: LiveState
  try {
    seen = await within(limit, (signal) => target.write(weights, expected, signal))
  } catch (error) {
    return await afterFailure(run, error)
  }
  run.state = seen
  if (seen.ownRollback !== undefined) return rolledBackByItself(seen.ownRollback)
  if (sameWeights(seen.weights, weights)) return { event: 'written', reason: describeWeights(seen.weights) }
  run.isUnsure = true
  const what = `after the write ${describeWeights(seen.weights)}, not as written: ${describeWeights(weights)}`
  // All of it on the old side, and not as asked: somebody else's write came in between. Anything else may be ours, half
  // done or, where a platform cannot split, more than was asked: nobody has proved the new side for that.
  const isForeign =
    seen.live !== undefined && seen.live !== to && !sameWeights(seen.weights, expected.weights)
  if (!isForeign) run.ours.push(seen.weights)
  return { event: isForeign ? 'state drift' : 'write failed', reason: what }
}

async function afterFailure(run: Run, error: unknown): Promise<Outcome> {
  const { target, clock, cancel } = run.world
  const reason = messageOf(error)
  const isCertain = error instanceof TargetError && error.applied === 'no'
  if (isCertain) run.ours.pop()
  if (error instanceof Conflict) {
    // What it is now is what people want to know.
    const limit = { clock, ms: ROUTER_MS, over: 'it took too long', stop: cancel, linger: LAST_WRITE_MS }
    run.state = await within(limit, (signal) => target.read(signal)).catch(() => undefined)
    return { event: 'state drift', reason }
  }
  if (isCertain) return { event: 'not written', reason }
  run.isUnsure = true
  return { event: 'write failed', reason }
}

/** The platform has put back what was before, and says so. */
export function rolledBackByItself(words: string): Outcome {
  return { event: 'own rollback', reason: `the platform has taken the change back by itself: ${words}` }
}
