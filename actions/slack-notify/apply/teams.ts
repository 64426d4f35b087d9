import type { Mention, Message } from '../message/message.ts'
import { teamsPayload } from '../message/teams-card.ts'
import type { Delivered } from '../model.ts'
import { delivered, undelivered, type Wire } from './delivery.ts'
import { excerpt, post } from './post.ts'

const COPY =
  'Copy the URL of the workflow again, from the trigger "When a Teams webhook request is received".'

/** What helps, by the status. */
const REMEDIES: Readonly<Record<number, string>> = {
  400: 'Does the workflow begin with "When a Teams webhook request is received", as the template "Post to a channel when a webhook request is received" does?',
  401: 'Set "Who can trigger the flow?" to Anyone and copy its URL again: it changes.',
  403: 'Set "Who can trigger the flow?" to Anyone and copy its URL again: it changes.',
  404: COPY,
  410: COPY,
  413: 'The card is larger than Teams takes: this is a defect of the action, please report it.',
  429: 'The owner of the workflow has used up the requests of the plan: send fewer.',
  502: 'Teams has a problem of its own: try again later.',
  504: 'Teams has a problem of its own: try again later.',
}

/**
 * Hands the card to a workflow, which answers 202 (some 200) before it posts: what becomes of it then, only the run
 * history of the workflow knows. The retired connectors answer 200 and say in words what went wrong.
 */
export async function sendToTeams(
  url: URL,
  message: Message,
  mentions: readonly Mention[],
  wire: Wire,
): Promise<Delivered> {
  const answer = await post({ url, body: JSON.stringify(teamsPayload(message, mentions)) }, wire)
  if ('ok' in answer) return answer
  const said = answer.body.toString('utf8')
  const isGood = answer.status >= 200 && answer.status < 300
  const failure =
    /\bHTTP error (\d{3})/i.exec(said)?.[1] ?? (/delivery failed/i.test(said) ? '200' : undefined)
  if (isGood && failure === undefined) return delivered(answer.status, { accepted: true })
  const remedy = REMEDIES[Number(failure ?? answer.status)] ?? ''
  return undelivered(
    wordOf(said, failure ?? String(answer.status)),
    `${excerpt(answer)} ${remedy}`.trim(),
    answer.status,
  )
}

/** Microsoft's own word, such as `DirectApiAuthorizationRequired`. */
function wordOf(said: string, status: string): string {
  try {
    const code = (JSON.parse(said) as { error?: { code?: unknown } } | null)?.error?.code
    if (typeof code === 'string' && /^\w{3,80}$/.test(code)) return code
  } catch {
    // Not JSON: the status it is.
  }
  return `http_${status}`
}
