import { cut, visible } from './untrusted.ts'

/**
 * A piece of text that means one thing. The text is data from anywhere: whoever renders a span for a sink escapes it,
 * so that nothing in it can become markup there. There is no span for a mention on purpose.
 */
export type Span =
  | { kind: 'text' | 'bold' | 'code'; text: string }
  | { kind: 'link'; text: string; url: string }

export type Line = readonly Span[]

/** A span as the markup of one sink. A beginning of the text must not render to more than the whole of it. */
export type Render = (span: Span) => string

/** Longer texts are cut before anybody works on them. */
const MAX_TEXT = 20_000
const MAX_LINES = 2_000
/** A longer address (after escaping) is no link any more: it would eat the room of the message. */
const MAX_URL = 1_000

export const text = (value: string): Span => ({ kind: 'text', text: clean(value) })
export const bold = (value: string): Span => ({ kind: 'bold', text: clean(value) })
export const code = (value: string): Span => ({ kind: 'code', text: clean(value) })

/** A link to an http or https page; anything else is plain text. */
export function link(label: string, url: string): Span {
  const address = webUrl(url)
  return address === undefined ? text(label) : { kind: 'link', text: clean(label) || address, url: address }
}

/** Text of several lines, as lines. */
export function textLines(value: string): Line[] {
  const lines = cut(value, MAX_TEXT).split(/\r\n?|\n/, MAX_LINES)
  while (lines.at(-1)?.trim() === '') lines.pop()
  return lines.map((line) => [text(line)])
}

/**
 * The URL in its normal form when it is an http or https one that fits into a message: no space, quotation mark,
 * angle bracket or vertical bar is in it.
 */
export function webUrl(url: string): string | undefined {
  if (url.length > MAX_URL || !/^https?:\/\//i.test(url) || !URL.canParse(url)) return undefined
  const href = new URL(url).href.replace(
    /[|<>"'`]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return href.replaceAll('&', '&amp;').length > MAX_URL ? undefined : href
}

/** One line, controls shown instead of obeyed, no half of a surrogate pair. */
function clean(value: string): string {
  return visible(cut(value, MAX_TEXT).toWellFormed().replace(/\s+/g, ' '))
}

export function renderLine(line: Line, render: Render): string {
  return line.map(render).join('')
}

/** The line in at most `limit` UTF-16 code units of markup, with an ellipsis when something had to go. */
export function fitLine(line: Line, limit: number, render: Render): string {
  const whole = renderLine(line, render)
  if (whole.length <= limit) return whole
  if (limit < 1) return ''
  let fitted = ''
  for (const span of line) {
    const markup = render(span)
    if (fitted.length + markup.length > limit - 1) {
      fitted += cutSpan(span, limit - 1 - fitted.length, render)
      break
    }
    fitted += markup
  }
  return `${fitted}…`
}

export interface Room {
  /** UTF-16 code units of markup on one page. */
  page: number
  /** On all pages together. */
  total: number
  pages: number
}

/** With less room than this, half a line is no use. */
const MIN_PART = 80

/**
 * Lines joined by line feeds, on as many pages as they need and are allowed. What is left out is said at the end by
 * `note`, which gets the number of lines that are not there (0 when only a part of the last one is missing).
 */
export function fitPages(
  lines: readonly Line[],
  room: Room,
  render: Render,
  note: (left: number) => Line,
): string[] {
  const whole = lines.map((line) => renderLine(line, render)).join('\n')
  if (whole.length <= Math.min(room.page, room.total)) return whole === '' ? [] : [whole]
  const noteRoom = Math.max(...[0, lines.length].map((left) => renderLine(note(left), render).length)) + 1
  const pages: string[][] = [[]]
  const perPage = Math.max(0, room.page - noteRoom)
  let total = room.total - noteRoom
  let page = perPage
  let missing: number | undefined
  for (const [index, line] of lines.entries()) {
    const markup = fitLine(line, perPage - 1, render)
    if (markup.length + 1 > page && pages.length < room.pages && page < perPage) {
      pages.push([])
      page = perPage
    }
    const left = Math.min(page, total) - 1
    if (markup.length > left) {
      const part = left < MIN_PART ? '' : fitLine(line, left, render)
      if (part !== '') pages.at(-1)?.push(part)
      missing = lines.length - index - (part === '' ? 0 : 1)
      break
    }
    if (renderLine(line, render).length > perPage - 1) missing = 0
    pages.at(-1)?.push(markup)
    page -= markup.length + 1
    total -= markup.length + 1
  }
  const hasRoom = noteRoom <= Math.min(room.page, room.total) + 1
  if (missing !== undefined && hasRoom) pages.at(-1)?.push(renderLine(note(missing), render))
  return pages.map((texts) => texts.join('\n')).filter((markup) => markup !== '')
}

/** The longest beginning of a span that renders to at most `room` code units; empty when there is none. */
function cutSpan(span: Span, room: number, render: Render): string {
  const beginning = (length: number): string => {
    const code = span.text.charCodeAt(length - 1)
    const end = code >= 0xd800 && code <= 0xdbff ? length - 1 : length
    return end < 1 ? '' : render({ ...span, text: span.text.slice(0, end) })
  }
  let [low, high] = [0, span.text.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (beginning(middle).length <= room) low = middle
    else high = middle - 1
  }
  return beginning(low)
}
