import type { Block } from '../message/block-kit.ts'
import type { Mention, Message } from '../message/message.ts'
import { slackPayload } from '../message/slack-payload.ts'
import { triggerVariables } from '../message/slack-trigger.ts'
import type { Subject } from '../message/subject.ts'
import type { Delivered } from '../model.ts'
import { delivered, type Wire } from './delivery.ts'
import { post } from './post.ts'

/**
 * Sends the message to an incoming webhook. It answers `ok` and nothing else: such a message can neither be changed
 * nor answered.
 *
 * @see https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export async function sendToWebhook(
  url: URL,
  message: Message,
  { mentions, blocks }: { mentions: readonly Mention[]; blocks: readonly Block[] | undefined },
  wire: Wire,
): Promise<Delivered> {
  const answer = await post({ url, body: JSON.stringify(slackPayload(message, mentions, blocks)) }, wire)
  if ('ok' in answer) return answer
  const said = answer.body.toString('utf8')
  const refusal = refusalIn(said)
  const isGood = answer.status >= 200 && answer.status < 300
  if (isGood && refusal === undefined) return delivered(answer.status)
  const { refusedBySlack } = await import('./slack-words.ts')
  return refusedBySlack(refusal ?? said, answer.status)
}

/** Starts a workflow of Slack's Workflow Builder with its variables; it may answer 200 and say no. */
export async function sendToTrigger(
  url: URL,
  message: Message,
  subject: Subject,
  wire: Wire,
): Promise<Delivered> {
  const answer = await post({ url, body: JSON.stringify(triggerVariables(message, subject)) }, wire)
  if ('ok' in answer) return answer
  const said = answer.body.toString('utf8')
  const refusal = refusalIn(said)
  const isGood = answer.status >= 200 && answer.status < 300
  if (isGood && refusal === undefined) return delivered(answer.status, { accepted: true })
  const { refusedByTrigger } = await import('./slack-words.ts')
  return refusedByTrigger(refusal ?? said, answer.status)
}

/** Webhooks of Slack's workflows answer in JSON. */
function refusalIn(said: string): string | undefined {
  try {
    const answer = JSON.parse(said) as { ok?: unknown; error?: unknown } | null
    return answer?.ok === false ? String(answer.error ?? 'unknown_error') : undefined
  } catch {
    return undefined
  }
}
