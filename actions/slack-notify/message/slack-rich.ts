import type { Line, Span } from '../../../shared/text/rich.ts'

interface Style {
  bold?: true
  code?: true
}

type RichElement =
  | { type: 'text'; text: string; style?: Style }
  | { type: 'link'; url: string; text: string; style?: Style }

type RichPart = {
  type: 'rich_text_section' | 'rich_text_preformatted'
  elements: RichElement[]
}

export interface RichTextBlock {
  type: 'rich_text'
  elements: RichPart[]
}

/** What Slack counts of a span: what is shown, and the address to be sure. */
export function richSize(span: Span): number {
  return span.text.length + (span.kind === 'link' ? span.url.length : 0)
}

/**
 * Lines as a rich text, in which Slack reads no marks, entities, emoji names or mentions: a command that is copied from
 * it works. Lines that are nothing but code are one box. Undefined when there is nothing to show.
 *
 * @see https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
 */
export function richText(lines: readonly Line[]): RichTextBlock | undefined {
  const parts: RichPart[] = []
  for (const [index, line] of lines.entries()) {
    const type = isCode(line) ? 'rich_text_preformatted' : 'rich_text_section'
    const last = parts.at(-1)
    const elements = line.flatMap((span) => elementsOf(span, type))
    if (last?.type === type) last.elements.push({ type: 'text', text: '\n' }, ...elements)
    // A box has line ends of its own around it.
    else if (elements.length > 0) parts.push({ type, elements })
    else if (index > 0) last?.elements.push({ type: 'text', text: '\n' })
  }
  const shown = parts.filter(({ elements }) => elements.some(({ text }) => text.trim() !== ''))
  for (const part of shown) part.elements = joined(part.elements)
  return shown.length === 0 ? undefined : { type: 'rich_text', elements: shown }
}

function isCode(line: Line): boolean {
  return line.length === 1 && line[0]?.kind === 'code'
}

function elementsOf(span: Span, part: RichPart['type']): RichElement[] {
  if (span.text === '') return []
  switch (span.kind) {
    case 'text':
      return [{ type: 'text', text: span.text }]
    case 'bold':
      return [{ type: 'text', text: span.text, style: { bold: true } }]
    case 'code':
      return [
        part === 'rich_text_preformatted'
          ? { type: 'text', text: span.text }
          : { type: 'text', text: span.text, style: { code: true } },
      ]
    case 'link':
      return [{ type: 'link', url: span.url, text: span.text }]
  }
}

/** Neighbours without a style become one element. */
function joined(elements: readonly RichElement[]): RichElement[] {
  const found: RichElement[] = []
  for (const element of elements) {
    const last = found.at(-1)
    if (last?.type === 'text' && element.type === 'text' && !last.style && !element.style) {
      found[found.length - 1] = { type: 'text', text: last.text + element.text }
    } else found.push(element)
  }
  return found
}
