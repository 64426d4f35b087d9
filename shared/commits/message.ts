import { withoutPullRequest } from './subject.ts'

/** The header of a Conventional Commit. */
export interface Header {
  /** Lower case: types do not differ in case (item 15). */
  type: string
  /** As written; empty when there is none. */
  scope: string
  /** `!` before the colon (item 13). */
  bang: boolean
  description: string
}

export interface Footer {
  /** As written, such as `Refs`, `Co-authored-by`, `BREAKING CHANGE`. */
  token: string
  /** May have several lines and paragraphs (item 10). */
  value: string
}

/** A commit message, taken apart by Conventional Commits 1.0.0. */
export interface Message {
  /** The first line that is not blank, without white space around it. */
  subject: string
  /** Of the pull request: GitHub writes it below the subject of a merge. What it says counts as the subject's header. */
  title?: string
  /** Absent when neither subject nor title is a Conventional Commit header. */
  header?: Header
  /** Between the subject (or title) and the footers, and what stands behind a footer that has ended. */
  body: string
  footers: readonly Footer[]
  /** What breaks, in words: each breaking footer, or the description after `!` (item 13). Empty: nothing breaks. */
  breaking: readonly string[]
}

/**
 * Message = Header [ LF Body ] [ LF Footer { LF Footer } ]
 * Merge = MergeSubject LF LF Message
 *
 * Reads any text in linear time and never throws. Nothing after the first line can make a header invalid, and a
 * breaking footer counts under any subject: overlooking one is the worse mistake.
 *
 * @param text the whole message; lines end with LF or CRLF
 */
export function parseMessage(text: string): Message {
  const first = lineThatSays(text, 0)
  const { line, end } = first
  const subject = line.trim()
  if (subject === '') return { subject, body: '', footers: NOTHING, breaking: NOTHING }
  const below = end < text.length && hasTitle(subject, text) ? lineThatSays(text, end + 1) : undefined
  const inner = below !== undefined && NO_TITLE.test(below.line) ? undefined : below
  const title = inner?.line.trim()
  const rest = inner?.end ?? end
  // Not trimmed at the front: a header begins where the line begins (item 1).
  const header = parseHeader(title ?? line.trimEnd())
  const { body, footers } = rest < text.length ? parseRest(linesOf(text.slice(rest + 1))) : NO_REST
  const notes = footers.filter(({ token }) => isBreaking(token)).map(({ value }) => value)
  const breaking = notes.length === 0 && header?.bang ? [withoutPullRequest(header.description)] : notes
  const message: Message = { subject, body, footers, breaking }
  if (header !== undefined) message.header = header
  if (title !== undefined && title !== '') message.title = title
  return message
}

/** What stands below the subject of a merge and is not the title of its pull request. */
const NO_TITLE = /^\s*$|^(?:[A-Za-z]+-)+by: |^BREAKING[ -]CHANGE: |^(?:# ?)?Conflicts:/i

/** The first line from a place on that is not blank, and where it ends. */
function lineThatSays(text: string, from: number): { line: string; end: number } {
  let [start, end] = [from, endOfLine(text, from)]
  while (end < text.length && text.slice(start, end).trim() === '')
    [start, end] = [end + 1, endOfLine(text, end + 1)]
  return { line: text.slice(start, end), end }
}

/** Whether the title of a pull request stands below a subject: at GitHub always, at GitLab with a link below it. */
function hasTitle(subject: string, text: string): boolean {
  if (!subject.startsWith('Merge ')) return false
  if (/^Merge pull request #\d{1,10}\b/.test(subject)) return true
  return subject.startsWith('Merge branch ') && /\nSee merge request \S*!\d+\s*$/.test(text)
}

const NOTHING: never[] = []
/** Most messages that are read are a subject alone. */
const NO_REST = { body: '', footers: NOTHING }

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

function linesOf(text: string): string[] {
  return text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
}

/** Header = Type [ Scope ] [ "!" ] ":" SP { SP } Description (items 1, 4, 5, 13) */
export function parseHeader(line: string): Header | undefined {
  const type = parseType(line)
  if (type === '') return undefined
  const scope = parseScope(line, type.length)
  if (scope === undefined) return undefined
  const afterScope = type.length + (scope === '' ? 0 : scope.length + 2)
  const bang = line[afterScope] === '!'
  const colon = afterScope + (bang ? 1 : 0)
  if (!line.startsWith(': ', colon)) return undefined
  const description = line.slice(colon + 2).trim()
  if (description === '') return undefined
  return { type: type.toLowerCase(), scope: scope.trim(), bang, description }
}

/** Type = ALPHA { ALPHA | DIGIT | "_" | "-" }: a noun (item 1), or an empty string */
function parseType(line: string): string {
  return /^[A-Za-z][\w-]*/.exec(line)?.[0] ?? ''
}

/** Scope = "(" 1*( any character but "(" and ")" ) ")", not only blanks (item 4); empty without one, undefined when broken */
function parseScope(line: string, at: number): string | undefined {
  if (line[at] !== '(') return ''
  const end = line.indexOf(')', at)
  const scope = line.slice(at + 1, Math.max(at + 1, end))
  return end === -1 || scope.trim() === '' || scope.includes('(') ? undefined : scope
}

/** Body = every line up to the first footer; Footers = the rest */
function parseRest(lines: readonly string[]): { body: string; footers: Footer[] } {
  const footers: { token: string; value: string[] }[] = []
  const body: string[] = []
  let open = body
  let isAfterBlank = false
  for (const line of lines) {
    const footer = parseFooterLine(line)
    if (footer !== undefined && (isAfterBlank || open !== body || isBreaking(footer.token))) {
      open = [footer.value]
      footers.push({ token: footer.token, value: open })
    } else {
      if (open !== body && endsFooter(line, isAfterBlank)) open = body
      open.push(line)
    }
    isAfterBlank = line.trim() === ''
  }
  return {
    body: body.join('\n').trim(),
    footers: footers.map(({ token, value }) => ({ token, value: value.join('\n').trim() })),
  }
}

/**
 * Footer = Token ( ": " | " #" ) Value, or BreakingToken ": " Value (items 8, 9, 12, 16)
 * BreakingToken = "BREAKING CHANGE" | "BREAKING-CHANGE", upper case only (item 15)
 * Token = Word { "-" Word }
 *
 * The footers begin after a blank line, a breaking one at the start of any line; a value ends where the next begins
 * (item 10).
 */
function parseFooterLine(line: string): Footer | undefined {
  const match =
    /^(BREAKING CHANGE(?=: )|(?!BREAKING-CHANGE #)[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)(: | (?=#))/.exec(line)
  if (match === null) return undefined
  const value = line.slice(match[0].length)
  return value.trim() === '' ? undefined : { token: match[1] as string, value }
}

/**
 * The next commit in the body of GitHub's squash (`* fix: y`, after a blank line), and the line it draws above the
 * co-authors, are no part of a footer.
 */
function endsFooter(line: string, isAfterBlank: boolean): boolean {
  return (isAfterBlank && line.startsWith('* ')) || /^-{5,}\s*$/.test(line)
}

function isBreaking(token: string): boolean {
  return token === 'BREAKING CHANGE' || token === 'BREAKING-CHANGE'
}
