import type { Answer } from '../../../shared/http/request.ts'
import type { Mention, Message } from '../message/model.ts'
import type { SlackApi } from '../parse/slack.ts'
import type { Block } from '../parse/values.ts'
import { type Delivered, delivered, type Wire } from './delivery.ts'
import { post } from './post.ts'
import { slackPayload } from './slack-payload.ts'
import { refusedBySlack } from './slack-words.ts'

/** An answer of the Web API; errors, too, come with HTTP 200. */
interface ApiAnswer {
  ok?: unknown
  error?: unknown
  needed?: unknown
  ts?: unknown
  channel?: unknown
  permalink?: unknown
  response_metadata?: { messages?: unknown }
}

/** Nice to have, and no reason to wait. */
const PERMALINK_MS = 3_000

/** Where in Slack a message goes. */
export interface Place {
  /** Id or name; to update a message the id. */
  channel: string
  /** The message that is replaced. */
  update: string | undefined
}

/**
 * Posts a message, or replaces one.
 *
 * @see https://docs.slack.dev/reference/methods/chat.postMessage
 * @see https://docs.slack.dev/reference/methods/chat.update
 */
export async function sendToApi(
  api: SlackApi,
  { channel, update }: Place,
  message: Message,
  mentions: readonly Mention[],
  blocks: readonly Block[] | undefined,
  wire: Wire,
): Promise<Delivered> {
  const payload = { channel, ...slackPayload(message, mentions, blocks) }
  const { unfurl_links: _links, unfurl_media: _media, ...changed } = payload
  const thread =
    api.threadTs === undefined ? {} : { thread_ts: api.threadTs, reply_broadcast: api.replyBroadcast }
  const sent =
    update === undefined
      ? await call(api, 'chat.postMessage', { ...payload, ...thread }, wire)
      : await call(api, 'chat.update', { ...changed, ts: update }, wire)
  if (!sent.result.ok) return sent.result
  const ts = String(sent.answer.ts ?? update ?? '')
  const channelId = typeof sent.answer.channel === 'string' ? sent.answer.channel : channel
  if (update !== undefined && mentions.length > 0)
    await callInThread(api, channelId, ts, message, mentions, wire)
  const url = await permalink(api, channelId, ts, wire)
  return { ...sent.result, ts, threadTs: api.threadTs ?? ts, channelId, url }
}

/** A changed message calls nobody, so those who are to be called are called in its thread. */
async function callInThread(
  api: SlackApi,
  channel: string,
  ts: string,
  message: Message,
  mentions: readonly Mention[],
  wire: Wire,
): Promise<void> {
  const short = { ...message, lead: [], facts: [], moreFields: 0, lists: [], links: [], footer: [] }
  await call(
    api,
    'chat.postMessage',
    { channel, thread_ts: api.threadTs ?? ts, ...slackPayload(short, mentions) },
    wire,
  )
}

/** The page of a message; empty when Slack does not say, which harms nobody. */
async function permalink(api: SlackApi, channel: string, ts: string, wire: Wire): Promise<string> {
  const form = new URLSearchParams({ channel, message_ts: ts })
  const soon = { ...wire, deadline: Math.min(wire.deadline, performance.now() + PERMALINK_MS) }
  const { answer } = await call(api, 'chat.getPermalink', form, soon)
  return typeof answer.permalink === 'string' && answer.permalink.startsWith('http') ? answer.permalink : ''
}

async function call(
  { base, token }: SlackApi,
  method: string,
  body: object | URLSearchParams,
  wire: Wire,
): Promise<{ answer: ApiAnswer; result: Delivered }> {
  const url = new URL(method, base)
  const isForm = body instanceof URLSearchParams
  const headers = {
    authorization: `Bearer ${token}`,
    ...(isForm ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
  }
  const reply = await post({ url, headers, body: isForm ? body.toString() : JSON.stringify(body) }, wire)
  if ('ok' in reply) return { answer: {}, result: reply }
  const answer = parsed(reply)
  if (reply.status === 200 && answer.ok === true) return { answer, result: delivered(200) }
  const said = typeof answer.error === 'string' ? answer.error : reply.body.toString('utf8')
  return { answer: {}, result: refusedBySlack(said, reply.status, detailsOf(answer)) }
}

function parsed(reply: Answer): ApiAnswer {
  try {
    const value: unknown = JSON.parse(reply.body.toString('utf8'))
    return value !== null && typeof value === 'object' ? value : {}
  } catch {
    return {}
  }
}

function detailsOf({ needed, response_metadata: metadata }: ApiAnswer): string {
  const messages = Array.isArray(metadata?.messages) ? metadata.messages.map(String) : []
  return [...(typeof needed === 'string' ? [`needed: ${needed}`] : []), ...messages].join('; ')
}
