import { createHash, createHmac } from 'node:crypto'
import { googleChatPayload } from '../message/google-chat.ts'
import { jsonDocument } from '../message/json-document.ts'
import { mattermostPayload } from '../message/mattermost.ts'
import type { Message } from '../message/message.ts'
import type { Subject } from '../message/subject.ts'
import type { Delivered, WebhookTarget } from '../model.ts'
import { delivered, undelivered, type Wire } from './delivery.ts'
import { excerpt, type Post, post } from './post.ts'

/** What is sent, and what its answers mean. */
interface Letter {
  message: Message
  subject: Subject
  /** Names the step among those of its run. */
  step: string
  /** Of now, in seconds since 1970. */
  seconds: number
}

const GOOGLE: Readonly<Record<string, string>> = {
  INVALID_ARGUMENT: 'This is a defect of the action: please report it with the result of this step.',
  PERMISSION_DENIED:
    'Make a new webhook in the settings of the space: key or token are wrong, or apps are not allowed.',
  UNAUTHENTICATED: 'Make a new webhook in the settings of the space: key or token are wrong.',
  NOT_FOUND: 'The space or its webhook is gone: make a new one.',
  RESOURCE_EXHAUSTED: 'Google Chat takes about one message per second and space: send fewer.',
}

const MATTERMOST: Readonly<Record<number, string>> = {
  400: 'Does the webhook still exist, and its channel?',
  403: 'The webhook may not post there: is it locked to a channel, or the channel archived?',
  404: 'Is the whole URL right, with /hooks/?',
  501: 'Incoming webhooks are turned off on this server: its administrator can allow them.',
}

const JSON_REMEDIES: Readonly<Record<number, string>> = {
  401: 'Do "headers" or "secret" say what the receiver wants?',
  403: 'Do "headers" or "secret" say what the receiver wants?',
  404: 'Is the URL right?',
}

/** Posts to one of `webhooks`, in the form that it wants. */
export async function sendToWebhookTarget(
  target: WebhookTarget,
  letter: Letter,
  wire: Wire,
): Promise<Delivered> {
  const { url, headers } = target
  if (target.format === 'mattermost') {
    return judged(
      await post({ url, headers, body: JSON.stringify(mattermostPayload(letter.message)) }, wire),
      MATTERMOST,
    )
  }
  return target.format === 'google-chat'
    ? toGoogleChat(target, letter.message, wire)
    : judged(await post(signed(target, letter), wire), JSON_REMEDIES)
}

/** `requestId`: the same id gives the message that is there already, so that a lost answer may be asked for again. */
async function toGoogleChat(
  { url, headers }: WebhookTarget,
  message: Message,
  wire: Wire,
): Promise<Delivered> {
  const body = JSON.stringify(googleChatPayload(message))
  const keyed = new URL(url)
  const id = createHash('sha256').update(`${performance.timeOrigin} ${process.pid} ${body}`).digest('hex')
  // As text: searchParams would write the rest of the query anew.
  keyed.search = `${url.search === '' ? '?' : `${url.search}&`}requestId=${id.slice(0, 32)}`
  const answer = await post({ url: keyed, headers, body, isHarmless: true }, wire)
  if ('ok' in answer) return answer
  if (answer.status >= 200 && answer.status < 300) return judged(answer, {})
  const word = googleWord(answer.body.toString('utf8'))
  const remedy = GOOGLE[word ?? BY_STATUS[answer.status] ?? ''] ?? ''
  return undelivered(word ?? `http_${answer.status}`, `${excerpt(answer)} ${remedy}`.trim(), answer.status)
}

const BY_STATUS: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
}

function googleWord(said: string): string | undefined {
  try {
    const status = (JSON.parse(said) as { error?: { status?: unknown } } | null)?.error?.status
    return typeof status === 'string' && /^[A-Z_]{3,60}$/.test(status) ? status : undefined
  } catch {
    return undefined
  }
}

/**
 * The document, signed as Standard Webhooks are: over id, time and the very bytes that are sent.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signed(
  { url, headers, secret }: WebhookTarget,
  { message, subject, step, seconds }: Letter,
): Post {
  const body = JSON.stringify(jsonDocument(message, subject, step))
  const id = `msg_${createHash('sha256').update(`${url.href}\n${body}`).digest('hex').slice(0, 32)}`
  const time = String(Math.floor(seconds))
  const marks = { 'webhook-id': id, 'webhook-timestamp': time }
  if (secret === undefined) return { url, headers: { ...headers, ...marks }, body }
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
  return { url, headers: { ...headers, ...marks, 'webhook-signature': `v1,${signature}` }, body }
}

function judged(
  answer: Awaited<ReturnType<typeof post>>,
  remedies: Readonly<Record<number, string>>,
): Delivered {
  if ('ok' in answer) return answer
  if (answer.status >= 200 && answer.status < 300) return delivered(answer.status)
  const remedy = remedies[answer.status] ?? ''
  const word = wordIn(answer.body.toString('utf8')) ?? `http_${answer.status}`
  return undelivered(word, `${excerpt(answer)} ${remedy}`.trim(), answer.status)
}

/** Mattermost's own id of an error, such as `web.incoming_webhook.channel.app_error`. */
function wordIn(said: string): string | undefined {
  try {
    const id = (JSON.parse(said) as { id?: unknown } | null)?.id
    return typeof id === 'string' && /^[\w.-]{3,100}$/.test(id) && id.includes('.') ? id : undefined
  } catch {
    return undefined
  }
}
