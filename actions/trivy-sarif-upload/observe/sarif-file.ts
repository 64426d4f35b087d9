import { isAbsolute, resolve } from 'node:path'
import { ActionError } from '../../../shared/action/errors.ts'
import { contains, FileRefused, readRegularFile } from '../../../shared/files/regular.ts'
import { joinWords, plural } from '../../../shared/text/list.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Trouble } from '../model.ts'
import type { Log, Run } from '../sarif/model.ts'
import type { Invalid } from '../sarif/problem.ts'
import { validate } from '../sarif/validate.ts'

/** JavaScript holds no longer text. */
const MAX_BYTES = 512 * 1_048_576 - 1_024
/** SARIF itself needs less than 20 levels; property bags may nest as they like. */
const MAX_DEPTH = 400
/** Beyond it the place of a mistake is not looked for. */
const MAX_SEARCHED = 8 * 1_048_576
const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_LIST, CLOSE_LIST] = [0x7b, 0x7d, 0x5b, 0x5d]

/** The folders in which reports may be. */
export interface ReportPlace {
  workspace: string
  /** RUNNER_TEMP; empty without one. */
  temp: string
}

/** What a file said: a document, or that it is not there. */
export type Read<T> = { found: true; value: T } | { found: false }

/** SARIF that can be used, and what of it could not. */
export interface ReadSarif {
  log: Log
  /** Red in the end: runs that were taken out, results that can only be counted. */
  troubles: Trouble[]
  /** Sentences: parts that were cut out. */
  notes: string[]
}

/**
 * Reads a SARIF file of whatever tool.
 *
 * @param name as the user wrote it, for messages
 * @throws ActionError when it is there but is no SARIF 2.1.0, or no regular file
 */
export function readSarif(path: string, name: string, place: ReportPlace): Read<ReadSarif> {
  const read = readJson(path, name, place)
  if (!read.found) return read
  return { found: true, value: usable(read.value, name) }
}

/** Holds a document against SARIF. @throws ActionError when there is no run that can be used, though there should be */
export function usable(value: unknown, name: string): ReadSarif {
  const { refused, broken, cut } = validate(value)
  const trouble = ({ path, expected, seen }: Invalid): string =>
    `${quoted(name)} is not valid SARIF 2.1.0 at ${path}: expected ${expected}, found ${seen}. ${remedy(value)}`
  if (refused !== undefined) throw new ActionError('Not valid SARIF', trouble(refused))
  const log = value as Log
  if (broken.length > 0 && log.runs.length === 0)
    throw new ActionError('Not valid SARIF', broken.map(trouble).join('\n'))
  for (const [index, run] of log.runs.entries()) refuseExternal(run, index, log, name)
  const rest = 'What of it can be read is judged and sent; a result that cannot be read counts as critical.'
  return {
    log,
    troubles:
      broken.length === 0
        ? []
        : [{ title: 'Not valid SARIF', message: `${broken.slice(0, 5).map(trouble).join('\n')}\n${rest}` }],
    notes: cut.size === 0 ? [] : [cutWords(name, cut)],
  }
}

function cutWords(name: string, cut: ReadonlyMap<string, number>): string {
  const parts = [...cut].map(([what, count]) =>
    what === 'unknown'
      ? `${plural(count, 'name')} that the standard does not know`
      : `${what}${count === 1 ? '' : ` (${count} times)`}`,
  )
  const shown = parts.slice(0, 8)
  if (parts.length > shown.length) shown.push(`${parts.length - shown.length} more`)
  return `${quoted(name)}: what is not valid SARIF and nobody needs was cut out or put right: ${joinWords(shown)}.`
}

/** Results that stand in another file were not read: without them the report would look clean. */
function refuseExternal(run: Run, index: number, log: Log, name: string): void {
  const references = run['externalPropertyFileReferences'] as Record<string, unknown> | undefined
  const inline = log['inlineExternalProperties'] as { results?: unknown[] }[] | undefined
  const isElsewhere =
    (Array.isArray(references?.['results']) && references['results'].length > 0) ||
    (inline ?? []).some(({ results = [] }) => results.length > 0)
  if (!isElsewhere) return
  throw new ActionError(
    'Results are elsewhere',
    `${quoted(name)}: runs[${index}] keeps its results outside of it (externalized properties, SARIF 2.1.0, section 3.15.2), where GitHub does not look. Tell the tool to write one file.`,
  )
}

/**
 * Reads a JSON file: UTF-8 or UTF-16, with or without a byte order mark.
 *
 * @throws ActionError when it is there but is no JSON, or no regular file
 */
export function readJson(path: string, name: string, { workspace, temp }: ReportPlace): Read<unknown> {
  const absolute = isAbsolute(path) ? path : resolve(workspace, path)
  const folder = [workspace, temp].find((each) => each !== '' && contains(resolve(each), resolve(absolute)))
  if (folder === undefined) {
    const message = `${quoted(name)} is neither in the workspace nor in RUNNER_TEMP, and is not read. Write the report there.`
    throw new ActionError('Report refused', message)
  }
  let bytes: Buffer
  try {
    bytes = readRegularFile(resolve(absolute), MAX_BYTES, resolve(folder))
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error
    if (error.kind === 'missing') return { found: false }
    const message = `${quoted(name)} was not read: ${error.message}. Give the path of a regular file.`
    throw new ActionError('Report refused', message, { cause: error })
  }
  return { found: true, value: parse(bytes, name) }
}

