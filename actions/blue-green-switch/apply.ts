import type { Step } from '../../shared/action/step.ts'
import { finish } from './apply/finish.ts'
import { switchTraffic } from './apply/switch.ts'
import { type Kept, keepLeft, toolsOf } from './apply/tools.ts'
import type { Applied, Finished, Inputs, Plan } from './model.ts'

/** Carries the plan out. @param begun when READ began, on the clock */
export async function apply(plan: Plan, inputs: Inputs, step: Step, begun: number): Promise<Applied> {
  return await switchTraffic(await toolsOf(inputs, step), plan, begun)
}

/** The post step: finishes what main could not, and takes the switch back when the job has failed since. */
export async function applyPost(kept: Kept, inputs: Inputs, step: Step): Promise<Finished> {
  return await finish(await toolsOf(inputs, step), kept)
}

/** Keeps that main has told how it ended, so that the post step need not. */
export function keepTold({ left }: Applied): void {
  if (left === undefined) return
  try {
    keepLeft({ ...left, told: true })
  } catch {
    // Then the post step tells it once more.
  }
}
