import { type InputReader, rules, shown } from '../../../shared/action/inputs.ts'
import { maskSecret } from '../../../shared/action/secrets.ts'
import { parseList } from '../../../shared/text/list.ts'
import { parseEndpoint } from './endpoint.ts'

/** How Slack is reached. */
export type SlackTarget = { kind: 'webhook'; url: URL } | SlackApi

export interface SlackApi {
  kind: 'api'
  token: string
  /** Ends with a slash. */
  base: URL
  channels: readonly string[]
  updateTs: string | undefined
  threadTs: string | undefined
  replyBroadcast: boolean
}

export type Lifecycle = 'false' | 'final' | 'true'

const TS = /^\d{1,11}\.\d{1,6}$/

const OTHER_SINKS = ['discord-webhook-url', 'pagerduty-routing-key', 'email', 'comment']
/** A shorter end of a path is rather a word than a secret. */
const MIN_TAIL = 8

/** The way to Slack that the inputs and variables give; both credentials together are the bot token. */
export function readSlack(
  inputs: InputReader,
  env: NodeJS.ProcessEnv,
  lifecycle: Lifecycle,
): SlackTarget | undefined {
  const webhook =
    inputs.text('webhook-url') ?? variable(env, 'SLACK_WEBHOOK') ?? variable(env, 'SLACK_WEBHOOK_URL')
  const ownToken = inputs.text('bot-token')
  const token = ownToken ?? variable(env, 'SLACK_BOT_TOKEN')
  if (webhook !== undefined) maskWebhook(webhook)
  if (token !== undefined) maskSecret(token)
  const channels = inputs.read('channel', (text) => ({ value: parseList(text) }), [])
  const updateTs = inputs.read('update-ts', timestamp, undefined)
  const threadTs = inputs.read('thread-ts', timestamp, undefined)
  const replyBroadcast = inputs.read('reply-broadcast', rules.boolean, false)
  const url = webhook === undefined ? undefined : parseEndpoint('webhook-url', webhook, inputs)

  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    inputs.add('bot-token', 'it has white space or other characters that no token has.')
  } else if (token?.includes('://')) {
    inputs.add('bot-token', 'it is a URL. Incoming webhooks belong in "webhook-url".')
  }
  // A variable of the whole workflow may be there for other steps; without a channel it means nothing.
  const isAlone =
    webhook === undefined && OTHER_SINKS.every((name) => /^(?:false)?$/i.test(inputs.text(name) ?? ''))
  const usesToken = token !== undefined && (channels.length > 0 || ownToken !== undefined || isAlone)
  if (usesToken && channels.length === 0) {
    inputs.add('channel', '"bot-token" needs a channel: its id, such as C0123456789, or its name.')
  }
  if (!usesToken) {
    for (const [name, given] of [
      ['channel', channels.length > 0],
      ['update-ts', updateTs !== undefined],
      ['thread-ts', threadTs !== undefined],
      ['reply-broadcast', replyBroadcast],
    ] as const) {
      if (!given) continue
      const why =
        webhook === undefined ? 'it needs "bot-token".' : 'a webhook cannot do that: it needs "bot-token".'
      // Without any credential it is a fork or a missing secret, which is no fault of the workflow.
      if (webhook !== undefined) inputs.add(name, why)
    }
    if (lifecycle === 'true' && webhook !== undefined) {
      inputs.add(
        'lifecycle',
        'a webhook cannot change a message that was sent. Use "final" (one message at the end), or "bot-token" and "channel".',
      )
    }
    return url === undefined ? undefined : { kind: 'webhook', url }
  }
  const given = variable(env, 'SLACK_API_URL') ?? 'https://slack.com/api/'
  const base = parseEndpoint('SLACK_API_URL', given, inputs)
  if (replyBroadcast && threadTs === undefined) inputs.add('reply-broadcast', 'it needs "thread-ts".')
  if (updateTs !== undefined && channels.length > 1) {
    inputs.add('update-ts', 'a message is in one channel, but "channel" has several.')
  }
  for (const channel of channels) {
    if (!/^[#@]?[^\s#@<>&]{1,80}$/u.test(channel)) inputs.add('channel', `${shown(channel)} is no channel.`)
  }
  if (base === undefined) return undefined
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  return { kind: 'api', token, base, channels, updateTs, threadTs, replyBroadcast }
}

/** The address, and the end of its path however short that path is: other services have `/hooks/<secret>`. */
function maskWebhook(webhook: string): void {
  maskSecret(webhook)
  const tail = /^\w+:\/\/[^/]+\/(?:[^?#]*\/)?([^/?#]+)/.exec(webhook)?.[1] ?? ''
  if (tail.length >= MIN_TAIL) maskSecret(tail)
}

function timestamp(text: string): { value: string } | { problem: string } {
  if (TS.test(text)) return { value: text }
  return { problem: `${shown(text)} is no "ts" of a message, such as 1405894322.002768.` }
}

/** A variable, unless it is empty. */
export function variable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name]?.trim() || undefined
}
