import { endedStatuses } from './message/jobs.ts'
import type { Mention } from './message/message.ts'
import { lookOf, matching, worst } from './message/status.ts'
import type { Subject } from './message/subject.ts'
import { messageOf } from './message/templates.ts'
import type { Inputs, Observation, Plan } from './model.ts'
import { deliveriesOf, hasSink, pagerDutyDeliveries, updates } from './plan/deliveries.ts'
import { coverageOf, isMissed, outcomeOf } from './plan/outcome.ts'
import { warningsOf } from './plan/warnings.ts'

/** What is to be told, and to whom; pure. */
export function decide(inputs: Inputs, observation: Observation): Plan {
  const { run, last, moment, silence } = observation
  const { turn } = moment
  const { status, source } =
    turn === 'start' ? { status: 'started', source: 'the job starts' } : statusOf(inputs, observation)
  const subject = subjectOf(inputs, observation, status)
  const { look } = subject
  const calls = matching(inputs.mentionOn, look, last) !== undefined
  const mentions: readonly Mention[] = calls ? inputs.mentions : []
  const heldBack = silence === undefined && matching(inputs.notifyOn, look, last) === undefined
  const messages = heldBack ? updates(inputs, moment.sent) : deliveriesOf(inputs, observation)
  const deliveries = [...messages, ...(turn === 'start' ? [] : pagerDutyDeliveries(inputs, run, look.class))]
  return {
    turn,
    source,
    subject,
    message: messageOf(inputs.template, subject),
    mentions,
    deliveries: silence === undefined ? deliveries : [],
    noSink: !hasSink(inputs),
    heldBack: silence !== undefined || (heldBack && messages.length === 0),
    silence,
    warnings: silence === undefined ? warningsOf(inputs, look, mentions) : [],
  }
}

/** The plan in lines, printed before it is carried out. */
export function describePlan(
  { source, message, deliveries, noSink, heldBack, silence }: Plan,
  inputs: Inputs,
): string[] {
  if (silence !== undefined) return []
  const status = `Status ${message.look.status} (${source}), template ${inputs.template}.`
  const names = deliveries.map((delivery) =>
    delivery.to === 'pagerduty' ? `pagerduty (${delivery.action})` : delivery.name,
  )
  if (noSink) return [status]
  const held = heldBack ? [`notify-on is ${inputs.notifyOn.join(', ')}: nothing to say.`] : []
  return [status, ...held, ...(names.length > 0 ? [`To: ${names.join(', ')}.`] : [])]
}

/**
 * `status`; else what came of the rollback or the scan itself; else the worst of `needs`, the conclusion of the run of
 * the event, the worst of `jobs`, or the status of this job. Coverage that misses what was wanted is a failure, whatever
 * succeeded.
 */
export function statusOf(inputs: Inputs, observation: Observation): { status: string; source: string } {
  const found = statusWithoutCoverage(inputs, observation)
  if (inputs.template !== 'coverage') return found
  const missed = isMissed(coverageOf(inputs, observation))
  const isGood = !['failure', 'cancelled'].includes(lookOf(found.status).class)
  if (missed === true && isGood) return { status: 'failure', source: 'the coverage' }
  if (missed === false && found.source === 'this job') return { status: 'success', source: 'the coverage' }
  return found
}

function statusWithoutCoverage(inputs: Inputs, observation: Observation): { status: string; source: string } {
  const { status, template, needs, jobs: readsJobs, jobStatus } = inputs
  if (status !== '') return { status: lookOf(status).status, source: 'given' }
  const outcome = outcomeOf(inputs, observation)
  const itself = template === 'rollback' ? 'the rollback itself' : 'the scan itself'
  if (outcome === 'success' || outcome === 'failure') return { status: outcome, source: itself }
  const found = statusOfRun({ needs, readsJobs, jobStatus }, observation)
  // Nothing was scanned, or put back: that is not a success.
  if (outcome === 'none' && lookOf(found.status).class === 'success')
    return { status: 'skipped', source: itself }
  return found
}

function statusOfRun(
  { needs, readsJobs, jobStatus }: { needs: Inputs['needs']; readsJobs: boolean; jobStatus: string },
  { conclusion, isEventRun, jobs, moment }: Observation,
): { status: string; source: string } {
  // At its end this job counts, too: it is not among those that it needs.
  const own = moment.turn === 'finish' ? [jobStatus] : []
  const ofNeeds = endedStatuses(needs)
  if (ofNeeds.length > 0) return { status: worst([...ofNeeds, ...own]) ?? '', source: 'the worst of needs' }
  if (isEventRun) return { status: lookOf(conclusion ?? 'unknown').status, source: 'the run of the event' }
  const ended = readsJobs ? endedStatuses(jobs) : []
  if (ended.length > 0) return { status: worst([...ended, ...own]) ?? '', source: 'the worst of the jobs' }
  return { status: lookOf(jobStatus).status, source: 'this job' }
}

function subjectOf(inputs: Inputs, observation: Observation, status: string): Subject {
  const { run, texts, jobs, last, durationMs, moment, story } = observation
  return {
    look: lookOf(status),
    outcome: outcomeOf(inputs, observation),
    wasBroken: last === 'failure',
    title: inputs.title,
    text: texts.text,
    reason: inputs.reason,
    environment: inputs.environment,
    version: inputs.version || (run.isTag ? run.branch : ''),
    url: inputs.url,
    fields: inputs.fields,
    changelog: texts.changelog,
    jobs,
    durationMs: moment.turn === 'start' ? undefined : durationMs,
    run,
    coverage: inputs.template === 'coverage' ? coverageOf(inputs, observation) : undefined,
    story: story.lines,
  }
}
