import { fitLine, renderLine, type Span } from '../../../shared/text/rich.ts'
import { cut } from '../../../shared/text/untrusted.ts'
import type { Message } from '../message/model.ts'
import { type Delivered, delivered, undelivered, type Wire } from './delivery.ts'
import { excerpt, post } from './post.ts'

/** @see https://developer.pagerduty.com/docs/send-alert-event */
export const PAGERDUTY = { summary: 1_024, dedupKey: 255, event: 524_288 }

export type PagerDutyAction = 'trigger' | 'resolve'

const REMEDIES: Readonly<Record<number, string>> = {
  400: 'Is "pagerduty-routing-key" the integration key (32 characters) of an Events API v2 integration?',
  403: 'Is "pagerduty-routing-key" the integration key (32 characters) of an Events API v2 integration?',
  429: 'PagerDuty takes no more events of this integration for now.',
}

/** The event that opens or ends an incident; pure. A resolution needs nothing but the key. */
export function pagerDutyEvent(
  message: Message,
  routingKey: string,
  dedupKey: string,
  action: PagerDutyAction,
  source: string,
): object {
  const { look, headline, facts, lists, links } = message
  const event = {
    routing_key: routingKey,
    event_action: action,
    dedup_key: cut(dedupKey.toWellFormed(), PAGERDUTY.dedupKey),
  }
  if (action === 'resolve') return event
  const details = Object.fromEntries([
    ...facts.map(({ name, value }) => [name, fitLine(value, 1_000, plain)]),
    ...lists.map(({ title, lines }) => [
      cut(title, 200),
      lines.slice(0, 50).map((line) => cut(renderLine(line, plain), 500)),
    ]),
  ])
  return {
    ...event,
    client: 'GitHub Actions',
    ...(message.runUrl === '' ? {} : { client_url: message.runUrl }),
    links: links.map(({ label, url }) => ({ href: url, text: label })),
    payload: {
      summary: fitLine([{ kind: 'text', text: `${headline}` }], PAGERDUTY.summary, plain),
      source: cut(source || 'GitHub Actions', 255),
      severity: 'error',
      class: look.status,
      custom_details: details,
    },
  }
}

export async function sendToPagerDuty(url: URL, event: object, wire: Wire): Promise<Delivered> {
  const answer = await post({ url, body: JSON.stringify(event) }, wire)
  if ('ok' in answer) return answer
  if (answer.status === 202 || answer.status === 200) return delivered(answer.status)
  const remedy = REMEDIES[answer.status] ?? ''
  return undelivered(`http_${answer.status}`, `${excerpt(answer)} ${remedy}`.trim(), answer.status)
}

function plain(span: Span): string {
  return span.text.toWellFormed()
}
