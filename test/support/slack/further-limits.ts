// What is wrong with a message by the documented limits of the other sinks; nothing when it is right.

/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
export function discordProblems(payload: unknown): string[] {
  const problems: string[] = []
  const {
    content = '',
    embeds = [],
    allowed_mentions: allowed,
  } = payload as {
    content?: string
    embeds?: Embed[]
    allowed_mentions?: { parse?: unknown[] }
  }
  const over = (what: string, text: string | undefined, limit: number): number => {
    if (text !== undefined && (text === '' || text.length > limit))
      problems.push(`${what}: ${text.length} of ${limit}`)
    if (text?.isWellFormed() === false) problems.push(`${what}: half of a surrogate pair`)
    return text?.length ?? 0
  }
  if (content.length > 2_000) problems.push('content')
  if (embeds.length > 10 || (embeds.length === 0 && content === ''))
    problems.push('Cannot send an empty message')
  let total = 0
  for (const { title, description, fields = [], footer, color } of embeds) {
    total +=
      over('title', title, 256) +
      over('description', description, 4_096) +
      over('footer', footer?.text, 2_048)
    if (fields.length > 25) problems.push('fields')
    for (const { name, value } of fields) total += over('name', name, 256) + over('value', value, 1_024)
    if (!Number.isInteger(color)) problems.push('color')
  }
  if (total > 6_000) problems.push(`total: ${total}`)
  if (allowed?.parse?.length !== 0) problems.push('mentions are allowed')
  return problems
}

interface Embed {
  title?: string
  description?: string
  color?: number
  fields?: { name: string; value: string }[]
  footer?: { text: string }
}

/** https://developer.pagerduty.com/docs/send-alert-event */
export function pagerDutyProblems(event: unknown): string[] {
  const {
    routing_key: key,
    event_action: action,
    dedup_key: dedup,
    payload,
  } = event as Record<string, unknown>
  const problems: string[] = []
  if (typeof key !== 'string' || key.length !== 32)
    problems.push("Length of 'routing_key' is incorrect (should be 32)")
  if (!['trigger', 'acknowledge', 'resolve'].includes(String(action)))
    problems.push("'event_action' is invalid")
  if (action !== 'trigger' && !dedup) problems.push("'dedup_key' is missing")
  if (String(dedup ?? '').length > 255) problems.push("'dedup_key' is too long")
  if (Buffer.byteLength(JSON.stringify(event)) > 524_288) problems.push('event is too large')
  if (!JSON.stringify(event).isWellFormed()) problems.push('half of a surrogate pair')
  if (action !== 'trigger') return problems
  const { summary, source, severity } = (payload ?? {}) as Record<string, unknown>
  if (typeof summary !== 'string' || summary === '' || summary.length > 1_024)
    problems.push("'payload.summary'")
  if (typeof source !== 'string' || source === '') problems.push("'payload.source' is missing or blank")
  if (!['critical', 'error', 'warning', 'info'].includes(String(severity)))
    problems.push("'payload.severity'")
  return problems
}

/** https://developer.pagerduty.com/docs/send-change-event */
export function changeProblems(event: unknown): string[] {
  const { routing_key: key, payload, links, ...others } = event as Record<string, unknown>
  const problems: string[] = []
  if (typeof key !== 'string' || key.length !== 32)
    problems.push("Length of 'routing_key' is incorrect (should be 32)")
  const { summary, timestamp } = (payload ?? {}) as Record<string, unknown>
  if (typeof summary !== 'string' || summary === '' || summary.length > 1_024)
    problems.push("'payload.summary'")
  if (timestamp !== undefined && Number.isNaN(Date.parse(String(timestamp))))
    problems.push("'payload.timestamp'")
  if (links !== undefined && !Array.isArray(links)) problems.push("'links'")
  return [...problems, ...Object.keys(others).map((name) => `'${name}' is not a field of a change`)]
}
