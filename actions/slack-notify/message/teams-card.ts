import { bold, cutLine, cutLines, type Line, type Span, text } from '../../../shared/text/rich.ts'
import { BREAK } from '../../../shared/text/untrusted.ts'
import { cutNote, type Mention, type Message } from './message.ts'
import type { StatusClass } from './status.ts'

/**
 * Teams refuses a message over 28 KB, counted on the card as a JSON text in JSON, and the one who sends it never
 * hears of it: the answer of a workflow comes first. So there is room to spare.
 *
 * @see https://github.com/MicrosoftDocs/msteams-docs/issues/11274
 */
export const TEAMS_BYTES = 24_000

/** How much of everything is shown: the first that fits is taken. */
const SCALES = [1, 0.6, 0.35, 0.2, 0.1, 0.05, 0.02, 0]
const TITLE = 200
const LEAD = 3_000
const FACT = 300
const LISTS = 9_000
const MAX_MENTIONS = 20
/** A card with more lines than these is not a summary. */
const LINE_COST = 60

const STYLES: Readonly<Record<StatusClass, string>> = {
  success: 'good',
  failure: 'attention',
  cancelled: 'warning',
  other: 'emphasis',
}

/**
 * The message as an adaptive card 1.5, in the wrapper that the workflow "Post to a channel when a webhook request is
 * received" takes; pure. Texts are runs of text, in which a card knows no Markdown.
 *
 * @see https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-reference
 */
export function teamsPayload(message: Message, mentions: readonly Mention[]): object {
  let card: object = {}
  for (const scale of SCALES) {
    card = cardOf(message, mentions, scale)
    if (Buffer.byteLength(JSON.stringify(JSON.stringify(card))) <= TEAMS_BYTES) break
  }
  const contentType = 'application/vnd.microsoft.card.adaptive'
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content: card }] }
}

function cardOf(message: Message, mentions: readonly Mention[], scale: number): object {
  const { headline, look, lead, facts, moreFields, lists, links, footer } = message
  const title = cutLine([text(`${look.emoji} ${headline}`)], Math.max(40, Math.floor(TITLE * scale)), size)
  const fact = Math.max(20, Math.floor(FACT * scale))
  const people = mentions
    .flatMap((mention) => (mention.kind === 'email' ? [mention.address] : []))
    .slice(0, MAX_MENTIONS)
  const note = (left: number): Line => cutNote(message, left)
  const fitted = (lines: readonly Line[], room: number): object[] =>
    cutLines(lines, { page: room, total: room, pages: 1 }, lineSize(lines), note)
      .flat()
      .map((line) => block(line))
  const left = Math.max(0, Math.floor((LISTS * scale) / Math.max(1, lists.length)))
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.5',
    fallbackText: shown(title.map((span) => span.text).join('')),
    msteams: {
      width: 'Full',
      ...(people.length === 0 ? {} : { entities: people.map(entity) }),
    },
    body: [
      {
        type: 'Container',
        style: STYLES[look.class],
        bleed: true,
        items: [block(title, { size: 'Large', weight: 'Bolder' })],
      },
      ...(people.length === 0
        ? []
        : [{ type: 'TextBlock', wrap: true, text: people.map((who) => at(who)).join(' ') }]),
      ...fitted(lead, Math.floor(LEAD * scale)),
      ...facts.map(({ name, value }) =>
        block([...cutLine([bold(`${name}: `)], fact, size), ...cutLine(value, fact, size)]),
      ),
      ...(moreFields === 0 ? [] : [block(cutNote(message, moreFields, 'field'))]),
      ...lists.flatMap(({ title: name, lines }) => [
        block(cutLine([bold(name)], fact, size), {}, 'Medium'),
        ...fitted(lines, left),
      ]),
      ...(footer.length === 0 ? [] : [block(cutLine(footer, fact, size), { size: 'Small', isSubtle: true })]),
    ].filter((each) => each !== undefined),
    actions: links.slice(0, 4).map(({ label, url }) => ({ type: 'Action.OpenUrl', title: label, url })),
  }
}

/** One line; `style` is that of all its runs. */
function block(line: Line, style: object = {}, spacing = 'Small'): object {
  const inlines = line.filter((span) => span.text !== '').map((span) => run(span, style))
  return {
    type: 'RichTextBlock',
    spacing,
    inlines: inlines.length === 0 ? [{ type: 'TextRun', text: ' ' }] : inlines,
  }
}

function run(span: Span, style: object): object {
  return {
    type: 'TextRun',
    text: shown(span.text),
    ...(span.kind === 'bold' ? { weight: 'Bolder' } : {}),
    ...(span.kind === 'code' ? { fontType: 'Monospace' } : {}),
    ...(span.kind === 'link' ? { selectAction: { type: 'Action.OpenUrl', url: span.url } } : {}),
    ...style,
  }
}

/** Clients evaluate `{{DATE(…)}}`, and `<at>` is how people are called. */
function shown(value: string): string {
  return value
    .toWellFormed()
    .replace(/\{\{(?=\s*(?:DATE|TIME)\s*\()/gi, `{${BREAK}{`)
    .replace(/<(?=\/?at>)/gi, `<${BREAK}`)
}

function at(address: string): string {
  return `<at>${address}</at>`
}

function entity(address: string): object {
  return { type: 'mention', text: at(address), mentioned: { id: address, name: address } }
}

function size(span: Span): number {
  return span.text.length + (span.kind === 'link' ? span.url.length : 0)
}

/** Each line of a card costs more than its letters. */
function lineSize(lines: readonly Line[]): (span: Span) => number {
  const first = new Set(lines.map((line) => line[0]))
  return (span) => size(span) + (first.has(span) ? LINE_COST : 0)
}
