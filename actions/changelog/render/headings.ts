import { ActionError } from '../../../shared/action/errors.ts'
import { compareVersions, parseVersion, type Version } from '../../../shared/version/version.ts'

/** What stands between these is written by people; it survives a rerun. */
export const KEEP = '<!-- keep -->'
export const KEPT_END = '<!-- /keep -->'

/** A changelog file in pieces; put together they are the file again, byte for byte. */
export interface Pieces {
  /** The title and what is written under it. */
  head: string
  sections: Section[]
  /** Link definitions at the very end, which belong to no section. */
  tail: string
}

/** From its heading to the next heading of its kind. */
export interface Section {
  /** As the heading says it, without prefix; `unreleased` for that. Undefined: a heading of something else. */
  version: string | undefined
  /** A version anywhere in the heading: it says where the section belongs, not which it is. */
  about?: Version | undefined
  text: string
}

/** Version = [ prefix ] X.Y.Z rest, the first word of a heading, with or without brackets and backticks. */
const VERSION = /^[[`*_]*(?:[^\s\d[\]`]*?[-@/v])??v?(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)(?=$|[\s\]`*_():,<])/i
/** What tools write before it: `<small>`, `<a name="1.0.0"></a>`; `Version 1.0.0` where it is no part of a section. */
const TAGS = /^(?:<[^<>]{0,200}>\s*)+/
const WORD = /^(?:version|release)\s+/i
/** `My Project 2.16.0 (2025-01-01)`, `[1.45.0/0.67.0]`: the first version in a heading, and not a part of a longer number. */
const ANYWHERE = /(?:^|[\s[(/@v-])(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)(?=$|[\s\])/,:])/
/** `<a name="1.0.0"></a>` on a line of its own belongs to the heading below it. */
const ANCHOR = /^ {0,3}<a\s[^<>]{0,200}>(?:\s*<\/a>)?[ \t]*$/i
const UNRELEASED = /^[[`*_]*unreleased\b/i

/**
 * Splits a file at its headings of the first and second level, also underlined ones, those outside of code blocks and
 * HTML comments, and of what people keep; a title of the first level that names no version begins no section. Older tools wrote `# [1.0.0]` and `### [1.0.1]`, so that
 * versions are found at levels 1 to 3.
 *
 * @throws ActionError for a code block or a comment that never ends
 */
export function piecesOf(text: string): Pieces {
  const found: { version: string | undefined; about?: Version | undefined; start: number }[] = []
  let fence: string | undefined
  let isComment = false
  let offset = 0
  let openedAt = 0
  let keptUntil = 0
  // The line above, and whether it is all of its paragraph.
  let above = ''
  let isAlone = false
  const lines = text.split('\n')
  for (const [index, line] of lines.entries()) {
    const bare = line.replace(/\r$/, '')
    const fenced = isComment ? undefined : /^ {0,3}(`{3,}|~{3,})/.exec(bare)?.[1]
    if (fence !== undefined) {
      if (fenced?.startsWith(fence) === true && /^[`~\s]*$/.test(bare)) fence = undefined
    } else if (fenced !== undefined) fence = fenced
    else {
      if (!isComment && bare.includes(KEEP)) keptUntil = keptEnd(text, offset)
      const isText = isComment || offset < keptUntil
      const heading = isText ? undefined : headingOf(bare)
      const underlined = isText || !isAlone ? undefined : underlinedOf(above, bare)
      if (heading !== undefined) found.push({ ...heading, start: withAnchors(lines, index, offset) })
      else if (underlined !== undefined) found.push({ ...underlined, start: offset - above.length - 1 })
      isComment = isComment ? !bare.includes('-->') : /^ {0,3}<!--(?!.*-->)/.test(bare)
    }
    if (fence === undefined && !isComment) openedAt = 0
    else openedAt ||= index + 1
    offset += line.length + 1
    isAlone = above.trim() === '' && openedAt === 0
    above = line
  }
  if (openedAt > 0) throw neverEnds(isComment ? 'comment' : 'code block', openedAt)
  const end = Math.max(definitionsFrom(lines, text.length), found.at(-1)?.start ?? 0)
  return {
    head: text.slice(0, found[0]?.start ?? end),
    sections: found.map(({ version, about, start }, index) => ({
      version,
      about,
      text: text.slice(start, found[index + 1]?.start ?? end),
    })),
    tail: text.slice(end),
  }
}

