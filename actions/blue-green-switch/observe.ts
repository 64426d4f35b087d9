import type { Clock } from '../../shared/action/clock.ts'
import { messageOf } from '../../shared/action/errors.ts'
import type { Step } from '../../shared/action/step.ts'
import type { Inputs, Observation } from './model.ts'
import { findDeployment } from './observe/deployments.ts'
import { openRouter } from './observe/router.ts'
import { within } from './protocol/limits.ts'
import type { Target } from './targets/target.ts'

const READ_MS = 20_000

/** Asks the router what is live. Never throws for what a router does. */
export async function observe(inputs: Inputs, step: Step): Promise<Observation> {
  const { signal, clock } = step
  const router = look(await openRouter(inputs), clock, signal)
  if (inputs.mode !== 'rollback') return await router
  const deployment = await findDeployment(inputs, step)
  return { ...(await router), deployment }
}

/** The same for a router that is at hand. */
export async function look(target: Target, clock: Clock, cancel: AbortSignal): Promise<Observation> {
  try {
    const limit = { clock, ms: READ_MS, over: 'it took too long', stop: cancel }
    return { state: await within(limit, (signal) => target.read(signal)) }
  } catch (error) {
    return { event: cancel.aborted ? 'cancelled' : 'unreadable', reason: messageOf(error) }
  }
}
