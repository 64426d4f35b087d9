import { cutGraphemes } from '../../../shared/text/graphemes.ts'
import { cutMrkdwn, renderMrkdwn } from '../../../shared/text/mrkdwn.ts'
import { renderLine } from '../../../shared/text/rich.ts'
import type { Block } from './block-kit.ts'
import { cutNote, type Message } from './message.ts'

/**
 * What Slack takes, in characters after escaping. A character is counted here as a UTF-16 code unit, which is never
 * less than what Slack counts. The total is in no document: a sum of 13,200 is refused as `msg_blocks_too_long`.
 *
 * @see https://docs.slack.dev/reference/block-kit/blocks
 * @see https://github.com/slackapi/bolt-js/issues/2509
 */
export const SLACK = { section: 3_000, field: 2_000, fields: 10, header: 150, blocks: 50, total: 12_000 }

/** Texts that Slack takes literally, in which brackets are brackets. */
const LITERAL: ReadonlySet<unknown> = new Set(['text', 'link', 'raw_text'])

/**
 * The user's own blocks within Slack's limits: texts are cut, and what does not fit into the message is left out and
 * said; pure.
 *
 * @param most blocks
 * @param room characters that the texts may have together
 */
export function fitBlocks(message: Message, blocks: readonly Block[], most: number, room: number): object[] {
  const kept: object[] = []
  const note = (left: number): object => ({
    type: 'context',
    elements: [
      { type: 'mrkdwn', text: renderLine(cutNote(message, left, 'block'), renderMrkdwn), verbatim: true },
    ],
  })
  const noteSize = textSize(note(blocks.length))
  let left = room
  for (const [index, block] of blocks.entries()) {
    const next = fitted(block, block.type === 'header' ? SLACK.header : SLACK.section) as object
    const size = textSize(next)
    const isLast = index === blocks.length - 1
    // The last place and the last characters are for the note, unless nothing is left out.
    if (kept.length + (isLast ? 1 : 2) > most || size > left - (isLast ? 0 : noteSize)) {
      return [...kept, note(blocks.length - index)]
    }
    kept.push(next)
    left -= size
  }
  return kept
}

/** A value with every text in it fitted; a text object may have `limit` characters. */
function fitted(value: unknown, limit: number): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (Array.isArray(value)) return value.map((item) => fitted(item, limit))
  if (value === null || typeof value !== 'object') return value
  const { type, text } = value as { type?: unknown; text?: unknown }
  const copy = Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      fitted(item, name === 'fields' ? SLACK.field : limit),
    ]),
  )
  if (typeof text !== 'string') return copy
  const wellFormed = text.toWellFormed()
  if (LITERAL.has(type)) return { ...copy, text: cutGraphemes(wellFormed, limit) }
  return {
    ...copy,
    text: cutMrkdwn(withoutMentions(wellFormed), type === 'markdown' ? SLACK.total : limit),
  }
}

/** `<@U…>`, `<!here>` and `<!subteam^S…>` are shown instead of obeyed; `<!date^…>` calls nobody. */
function withoutMentions(markup: string): string {
  return markup.replace(/<((?:@|!(?!date\^))[^<>]*)(>?)/g, (_, inner: string, end: string) => {
    return `&lt;${inner}${end === '' ? '' : '&gt;'}`
  })
}

function textSize(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0
  return Object.entries(value).reduce(
    (sum, [key, item]) => sum + (key === 'text' && typeof item === 'string' ? item.length : textSize(item)),
    0,
  )
}
