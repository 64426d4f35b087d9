import { log } from '../../shared/action/log.ts'
import { setOutputs, setResult } from '../../shared/action/outputs.ts'
import { failed, type Outcome, passed } from '../../shared/action/run.ts'
import { writeSummary } from '../../shared/action/summary.ts'
import { formatDuration } from '../../shared/text/duration.ts'
import { escapeMarkdown } from '../../shared/text/markdown.ts'
import type { Finished, Tools } from './apply.ts'
import { describeWeights, type Moves } from './plan.ts'
import type { Left } from './protocol/journal.ts'
import type { Ended } from './protocol/run.ts'
import { summaryBlocks } from './summary.ts'
import { statsOf } from './traffic/verdict.ts'

const MAX_BAD = 50

/** Sets the outputs, writes the summary, and says how the step ends. */
export function report({ inputs, target, context }: Tools, ended: Ended, moves: Moves | undefined): Outcome {
  const { end, state, steps, timeline, samples } = ended
  const headline = headlineOf(ended, moves, inputs.mode)
  const isMoved = ['switched', 'restored', 'stuck', 'kept'].includes(end)
  const round = (ms: number | undefined): number | '' => (ms === undefined ? '' : Math.round(ms))
  const facts = {
    live: state?.live ?? '',
    previous: isMoved && moves !== undefined ? moves.from : '',
    switched: end === 'switched',
    phase: ended.phase.toLowerCase(),
    reason: ended.reason,
  }
  setOutputs({
    ...facts,
    'rolled-back': end === 'restored',
    weights: state === undefined ? '' : JSON.stringify(state.weights),
    'deployment-id': '',
    'duration-ms': Math.round(ended.durationMs),
    'detection-ms': round(ended.detectionMs),
    'restore-ms': round(ended.restoreMs),
  })
  const sides = moves === undefined ? [] : [moves.to, moves.from]
  // The clock of the run never goes back, and knows no date.
  const when = (at: number): string => new Date(Date.now() - ended.durationMs + at).toISOString()
  const result = {
    ...{
      dryRun: inputs.policy.dryRun,
      mode: inputs.mode,
      target: inputs.router.name,
      router: target.describe(),
    },
    ...{ end, ...facts, rolledBack: end === 'restored', failedIn: ended.failedIn?.toLowerCase() ?? null },
    ...{ restoring: ended.restoring ?? null, weights: state?.weights ?? null, version: inputs.version },
    plan:
      moves === undefined
        ? null
        : { from: moves.from, to: moves.to, steps: moves.steps.map(({ share }) => share) },
    startedAt: when(0),
    durationMs: Math.round(ended.durationMs),
    detectionMs: round(ended.detectionMs) === '' ? null : round(ended.detectionMs),
    restoreMs: round(ended.restoreMs) === '' ? null : round(ended.restoreMs),
    timeline: timeline.map((entry) => ({ ...entry, at: Math.round(entry.at) })),
    steps: steps.map(({ share, from, to, ...step }) => ({
      weight: share,
      ...step,
      from: when(from),
      to: when(to),
    })),
    answers: {
      all: samples.length,
      unknownSide: samples.filter(({ side }) => side === undefined).length,
      ...Object.fromEntries(sides.map((side) => [side, statsOf(samples.filter((one) => one.side === side))])),
    },
    badAnswers: samples
      .filter(({ outcome }) => outcome !== 'good')
      .slice(0, MAX_BAD)
      .map((sample) => ({ ...sample, at: Math.round(sample.at), ms: Math.round(sample.ms) })),
  }
  setResult('blue-green-switch', result, context.temp)
  writeSummary(summaryBlocks(headline, target.describe(), ended, moves))
  if (end === 'switched' || end === 'unchanged' || end === 'planned') {
    log.info(`${headline}.`)
    return passed
  }
  return failed(titleOf(ended), messageOf(ended, headline))
}

/** One sentence without a full stop. */
function headlineOf(
  { end, reason, durationMs, phase, state }: Ended,
  moves: Moves | undefined,
  mode: string,
): string {
  const [from, to] = [moves?.from ?? '', moves?.to ?? '']
  const now = state === undefined ? 'who has the traffic is not known' : describeWeights(state.weights)
  switch (end) {
    case 'switched':
      return `Switched from ${from} to ${to} in ${formatDuration(durationMs)}`
    case 'unchanged':
      return `Nothing to do: ${reason}`
    case 'planned':
      return mode === 'status'
        ? `Status: ${now}`
        : `Dry run: would switch from ${from} to ${to}; nothing was written`
    case 'refused':
      return phase === 'GATE'
        ? `Not switched to ${to}: nothing was written`
        : 'Not switched: nothing was written'
    case 'restored':
      return `Rolled back: ${now} again`
    case 'stuck':
      return `NOT rolled back: ${now}`
    case 'kept':
      return `Failed, and the weights stay as they are: ${now}`
    case 'drifted':
      return `State drift: ${now}`
  }
}

function titleOf({ end, timeline, phase }: Ended): string {
  const last = timeline.at(-1)?.event
  if (last === 'state drift') return 'State drift'
  if (end === 'restored') return 'Rolled back'
  if (end === 'stuck') return 'NOT rolled back'
  if (end === 'kept') return 'Failed; the weights stay'
  if (last === 'busy') return 'Another switch is under way'
  if (last === 'cancelled') return 'Cancelled'
  return phase === 'GATE' ? 'Not switched: the new side is not ready' : 'Not switched'
}

function messageOf({ end, reason, restoring, failedIn, state, restoreMs }: Ended, headline: string): string {
  const where = failedIn === undefined ? '' : `${failedIn}: `
  const lines = [`${where}${withStop(reason)}`]
  if (end === 'restored') {
    const after = restoreMs === undefined ? '' : ` ${formatDuration(restoreMs)} after the decision`
    lines.push(`The traffic was put back${after}: ${restoring}.`)
  } else if (end === 'stuck') {
    lines.push(
      `RESTORE: ${withStop(restoring ?? '')}`,
      'Put the traffic where it belongs by hand. The next run of this step on this machine, and the post step of this one, try again.',
    )
  } else if (end === 'drifted') {
    const now = state === undefined ? 'not known' : describeWeights(state.weights)
    lines.push(`It was left as it is: ${now}. Find out who moved it, and run again.`)
  } else if (end === 'kept') lines.push(`${headline}.`)
  else if (!reason.includes('Nothing was ')) lines.push('Nothing was written.')
  return lines.join('\n')
}

function withStop(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** The post step sets no outputs: it speaks by the log, an annotation and the summary. */
export function reportPost({ what, reason }: Finished, { journal, phase }: Left): Outcome {
  const cause =
    phase === 'switched' ? 'The job has failed since the switch' : 'The switch did not come to its end'
  if (what === 'nothing') return passed
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
