import { borderBefore, cutGraphemes } from './graphemes.ts'
import { visible } from './untrusted.ts'

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

/** How much room a span takes in one sink. A beginning of the text must not take more than the whole of it. */
export type Size = (span: Span) => number

/** Longer texts are cut before anybody works on them. */
const MAX_TEXT = 20_000
const MAX_LINES = 2_000
/** A longer address (after escaping) is not a link any more: it would eat the room of the message. */
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
  const lines = cutGraphemes(value, MAX_TEXT).split(/\r\n?|\n/, MAX_LINES)
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

/** One line, controls shown instead of obeyed, no half of a surrogate pair. Spaces stay: a command can be copied. */
function clean(value: string): string {
  return visible(
    cutGraphemes(value, MAX_TEXT)
      .toWellFormed()
      .replace(/[\r\n\v\f\u0085\u2028\u2029]+/g, ' '),
  )
}

export function renderLine(line: Line, render: Render): string {
  return line.map(render).join('')
}

/** The line in at most `limit` UTF-16 code units of markup, with an ellipsis when something had to go. */
export function fitLine(line: Line, limit: number, render: Render): string {
  return renderLine(
    cutLine(line, limit, (span) => render(span).length),
    render,
  )
}

/** The line in at most `limit` of a sink's units, with an ellipsis (which takes one) when something had to go. */
export function cutLine(line: Line, limit: number, size: Size): Line {
  if (sizeOf(line, size) <= limit) return line
  if (limit < 1) return []
  const fitted: Span[] = []
  let used = 0
  for (const span of line) {
    const more = size(span)
    if (used + more > limit - 1) {
      const part = cutSpan(span, limit - 1 - used, size)
      if (part !== undefined) fitted.push(part)
      break
    }
    fitted.push(span)
    used += more
  }
  return [...fitted, { kind: 'text', text: '…' }]
}

export interface Room {
  /** A sink's units on one page. */
  page: number
  /** On all pages together. */
  total: number
  pages: number
}

/** With less room than this, half a line is no use. */
const MIN_PART = 80

/** {@link cutLines} as markup, lines joined by line feeds. */
export function fitPages(
  lines: readonly Line[],
  room: Room,
  render: Render,
  note: (left: number) => Line,
): string[] {
  return cutLines(lines, room, (span) => render(span).length, note)
    .map((page) => page.map((line) => renderLine(line, render)).join('\n'))
    .filter((markup) => markup !== '')
}

/**
 * Lines on as many pages as they need and are allowed; a line end takes one unit. What is left out is said at the end
 * by `note`, which gets the number of lines that are not there (0 when only a part of the last one is missing).
 */
export function cutLines(
  lines: readonly Line[],
  room: Room,
  size: Size,
  note: (left: number) => Line,
): Line[][] {
  const sizes = lines.map((line) => sizeOf(line, size))
  const whole = sizes.reduce((sum, each) => sum + each, Math.max(0, lines.length - 1))
  if (whole <= Math.min(room.page, room.total)) return lines.length === 0 ? [] : [[...lines]]
  const noteRoom = Math.max(...[0, lines.length].map((left) => sizeOf(note(left), size))) + 1
  const pages: Line[][] = [[]]
  const perPage = Math.max(0, room.page - noteRoom)
  let total = room.total - noteRoom
  let page = perPage
  let missing: number | undefined
  for (const [index, line] of lines.entries()) {
    const fitted = cutLine(line, perPage - 1, size)
    const needed = sizeOf(fitted, size)
    if (needed + 1 > page && pages.length < room.pages && page < perPage) {
      pages.push([])
      page = perPage
    }
    const left = Math.min(page, total) - 1
    if (needed > left) {
      const part = left < MIN_PART ? [] : cutLine(line, left, size)
      if (part.length > 0) pages.at(-1)?.push(part)
      missing = lines.length - index - (part.length === 0 ? 0 : 1)
      break
    }
    if ((sizes[index] ?? 0) > perPage - 1) missing = 0
    pages.at(-1)?.push(fitted)
    page -= needed + 1
    total -= needed + 1
  }
  const hasRoom = noteRoom <= Math.min(room.page, room.total) + 1
  if (missing !== undefined && hasRoom) pages.at(-1)?.push(note(missing))
  return pages.filter((each) => each.length > 0)
}

/** The room that a line takes. */
export function sizeOf(line: Line, size: Size): number {
  return line.reduce((sum, span) => sum + size(span), 0)
}

/** The longest beginning of a span that takes at most `room`; undefined when there is none. */
function cutSpan(span: Span, room: number, size: Size): Span | undefined {
  const beginning = (length: number): Span | undefined => {
    const end = borderBefore(span.text, length)
    return end < 1 ? undefined : { ...span, text: span.text.slice(0, end) }
  }
  const needs = (length: number): number => {
    const part = beginning(length)
    return part === undefined ? 0 : size(part)
  }
  let [low, high] = [0, span.text.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (needs(middle) <= room) low = middle
    else high = middle - 1
  }
  return beginning(low)
}
