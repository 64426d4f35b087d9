import type { Block } from '../message/block-kit.ts'
import type { Mention, Message } from '../message/message.ts'
import { slackPayload } from '../message/slack-payload.ts'
import type { Delivered, SlackApi } from '../model.ts'
import type { Wire } from './delivery.ts'
import { callSlack } from './slack-call.ts'

/** Nice to have, and not worth waiting for. */
const PERMALINK_MS = 3_000

/** What is posted, and where in Slack it goes. */
export interface Letter {
  /** Id or name; to update a message the id. */
  channel: string
  /** The message that is replaced. */
  update: string | undefined
  message: Message
  mentions: readonly Mention[]
  blocks: readonly Block[] | undefined
}

/**
 * Posts a message, or replaces one.
 *
 * @see https://docs.slack.dev/reference/methods/chat.postMessage
 * @see https://docs.slack.dev/reference/methods/chat.update
 */
export async function sendToApi(api: SlackApi, letter: Letter, wire: Wire): Promise<Delivered> {
  const { channel, update, message, mentions, blocks } = letter
  const payload = { channel, ...slackPayload(message, mentions, blocks) }
  const { unfurl_links: _links, unfurl_media: _media, ...changed } = payload
  const thread =
    api.threadTs === undefined ? {} : { thread_ts: api.threadTs, reply_broadcast: api.replyBroadcast }
  const sent =
    update === undefined
      ? await callSlack(api, 'chat.postMessage', { ...payload, ...thread }, wire)
      : await callSlack(api, 'chat.update', { ...changed, ts: update }, wire)
  if (!sent.result.ok) return sent.result
  const ts = String(sent.answer['ts'] ?? update ?? '')
  const channelId = typeof sent.answer['channel'] === 'string' ? sent.answer['channel'] : channel
  const calls = update !== undefined && mentions.length > 0
  const warnings = calls ? await callInThread(api, { ...letter, channel: channelId }, ts, wire) : []
  const url = await permalink(api, channelId, ts, wire)
  return { ...sent.result, ts, threadTs: api.threadTs ?? ts, channelId, url, warnings }
}

/** A changed message calls nobody, so those who are to be called are called in its thread. */
async function callInThread(
  api: SlackApi,
  { channel, message, mentions }: Letter,
  ts: string,
  wire: Wire,
): Promise<string[]> {
  const short = { ...message, lead: [], facts: [], moreFields: 0, lists: [], links: [], footer: [] }
  const body = { channel, thread_ts: api.threadTs ?? ts, ...slackPayload(short, mentions) }
  const { result } = await callSlack(api, 'chat.postMessage', body, wire)
  return result.ok ? [] : [`mention: nobody was called in the thread. ${result.message}`]
}

/** The page of a message; empty when Slack does not say, which harms nobody. */
async function permalink(api: SlackApi, channel: string, ts: string, wire: Wire): Promise<string> {
  const form = new URLSearchParams({ channel, message_ts: ts })
  const soon = { ...wire, deadline: Math.min(wire.deadline, performance.now() + PERMALINK_MS) }
  const { answer } = await callSlack(api, 'chat.getPermalink', form, soon)
  const { permalink: page } = answer
  return typeof page === 'string' && page.startsWith('http') ? page : ''
}
