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
  /** Absent when the subject is no Conventional Commit header. */
  header?: Header
  /** Between the subject and the footers. */
  body: string
  footers: readonly Footer[]
  /** What breaks, in words: each breaking footer, or the description after `!` (item 13). Empty: nothing breaks. */
  breaking: readonly string[]
}

/**
 * Message = Header [ LF Body ] [ LF Footer { LF Footer } ]
 *
 * Reads any text in linear time and never throws. Nothing after the first line can make a header invalid, and a
 * breaking footer counts under any subject: overlooking one is the worse mistake.
 *
 * @param text the whole message; lines end with LF or CRLF
 */
export function parseMessage(text: string): Message {
  let [start, end] = [0, endOfLine(text, 0)]
  while (end < text.length && text.slice(start, end).trim() === '')
    [start, end] = [end + 1, endOfLine(text, end + 1)]
  const line = text.slice(start, end)
  const subject = line.trim()
  if (subject === '') return { subject, body: '', footers: NOTHING, breaking: NOTHING }
  // Not trimmed at the front: a header begins where the line begins (item 1).
  const header = parseHeader(line.trimEnd())
  const { body, footers } = end < text.length ? parseRest(linesOf(text.slice(end + 1))) : NO_REST
  const notes = footers.filter(({ token }) => isBreaking(token)).map(({ value }) => value)
  const breaking = notes.length === 0 && header?.bang ? [header.description] : notes
  return header === undefined
    ? { subject, body, footers, breaking }
    : { subject, header, body, footers, breaking }
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
  let mayBegin = false
  for (const line of lines) {
    const footer = parseFooterLine(line)
    if (footer !== undefined && (mayBegin || footers.length > 0 || isBreaking(footer.token))) {
      footers.push({ token: footer.token, value: [footer.value] })
    } else {
      ;(footers.at(-1)?.value ?? body).push(line)
    }
    mayBegin = line.trim() === ''
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

function isBreaking(token: string): boolean {
  return token === 'BREAKING CHANGE' || token === 'BREAKING-CHANGE'
}
