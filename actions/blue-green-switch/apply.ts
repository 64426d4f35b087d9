import type { Step } from '../../shared/action/step.ts'
import { switchTraffic } from './apply/switch.ts'
import { toolsOf } from './apply/tools.ts'
import type { Applied, Inputs, Plan } from './model.ts'

/** Carries the plan out. @param begun when READ began, on the clock */
export async function apply(plan: Plan, inputs: Inputs, step: Step, begun: number): Promise<Applied> {
  return await switchTraffic(toolsOf(inputs, step), plan, begun)
}
