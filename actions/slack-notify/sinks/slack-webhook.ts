import type { Mention, Message } from '../message/model.ts'
import type { Block } from '../parse/values.ts'
import { type Delivered, delivered, type Wire } from './delivery.ts'
import { post } from './post.ts'
import { slackPayload } from './slack-payload.ts'
import { refusedBySlack } from './slack-words.ts'

/**
 * Sends the message to an incoming webhook. It answers `ok` and nothing else: such a message can neither be changed
 * nor answered.
 *
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export async function sendToWebhook(
  url: URL,
  message: Message,
  mentions: readonly Mention[],
  blocks: readonly Block[] | undefined,
  wire: Wire,
): Promise<Delivered> {
  const answer = await post({ url, body: JSON.stringify(slackPayload(message, mentions, blocks)) }, wire)
  if ('ok' in answer) return answer
  const said = answer.body.toString('utf8')
  const refusal = refusalIn(said)
  if (answer.status >= 200 && answer.status < 300 && refusal === undefined) return delivered(answer.status)
  return refusedBySlack(refusal ?? said, answer.status)
}

/** Webhooks of Slack's workflows answer in JSON. */
function refusalIn(said: string): string | undefined {
  try {
    const { ok, error } = JSON.parse(said) as { ok?: unknown; error?: unknown }
    return ok === false ? String(error ?? 'unknown_error') : undefined
  } catch {
    return undefined
  }
}
