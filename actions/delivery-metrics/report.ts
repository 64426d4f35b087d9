import { log } from '../../shared/action/log.ts'
import { setOutputs, setResult } from '../../shared/action/outputs.ts'
import { failed, type Outcome, passed } from '../../shared/action/run.ts'
import type { Step } from '../../shared/action/step.ts'
import { tellStory } from '../../shared/action/story.ts'
import { writeSummary } from '../../shared/action/summary.ts'
import { FIGURES } from './figures/trend.ts'
import type { Applied, Figure, Inputs, Plan } from './model.ts'
import { fieldsOf } from './render/fields.ts'
import { resultOf, shortResultOf } from './render/result.ts'
import { summaryBlocks } from './render/summary.ts'
import { kindOf, outputValue, showValue } from './render/values.ts'

const ACTION = 'delivery-metrics'

/** Sets the outputs, writes the summary, and says how the step ends. */
export function report(plan: Plan, applied: Applied, inputs: Inputs, { context }: Step): Outcome {
  const { whole, missed, regressed } = plan
  const of = (name: Figure['name']): number | undefined =>
    whole.figures.find((figure) => figure.name === name)?.value
  const output = (name: Figure['name']): string => outputValue(name, of(name))
  const isKnown = of('deployments-per-week') !== undefined
  setOutputs({
    deployments: isKnown ? whole.counted : '',
    'deployments-per-week': output('deployments-per-week'),
    'change-lead-time-p50-hours': output('change-lead-time-p50'),
    'change-lead-time-p90-hours': output('change-lead-time-p90'),
    'change-fail-rate': output('change-fail-rate'),
    'recovery-time-p50-hours': output('recovery-time-p50'),
    'rework-rate': output('rework-rate'),
    'build-success-rate': output('build-success-rate'),
    'build-duration-p50-seconds': output('build-duration-p50'),
    'build-duration-p95-seconds': output('build-duration-p95'),
    trend: JSON.stringify(Object.fromEntries(whole.figures.map(({ name, trend }) => [name, trend]))),
    missed: missed.map(({ name }) => name).join('\n'),
    fields: fieldsOf(plan),
  })
  setResult(ACTION, resultOf(plan, inputs.period), context.temp, shortResultOf(plan, inputs.period))
  writeSummary(summaryBlocks(plan, inputs))
  log.info(plan.headline)
  for (const note of whole.notes) log.info(note)
  if (whole.partial.length > 0) log.warning('Partial figures', whole.partial.join('\n'))

  for (const path of applied.written) log.info(`Wrote ${path}.`)
  const reasons = [
    ...applied.failures,
    ...(inputs.failOn.includes('targets') ? missed.map(missedSentence) : []),
    ...(inputs.failOn.includes('regression') ? regressed.map(regressedSentence) : []),
  ]
  const outcome = reasons.length > 0 ? 'missed' : 'measured'
  tellStory(context, { action: ACTION, outcome, text: reasons[0] ?? plan.headline })
  if (reasons.length === 0) return passed
  return failed(
    reasons.length === 1 ? 'A figure is not good enough' : `${reasons.length} figures are not good enough`,
    reasons.join('\n'),
  )
}

/** A dry run states no facts: nothing was asked. */
export function reportDryRun(lines: readonly string[], { repositories }: Inputs, { context }: Step): Outcome {
  setNothing()
  setResult(ACTION, { dryRun: true, repositories, plan: lines }, context.temp)
  log.info('Dry run: nothing was asked of GitHub.')
  return passed
}

/** GitHub could not be asked at all: every figure is unknown. */
export function reportFailure({ repositories }: Inputs, { context }: Step): void {
  setNothing()
  setResult(ACTION, { dryRun: false, repositories }, context.temp)
}

function setNothing(): void {
  const names = ['deployments', ...FIGURES.map(({ output }) => output), 'trend', 'missed', 'fields']
  setOutputs(Object.fromEntries(names.map((name) => [name, ''])))
}

function missedSentence({ name, value, target }: Figure): string {
  const bound = kindOf(name).better === 'less' ? 'at most' : 'at least'
  return `${kindOf(name).title} is ${showValue(name, value)}; the target is ${bound} ${target?.text}.`
}

function regressedSentence({ name, value, before }: Figure): string {
  return `${kindOf(name).title} is ${showValue(name, value)}, and was ${showValue(name, before)} in the period before.`
}
