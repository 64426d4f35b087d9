import { readContext } from '../../shared/action/context.ts'
import { messageOf } from '../../shared/action/errors.ts'
import { log } from '../../shared/action/log.ts'
import { passed, run } from '../../shared/action/run.ts'
import { apply, finish, readLeft, type Tools, takeRouter } from './apply.ts'
import { childEnvironment, type Inputs, readInputs } from './inputs.ts'
import { observe } from './observe.ts'
import { decide, describePlan, type Moves } from './plan.ts'
import type { Outcome } from './protocol/world.ts'
import { report, reportPost } from './report.ts'
import type { Lock } from './targets/lock.ts'
import { openTarget } from './targets/open.ts'
import type { LiveState, Target } from './targets/target.ts'

run({
  main: async (cancel) => {
    const inputs = await readInputs()
    const tools = { inputs, target: await open(inputs), context: readContext(), cancel }
    const begun = performance.now()
    const { read, lock, state, moves } = await look(tools)
    const ended = await apply(tools, lock, read, state, moves, begun)
    return report(tools, ended, moves)
  },
  // Without anything left, main has written nothing.
  post: async (cancel) => {
    const left = readLeft()
    if (left === undefined) return passed
    const inputs = await readInputs(process.env, 'post')
    const tools = { inputs, target: await open(inputs), context: readContext(), cancel }
    return reportPost(await finish(tools, left), left)
  },
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

async function open({ router: { name, config, via } }: Inputs): Promise<Target> {
  const target = await openTarget(name, config, { via, env: childEnvironment() }, { list: [], add: () => {} })
  if (target === undefined) throw new TypeError('target-config has been checked')
  return target
}
