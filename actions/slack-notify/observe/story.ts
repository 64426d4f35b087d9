import type { Step } from '../../../shared/action/step.ts'
import { readStory } from '../../../shared/action/story.ts'
import type { Inputs, Story } from '../model.ts'

/** More steps than these are a log. */
const MAX_LINES = 20
/** Words of blue-green-switch: put back by itself, or by its post step. */
const PUT_BACK: ReadonlySet<string> = new Set(['rolled-back', 'restored', 'post-restored'])
const NONE: Story = { lines: [], rolledBack: undefined, gate: undefined }

/**
 * What other steps of this suite left in this job. Any program of the job can write there: it is told as text, and
 * decides only how a `rollback` or a `security` message looks that says nothing of its own.
 *
 * @param isForeign the message is not about what this job has done
 */
export function observeStory(
  { story }: Pick<Inputs, 'story'>,
  { context }: Pick<Step, 'context'>,
  isForeign: boolean,
): Story {
  if (!story || isForeign) return NONE
  const told = readStory(context).filter(({ action }) => action !== 'slack-notify')
  const outcomes = (action: string): string[] =>
    told.filter((line) => line.action === action).map(({ outcome }) => outcome)
  const lines = told.slice(-MAX_LINES).map(({ action, text }) => `${action}: ${text}`)
  const left = told.length - lines.length
  const switched = outcomes('blue-green-switch')
  const gates = outcomes('trivy-sarif-upload')
  return {
    lines: left > 0 ? [`… ${left} earlier steps`, ...lines] : lines,
    rolledBack: switched.length === 0 ? undefined : String(switched.some((word) => PUT_BACK.has(word))),
    gate: gates.includes('failed') ? 'failed' : gates.at(-1),
  }
}
