import { bold, fitLine, fitPages, type Line, type Span, text } from '../../../shared/text/rich.ts'
import { BREAK } from '../../../shared/text/untrusted.ts'
import { cutNote, type Message } from './message.ts'

/** A longer text is split into several posts, at 16,383 characters. */
export const MATTERMOST = { text: 15_000, fallback: 250, props: 7_500 }

/** Punctuation of Markdown, hashtags and names of emoji, with the backslash that makes them letters. */
const MARKS = /[\\`*_{}[\]()#+\-.!|~:]/g

/**
 * The message as one attachment with a colored bar; pure. Mattermost knows Slack's `<!channel>` and its own `@all`, in
 * attachments too, and no escape stops the latter: a zero-width space does.
 *
 * @see https://developers.mattermost.com/integrate/webhooks/incoming/
 */
export function mattermostPayload(message: Message): object {
  const { headline, look, lead, facts, moreFields, lists, links, footer } = message
  const title = `${look.emoji} ${headline}`
  const lines: Line[] = [
    [bold(title)],
    ...lead,
    ...facts.map(({ name, value }): Line => [bold(`${name}:`), text(' '), ...value]),
    ...(moreFields === 0 ? [] : [cutNote(message, moreFields, 'field')]),
    ...lists.flatMap(({ title: name, lines: each }): Line[] => [[], [bold(name)], ...each]),
    ...(links.length === 0 ? [] : [[], links.flatMap(linkSpans)]),
    ...(footer.length === 0 ? [] : [footer]),
  ]
  const [body = ''] = fitPages(
    lines,
    { page: MATTERMOST.props, total: MATTERMOST.props, pages: 1 },
    mattermostMarkup,
    (left) => cutNote(message, left),
  )
  const fallback = fitLine([text(title)], MATTERMOST.fallback, (span) => inert(span.text))
  return { attachments: [{ fallback, color: look.color, text: body }] }
}

function linkSpans({ label, url }: { label: string; url: string }, index: number): Span[] {
  return [...(index === 0 ? [] : [text(' · ')]), { kind: 'link', text: label, url }]
}

/** A span in Mattermost's Markdown. */
export function mattermostMarkup(span: Span): string {
  switch (span.kind) {
    case 'text':
      return literal(span.text)
    case 'bold':
      return span.text.trim() === '' ? '' : `**${literal(span.text.trim())}**`
    case 'code':
      return codeOf(span.text)
    case 'link':
      // Brackets would end it, and a name behind @ is called there, too.
      return `[${literal(span.text)}](${span.url.replace(/[()@]/g, (char) => `%${char.charCodeAt(0).toString(16)}`)})`
  }
}

/** A fence longer than any in it; mentions and links are not read there. */
function codeOf(value: string): string {
  if (value.trim() === '') return ''
  const longest = (value.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0)
  const fence = '`'.repeat(longest + 1)
  const pad = /^`|`$/.test(value) ? ' ' : ''
  return `${fence}${pad}${inert(value)}${pad}${fence}`
}

/** Literal text. Leading spaces would make a box of code of it. */
function literal(value: string): string {
  return inert(
    value
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(MARKS, '\\$&')
      .replace(/^ +/, (spaces) => '\u00a0'.repeat(spaces.length)),
  )
}

/** Nothing that calls somebody, and no address that becomes a link by itself. */
function inert(value: string): string {
  return value
    .replace(/@/g, `@${BREAK}`)
    .replace(/<(?=[!@#])/g, `<${BREAK}`)
    .replace(/(https?|ftp|mailto|mattermost)(?=\\?:)/gi, `$1${BREAK}`)
    .replace(/www(?=\\?\.)/gi, `www${BREAK}`)
}
