import type { Answer } from '../../../shared/http/request.ts'
import type { Delivered, SlackApi } from '../model.ts'
import { delivered, type Wire } from './delivery.ts'
import { post } from './post.ts'

/** An answer of the Web API; errors, too, come with HTTP 200. */
export type ApiAnswer = Readonly<Record<string, unknown>>

/**
 * One call of the Web API.
 *
 * @see https://docs.slack.dev/apis/web-api/
 */
export async function callSlack(
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
  if (reply.status === 200 && answer['ok'] === true) return { answer, result: delivered(200) }
  const { refusedBySlack } = await import('./slack-words.ts')
  const said = typeof answer['error'] === 'string' ? answer['error'] : reply.body.toString('utf8')
  return { answer: {}, result: refusedBySlack(said, reply.status, detailsOf(answer)) }
}

function parsed(reply: Answer): ApiAnswer {
  try {
    const value: unknown = JSON.parse(reply.body.toString('utf8'))
    return value !== null && typeof value === 'object' ? (value as ApiAnswer) : {}
  } catch {
    return {}
  }
}

function detailsOf({ needed, response_metadata: metadata }: ApiAnswer): string {
  const given = (metadata as { messages?: unknown } | null | undefined)?.messages
  const messages = Array.isArray(given) ? given.map(String) : []
  return [...(typeof needed === 'string' ? [`needed: ${needed}`] : []), ...messages].join('; ')
}
