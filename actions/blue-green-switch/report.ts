import { log } from '../../shared/action/log.ts'
import { setOutputs, setResult } from '../../shared/action/outputs.ts'
import { failed, type Outcome, passed } from '../../shared/action/run.ts'
import type { Step } from '../../shared/action/step.ts'
import { tellStory } from '../../shared/action/story.ts'
import { writeSummary } from '../../shared/action/summary.ts'
import { escapeMarkdown } from '../../shared/text/markdown.ts'
import type { Applied, Finished, Inputs } from './model.ts'
import { idleSide } from './plan.ts'
import type { Left } from './protocol/journal.ts'
import { resultOf } from './report/result.ts'
import { summaryBlocks } from './report/summary.ts'
import { forShell, headlineOf, messageOf, titleOf, withStop } from './report/words.ts'
import { describeWeights } from './targets/weights.ts'

const ACTION = 'blue-green-switch'
const MOVED = ['switched', 'restored', 'stuck', 'kept', 'forwarded', 'unanswered']

/** Sets the outputs, writes the summary, and says how the step ends. */
export function report(applied: Applied, inputs: Inputs, { context, clock }: Step): Outcome {
  const { ended, moves, router, deploymentId } = applied
  const { end, state } = ended
  const headline = headlineOf(ended, moves, inputs.mode)
  const round = (ms: number | undefined): number | '' => (ms === undefined ? '' : Math.round(ms))
  const facts = {
    live: state?.live ?? '',
    previous: MOVED.includes(end) && moves !== undefined ? moves.from : '',
    switched: end === 'switched' || end === 'forwarded',
    rolledBack: end === 'restored',
    phase: ended.phase.toLowerCase(),
    reason: forShell(ended.reason),
  }
  setOutputs({
    live: facts.live,
    previous: facts.previous,
    switched: facts.switched,
    'rolled-back': facts.rolledBack,
    idle: state === undefined ? '' : (idleSide(state) ?? ''),
    sessions: state?.sessions === undefined ? '' : JSON.stringify(state.sessions),
    phase: facts.phase,
    weights: state === undefined ? '' : JSON.stringify(state.weights),
    reason: facts.reason,
    'deployment-id': deploymentId ?? '',
    'duration-ms': Math.round(ended.durationMs),
    'detection-ms': round(ended.detectionMs),
    'restore-ms': round(ended.restoreMs),
  })
  const result = resultOf(applied, inputs, { describe: router, facts, now: clock.date() })
  setResult(ACTION, result, context.temp)
  writeSummary(summaryBlocks(headline, router, ended, moves))
  tellStory(context, { action: ACTION, outcome: end, text: storyOf(headline, inputs, ended.reason) })
  if (end === 'switched' || end === 'unchanged' || end === 'planned') {
    log.info(`${headline}.`)
    return passed
  }
  return failed(titleOf(ended), messageOf(ended, headline))
}

function storyOf(headline: string, { version }: Inputs, reason: string): string {
  const about = version === '' ? '' : ` (version ${version})`
  return `${headline}${about}${reason === '' || headline.includes(reason) ? '' : `: ${reason}`}`
}

/** The post step sets no outputs: it speaks by the log, an annotation and the summary. */
export function reportPost({ what, reason }: Finished, { journal, phase }: Left, { context }: Step): Outcome {
  const cause =
    phase === 'switched' ? 'The job has failed since the switch' : 'The switch did not come to its end'
  if (what === 'nothing') return passed
  if (what !== 'verified')
    tellStory(context, { action: ACTION, outcome: `post-${what}`, text: `${cause}. ${withStop(reason)}` })
  if (what === 'stuck') {
    writeSummary([`### 🚨 NOT rolled back\n\n${cause}. ${escapeMarkdown(reason)}`])
    const help = `Put the traffic where it belongs by hand: ${describeWeights(journal.recorded.weights)} before the switch.`
    return failed('NOT rolled back', `${cause}. ${withStop(reason)}\n${help}`)
  }
  if (what === 'left') log.warning('Not rolled back', `${cause}, but ${withStop(reason)}`)
  else if (what === 'restored') {
    log.warning('Rolled back', `${cause}. The traffic was put back: ${reason}.`)
    writeSummary([`### ↩️ Rolled back by the post step\n\n${cause}: ${escapeMarkdown(reason)}.`])
  } else log.info(`${cause}. ${withStop(reason)}`)
  return passed
}