/** What begins like that is not JSON, and says what it is. */
const OTHERS: readonly (readonly [(begin: string) => boolean, string])[] = [
  [
    (begin) => begin.startsWith('\u001f\u008b'),
    'is gzip: unpack it before this step, or tell the tool to write plain JSON',
  ],
  [(begin) => begin.startsWith('PK\u0003\u0004'), 'is a zip archive: unpack it before this step'],
  [
    (begin) => /^\s*<(?:!doctype|html|\?xml|[a-z])/i.test(begin),
    'is HTML or XML: an error page took the place of the report, or the tool wrote another format. Look at its step',
  ],
]

function parse(bytes: Buffer, name: string): unknown {
  const begin = bytes.toString('latin1', 0, 200).replace(/^\xef\xbb\xbf/, '')
  const other = OTHERS.find(([isIt]) => isIt(begin))?.[1]
  if (other !== undefined) throw new ActionError('Not valid JSON', `${quoted(name)} ${other}.`)
  const text = decode(bytes)
  const deep = tooDeep(isUtf16(bytes) === undefined ? bytes : Buffer.from(text))
  // A big file is there twice now; its bytes go at once, not when the collector comes by.
  structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] })
  if (text.trim() === '') {
    const message = `${quoted(name)} is empty. The tool that should have written it has failed; look at its step.`
    throw new ActionError('Report is empty', message)
  }
  if (deep !== undefined) {
    const message = `${quoted(name)} is nested more than ${MAX_DEPTH} levels deep (at byte ${deep}). No tool writes such a report.`
    throw new ActionError('Report refused', message)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ActionError(
      'Not valid JSON',
      `${quoted(name)} is not valid JSON: ${whatIsWrong(error, text)}`,
      {
        cause: error,
      },
    )
  }
}

function decode(bytes: Buffer): string {
  const utf16 = isUtf16(bytes)
  if (utf16 === undefined) return bytes.toString('utf8', bytes[0] === 0xef && bytes[1] === 0xbb ? 3 : 0)
  const whole = bytes.subarray(0, bytes.length & ~1)
  const text = (utf16 === 'big-endian' ? whole.swap16() : whole).toString('utf16le')
  return text.replace(/^\ufeff/, '')
}

/** By its byte order mark, or by a zero beside the ASCII character that JSON begins with. */
function isUtf16(bytes: Buffer): 'big-endian' | 'little-endian' | undefined {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'little-endian'
  if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'big-endian'
  return undefined
}

/** Where brackets nest too deep; whatever walks or writes the document later may then do so by recursion. */
function tooDeep(utf8: Buffer): number | undefined {
  let depth = 0
  let inText = false
  for (let i = 0; i < utf8.length; i++) {
    const byte = utf8[i]
    if (inText) {
      if (byte === QUOTE) inText = false
      else if (byte === BACKSLASH) i++
    } else if (byte === QUOTE) inText = true
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (++depth > MAX_DEPTH) return i
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--
  }
  return undefined
}

/** V8's message with line and column, without the piece of the file that it quotes. */
function whatIsWrong(error: unknown, text: string): string {
  const { message } = error as Error
  const at = badAt(message, text)
  if (at === undefined) return `${wording(message)}.`
  const before = text.slice(0, at)
  const where = `in line ${before.split('\n').length}, column ${before.length - before.lastIndexOf('\n')}`
  return at >= text.trimEnd().length
    ? `it ends in the middle, ${where}. Whatever wrote it was cut off; look at its step.`
    : `${wording(message)} ${where}.`
}

function wording(message: string): string {
  return oneLine(
    message
      .replace(/ (?:in|after) JSON at position.*|,? (\.{3})?".*"(\.{3})? ?is not valid JSON/s, '')
      .replace(/token '.*'$|token .$/s, 'character'),
    120,
  )
}

/** Where it goes wrong. V8 does not say so of an unexpected token: it is the end of the shortest text that has one. */
function badAt(message: string, text: string): number | undefined {
  const told = /at position (\d+)/.exec(message)?.[1]
  if (told !== undefined) return Number(told)
  if (endsEarly(message)) return text.length
  if (text.length > MAX_SEARCHED) return undefined
  let [good, bad] = [0, text.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isGoodSoFar(text.slice(0, middle))) good = middle
    else bad = middle
  }
  return bad - 1
}

function isGoodSoFar(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    const { message } = error as Error
    return endsEarly(message) || Number(/at position (\d+)/.exec(message)?.[1] ?? -1) >= text.length
  }
}

function endsEarly(message: string): boolean {
  return /end of JSON|Unterminated/.test(message)
}

function remedy(value: unknown): string {
  const { version, runs } = (value ?? {}) as { version?: unknown; runs?: unknown }
  if (version !== undefined && version !== '2.1.0' && runs !== undefined)
    return 'GitHub takes 2.1.0 only: tell the tool to write that version.'
  if (runs === undefined)
    return 'Is it a report in another format? Tell the tool to write SARIF, or name it in report-file.'
  return 'Update the tool, or report this to its makers.'
}

function quoted(name: string): string {
  return `"${oneLine(name, 200)}"`
}