/** Where a section begins whose heading has anchors above it. */
function withAnchors(lines: readonly string[], index: number, offset: number): number {
  let start = offset
  for (let at = index - 1, from = offset; at >= 0; at--) {
    const line = (lines[at] ?? '').replace(/\r$/, '')
    from -= (lines[at] ?? '').length + 1
    if (ANCHOR.test(line)) start = from
    else if (line.trim() !== '') break
  }
  return start
}

/** The anchors that a section begins with, with all white space up to its heading; empty without. */
export function anchorsOf(text: string): string {
  return /^(?:[ \t]*<a\s[^<>]{0,200}>(?:\s*<\/a>)?[ \t]*(?:\r?\n)+)+/i.exec(text)?.[0] ?? ''
}

/** Where a block to keep that begins in a line ends; 0 when the next mark is not its end. */
function keptEnd(text: string, line: number): number {
  const start = text.indexOf(KEEP, line) + KEEP.length
  const end = text.indexOf(KEPT_END, start)
  const next = text.indexOf(KEEP, start)
  return next >= 0 && next < end ? 0 : Math.max(0, end)
}

const neverEnds = (what: string, line: number): ActionError =>
  new ActionError(
    'Changelog file not readable',
    `The ${what} that begins in line ${line} of the file never ends, so that nobody can say where its sections are. Close it.`,
  )

/** Where the link definitions at the end of a file begin; its length when there are none. */
function definitionsFrom(lines: readonly string[], length: number): number {
  let from = length
  for (let index = lines.length - 1, end = length; index >= 0; index--) {
    const line = lines[index] ?? ''
    if (/^\[[^\]]+\]:\s*\S/.test(line)) from = end - line.length
    else if (line.trim() !== '') break
    end -= line.length + 1
  }
  return from
}

function headingOf(line: string): Pick<Section, 'version' | 'about'> | undefined {
  const match = /^ {0,3}(#{1,3})[ \t]+(.*)$/.exec(line)
  if (match === null) return undefined
  const [, marks = '', words = ''] = match
  const version = versionOf(words, marks.length)
  const about = marks.length < 3 ? parseVersion(ANYWHERE.exec(words)?.[1] ?? '') : undefined
  return version !== undefined || marks === '##' || about !== undefined ? { version, about } : undefined
}

/** `1.0.0 / 2020-01-31` above `======`, as many older files have it. */
function underlinedOf(above: string, line: string): Pick<Section, 'version'> | undefined {
  const mark = /^ {0,3}(=|-)\1*[ \t]*$/.exec(line)?.[1]
  const words = /^ {0,3}([\p{L}\p{N}<[`*_].*)$/u.exec(above.trimEnd())?.[1]
  if (mark === undefined || words === undefined) return undefined
  const version = versionOf(words, mark === '=' ? 1 : 2)
  // A numbered list above a line across the page is none.
  return version !== undefined || (mark === '-' && /^[\p{L}[]/u.test(words)) ? { version } : undefined
}

function versionOf(heading: string, level: number): string | undefined {
  const words = heading.replace(TAGS, '').replace(level < 3 ? WORD : '', '')
  if (UNRELEASED.test(words)) return 'unreleased'
  const version = VERSION.exec(words)?.[1]
  return version !== undefined && parseVersion(version) !== undefined ? version : undefined
}

/**
 * Before which of the sections that of a new version belongs: the first lower version, else behind the last section of a
 * version; where no heading says a version, above the first section that is not Unreleased. Unreleased is above all
 * versions.
 */
export function placeFor(version: string, sections: readonly Section[]): number {
  const versionIn = ({ version: said, about }: Section): Version | undefined =>
    parseVersion(said ?? '') ?? about
  const isVersion = (section: Section): boolean =>
    section.version !== undefined || section.about !== undefined
  const own = parseVersion(version)
  const at =
    own === undefined
      ? sections.findIndex(isVersion)
      : sections.findIndex((section) => {
          const other = versionIn(section)
          return other !== undefined && compareVersions(own, other) > 0
        })
  if (at >= 0) return at
  const isNoVersion = sections.every((section) => versionIn(section) === undefined)
  if (own !== undefined && !isNoVersion) return sections.findLastIndex(isVersion) + 1
  const first = sections.findIndex(({ version: said }) => said !== 'unreleased')
  return first < 0 ? sections.length : first
}
