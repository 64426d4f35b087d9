import type { Message } from '../message/message.ts'
import { type PagerDutyAction, pagerDutyChange, pagerDutyEvent } from '../message/pagerduty-event.ts'
import type { Delivered, PagerDutyTarget } from '../model.ts'
import { delivered, undelivered, type Wire } from './delivery.ts'
import { excerpt, post } from './post.ts'

const KEY = 'Is "pagerduty-routing-key" the integration key (32 characters) of an Events API v2 integration?'

const REMEDIES: Readonly<Record<number, string>> = {
  400: KEY,
  403: KEY,
  429: 'PagerDuty takes no more events of this integration for now.',
}

/** Opens or ends an incident. */
export async function sendAlert(
  target: PagerDutyTarget,
  message: Message,
  { action, dedupKey, source }: { action: PagerDutyAction; dedupKey: string; source: string },
  wire: Wire,
): Promise<Delivered> {
  const { routingKey } = target
  return send(target.url, pagerDutyEvent(message, { routingKey, dedupKey, action, source }), wire, true)
}

/** Says what was changed. PagerDuty knows no key for it, so that a lost answer is not asked for again. */
export async function sendChange(
  target: PagerDutyTarget,
  message: Message,
  { source, timestamp }: { source: string; timestamp: string },
  wire: Wire,
): Promise<Delivered> {
  const { routingKey } = target
  return send(target.changeUrl, pagerDutyChange(message, { routingKey, source, timestamp }), wire, false)
}

async function send(url: URL, event: object, wire: Wire, isHarmless: boolean): Promise<Delivered> {
  const answer = await post({ url, body: JSON.stringify(event), isHarmless }, wire)
  if ('ok' in answer) return answer
  if (answer.status === 202 || answer.status === 200) return delivered(answer.status)
  const remedy = REMEDIES[answer.status] ?? ''
  return undelivered(`http_${answer.status}`, `${excerpt(answer)} ${remedy}`.trim(), answer.status)
}
