import type { StatusClass } from '../message/status.ts'
import type { RunFacts } from '../message/subject.ts'
import type { Delivery, Inputs, Observation, Sent, Sinks, SlackApi } from '../model.ts'

/** Those that say that something was changed, not only how a run went. */
const CHANGES: ReadonlySet<string> = new Set(['deploy', 'release', 'rollback'])

/** Where the message goes; only what can be changed later is told that a job starts. */
export function deliveriesOf(sinks: Sinks, { moment, pullNumber }: Observation): Delivery[] {
  const { slack, discord, teams, webhooks, email, comment } = sinks
  const found = slackDeliveries(slack, moment.sent)
  if (moment.turn === 'start') return found
  const names = namer()
  return [
    ...found,
    ...discord.map((url): Delivery => ({ to: 'discord', name: names('discord', discord.length), url })),
    ...teams.map((url): Delivery => ({ to: 'teams', name: names('teams', teams.length), url })),
    ...webhooks.map((target): Delivery => {
      const same = webhooks.filter(({ format }) => format === target.format)
      return { to: 'webhook', name: names(target.format, same.length), target }
    }),
    ...(email === undefined ? [] : [{ to: 'email', name: 'email' } as const]),
    ...(comment && pullNumber !== undefined ? [{ to: 'comment', name: 'comment' } as const] : []),
  ]
}

function slackDeliveries(slack: Sinks['slack'], sent: readonly Sent[]): Delivery[] {
  if (slack === undefined) return []
  if (slack.kind === 'webhook') {
    const names = namer()
    return slack.hooks.map(({ url, isTrigger }) => ({
      to: 'slack-webhook',
      name: names('slack', slack.hooks.length),
      url,
      isTrigger,
    }))
  }
  return slack.channels.map((channel) => {
    const before = sent.find((each) => each.channel === channel)
    return {
      to: 'slack-api',
      name: nameIn(slack, channel),
      channel: before?.channelId ?? channel,
      update: before?.ts ?? slack.updateTs,
    }
  })
}

/** A message that said "started" is finished whatever `notify-on` says: it would be wrong for ever. */
export function updates({ slack }: Sinks, sent: readonly Sent[]): Delivery[] {
  if (slack?.kind !== 'api') return []
  return sent.map(({ channel, channelId, ts }) => ({
    to: 'slack-api',
    name: nameIn(slack, channel),
    channel: channelId,
    update: ts,
  }))
}

/**
 * A failure opens an incident, a success ends it, and a change that succeeded is noted beside it. Not subject to
 * `notify-on`: an incident that is opened has to be closed, and events of one key are one incident.
 */
export function pagerDutyDeliveries(
  { pagerduty, template, environment }: Inputs,
  { repository, workflow, branch }: RunFacts,
  group: StatusClass,
): Delivery[] {
  if (pagerduty === undefined || (group !== 'failure' && group !== 'success')) return []
  const parts = [repository, workflow, branch, environment].filter((part) => part !== '')
  const isChange = group === 'success' && CHANGES.has(template)
  return [
    {
      to: 'pagerduty',
      name: 'pagerduty',
      action: group === 'failure' ? 'trigger' : 'resolve',
      dedupKey: pagerduty.dedupKey || parts.join('/'),
    },
    ...(isChange ? [{ to: 'pagerduty-change', name: 'pagerduty change' } as const] : []),
  ]
}

export function hasSink({ slack, discord, teams, webhooks, pagerduty, email, comment }: Sinks): boolean {
  const lists = discord.length + teams.length + webhooks.length
  return lists > 0 || [slack, pagerduty, email].some((sink) => sink !== undefined) || comment
}

/** `discord`; of several `discord 1`, `discord 2` … in the order in which they were given. */
function namer(): (name: string, count: number) => string {
  const used = new Map<string, number>()
  return (name, count) => {
    const number = (used.get(name) ?? 0) + 1
    used.set(name, number)
    return count > 1 ? `${name} ${number}` : name
  }
}

function nameIn({ channels }: SlackApi, channel: string): string {
  return channels.length === 1 ? 'slack' : `slack ${channel}`
}
