import type { RunContext } from '../../shared/action/context.ts'
import type { Inputs } from './inputs.ts'
import { endedStatuses } from './message/jobs.ts'
import type { Mention, Message } from './message/model.ts'
import { lookOf, matching, worst } from './message/status.ts'
import { messageOf } from './message/templates.ts'
import type { Observed } from './observe.ts'
import type { SlackApi } from './parse/slack.ts'
import type { PagerDutyAction } from './sinks/pagerduty.ts'

/** What a step has to tell: all there is, that the job starts, or how it ended. */
export type Turn = 'whole' | 'start' | 'finish'

/** A message in Slack that an earlier phase of this step sent. */
export interface Sent {
  channel: string
  channelId: string
  ts: string
}

/** One message to one place. `name` is its key in the output `sinks`. */
export type Delivery =
  | { to: 'slack-webhook' | 'discord' | 'email' | 'comment'; name: string }
  | { to: 'slack-api'; name: string; channel: string; update: string | undefined }
  | { to: 'pagerduty'; name: string; action: PagerDutyAction; dedupKey: string }

export interface Plan {
  turn: Turn
  /** Where the status comes from, for people. */
  source: string
  message: Message
  mentions: readonly Mention[]
  deliveries: readonly Delivery[]
  /** No sink was given at all. */
  noSink: boolean
  /** `notify-on` holds the message back. */
  heldBack: boolean
}

/** What is to be told, and to whom; pure. `sent` are the messages that the start of the job left. */
export function decide(
  inputs: Inputs,
  context: RunContext,
  observed: Observed,
  turn: Turn,
  sent: readonly Sent[],
): Plan {
  const { status, source } =
    turn === 'start' ? { status: 'started', source: 'the job starts' } : statusOf(inputs, observed)
  const look = lookOf(status)
  const { run, last } = observed
  const message = messageOf(inputs.template, {
    ...inputs,
    look,
    version: inputs.version || (context.refType === 'tag' ? context.refName : ''),
    jobs: observed.jobs,
    wasBroken: last === 'failure',
    durationMs: turn === 'start' ? undefined : observed.durationMs,
    run,
  })
  const calls = matching(inputs.mentionOn, look, last) !== undefined
  const heldBack = matching(inputs.notifyOn, look, last) === undefined
  const deliveries = heldBack ? updates(inputs, sent) : messages(inputs, observed, turn, sent)
  const pagerduty = turn === 'start' ? undefined : pagerDutyEvent(inputs, run, look.class)
  return {
    turn,
    source,
    message,
    mentions: calls ? inputs.mentions : [],
    deliveries: [...deliveries, ...(pagerduty === undefined ? [] : [pagerduty])],
    noSink: !hasSink(inputs),
    heldBack: heldBack && deliveries.length === 0,
  }
}

/** The plan in lines, printed before it is carried out. */
export function describePlan(
  { source, message, deliveries, noSink, heldBack }: Plan,
  inputs: Inputs,
): string[] {
  const status = `Status ${message.look.status} (${source}), template ${inputs.template}.`
  const names = deliveries.map((delivery) =>
    delivery.to === 'pagerduty' ? `pagerduty (${delivery.action})` : delivery.name,
  )
  if (noSink) return [status]
  const held = heldBack ? [`notify-on is ${inputs.notifyOn.join(', ')}: nothing to say.`] : []
  return [status, ...held, ...(names.length > 0 ? [`To: ${names.join(', ')}.`] : [])]
}

/**
 * `status`, or the worst of `needs`, or the worst of `jobs`, or that of this job.
 */
export function statusOf(
  { status, needs, jobs: readsJobs, jobStatus }: Pick<Inputs, 'status' | 'needs' | 'jobs' | 'jobStatus'>,
  { jobs }: Pick<Observed, 'jobs'>,
): { status: string; source: string } {
  if (status !== '') return { status, source: 'given' }
  const ofNeeds = worst(endedStatuses(needs))
  if (ofNeeds !== undefined) return { status: ofNeeds, source: 'the worst of needs' }
  const ended = readsJobs ? endedStatuses(jobs) : []
  const ofJobs = worst(ended)
  if (ofJobs !== undefined) return { status: ofJobs, source: 'the worst of the jobs' }
  return { status: jobStatus, source: 'this job' }
}

function messages(inputs: Inputs, { pullNumber }: Observed, turn: Turn, sent: readonly Sent[]): Delivery[] {
  const { slack, discord, email, comment } = inputs
  const found: Delivery[] = []
  if (slack?.kind === 'webhook') found.push({ to: 'slack-webhook', name: 'slack' })
  if (slack?.kind === 'api') {
    for (const channel of slack.channels) {
      const before = sent.find((each) => each.channel === channel)
      const name = nameIn(slack, channel)
      found.push({
        to: 'slack-api',
        name,
        channel: before?.channelId ?? channel,
        update: before?.ts ?? slack.updateTs,
      })
    }
  }
  if (turn === 'start') return found
  if (discord !== undefined) found.push({ to: 'discord', name: 'discord' })
  if (email !== undefined) found.push({ to: 'email', name: 'email' })
  if (comment && pullNumber !== undefined) found.push({ to: 'comment', name: 'comment' })
  return found
}

/** A message that said "started" is finished whatever `notify-on` says: it would be wrong for ever. */
function updates({ slack }: Inputs, sent: readonly Sent[]): Delivery[] {
  if (slack?.kind !== 'api') return []
  return sent.map(({ channel, channelId, ts }) => ({
    to: 'slack-api',
    name: nameIn(slack, channel),
    channel: channelId,
    update: ts,
  }))
}

function nameIn({ channels }: SlackApi, channel: string): string {
  return channels.length === 1 ? 'slack' : `slack ${channel}`
}

/** Not subject to `notify-on`: an incident that is opened has to be closed, and events of one key are one incident. */
function pagerDutyEvent(
  { pagerduty, environment }: Inputs,
  { repository, workflow, branch }: Observed['run'],
  group: Message['look']['class'],
): Delivery | undefined {
  if (pagerduty === undefined || (group !== 'failure' && group !== 'success')) return undefined
  const parts = [repository, workflow, branch, environment].filter((part) => part !== '')
  return {
    to: 'pagerduty',
    name: 'pagerduty',
    action: group === 'failure' ? 'trigger' : 'resolve',
    dedupKey: pagerduty.dedupKey || parts.join('/'),
  }
}

export function hasSink({ slack, discord, pagerduty, email, comment }: Inputs): boolean {
  return [slack, discord, pagerduty, email].some((sink) => sink !== undefined) || comment
}
