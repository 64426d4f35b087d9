import { escapeMrkdwn, escapePlainText, isPlain, renderMrkdwn } from '../../../shared/text/mrkdwn.ts'
import {
  bold,
  cutLine,
  cutLines,
  fitLine,
  type Line,
  renderLine,
  type Span,
  text,
} from '../../../shared/text/rich.ts'
import type { Block } from './block-kit.ts'
import { cutNote, type Fact, type Mention, type Message } from './message.ts'
import { fitBlocks, SLACK } from './slack-blocks.ts'
import { type RichTextBlock, richSize, richText } from './slack-rich.ts'

/** All facts together. With everything else that stands once, at least 3,000 are left for lead and lists. */
const FACTS_ROOM = 3_000
const FALLBACK = 250
const FOOTER = 300
const MAX_MENTIONS = 20
/** Blocks for one list. */
const PAGES = 4

type TextObject =
  | { type: 'mrkdwn'; text: string; verbatim: true }
  | { type: 'plain_text'; text: string; emoji: false }

export type SlackBlock =
  | { type: 'header'; text: { type: 'plain_text'; text: string; emoji: false } }
  | { type: 'section'; text: TextObject }
  | { type: 'section'; fields: TextObject[] }
  | { type: 'context'; elements: TextObject[] }
  | RichTextBlock

export interface SlackPayload {
  /** What a notification shows, and a client that knows no blocks. */
  text: string
  blocks: readonly object[]
  /** The only thing in Slack that has a colored bar. */
  attachments: readonly { color: string; fallback: string; blocks: readonly SlackBlock[] }[]
  unfurl_links: false
  unfurl_media: false
}

/**
 * The message as Block Kit, within every limit of Slack; pure. Texts of people are rich text or plain text, in which
 * Slack reads no markup; mrkdwn holds only what is the same in it.
 *
 * @param blocks of the user, in place of the template's
 */
export function slackPayload(
  message: Message,
  mentions: readonly Mention[],
  blocks?: readonly Block[] | undefined,
): SlackPayload {
  const { headline, look, lead, lists, links, footer } = message
  const title = `${look.emoji} ${headline}`
  const fallback = plainOf([text(title)], FALLBACK)
  const called = mentions.slice(0, MAX_MENTIONS).map(mentionMarkup).join(' ')
  if (blocks !== undefined) {
    const first = called === '' ? [] : [section(called)]
    const room = SLACK.total - fallback.length - size(first)
    const own = fitBlocks(message, blocks, SLACK.blocks - first.length, room)
    return payloadOf(fallback, [...first, ...own], [])
  }
  const linked = links.map(({ label, url }) => renderMrkdwn({ kind: 'link', text: label, url })).join('  ·  ')
  const head: SlackBlock[] = [
    { type: 'header', text: plainText(plainOf([text(title)], SLACK.header)) },
    ...(called === '' ? [] : [section(called)]),
  ]
  const box: SlackBlock[] = [
    ...factBlocks(message),
    ...(linked === '' ? [] : [section(linked)]),
    ...(footer.length === 0 ? [] : [{ type: 'context' as const, elements: footerOf(footer) }]),
  ]
  let room = SLACK.total - 2 * fallback.length - size([...head, ...box])
  const add = (lines: readonly Line[], total: number, pages: number): void => {
    const note = (left: number): Line => cutNote(message, left)
    for (const page of cutLines(lines, { page: SLACK.section, total, pages }, richSize, note)) {
      const block = richText(page)
      if (block === undefined) continue
      head.push(block)
      room -= size([block])
    }
  }
  add(lead, Math.min(SLACK.section, room), 1)
  for (const [index, list] of lists.entries()) {
    add([[bold(list.title)], ...list.lines], Math.floor(room / (lists.length - index)), PAGES)
  }
  return payloadOf(fallback, head, box.length === 0 ? [] : [{ color: look.color, fallback, blocks: box }])
}

function payloadOf(
  fallback: string,
  blocks: readonly object[],
  attachments: SlackPayload['attachments'],
): SlackPayload {
  return { text: fallback, blocks, attachments, unfurl_links: false, unfurl_media: false }
}

/** Facts in rows of two columns. */
function factBlocks(message: Message): SlackBlock[] {
  const { facts, moreFields } = message
  const limit = Math.min(SLACK.field, Math.floor(FACTS_ROOM / Math.max(1, facts.length)))
  const blocks: SlackBlock[] = []
  for (let from = 0; from < facts.length; from += SLACK.fields) {
    blocks.push({
      type: 'section',
      fields: facts.slice(from, from + SLACK.fields).map((fact) => field(fact, limit)),
    })
  }
  if (moreFields > 0) blocks.push(section(renderLine(cutNote(message, moreFields, 'field'), renderMrkdwn)))
  return blocks
}

/** A bold name above its value with links, unless mrkdwn would show either otherwise than it is. */
function field({ name, value }: Fact, limit: number): TextObject {
  if (isShownAsItIs([bold(name), ...value])) {
    const label = fitLine([bold(name)], Math.floor(limit / 2), renderMrkdwn) || '–'
    return mrkdwn(`${label}\n${fitLine(value, limit - label.length - 1, renderMrkdwn).trim() || '–'}`)
  }
  const label = plainOf([text(name)], Math.floor(limit / 2)).trim() || '–'
  return plainText(`${label}\n${plainOf(value, limit - label.length - 1).trim() || '–'}`)
}

/** Small, a piece for each span; one that mrkdwn would show otherwise loses its link. */
function footerOf(footer: Line): TextObject[] {
  return cutLine(footer, FOOTER, (span) => renderMrkdwn(span).length)
    .filter((span) => span.text.trim() !== '' && span.text.trim() !== '·')
    .slice(0, SLACK.fields)
    .map((span) =>
      isShownAsItIs([span]) ? mrkdwn(renderMrkdwn(span)) : plainText(escapePlainText(span.text)),
    )
}

function isShownAsItIs(line: Line): boolean {
  return line.every(({ kind, text: shown }) =>
    kind === 'code' ? !shown.includes('`') : isPlain(shown) && (kind !== 'link' || !shown.includes('|')),
  )
}

function mentionMarkup(mention: Mention): string {
  switch (mention.kind) {
    case 'here':
    case 'channel':
      return `<!${mention.kind}>`
    case 'user':
      return `<@${mention.id}>`
    case 'group':
      return `<!subteam^${mention.id}>`
    case 'email':
      return named(mention.address)
    case 'name':
      return named(`@${mention.name}`)
  }
}

function named(who: string): string {
  return escapeMrkdwn(fitLine([text(who)], 80, (span) => span.text))
}

function section(markup: string): SlackBlock {
  return { type: 'section', text: mrkdwn(markup) }
}

/** `verbatim`: Slack makes no links and mentions of its own out of what only looks like one. */
function mrkdwn(markup: string): TextObject {
  return { type: 'mrkdwn', text: markup, verbatim: true }
}

/** Without `emoji` Slack leaves `:tada:` as it is. */
function plainText(value: string): { type: 'plain_text'; text: string; emoji: false } {
  return { type: 'plain_text', text: value, emoji: false }
}

function plainOf(line: Line, limit: number): string {
  return fitLine(line, limit, (span: Span) => escapePlainText(span.text))
}

/** Characters of all texts, as Slack counts them together, and addresses to be sure. */
function size(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0
  return Object.entries(value).reduce(
    (sum, [key, item]) =>
      sum + (typeof item === 'string' ? (key === 'text' || key === 'url' ? item.length : 0) : size(item)),
    0,
  )
}
