import { cutGraphemes } from '../../../shared/text/graphemes.ts'
import { fitLine, renderLine, type Span } from '../../../shared/text/rich.ts'
import type { Message } from './message.ts'

/** @see https://developer.pagerduty.com/docs/send-alert-event */
export const PAGERDUTY = { summary: 1_024, dedupKey: 255, event: 524_288 }

export type PagerDutyAction = 'trigger' | 'resolve'

/** The event that opens or ends an incident; pure. A resolution needs nothing but the key. */
export function pagerDutyEvent(
  message: Message,
  {
    routingKey,
    dedupKey,
    action,
    source,
  }: { routingKey: string; dedupKey: string; action: PagerDutyAction; source: string },
): object {
  const event = {
    routing_key: routingKey,
    event_action: action,
    dedup_key: cutGraphemes(dedupKey.toWellFormed(), PAGERDUTY.dedupKey),
  }
  if (action === 'resolve') return event
  return {
    ...event,
    client: 'GitHub Actions',
    ...(message.runUrl === '' ? {} : { client_url: message.runUrl }),
    links: linksOf(message),
    payload: {
      summary: summaryOf(message),
      source: sourceOf(source),
      severity: 'error',
      class: message.look.status,
      custom_details: detailsOf(message),
    },
  }
}

/**
 * What was changed, to be seen beside an incident; it alerts nobody. Pure.
 *
 * @param timestamp ISO 8601
 * @see https://developer.pagerduty.com/docs/send-change-event
 */
export function pagerDutyChange(
  message: Message,
  { routingKey, source, timestamp }: { routingKey: string; source: string; timestamp: string },
): object {
  return {
    routing_key: routingKey,
    payload: {
      summary: summaryOf(message),
      source: sourceOf(source),
      timestamp,
      custom_details: detailsOf(message),
    },
    links: linksOf(message),
  }
}

function summaryOf({ headline }: Message): string {
  return fitLine([{ kind: 'text', text: headline }], PAGERDUTY.summary, plain)
}

function sourceOf(source: string): string {
  return cutGraphemes(source.toWellFormed() || 'GitHub Actions', 255)
}

function linksOf({ links }: Message): object[] {
  return links.map(({ label, url }) => ({ href: url, text: label }))
}

function detailsOf({ facts, lists }: Message): object {
  return Object.fromEntries([
    ...facts.map(({ name, value }) => [name, fitLine(value, 1_000, plain)]),
    ...lists.map(({ title, lines }) => [
      cutGraphemes(title, 200),
      lines.slice(0, 50).map((line) => cutGraphemes(renderLine(line, plain), 500)),
    ]),
  ])
}

function plain(span: Span): string {
  return span.text.toWellFormed()
}
