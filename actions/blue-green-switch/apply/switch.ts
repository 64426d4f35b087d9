import { messageOf } from '../../../shared/action/errors.ts'
import type { Applied, Plan } from '../model.ts'
import { look } from '../observe.ts'
import { decide, describePlan } from '../plan.ts'
import type { Journal, Left } from '../protocol/journal.ts'
import type { End } from '../protocol/machine.ts'
import { type Resumed, runProtocol } from '../protocol/run.ts'
import type { Ended, World } from '../protocol/world.ts'
import type { Lock } from '../targets/lock.ts'
import { Conflict } from '../targets/target.ts'
import { recover } from './recover.ts'
import { type Tools, worldOf } from './tools.ts'

/**
 * Carries the plan out under the lock of the router, keeps what the post step and the next run need, and gives the
 * router back. What a run that died has left is finished first, and then it is decided anew.
 *
 * @param begun when the step began, on the clock
 */
export async function switchTraffic(tools: Tools, plan: Plan, begun: number): Promise<Applied> {
  const { inputs } = tools
  if (inputs.mode === 'status' || inputs.policy.dryRun) return await carryOut(tools, { plan, begun })
  let lock: Lock
  try {
    lock = await tools.takeLock()
  } catch (error) {
    const event = error instanceof Conflict ? 'busy' : 'unreadable'
    return await carryOut(tools, { plan: { event, reason: messageOf(error), state: plan.state }, begun })
  }
  const found = await recover(tools, lock, true)
  // A journal that is still needed stays in the lock, which the next run takes over from this dead process.
  if (found.what === 'refused')
    return await carryOut(tools, { plan: { ...found.outcome, state: plan.state }, begun })
  if (found.what === 'resume')
    return await carryOut(tools, { plan: found.plan, begun, lock, resumed: found.resumed })
  // What was seen without the lock may be of another run that has come to its end since.
  const seen = await look(tools.target, tools.clock, tools.cancel)
  const fresh = decide(inputs, { ...seen, deployment: tools.deployment })
  return await carryOut(tools, { plan: fresh, begun, lock })
}

interface Orders {
  plan: Plan
  begun: number
  lock?: Lock
  resumed?: Resumed
}

async function carryOut(tools: Tools, { plan, begun, lock, resumed }: Orders): Promise<Applied> {
  const { moves, state: recorded } = plan
  for (const line of describePlan(plan, tools.target, tools.inputs.sticky)) tools.say(line)
  let journal: Journal | undefined
  let deployment: number | undefined
  const keepJournal = async (oldHealthy: boolean | undefined): Promise<void> => {
    if (lock === undefined || recorded === undefined || moves === undefined)
      throw new TypeError('no lock is held')
    const fresh: Journal = {
      version: 2,
      id: tools.newId(),
      at: tools.clock.date(),
      who: tools.who,
      from: moves.from,
      to: moves.to,
      recorded,
      steps: moves.steps.map(({ weights }) => weights),
      oldHealthy: oldHealthy ?? null,
      gradual: tools.target.atomic === false,
    }
    deployment = await tools.recorder?.begin(moves, recorded)
    journal = fresh
    await lock.write(fresh)
    tools.keep({ journal: fresh, phase: 'moving', deployment })
  }
  const world: World = { ...worldOf(tools, { moves, recorded, begun }), record: keepJournal }
  let ended: Ended
  try {
    // From here on it is this run's to finish.
    if (resumed !== undefined) await keepJournal(resumed.oldHealthy)
    ended = await runProtocol(world, plan, begun, resumed)
  } catch (error) {
    if (resumed === undefined || journal !== undefined) throw error
    ended = await runProtocol(
      { ...world, moves: undefined },
      { event: 'unreadable', reason: `the recorded state could not be kept: ${messageOf(error)}` },
      begun,
    )
    return { ended, moves, router: tools.target.describe(), deploymentId: undefined, left: undefined }
  }
  const left =
    journal === undefined ? undefined : await closeJournal(tools, lock, { journal, deployment }, ended.end)
  if (journal === undefined) await lock?.release()
  return { ended, moves, router: tools.target.describe(), deploymentId: deployment, left }
}

/**
 * Says that the run has come to its end, first where the next run looks, then where the post step does, and gives the
 * lock up. Killed in between, either of them still knows which it was.
 */
async function closeJournal(
  { keep, cancel, warn }: Tools,
  lock: Lock | undefined,
  { journal, deployment }: Pick<Left, 'journal' | 'deployment'>,
  end: End,
): Promise<Left> {
  // A journal that is still needed stays in the lock, which the next run takes over from this dead process.
  if (end === 'stuck') return { journal, phase: 'moving', deployment, end }
  // After a cancellation the post step looks once more.
  const isOpen = end === 'restored' && cancel.aborted
  const phase: Left['phase'] = isOpen ? 'moving' : end === 'switched' ? 'switched' : 'settled'
  // What cannot be kept any more changes nothing about what was done.
  await lock?.write({ ...journal, done: end }).catch((error: unknown) => {
    warn('The lock could not be written', messageOf(error))
  })
  const left: Left = { journal, phase, deployment, end }
  try {
    keep(left)
  } catch (error) {
    warn('The end could not be kept for the post step', messageOf(error))
  }
  await lock?.release()
  return left
}
