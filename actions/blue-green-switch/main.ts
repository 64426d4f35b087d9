import { messageOf } from '../../shared/action/errors.ts'
import { log } from '../../shared/action/log.ts'
import { run } from '../../shared/action/run.ts'
import { apply, open, type Tools, takeRouter } from './apply.ts'
import { readInputs } from './inputs.ts'
import { observe } from './observe.ts'
import { decide, describePlan, type Moves } from './plan.ts'
import type { Outcome } from './protocol/world.ts'
import { report } from './report.ts'
import type { Lock } from './targets/lock.ts'
import type { LiveState } from './targets/target.ts'

run('main', async ({ context, signal }) => {
  const inputs = await readInputs()
  const tools = { inputs, target: await open(inputs), context, cancel: signal }
  const begun = performance.now()
  const { read, lock, state, moves } = await look(tools)
  const ended = await apply(tools, lock, read, state, moves, begun)
  return report(tools, ended, moves)
})

/** READ: the router as it is, under the lock when it is to be written, and what follows from that. */
async function look(
  tools: Tools,
): Promise<{ read: Outcome; lock?: Lock; state?: LiveState; moves?: Moves | undefined }> {
  const { inputs, target, cancel } = tools
  const writes = inputs.mode === 'switch' && !inputs.policy.dryRun
  const taken = writes ? await takeRouter(tools) : undefined
  if (taken !== undefined && 'event' in taken) return { read: taken }
  const lock = taken === undefined ? {} : { lock: taken }
  try {
    const state = await observe(target, cancel)
    const plan = decide(inputs, state)
    for (const line of describePlan(plan, target)) log.info(line)
    return { ...lock, read: { event: plan.event, reason: plan.reason }, state, moves: plan.moves }
  } catch (error) {
    const why = messageOf(error)
    return {
      ...lock,
      read: cancel.aborted ? { event: 'cancelled', reason: why } : { event: 'unreadable', reason: why },
    }
  }
}
