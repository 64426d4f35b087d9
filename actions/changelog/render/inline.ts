import { BREAK, cut, visible } from '../../../shared/text/untrusted.ts'
import type { Links } from '../model.ts'

/** A subject is a line to read; what is longer is cut, and the commit has the rest. */
const MAX_SUBJECT = 300
/** Nothing in here means anything to Markdown, HTML or GitHub. */
const PLAIN = /^[\p{L}\p{N} ,.;'"/()%?+-]*$/u
/** What GitHub turns into a link by itself, wherever it stands. */
const AUTOLINK = /(?:https?|ftp|mailto|xmpp|file|data|javascript|vbscript)(?=:)|www(?=\.)/gi

/**
 * Untrusted text as one line of GitHub-flavoured Markdown that says just that text, in front of which something else
 * stands (a bullet). Code spans are kept, `#12` and `GH-12` lead into this repository, everything else is literal:
 * no HTML, no markup, no table cell, no mention, no link of anybody else's. Stays readable where nothing had to be done.
 */
export function inline(text: string, links: Links | undefined, limit = MAX_SUBJECT): string {
  const line = cut(shown(text), limit)
  if (PLAIN.test(line) && !/www\.|\bGH-\d|^\d+[.)]|^[+-]/i.test(line)) return line
  const parts: string[] = []
  let at = 0
  for (const span of codeSpans(line)) {
    parts.push(literal(line.slice(at, span.from), links, at === 0), code(line.slice(span.from, span.to)))
    at = span.to
  }
  parts.push(literal(line.slice(at), links, at === 0))
  return parts.join('')
}

/** On one line, every control character visible, also those that are not seen and those that turn text around. */
function shown(text: string): string {
  return visible(text.toWellFormed().replace(/\s+/g, ' ').trim()).replace(
    /[\u00ad\u180e\u200b\u2060-\u2064\ufff9-\ufffb]/g,
    (char) => `\\u{${char.charCodeAt(0).toString(16)}}`,
  )
}

/**
 * Code spans as CommonMark pairs them: a run of backticks and the next run of the same length (section 6.1). Scanned
 * once from the left; runs without a partner are remembered, so that many of them cost no more.
 */
function codeSpans(line: string): { from: number; to: number }[] {
  const runs = [...line.matchAll(/`+/g)].map((match) => ({ at: match.index, length: match[0].length }))
  const spans: { from: number; to: number }[] = []
  const lastOf = new Map(runs.map(({ length }, index) => [length, index]))
  for (let index = 0; index < runs.length; index++) {
    const open = runs[index]
    if (open === undefined || (lastOf.get(open.length) ?? -1) <= index) continue
    const partner = runs.findIndex((run, other) => other > index && run.length === open.length)
    const close = runs[partner]
    if (close === undefined) continue
    spans.push({ from: open.at, to: close.at + close.length })
    index = partner
  }
  return spans
}

/** Literal in Markdown; a comment would still be one to whoever reads the file as text, as this action does. */
const code = (span: string): string => span.replaceAll('<!--', `<${BREAK}!--`)

/** Every row: what is dangerous, what takes its place, and why. */
const ESCAPES: readonly [RegExp, string, string][] = [
  [/[\\`*[\]|~$]/g, '\\$&', 'emphasis, links, table cells, strike-through, mathematics'],
  [/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_', 'emphasis; not within a word'],
  [/&(?=#?\w)/g, '&amp;', 'character references'],
  [/</g, '&lt;', 'HTML and autolinks'],
  [/@(?=\S)/g, `@${BREAK}`, 'mentions, and e-mail addresses that become links'],
  [/!(?=#|GH-)/gi, '\\!', 'images: the reference behind it becomes a link'],
  [AUTOLINK, `$&${BREAK}`, 'addresses that GitHub makes links of'],
]
/** What begins a block when it is the first thing in a list item. */
const BLOCK_STARTS: readonly [RegExp, string][] = [
  [/^(\s*)([>+=-])/, '$1\\$2'],
  [/^(\s*)(#{1,6})(?=\s|$)/, '$1\\$2'],
  [/^(\s*\d{1,9})(?=[.)](?:\s|$))/, `$1${BREAK}`],
]

function literal(text: string, links: Links | undefined, atStart: boolean): string {
  let safe = text
  for (const [pattern, by] of ESCAPES) safe = safe.replace(pattern, by)
  if (atStart) for (const [pattern, by] of BLOCK_STARTS) safe = safe.replace(pattern, by)
  return safe.replace(REFERENCE, (all, before: string, mark: string, number: string, after: string) => {
    // A colour, `#12abc`.
    if (before === '' && after !== '') return all
    const isOurs = before === '' && /^[1-9]\d{0,9}$/.test(number)
    if (!isOurs || links === undefined) return isOurs ? all : `${before}${mark}${BREAK}${number}${after}`
    return `[${mark}${number}](${issueUrl(links, Number(number))})`
  })
}

/** `#12`, `GH-12`, and `owner/name#12`, which would lead elsewhere. */
const REFERENCE = /([\p{L}\p{N}_/.-]?)(#|\bGH-)(\d+)([\p{L}\p{N}_]?)/giu

export function issueUrl({ serverUrl, repository }: Links, number: number): string {
  return `${serverUrl}/${repository}/issues/${number}`
}

export function commitUrl({ serverUrl, repository }: Links, sha: string): string {
  return `${serverUrl}/${repository}/commit/${sha}`
}

/** From everything before `from` to `to`; without `from` all commits up to `to`. */
export function compareUrl({ serverUrl, repository }: Links, from: string | undefined, to: string): string {
  const part = (ref: string): string =>
    ref
      .split('/')
      .map((piece) => encodeURIComponent(piece).replace(/[()]/g, (char) => (char === '(' ? '%28' : '%29')))
      .join('/')
  return from === undefined
    ? `${serverUrl}/${repository}/commits/${part(to)}`
    : `${serverUrl}/${repository}/compare/${part(from)}...${part(to)}`
}
