import { rules, shown } from '../../../shared/action/inputs.ts'
import { parseList } from '../../../shared/text/list.ts'
import type { Lifecycle, SlackTarget } from '../model.ts'
import { homeOf, isBelow, isLoopback, maskEndpoint, parseEndpoint } from './endpoint.ts'
import { type Reader, variable } from './reader.ts'

const TS = /^\d{1,11}\.\d{1,6}$/

const OTHER_SINKS = [
  ...['discord-webhook-url', 'teams-webhook-url', 'webhooks', 'pagerduty-routing-key', 'email', 'comment'],
]
/** Where a URL that is not one of Slack belongs. */
const HOMES: Readonly<Record<string, string>> = {
  discord: 'it is a webhook of Discord: give it as "discord-webhook-url".',
  teams: 'it is a webhook of Microsoft Teams: give it as "teams-webhook-url".',
  'google-chat': 'it is a webhook of Google Chat: give it in "webhooks", with "format: google-chat".',
  pagerduty: 'it is an address of PagerDuty, which takes "pagerduty-routing-key".',
}

/** What is said about the Web API besides the token. */
interface ApiSettings {
  channels: readonly string[]
  updateTs: string | undefined
  threadTs: string | undefined
  replyBroadcast: boolean
}

/** The way to Slack that the inputs and variables give; both credentials together are the bot token. */
export function readSlack(inputs: Reader, lifecycle: Lifecycle): SlackTarget | undefined {
  const given =
    inputs.text('webhook-url') ?? variable(inputs, 'SLACK_WEBHOOK') ?? variable(inputs, 'SLACK_WEBHOOK_URL')
  const ownToken = inputs.text('bot-token')
  const token = ownToken ?? variable(inputs, 'SLACK_BOT_TOKEN')
  if (token !== undefined) inputs.mask(token)
  const hooks = readHooks(inputs, given)
  const settings = readSettings(inputs)
  const ownBase = inputs.text('slack-api-url')
  if (token !== undefined) checkToken(inputs, token)
  // A variable of the whole workflow may be there for other steps; without a channel it means nothing.
  const isAlone =
    given === undefined && OTHER_SINKS.every((name) => /^(?:false)?$/i.test(inputs.text(name) ?? ''))
  const usesToken = token !== undefined && (settings.channels.length > 0 || ownToken !== undefined || isAlone)
  if (!usesToken) {
    checkWebhook(inputs, given !== undefined, settings, lifecycle)
    return hooks.length === 0 ? undefined : { kind: 'webhook', hooks }
  }
  if (settings.channels.length === 0) {
    inputs.add('channel', '"bot-token" needs a channel: its id, such as C0123456789, or its name.')
  }
  checkSettings(inputs, settings)
  const base = readBase(inputs, ownBase)
  return base === undefined ? undefined : { kind: 'api', token, base, ...settings }
}

function readHooks(inputs: Reader, given: string | undefined): { url: URL; isTrigger: boolean }[] {
  const list = given === undefined ? [] : [...new Set(parseList(given))]
  for (const hook of list) maskEndpoint(hook, inputs.mask)
  return list.flatMap((hook, index) => {
    const name = list.length === 1 ? 'webhook-url' : `webhook-url[${index}]`
    const url = parseEndpoint(name, hook, inputs)
    if (url === undefined) return []
    const home = HOMES[homeOf(url) ?? '']
    if (home !== undefined) inputs.add(name, home)
    return [{ url, isTrigger: /^\/(?:triggers|workflows)\//.test(url.pathname) }]
  })
}

function readSettings(inputs: Reader): ApiSettings {
  return {
    channels: [...new Set(inputs.read('channel', (text) => ({ value: parseList(text) }), []))],
    updateTs: inputs.read('update-ts', timestamp, undefined),
    threadTs: inputs.read('thread-ts', timestamp, undefined),
    replyBroadcast: inputs.read('reply-broadcast', rules.boolean, false),
  }
}

function checkToken(inputs: Reader, token: string): void {
  if (!/^[\x21-\x7e]+$/.test(token)) {
    inputs.add('bot-token', 'it has white space or other characters that no token has.')
  } else if (token.includes('://')) {
    inputs.add('bot-token', 'it is a URL. Incoming webhooks belong in "webhook-url".')
  }
}

/** What a webhook cannot do. Without any credential it is a fork or a missing secret: not a fault of the workflow. */
function checkWebhook(
  inputs: Reader,
  isGiven: boolean,
  { channels, updateTs, threadTs, replyBroadcast }: ApiSettings,
  lifecycle: Lifecycle,
): void {
  if (!isGiven) return
  for (const [name, wanted] of [
    ['channel', channels.length > 0],
    ['update-ts', updateTs !== undefined],
    ['thread-ts', threadTs !== undefined],
    ['reply-broadcast', replyBroadcast],
  ] as const) {
    if (wanted) inputs.add(name, 'a webhook cannot do that: it needs "bot-token".')
  }
  if (lifecycle === 'true') {
    inputs.add(
      'lifecycle',
      'a webhook cannot change a message that was sent. Use "final" (one message at the end), or "bot-token" and "channel".',
    )
  }
}

function checkSettings(inputs: Reader, { channels, updateTs, threadTs, replyBroadcast }: ApiSettings): void {
  if (replyBroadcast && threadTs === undefined) inputs.add('reply-broadcast', 'it needs "thread-ts".')
  if (updateTs !== undefined && channels.length > 1) {
    inputs.add('update-ts', 'a message is in one channel, but "channel" has several.')
  }
  for (const channel of channels) {
    if (!/^[#@]?[^\s#@<>&]{1,80}$/u.test(channel))
      inputs.add('channel', `${shown(channel)} is not a channel.`)
  }
}

/**
 * Where the Web API is. A variable may come from anywhere (a commit message is enough, by way of GITHUB_ENV), so that
 * the token follows it to Slack alone; an input of the step is the author's own word.
 */
function readBase(inputs: Reader, own: string | undefined): URL | undefined {
  const name = own === undefined ? 'SLACK_API_URL' : 'slack-api-url'
  const given = own ?? variable(inputs, 'SLACK_API_URL') ?? 'https://slack.com/api/'
  const base = parseEndpoint(name, given, inputs)
  if (base === undefined) return undefined
  if (
    own === undefined &&
    !isLoopback(base.hostname) &&
    !isBelow(base.hostname, 'slack.com', 'slack-gov.com')
  ) {
    inputs.add(
      name,
      'a variable may name a host of Slack, GovSlack or this machine only, because the token goes there. Give another one as "slack-api-url".',
    )
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  return base
}

function timestamp(text: string): { value: string } | { problem: string } {
  if (TS.test(text)) return { value: text }
  return { problem: `${shown(text)} is no "ts" of a message, such as 1405894322.002768.` }
}
