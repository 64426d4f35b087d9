import { escapePlainText, renderMrkdwn } from '../../../shared/text/mrkdwn.ts'
import { bold, fitLine, fitPages, type Line, renderLine, text } from '../../../shared/text/rich.ts'
import { cut } from '../../../shared/text/untrusted.ts'
import { cutNote, type Fact, type Mention, type Message } from '../message/model.ts'
import type { Block } from '../parse/values.ts'
import { fitBlocks, SLACK } from './slack-blocks.ts'

/** All facts together. With everything else that stands once, at least 3,000 are left for lead and lists. */
const FACTS_ROOM = 3_000
const FALLBACK = 250
const MAX_MENTIONS = 20
/** Sections for one list. */
const PAGES = 4

type TextObject =
  | { type: 'mrkdwn'; text: string; verbatim: true }
  | { type: 'plain_text'; text: string; emoji: true }

type SlackBlock =
  | { type: 'header'; text: TextObject }
  | { type: 'section'; text: TextObject }
  | { type: 'section'; fields: TextObject[] }
  | { type: 'context'; elements: TextObject[] }

export interface SlackPayload {
  /** What a notification shows, and a client that knows no blocks. */
  text: string
  blocks: readonly object[]
  /** The only thing in Slack that has a coloured bar. */
  attachments: readonly { color: string; fallback: string; blocks: readonly SlackBlock[] }[]
  unfurl_links: false
  unfurl_media: false
}

/**
 * The message as Block Kit, within every limit of Slack; pure.
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
  const fallback = plain(title, FALLBACK)
  const called = mentions.slice(0, MAX_MENTIONS).map(mentionMarkup).join(' ')
  const unfurl = { unfurl_links: false, unfurl_media: false } as const
  if (blocks !== undefined) {
    const first = called === '' ? [] : [section(called)]
    const room = SLACK.total - fallback.length - size(first)
    const own = fitBlocks(message, blocks, SLACK.blocks - first.length, room)
    return { text: fallback, blocks: [...first, ...own], attachments: [], ...unfurl }
  }
  const linked = links.map(({ label, url }) => renderMrkdwn({ kind: 'link', text: label, url })).join('  ·  ')
  const head: SlackBlock[] = [
    { type: 'header', text: { type: 'plain_text', text: plain(title, SLACK.header), emoji: true } },
    ...(called === '' ? [] : [section(called)]),
  ]
  const box: SlackBlock[] = [
    ...factBlocks(message),
    ...(linked === '' ? [] : [section(linked)]),
    ...(footer.length === 0
      ? []
      : [{ type: 'context' as const, elements: [mrkdwn(fitLine(footer, 300, renderMrkdwn))] }]),
  ]
  let room = SLACK.total - 2 * fallback.length - size([...head, ...box])
  const add = (lines: readonly Line[], total: number, pages: number): void => {
    const note = (left: number): Line => cutNote(message, left)
    for (const page of fitPages(lines, { page: SLACK.section, total, pages }, renderMrkdwn, note)) {
      if (page.trim() === '') continue
      head.push(section(page))
      room -= page.length
    }
  }
  add(lead, Math.min(SLACK.section, room), 1)
  for (const [index, list] of lists.entries()) {
    add([[bold(list.title)], ...list.lines], Math.floor(room / (lists.length - index)), PAGES)
  }
  const attachments = box.length === 0 ? [] : [{ color: look.color, fallback, blocks: box }]
  return { text: fallback, blocks: head, attachments, ...unfurl }
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

function field({ name, value }: Fact, limit: number): TextObject {
  const label = fitLine([bold(name)], Math.floor(limit / 2), renderMrkdwn) || '–'
  return mrkdwn(`${label}\n${fitLine(value, limit - label.length - 1, renderMrkdwn).trim() || '–'}`)
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
    case 'name':
      return renderMrkdwn(text(cut(`@${mention.name}`, 50)))
  }
}

function section(text: string): SlackBlock {
  return { type: 'section', text: mrkdwn(text) }
}

/** `verbatim`: Slack makes no links and mentions of its own out of what only looks like one. */
function mrkdwn(text: string): TextObject {
  return { type: 'mrkdwn', text, verbatim: true }
}

function plain(value: string, limit: number): string {
  return fitLine([text(value)], limit, (span) => escapePlainText(span.text))
}

/** Characters of all texts, as Slack counts them together. */
function size(blocks: readonly SlackBlock[]): number {
  return blocks
    .flatMap((block) =>
      'fields' in block ? block.fields : 'elements' in block ? block.elements : [block.text],
    )
    .reduce((sum, { text }) => sum + text.length, 0)
}
