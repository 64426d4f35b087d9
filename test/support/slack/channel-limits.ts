// What is wrong with a message by the documented rules of Teams, Google Chat, Mattermost and the Workflow Builder.

type Data = Record<string, unknown>

/** Every text of a value, at any key of these. */
export function textsAt(value: unknown, ...keys: readonly string[]): string[] {
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, item]) =>
    typeof item === 'string' ? (keys.includes(key) ? [item] : []) : textsAt(item, ...keys),
  )
}

/** https://github.com/MicrosoftDocs/msteams-docs/issues/11274: 28,672 bytes of the card as it is kept. */
export function teamsProblems(payload: unknown): string[] {
  const { type, attachments } = payload as { type?: unknown; attachments?: Data[] }
  const problems: string[] = []
  if (type !== 'message') problems.push('type')
  if (!Array.isArray(attachments) || attachments.length !== 1)
    return [...problems, 'attachments is of type Null']
  const [attachment = {}] = attachments
  if (attachment['contentType'] !== 'application/vnd.microsoft.card.adaptive') problems.push('contentType')
  const card = attachment['content'] as Data
  if (card['type'] !== 'AdaptiveCard' || card['version'] !== '1.5')
    problems.push("Property 'type' must be 'AdaptiveCard'")
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(card)))
  if (bytes > 28_672) problems.push(`MessageSizeExceeded: ${bytes}`)
  const entities = ((card['msteams'] as Data)?.['entities'] ?? []) as { text: string }[]
  const blocks = textsAt(card['body'], 'text')
  for (const { text } of entities) {
    if (!blocks.some((block) => block.includes(text))) problems.push(`a mention without its text: ${text}`)
  }
  const called = blocks.flatMap((block) => block.match(/<at>/g) ?? []).length
  if (called !== entities.length) problems.push(`${called} <at>, ${entities.length} entities`)
  if (blocks.some((block) => /\{\{\s*(?:DATE|TIME)\s*\(/i.test(block))) problems.push('a function in a text')
  if (!JSON.stringify(payload).isWellFormed()) problems.push('half of a surrogate pair')
  return problems
}

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create */
export function googleChatProblems(payload: unknown): string[] {
  const problems: string[] = []
  const { text, fallbackText, cardsV2, ...unknown } = payload as Data
  if (Object.keys(unknown).length > 0) problems.push(`Unknown name ${Object.keys(unknown).join(', ')}`)
  if (text === undefined && !Array.isArray(cardsV2)) problems.push('Message cannot be empty')
  if (typeof fallbackText !== 'string' || fallbackText === '') problems.push('fallbackText')
  if (Buffer.byteLength(JSON.stringify(payload)) > 32_000)
    problems.push('Message is longer than 32,000 bytes')
  for (const { card } of (cardsV2 ?? []) as { card: { header?: Data; sections: { widgets: Data[] }[] } }[]) {
    if (typeof card.header?.['title'] !== 'string' || card.header['title'] === '')
      problems.push('header.title')
    const widgets = card.sections.flatMap((section) => section.widgets)
    if (widgets.length > 100) problems.push(`${widgets.length} widgets`)
    if (card.sections.length === 0 || card.sections.some((section) => section.widgets.length === 0))
      problems.push('an empty section')
    for (const widget of widgets) problems.push(...widgetProblems(widget))
  }
  if (!JSON.stringify(payload).isWellFormed()) problems.push('half of a surrogate pair')
  return problems
}

function widgetProblems(widget: Data): string[] {
  const [kind = '', ...others] = Object.keys(widget)
  if (others.length > 0 || !['textParagraph', 'decoratedText', 'buttonList'].includes(kind))
    return [`widget ${kind}`]
  return textsAt(widget[kind], 'text').flatMap((text) => {
    if (text === '') return ['an empty text']
    const rest = text.replace(/<\/?b>|<br>|<a href="https?:\/\/[^"<>\s]*">|<\/a>/g, '')
    return /[<>]/.test(rest) || /&(?!(?:amp|lt|gt|quot|#39);)/.test(rest)
      ? [`loose HTML: ${rest.slice(0, 200)}`]
      : []
  })
}

/** https://developers.mattermost.com/integrate/webhooks/incoming/ */
export function mattermostProblems(payload: unknown): string[] {
  const { text = '', attachments } = payload as { text?: string; attachments?: Data[] }
  const problems: string[] = []
  if (text === '' && !Array.isArray(attachments)) problems.push('No text specified')
  if ([...text].length > 16_383) problems.push('it is split into several posts')
  if (Buffer.byteLength(JSON.stringify(attachments ?? [])) > 60_000) problems.push('split_props_length')
  for (const { fallback, color, text: body } of attachments ?? []) {
    if (typeof fallback !== 'string' || fallback === '') problems.push('fallback')
    if (!/^#[0-9a-f]{6}$/.test(String(color))) problems.push('color')
    if (typeof body !== 'string' || [...body].length > 7_900)
      problems.push('Maximum attachments length is 7900')
  }
  if (!JSON.stringify(payload).isWellFormed()) problems.push('half of a surrogate pair')
  return problems
}

/** Whom Mattermost calls: Slack's marks are read on the server, wherever they are, and names outside of code. */
export function mattermostMentions(payload: unknown): string[] {
  const texts = textsAt(payload, 'text', 'fallback')
  return texts.flatMap((text) => [
    ...(text.match(/<(?:!(?:channel|here|all|everyone)|@\w+)>/g) ?? []),
    ...(text.replace(/(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '').match(/@(?:all|channel|here|\w[\w.-]*)/g) ?? []),
  ])
}

/** A flat map of texts; a name with a dot is not one that a workflow can declare. */
export function triggerProblems(payload: unknown): string[] {
  return Object.entries(payload as Data).flatMap(([name, value]) => [
    ...(/^[a-z][a-z0-9_]*$/.test(name) ? [] : [`the name ${name}`]),
    ...(typeof value === 'string' ? [] : [`${name} is not a text`]),
  ])
}
