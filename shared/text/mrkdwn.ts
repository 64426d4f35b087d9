import { borderBefore } from './graphemes.ts'
import type { Span } from './rich.ts'

/** The three characters that Slack wants escaped, and no other: https://docs.slack.dev/messaging/formatting-message-text */
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** mrkdwn has no escape for its marks; jsx-slack, too, puts characters in their place that look like them. */
const LOOKALIKES: Readonly<Record<string, string>> = { '*': '∗', _: 'ˍ', '~': '∼', '`': 'ˋ' }

/** What a cut must not go through: a code block, a code span, anything in angle brackets, an entity, a run of text. */
const ATOMS = /```[\s\S]*?```|`[^`\n]*`|<[^<>\n]*>|&(?:amp|lt|gt);|[^`<&]+|[\s\S]/gu
/** `:tada:`, but not the middle of a time. */
const EMOJI = /:[+-]?[a-z][\w+'-]*:|:[+-]1:|:\d+[a-z][\w+'-]*:/i

/** Untrusted text as literal text in mrkdwn: no link, mention, emphasis, code or quotation comes of it. */
export function escapeMrkdwn(text: string): string {
  return text
    .replace(/[*_~`]/g, (mark, at: number) => (inWord(text, at) ? mark : (LOOKALIKES[mark] ?? mark)))
    .replace(/^(?=>)/gm, '\u00ad') // or it is a quotation
    .replace(/[&<>]/g, (char) => ENTITIES[char] ?? char)
}

/**
 * Slack sees marks only at the edges of words: `snake_case` stays as it is. Letters beyond ASCII are
 * taken for edges, which is only a matter of looks.
 */
function inWord(text: string, at: number): boolean {
  return text[at] !== '`' && isWord(text[at - 1]) && isWord(text[at + 1])
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && /[A-Za-z0-9]/.test(char)
}

/** Whether mrkdwn shows a text as it is: nothing in it is a mark, a quotation or the name of an emoji there. */
export function isPlain(text: string): boolean {
  return escapeMrkdwn(text) === escapePlainText(text) && !EMOJI.test(text)
}

/** Untrusted text for a plain_text object, in which Slack decodes the entities too. */
export function escapePlainText(text: string): string {
  return text.replace(/[&<>]/g, (char) => ENTITIES[char] ?? char)
}

export function renderMrkdwn(span: Span): string {
  switch (span.kind) {
    case 'text':
      return escapeMrkdwn(span.text)
    case 'bold':
      return wrapped('*', escapeMrkdwn(span.text))
    case 'code':
      return wrapped('`', escapePlainText(span.text.replaceAll('`', 'ˋ')))
    case 'link':
      return `<${escapePlainText(span.url)}|${escapeMrkdwn(span.text.replaceAll('|', '¦'))}>`
  }
}

/** A mark that touches a space marks nothing. */
function wrapped(mark: string, text: string): string {
  const inner = text.trim()
  return inner === '' ? '' : text.replace(inner, () => mark + inner + mark)
}

/** Text that is mrkdwn already in at most `limit` code units; nothing that belongs together is cut through. */
export function cutMrkdwn(markup: string, limit: number): string {
  if (markup.length <= limit) return markup
  let fitted = ''
  for (const [atom] of markup.matchAll(ATOMS)) {
    const left = limit - 1 - fitted.length
    if (atom.length > left) {
      if (!/^[`<&]/.test(atom)) fitted += atom.slice(0, borderBefore(atom, left))
      break
    }
    fitted += atom
  }
  return `${fitted}…`
}
