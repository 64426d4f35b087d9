import { log } from '../../shared/action/log.ts'
import { setOutputs, setResult } from '../../shared/action/outputs.ts'
import { failed, type Outcome, passed } from '../../shared/action/run.ts'
import type { Step } from '../../shared/action/step.ts'
import { tellStory } from '../../shared/action/story.ts'
import { writeSummary } from '../../shared/action/summary.ts'
import type { CheckReport } from '../../shared/probe/report.ts'
import { plural } from '../../shared/text/list.ts'
import { conditionsOf } from './latency/baseline.ts'
import type { Compared, Inputs, Observation, Verdict } from './model.ts'
import { summaryBlocks } from './report/summary.ts'

/** An annotation shows the first lines of a message; the summary and `result` have all. */
const MAX_ANNOTATED = 20

/** Sets the outputs, writes the summary, and says how the step ends. */
export function report(
  verdict: Verdict,
  { durationMs }: Observation,
  inputs: Inputs,
  { context, signal, clock }: Step,
): Outcome {
  const { reports, compared } = verdict
  const versions = versionsOf(reports)
  setOutputs({
    healthy: verdict.healthy,
    status: verdict.status,
    failed: namesOf(verdict.failed),
    passed: namesOf(verdict.passed),
    attempts: reports.reduce((sum, { attempts }) => sum + attempts, 0),
    'duration-ms': durationMs,
    'p50-ms': worst(reports, 'p50'),
    'p95-ms': worst(reports, 'p95'),
    'p99-ms': worst(reports, 'p99'),
    'error-rate': worst(reports, 'errorRate'),
    versions: JSON.stringify(versions),
  })
  const result = {
    dryRun: false,
    status: verdict.status,
    healthy: verdict.healthy,
    durationMs,
    finishedAt: new Date(clock.date()).toISOString(),
    versions,
    checks: reports.map((one) => resultOf(one, compared.get(one.check.name))),
  }
  setResult('health-check', result, context.temp)
  writeSummary(summaryBlocks(verdict))

  for (const { check, degraded } of verdict.passed) {
    if (degraded.length > 0) log.warning(`${check.name} is degraded`, `${check.name}: ${degraded.join(', ')}`)
  }
  for (const [name, { told }] of compared) log.info(`${name}: ${told}`)
  for (const why of verdict.notCompared) log.notice('No baseline', `${why}.`)
  const optional = verdict.failed.filter(({ check }) => !check.required)
  for (const { check, reason } of optional) log.warning(`Optional check failed`, `${check.name}: ${reason}`)
  const blocking = verdict.failed.filter(({ check }) => check.required)
  const lines = blocking.slice(0, MAX_ANNOTATED).map(({ check, reason }) => `${check.name}: ${reason}`)
  if (blocking.length > MAX_ANNOTATED) lines.push(`… and ${blocking.length - MAX_ANNOTATED} more`)
  tellStory(context, { action: 'health-check', outcome: verdict.status, text: storyOf(verdict) })
  if (signal.aborted)
    return failed('Cancelled', [`Stopped before it was clear: ${verdict.sentence}.`, ...lines].join('\n'))
  log.info(`${verdict.status}: ${verdict.sentence}.`)
  if (verdict.healthy) return passed
  if (inputs.failOnUnhealthy)
    return failed(`Unhealthy: ${plural(blocking.length, 'check')} failed`, lines.join('\n'))
  log.warning('Unhealthy', `${lines.join('\n')}\nThe step stays green because fail-on-unhealthy is false.`)
  return passed
}

/** A dry run states no facts: nothing was probed. */
export function reportDryRun({ checks, timeout }: Inputs, { context }: Step): Outcome {
  const facts = [
    'failed',
    'passed',
    'attempts',
    'duration-ms',
    'p50-ms',
    'p95-ms',
    'p99-ms',
    'error-rate',
    'versions',
  ]
  setOutputs({ healthy: false, status: '', ...Object.fromEntries(facts.map((name) => [name, ''])) })
  const planned = checks.map(({ name, display, required }) => ({ name, target: display, required }))
  setResult('health-check', { dryRun: true, timeoutMs: timeout, checks: planned }, context.temp)
  log.info('Dry run: nothing was probed.')
  return passed
}

/** The verdict in one sentence, with what failed first. */
function storyOf({ sentence, failed: bad }: Verdict): string {
  const [first] = bad
  if (first === undefined) return `${sentence}.`
  const more = bad.length > 1 ? ` (and ${bad.length - 1} more)` : ''
  return `${sentence}; ${first.check.name}: ${first.reason}${more}`
}

function namesOf(reports: readonly CheckReport[]): string {
  return reports.map(({ check }) => check.name).join('\n')
}

function versionsOf(reports: readonly CheckReport[]): Record<string, string> {
  return Object.fromEntries(
    reports.flatMap(({ check, version }) => (version === undefined ? [] : [[check.name, version]])),
  )
}

/** The highest value of a figure over all checks; empty when no check has it. */
function worst(reports: readonly CheckReport[], figure: 'p50' | 'p95' | 'p99' | 'errorRate'): number | '' {
  const values = reports.flatMap(({ samples }) => samples?.[figure] ?? [])
  return values.length === 0 ? '' : Math.max(...values)
}

/** One check in `result`; its shape is documented in the README. */
function resultOf(report: CheckReport, compared: Compared | undefined) {
  const { check, last, samples } = report
  return {
    name: check.name,
    target: check.display,
    required: check.required,
    passed: report.passed,
    class: report.failure ?? null,
    reason: report.reason,
    attempts: report.attempts,
    durationMs: report.durationMs,
    status: last?.status ?? null,
    version: report.version ?? null,
    degraded: report.degraded,
    address: last?.address ?? null,
    timingsMs: last === undefined ? null : rounded(last.timings),
    certificate: last?.certificate ?? null,
    body: last?.excerpt ?? null,
    conditions: samples === undefined ? null : conditionsOf(check),
    samples: samples ?? null,
    baseline: compared === undefined ? null : comparisonOf(compared),
  }
}

function comparisonOf({ baseline, comparison }: Compared) {
  const { median, was, p95, p95Was, change, noise, isRegression } = comparison
  const { version, date } = baseline
  const shares = { change: Math.round(change * 1e4) / 1e4, noise: Math.round(noise * 1e4) / 1e4 }
  return { version: version ?? null, date, median, was, p95, p95Was, ...shares, regression: isRegression }
}

function rounded(timings: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(timings).map(([phase, ms]) => [phase, Math.round(Number(ms) * 100) / 100]),
  )
}
