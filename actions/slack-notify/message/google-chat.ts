import { bold, cutLine, cutLines, type Line, renderLine, type Span, text } from '../../../shared/text/rich.ts'
import { cutNote, type Message } from './message.ts'

/** A message, its texts and cards together, in bytes; there is room to spare. */
export const GOOGLE_CHAT_BYTES = 28_000
/** With more, whole sections are dropped without a word. */
export const GOOGLE_CHAT_WIDGETS = 100

const SCALES = [1, 0.6, 0.35, 0.2, 0.1, 0.05, 0.02, 0]
const TITLE = 200
const LEAD = 3_000
const FACT = 500
const LISTS = 12_000

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/**
 * The message as a card; pure. The texts of a card are HTML with few tags: what is escaped stays as it is, and nothing
 * in it calls anybody.
 *
 * @see https://developers.google.com/workspace/chat/api/reference/rest/v1/cards
 */
export function googleChatPayload(message: Message): object {
  let payload: object = {}
  for (const scale of SCALES) {
    payload = payloadOf(message, scale)
    if (Buffer.byteLength(JSON.stringify(payload)) <= GOOGLE_CHAT_BYTES) break
  }
  return payload
}

function payloadOf(message: Message, scale: number): object {
  const { headline, look, lead, facts, moreFields, lists, links, footer } = message
  const title = shorten([text(`${look.emoji} ${headline}`)], Math.max(40, Math.floor(TITLE * scale)))
  const fact = Math.max(20, Math.floor(FACT * scale))
  const note = (left: number): Line => cutNote(message, left)
  const paragraph = (lines: readonly Line[], room: number): object[] => {
    const fitted = cutLines(lines, { page: room, total: room, pages: 1 }, size, note).flat()
    return fitted.length === 0 ? [] : [{ textParagraph: { text: fitted.map(htmlOf).join('<br>') } }]
  }
  const facsimile = facts.map(({ name, value }) => ({
    decoratedText: {
      topLabel: shorten([text(name)], fact),
      text: htmlOf(cutLine(value, fact, size)) || '–',
      wrapText: true,
    },
  }))
  const left = Math.floor((LISTS * scale) / Math.max(1, lists.length))
  const sections = [
    paragraph(lead, Math.floor(LEAD * scale)),
    [...facsimile, ...(moreFields === 0 ? [] : paragraph([cutNote(message, moreFields, 'field')], fact))],
    ...lists.map(({ title: name, lines }) => paragraph([[bold(name)], ...lines], left)),
    [...buttons(links), ...paragraph(footer.length === 0 ? [] : [footer], fact)],
  ].filter((widgets) => widgets.length > 0)
  return {
    fallbackText: title,
    cardsV2: [
      { cardId: 'nexus', card: { header: { title }, sections: sections.map((widgets) => ({ widgets })) } },
    ],
  }
}

function buttons(links: Message['links']): object[] {
  if (links.length === 0) return []
  const list = links.slice(0, 4).map(({ label, url }) => ({ text: label, onClick: { openLink: { url } } }))
  return [{ buttonList: { buttons: list } }]
}

/** Without markup, as titles and labels are shown. */
function shorten(line: Line, limit: number): string {
  return cutLine(line, limit, size)
    .map((span) => span.text)
    .join('')
}

function htmlOf(line: Line): string {
  return renderLine(line, html)
}

function html(span: Span): string {
  const inner = escaped(span.text)
  if (span.kind === 'bold') return `<b>${inner}</b>`
  return span.kind === 'link' ? `<a href="${escaped(span.url)}">${inner}</a>` : inner
}

function escaped(value: string): string {
  return value.toWellFormed().replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}

function size(span: Span): number {
  return span.text.length + (span.kind === 'link' ? span.url.length : 0)
}
