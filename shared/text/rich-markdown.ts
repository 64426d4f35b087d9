import { bold, code, type Line, link, type Span, text } from './rich.ts'
import { cut } from './untrusted.ts'

/** Longer lines are no prose; the patterns below stay quick on these. */
const MAX_LINE = 4_000
const MAX_TEXT = 100_000

/** Inline Markdown: escape, code, image or link, bold, address in angle brackets, bare address, entity. */
const INLINE =
  /\\([!-/:-@[-`{-~])|(`{1,3})([^`]+)\2(?!`)|(!?)\[([^[\]]*)\]\(\s*<?([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:\s+"[^"]*")?\s*\)|\*\*([^*]+)\*\*|__([^_]+)__|<(https?:\/\/[^\s<>]+)>|(https?:\/\/[^\s<>()[\]]*[^\s<>()[\].,;:!?'"])|&(#\d{1,7}|#x[\da-f]{1,6}|\w{2,6});/gi

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' }

/**
 * The Markdown of release notes (headings, lists, emphasis, code, links) as lines of spans. What is not understood
 * (tables, HTML) stays as text. Only addresses become links, and nothing becomes a mention.
 */
export function linesOfMarkdown(markdown: string): Line[] {
  const lines: Line[] = []
  let fence: string | undefined
  const source = cut(markdown, MAX_TEXT).replace(/<!--[\s\S]*?-->/g, '')
  for (const raw of source.split(/\r\n?|\n/)) {
    const line = cut(raw, MAX_LINE)
    const mark = /^\s{0,3}(```+|~~~+)/.exec(line)?.[1]?.slice(0, 3)
    if (mark !== undefined && (fence === undefined || fence === mark))
      fence = fence === undefined ? mark : undefined
    else if (fence !== undefined) lines.push(line.trim() === '' ? [] : [code(line)])
    else lines.push(block(line))
  }
  return trimmed(lines)
}

function block(line: string): Line {
  const heading = /^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$/.exec(line)
  if (heading !== null) return [bold(plain(heading[1] ?? ''))]
  if (/^\s*([-*_])(?:\s*\1){2,}\s*$/.test(line)) return [text('―――')]
  const item = /^(\s*)[-*+]\s+(?:\[([ xX])\]\s+)?(.*)$/.exec(line)
  if (item !== null) {
    const [, indent = '', task, rest = ''] = item
    const bullet = task === undefined ? '•' : task === ' ' ? '☐' : '☑'
    return [{ kind: 'text', text: `${depth(indent)}${bullet} ` }, ...inline(rest)]
  }
  const [, indent = '', rest = ''] = /^(\s*)(.*)$/.exec(line) ?? []
  return rest === '' ? [] : [{ kind: 'text', text: depth(indent) }, ...inline(rest.replace(/^>\s?/, '│ '))]
}

/** Non-breaking spaces: Slack and HTML fold others at the start of a line. */
function depth(indent: string): string {
  return '\u00a0'.repeat(Math.min(8, indent.replaceAll('\t', '    ').length))
}

function inline(source: string): Span[] {
  const spans: Span[] = []
  let literal = ''
  let from = 0
  const add = (...found: Span[]): void => {
    if (literal !== '') spans.push(text(literal))
    literal = ''
    spans.push(...found)
  }
  for (const match of source.matchAll(INLINE)) {
    const [whole, escaped, , codeText, image, label, target, strong, strongToo, angled, bare, entity] = match
    literal += source.slice(from, match.index)
    from = match.index + whole.length
    if (escaped !== undefined) literal += escaped
    else if (codeText !== undefined) add(code(codeText.trim()))
    else if (target !== undefined)
      add(image === '' ? link(plain(label ?? ''), target) : text(plain(label ?? '')))
    else if (strong !== undefined || strongToo !== undefined) add(bold(plain(strong ?? strongToo ?? '')))
    else if (angled !== undefined || bare !== undefined) add(link(angled ?? bare ?? '', angled ?? bare ?? ''))
    else literal += decoded(whole, entity ?? '')
  }
  literal += source.slice(from)
  add()
  return spans
}

/** Inline Markdown as the text that a person reads. */
function plain(source: string): string {
  return inline(source)
    .map((span) => span.text)
    .join('')
}

function decoded(whole: string, entity: string): string {
  if (!entity.startsWith('#')) return NAMED[entity.toLowerCase()] ?? whole
  const point = /^#x/i.test(entity) ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1))
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole
}

/** Without empty lines at both ends, and never two in a row. */
function trimmed(lines: readonly Line[]): Line[] {
  const kept = lines.filter((line, index) => line.length > 0 || (lines[index - 1]?.length ?? 0) > 0)
  if (kept.at(-1)?.length === 0) kept.pop()
  return kept
}
