import { bold, fitLine, fitPages, type Line, type Span, text } from '../../../shared/text/rich.ts'
import { cutNote, type Message } from './message.ts'

/**
 * What Discord takes, in UTF-16 code units.
 *
 * @see https://discord.com/developers/docs/resources/message#embed-object-embed-limits
 */
export const DISCORD = {
  title: 256,
  description: 4_096,
  fields: 25,
  name: 256,
  value: 1_024,
  footer: 2_048,
  total: 6_000,
}

const FACTS_ROOM = 2_000

/** Marks of Discord's Markdown, with the backslash that makes them letters. */
const MARKS = /[\\*_~`|<>[\]()#@:-]/g

/** The message as one embed, within every limit of Discord; pure. */
export function discordPayload(message: Message): object {
  const { headline, look, lead, facts, moreFields, lists, links, footer, runUrl } = message
  const title = fitLine([text(`${look.emoji} ${headline}`)], DISCORD.title, plain)
  const small = fitLine(footer, 200, plain)
  const limit = Math.floor(FACTS_ROOM / Math.max(1, facts.length))
  const fields = facts.slice(0, DISCORD.fields).map(({ name, value }) => {
    const label = fitLine([text(name)], Math.min(DISCORD.name, Math.floor(limit / 2)), plain).trim() || '–'
    return {
      name: label,
      value: fitLine(value, Math.min(DISCORD.value, limit - label.length), markup).trim() || '–',
      inline: true,
    }
  })
  const more: Line[] = moreFields > 0 ? [cutNote(message, moreFields, 'field')] : []
  const pages: Line[] = links.map(({ label, url }) => [{ kind: 'link', text: label, url }])
  const lines: Line[] = [
    ...lead,
    ...pages,
    ...lists.flatMap(({ title: name, lines: each }): Line[] => [[], [bold(name)], ...each]),
    ...more,
  ]
  const used =
    title.length + small.length + fields.reduce((sum, { name, value }) => sum + name.length + value.length, 0)
  const room = Math.min(DISCORD.description, DISCORD.total - used)
  const [description = ''] = fitPages(lines, { page: room, total: room, pages: 1 }, markup, (left) =>
    cutNote(message, left),
  )
  const embed = {
    title,
    ...(runUrl === '' ? {} : { url: runUrl }),
    ...(description.trim() === '' ? {} : { description }),
    color: Number.parseInt(look.color.slice(1), 16),
    fields,
    ...(small === '' ? {} : { footer: { text: small } }),
  }
  return { embeds: [embed], allowed_mentions: { parse: [] } }
}

export function markup(span: Span): string {
  switch (span.kind) {
    case 'text':
      return literal(span.text)
    case 'bold':
      return span.text.trim() === '' ? '' : `**${literal(span.text.trim())}**`
    case 'code':
      return codeOf(span.text)
    case 'link':
      // The brackets of a masked link must not be in its parts.
      return `[${literal(span.text)}](<${span.url.replace(/[()]/g, (char) => (char === '(' ? '%28' : '%29'))}>)`
  }
}

/** Two backticks hold one; more than that is literal text. */
function codeOf(value: string): string {
  if (value.trim() === '') return ''
  if (!value.includes('`')) return `\`${value}\``
  return value.includes('``') || /^`|`$/.test(value) ? literal(value) : `\`\`${value}\`\``
}

/** Literal text: no mark, no mention, and no address that becomes a link (the escaped colon). */
function literal(value: string): string {
  return value.replace(MARKS, '\\$&')
}

/** In titles, names and footers Discord reads no Markdown links or mentions. */
function plain(span: Span): string {
  return span.text
}
