import type { Step } from '../../shared/action/step.ts'
import { finish } from './apply/finish.ts'
import { endDeployment } from './apply/recorder.ts'
import { switchTraffic } from './apply/switch.ts'
import { type Kept, keepLeft, recordedAs, toolsOf } from './apply/tools.ts'
import type { Applied, Finished, Inputs, Plan } from './model.ts'

/** Carries the plan out. @param begun when READ began, on the clock */
export async function apply(plan: Plan, inputs: Inputs, step: Step, begun: number): Promise<Applied> {
  const { deployment } = plan
  const applied = await switchTraffic(await toolsOf(inputs, step, deployment), plan, begun)
  const { deploymentId: id, ended } = applied
  // After a cancellation nothing is said to GitHub any more: the post step does.
  if (id !== undefined && !step.signal.aborted) {
    const undone = deployment === undefined || 'refused' in deployment ? undefined : deployment.id
    const words = ended.commit ?? ended.restoring ?? ended.reason
    await endDeployment(recordedAs(inputs, deployment), step, { id, end: ended.end, words, undone })
  }
  return applied
}

/** The post step: finishes what main could not, and takes the switch back when the job has failed since. */
export async function applyPost(kept: Kept, inputs: Inputs, step: Step): Promise<Finished> {
  const finished = await finish(await toolsOf(inputs, step), kept)
  const { deployment: id, phase, end } = kept
  if (id === undefined || (phase !== 'moving' && finished.what === 'nothing')) return finished
  const how =
    finished.what === 'stuck' ? 'stuck' : finished.what === 'nothing' ? (end ?? 'restored') : 'restored'
  await endDeployment(inputs, step, { id, end: how, words: finished.reason })
  return finished
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
