import { didYouMean } from '../../../shared/text/nearest.ts'
import type { Mention } from '../message/message.ts'
import type { Condition } from '../message/status.ts'
import { isKnownStatus, KNOWN_STATUSES, type Look } from '../message/status.ts'
import type { Inputs } from '../model.ts'

/** GitHub's own accounts are nobody in Slack. */
const BOT = /\[bot\]$/

/** What the user should know: what was asked for and cannot be, in sentences. */
export function warningsOf(inputs: Inputs, look: Look, mentions: readonly Mention[]): string[] {
  return [...statusWarnings(inputs, look), ...mentionWarnings(inputs, mentions), ...sinkWarnings(inputs)]
}

/** A free word is grey and means nothing to those that ask whether it went well. */
function statusWarnings({ pagerduty, notifyOn, mentions, mentionOn }: Inputs, { status }: Look): string[] {
  if (isKnownStatus(status)) return []
  const selects = (conditions: readonly Condition[]): boolean => !conditions.includes('always')
  const who = [
    ...(pagerduty === undefined ? [] : ['PagerDuty gets nothing']),
    ...(selects(notifyOn) ? [`notify-on (${notifyOn.join(', ')}) does not hold`] : []),
    ...(mentions.length > 0 && selects(mentionOn) ? ['mention calls nobody'] : []),
  ]
  if (who.length === 0) return []
  const shown = status === '' ? 'An empty status' : `"${status.slice(0, 60)}"`
  const known = KNOWN_STATUSES.join(', ')
  return [
    `status: ${shown} is not a status that is known, so ${who.join(', ')}.${didYouMean(status, KNOWN_STATUSES)} Known are ${known}.`,
  ]
}

function mentionWarnings(
  { slack, teams, discord, webhooks, email }: Inputs,
  mentions: readonly Mention[],
): string[] {
  if (mentions.length === 0) return []
  const callsSlack = slack !== undefined
  const callsTeams = teams.length > 0
  const hasOthers = discord.length + webhooks.length > 0 || email !== undefined
  if (!callsSlack && !callsTeams) {
    return hasOthers ? ['mention: nobody was called, because only Slack and Teams can do that here.'] : []
  }
  const names = mentions.flatMap((mention) =>
    mention.kind === 'name' && !BOT.test(mention.name) ? [mention.name] : [],
  )
  const addresses = mentions.flatMap((mention) => (mention.kind === 'email' ? [mention.address] : []))
  const unknown =
    names.length === 0 || !callsSlack
      ? []
      : [
          `mention: nobody was called for ${names.map((name) => `"${name.slice(0, 60)}"`).join(', ')}: it is not a Slack id (U0123456789), and "users" does not know it.`,
        ]
  const needsToken = addresses.length > 0 && slack?.kind === 'webhook' && !callsTeams
  return [
    ...unknown,
    ...(needsToken
      ? [
          `mention: ${addresses.join(', ')} was not called: a webhook of Slack knows no e-mail addresses, "bot-token" does.`,
        ]
      : []),
  ]
}

function sinkWarnings({ teams, template, coverage }: Inputs): string[] {
  const isRetired = teams.some(({ hostname }) => /(?:webhook|outlook)\.office\.com$/i.test(hostname))
  const hasCoverage = coverage.files.length > 0 || coverage.threshold !== undefined
  return [
    ...(isRetired
      ? [
          'teams-webhook-url: Microsoft has retired this kind of webhook (Office 365 connector). Make a workflow "Post to a channel when a webhook request is received".',
        ]
      : []),
    ...(hasCoverage && template !== 'coverage'
      ? [
          `coverage-file and coverage-threshold are for "template: coverage"; with "${template}" nothing is done with them.`,
        ]
      : []),
  ]
}
