import { ActionError } from '../../../shared/action/errors.ts'
import { compareVersions, parseVersion } from '../../../shared/version/version.ts'

/** A section of a changelog file: from its heading to the next heading of its kind, or the end. */
export interface Section {
  /** As the heading says it, without prefix; `unreleased` for that. Undefined: a heading of something else. */
  version: string | undefined
  /** Offsets into the text: the heading's first character, the character after the heading's line, and the end. */
  start: number
  body: number
  end: number
}

/** Version = [ prefix ] X.Y.Z rest, the first word of a heading, with or without brackets and backticks. */
const VERSION = /^[[`*_]*(?:[^\s\d[\]`]*?[-@/v])??v?(\d+\.\d+\.\d+[0-9A-Za-z.+-]*)(?=$|[\s\]`*_():])/i
const UNRELEASED = /^[[`*_]*unreleased\b/i

/**
 * Headings of the first and second level, those outside of code blocks and HTML comments, and the sections below
 * them; a title of the first level that names no version is no section. Older tools wrote `# [1.0.0]` and `### [1.0.1]`,
 * so that versions are found at levels 1 to 3.
 */
export function sectionsOf(text: string): Section[] {
  const sections: Section[] = []
  let fence: string | undefined
  let isComment = false
  let offset = 0
  let isDefinitions = true
  const lines = text.split('\n')
  let definitionsFrom = text.length
  let openedAt = 0
  for (const [index, line] of lines.entries()) {
    const next = offset + line.length + 1
    const bare = line.replace(/\r$/, '')
    const fenced = /^ {0,3}(`{3,}|~{3,})/.exec(bare)?.[1]
    if (fence !== undefined) {
      if (fenced?.startsWith(fence) === true && /^[`~\s]*$/.test(bare)) fence = undefined
    } else if (!isComment && fenced !== undefined) fence = fenced
    else {
      const found = isComment ? undefined : headingOf(bare)
      if (found !== undefined)
        sections.push({ ...found, start: offset, body: Math.min(next, text.length), end: 0 })
      isComment = isComment ? !bare.includes('-->') : /^ {0,3}<!--(?!.*-->)/.test(bare)
    }
    if (fence === undefined && !isComment) openedAt = 0
    else openedAt ||= index + 1
    offset = next
  }
  if (openedAt > 0 && openedAt <= lines.length) {
    const what = isComment ? 'comment' : 'code block'
    throw new ActionError(
      'Changelog file not readable',
      `The ${what} that begins in line ${openedAt} of the file never ends, so that nobody can say where its sections are. Close it.`,
    )
  }
  // Link definitions at the very end belong to no section.
  for (let index = lines.length - 1, end = text.length; index >= 0 && isDefinitions; index--) {
    const line = lines[index] ?? ''
    const start = end - line.length
    if (/^\[[^\]]+\]:\s*\S/.test(line)) definitionsFrom = start
    else if (line.trim() !== '') isDefinitions = false
    end = start - 1
  }
  for (const [index, section] of sections.entries())
    section.end = sections[index + 1]?.start ?? Math.max(section.body, definitionsFrom)
  return sections
}

function headingOf(line: string): Pick<Section, 'version'> | undefined {
  const match = /^ {0,3}(#{1,3})[ \t]+(.*)$/.exec(line)
  if (match === null) return undefined
  const [, marks = '', words = ''] = match
  const version = UNRELEASED.test(words) ? 'unreleased' : VERSION.exec(words)?.[1]
  if (version !== undefined && (version === 'unreleased' || parseVersion(version) !== undefined))
    return { version }
  return marks === '##' ? { version: undefined } : undefined
}

/**
 * Where the section of a version that is not there yet begins: before the first lower version, else behind the last
 * section of a version, else behind what is unreleased, else behind the title and what is written under it.
 */
export function placeFor(version: string, text: string, sections: readonly Section[]): number {
  const versions = sections.filter((section) => section.version !== undefined)
  const [first] = versions
  if (version === 'unreleased') return first?.start ?? endOfText(text, sections)
  const own = parseVersion(version)
  const lower = versions.find((section) => {
    const other = parseVersion(section.version ?? '')
    return own !== undefined && other !== undefined && compareVersions(own, other) > 0
  })
  return lower?.start ?? versions.at(-1)?.end ?? endOfText(text, sections)
}

/** Behind everything but link definitions. */
function endOfText(text: string, sections: readonly Section[]): number {
  if (sections.length > 0) return sections.at(-1)?.end ?? text.length
  const definitions = /(?:^|\n)(?:\[[^\]]+\]:[^\n]*(?:\n|$)|[^\S\n]*(?:\n|$))*$/.exec(text)
  const at = definitions?.[0].includes(']:') === true ? definitions.index : text.length
  return text[at] === '\n' ? at + 1 : at
}
