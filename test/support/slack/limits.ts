/** What is wrong with a message by the documented limits of Slack, in Slack's own word and ours; nothing when it is right. */
export function slackProblems(payload: unknown): string[] {
  const problems: string[] = []
  const { text, blocks, attachments } = payload as { text?: unknown; blocks?: unknown; attachments?: unknown }
  if (typeof text !== 'string' || text === '') problems.push('no_text')
  if (!Array.isArray(blocks) || blocks.length === 0) return [...problems, 'invalid_blocks_format']
  const boxes = Array.isArray(attachments) ? attachments : []
  if (boxes.length > 100) problems.push('too_many_attachments')
  const all = [...blocks, ...boxes.flatMap((box: { blocks?: unknown[] }) => box.blocks ?? [])]
  if (all.length > 50) problems.push('invalid_blocks: more than 50')
  for (const box of boxes as { color?: unknown }[]) {
    if (!/^#[0-9a-f]{6}$/.test(String(box.color))) problems.push('invalid_attachments: color')
  }
  for (const [index, block] of all.entries()) problems.push(...blockProblems(block, `/blocks/${index}`))
  const total = textsOf(payload).reduce((sum, { text: each }) => sum + each.length, String(text).length)
  if (total > 12_000) problems.push(`msg_blocks_too_long: ${total}`)
  if (!JSON.stringify(payload).isWellFormed() || /\\ud[89a-f]/i.test(JSON.stringify(payload))) {
    problems.push('half of a surrogate pair')
  }
  return problems
}

interface TextObject {
  type: string
  text: string
}

function blockProblems(block: unknown, at: string): string[] {
  const { type, text, fields, elements } = block as Record<string, unknown>
  if (type === 'header') return textProblems(text, 150, ['plain_text'], at)
  if (type === 'section') {
    if (text === undefined && fields === undefined) return [`invalid_blocks: ${at} is empty`]
    return [
      ...(text === undefined ? [] : textProblems(text, 3_000, ['plain_text', 'mrkdwn'], at)),
      ...(fields === undefined ? [] : listProblems(fields, 10, 2_000, `${at}/fields`)),
    ]
  }
  if (type === 'context') return listProblems(elements, 10, 3_000, `${at}/elements`)
  if (type === 'rich_text') return richProblems(elements, at)
  return typeof type === 'string' ? [] : [`invalid_blocks: ${at} has no type`]
}

/** Empty lists and texts are refused; a text element takes everything else literally. */
function richProblems(parts: unknown, at: string): string[] {
  if (!Array.isArray(parts) || parts.length === 0) return [`invalid_blocks: ${at} has no elements`]
  return parts.flatMap(({ type, elements }: { type?: string; elements?: unknown }, index) => {
    const here = `${at}/elements/${index}`
    if (!['rich_text_section', 'rich_text_preformatted'].includes(type ?? ''))
      return [`invalid_blocks: ${here} has the type ${type}`]
    if (!Array.isArray(elements) || elements.length === 0) return [`invalid_blocks: ${here} is empty`]
    return elements.flatMap((element: RichElement): string[] => {
      if (element.type !== 'text' && element.type !== 'link')
        return [`${here}: ${element.type} may call somebody`]
      if (typeof element.text !== 'string' || element.text === '')
        return [`invalid_blocks: ${here} has an empty text`]
      if (element.type === 'link' && !/^https?:\/\/[^\s<>|]+$/.test(element.url ?? ''))
        return [`${here}: a wrong link`]
      if (type === 'rich_text_preformatted' && element.style !== undefined)
        return [`${here}: a style in a box`]
      return element.text.isWellFormed() ? [] : ['half of a surrogate pair']
    })
  })
}

interface RichElement {
  type: string
  text?: string
  url?: string
  style?: { bold?: boolean; code?: boolean }
}

function listProblems(list: unknown, most: number, limit: number, at: string): string[] {
  if (!Array.isArray(list) || list.length === 0 || list.length > most) {
    return [`invalid_blocks: ${at} has ${Array.isArray(list) ? list.length : 'no'} items`]
  }
  return list.flatMap((item, index) => textProblems(item, limit, ['plain_text', 'mrkdwn'], `${at}/${index}`))
}

function textProblems(given: unknown, limit: number, types: readonly string[], at: string): string[] {
  const { type, text } = (given ?? {}) as Partial<TextObject>
  if (!types.includes(type ?? '')) return [`invalid_blocks: ${at} has a text of type ${type}`]
  if (typeof text !== 'string' || text === '')
    return [`invalid_blocks: must be more than 0 characters [${at}]`]
  if (text.length > limit) return [`invalid_blocks: must be less than ${limit + 1} characters [${at}]`]
  return markupProblems(text, type).map(
    (problem) => `${problem} [${at}]: ${JSON.stringify(text.slice(-200))}`,
  )
}

/** Broken entities, brackets and code spans: signs of a cut through something. */
export function markupProblems(text: string, type = 'mrkdwn'): string[] {
  const problems: string[] = []
  const rest = text.replace(
    /<(?:https?:\/\/[^\s<>|]+(?:\|[^<>|\n]*)?|@[UW]\w+|!subteam\^S\w+|!(?:here|channel))>/g,
    '',
  )
  if (/[<>]/.test(rest)) problems.push('a loose bracket')
  if (/&(?!(?:amp|lt|gt);)/.test(text)) problems.push('a broken entity')
  if (type === 'mrkdwn' && (text.match(/`/g) ?? []).length % 2 > 0) problems.push('an open code span')
  if (!text.isWellFormed()) problems.push('half of a surrogate pair')
  return problems
}

/** Every text object of a message. */
export function textsOf(value: unknown): TextObject[] {
  if (value === null || typeof value !== 'object') return []
  const { type, text } = value as Partial<TextObject>
  const isText = type === 'mrkdwn' || type === 'plain_text' || type === 'text' || type === 'link'
  const own = isText && typeof text === 'string' ? [{ type, text }] : []
  return [...own, ...Object.values(value).flatMap(textsOf)]
}

/** Whom a message calls. */
export function mentionsOf(payload: unknown): string[] {
  // A text element of a rich text is literal, and so is plain text.
  const marked = textsOf(payload).filter(({ type }) => type === 'mrkdwn')
  const texts = [...marked.map(({ text }) => text), String((payload as { text?: unknown }).text)]
  return texts.flatMap((text) => [...text.matchAll(/<(@\w+|![^<>|]*)/g)].map(([, who]) => who ?? ''))
}

/** All text of a message as a person reads it, block by block; bold and code of a rich text as in mrkdwn. */
export function readable(payload: unknown): string {
  return shownTexts(payload).join('\n')
}

function shownTexts(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return []
  const { type, text, elements } = value as { type?: string; text?: unknown; elements?: RichElement[] }
  if (type === 'rich_text_section' || type === 'rich_text_preformatted')
    return [(elements ?? []).map(richShown).join('')]
  if ((type === 'mrkdwn' || type === 'plain_text') && typeof text === 'string') return [unescaped(text)]
  return Object.values(value).flatMap(shownTexts)
}

function richShown({ text = '', style }: RichElement): string {
  return style?.bold ? `*${text}*` : style?.code ? `\`${text}\`` : text
}

function unescaped(text: string): string {
  return text
    .replace(/<[^<>|]*\|([^<>]*)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
