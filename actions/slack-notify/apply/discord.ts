import { discordPayload } from '../message/discord-embed.ts'
import type { Message } from '../message/message.ts'
import type { Delivered } from '../model.ts'
import { delivered, undelivered, type Wire } from './delivery.ts'
import { excerpt, post } from './post.ts'

const AGAIN = 'Make a new webhook in the settings of the channel and put it into the secret.'

/** What helps, by the status. */
const REMEDIES: Readonly<Record<number, string>> = {
  400: 'This is a defect of the action: please report it with the result of this step.',
  401: AGAIN,
  403: AGAIN,
  404: AGAIN,
  429: 'Discord takes about 30 messages per minute and webhook: send fewer.',
}

/** @see https://discord.com/developers/docs/resources/webhook#execute-webhook */
export async function sendToDiscord(url: URL, message: Message, wire: Wire): Promise<Delivered> {
  const answer = await post({ url, body: JSON.stringify(discordPayload(message)) }, wire)
  if ('ok' in answer) return answer
  if (answer.status >= 200 && answer.status < 300) return delivered(answer.status)
  const remedy = REMEDIES[answer.status] ?? ''
  return undelivered(`http_${answer.status}`, `${excerpt(answer)} ${remedy}`.trim(), answer.status)
}
