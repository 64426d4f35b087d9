import { ActionError } from '../../../shared/action/errors.ts'
import type { Release } from '../plan/model.ts'
import { placeFor, sectionsOf } from './headings.ts'
import { heading } from './lines.ts'
import { type RenderOptions, renderNotes } from './notes.ts'

const TITLE = '# Changelog\n'
const KEPT_PREAMBLE = `
All notable changes to this project are documented here. The format is based on
[Keep a Changelog](https://keepachangelog.com/en/1.1.0/).
`
/** What stands between these is written by people; it survives a rerun. */
const KEEP = '<!-- keep -->'
const KEPT_END = '<!-- /keep -->'
/** What stands between these in the text of a release is ours. */
const OURS = '<!-- changelog -->'
const OURS_END = '<!-- /changelog -->'

/**
 * The whole new text of a changelog file: the section of each release replaced, or put in its place; everything else,
 * line ends and byte order mark included, stays byte for byte. The same text when nothing changed.
 *
 * @throws ActionError for the faults of a template, and for a `<!-- keep -->` without its end
 */
export async function upsertSections(
  before: string | undefined,
  releases: readonly Release[],
  options: RenderOptions,
): Promise<string> {
  const preamble = options.format === 'keep-a-changelog' ? TITLE + KEPT_PREAMBLE : TITLE
  const given =
    before === undefined || before.replace(/^\ufeff/, '').trim() === ''
      ? `${before ?? ''}${preamble}`
      : before
  const mark = given.startsWith('\ufeff') ? '\ufeff' : ''
  const lineEnd = /\r?\n/.exec(given)?.[0] ?? '\n'
  let text = given.slice(mark.length)
  // The oldest first: each finds its place among those that are lower.
  for (const release of releases.toReversed()) {
    const section = withHeading(await renderNotes([release], options), release, options)
    text = upsert(text, release.version ?? 'unreleased', section.replaceAll('\n', lineEnd), lineEnd)
  }
  return mark + text
}

/** A template may leave the heading to us; without one the section would not be found again. */
function withHeading(section: string, release: Release, { links }: RenderOptions): string {
  const [first] = sectionsOf(section)
  const version = (release.version ?? 'unreleased').toLowerCase()
  const isThere = first?.version?.toLowerCase() === version && section.slice(0, first.start).trim() === ''
  return isThere ? section : `${heading(release, links)}\n\n${section}`
}

/** @param section ends with one line end */
function upsert(text: string, version: string, section: string, lineEnd: string): string {
  const sections = sectionsOf(text)
  const old = sections.find((each) => each.version?.toLowerCase() === version.toLowerCase())
  if (old !== undefined) {
    const whole = text.slice(old.start, old.end)
    const gap = /\s*$/.exec(whole)?.[0] ?? ''
    const content = withKept(whole, section, lineEnd, version).replace(/\s+$/, '')
    return text.slice(0, old.start) + content + (gap === '' ? lineEnd : gap) + text.slice(old.end)
  }
  const at = placeFor(version, text, sections)
  const [above, below] = [text.slice(0, at), text.slice(at)]
  const gapAbove =
    above === '' || endsWithEmptyLine(above) ? '' : /\n$/.test(above) ? lineEnd : lineEnd + lineEnd
  const gapBelow = /^\s*(?:\n|$)/.test(below) ? '' : lineEnd
  return above + gapAbove + section + gapBelow + below
}

const endsWithEmptyLine = (text: string): boolean => /(?:^|\n)[^\S\n]*\r?\n$/.test(text)

/** The new section with the blocks that people had in the old one: those above its first group stay above. */
function withKept(old: string, section: string, lineEnd: string, where: string): string {
  const blocks = keptBlocks(old, where)
  if (blocks.length === 0) return section
  const firstGroup = /^###[ \t]/m.exec(old)?.index ?? old.length
  const join = (some: readonly { text: string }[]): string =>
    some.map(({ text }) => text).join(lineEnd + lineEnd)
  const above = join(blocks.filter(({ at }) => at < firstGroup))
  const below = join(blocks.filter(({ at }) => at >= firstGroup))
  const [heading = '', ...rest] = section.split(lineEnd)
  const body = rest.join(lineEnd).trim()
  return [heading, above, body, below].filter((part) => part !== '').join(lineEnd + lineEnd)
}

function keptBlocks(text: string, where: string): { at: number; text: string }[] {
  const blocks: { at: number; text: string }[] = []
  for (let from = 0; ; ) {
    const at = text.indexOf(KEEP, from)
    if (at < 0) return blocks
    const end = text.indexOf(KEPT_END, at)
    if (end < 0) {
      throw new ActionError(
        'Text to keep',
        `"${KEEP}" in the section of ${where} has no "${KEPT_END}": nobody can say what is to be kept. Add it behind your text.`,
      )
    }
    from = end + KEPT_END.length
    blocks.push({ at, text: text.slice(at, from) })
  }
}

/**
 * The text of a GitHub release: what people wrote before and behind our part stays, and what they keep within it. A
 * text that is not ours at all stays above. Nothing is marked where nobody has written anything.
 */
export function upsertBody(before: string | undefined, notes: string): string {
  const own = notes.trim()
  if (before === undefined || before.trim() === '') return `${OURS}\n${own}\n${OURS_END}`
  const text = before.replace(/\r\n/g, '\n')
  const start = text.indexOf(OURS)
  const end = start < 0 ? -1 : text.indexOf(OURS_END, start)
  if (start < 0 || end < 0) return `${text.trimEnd()}\n\n${OURS}\n${own}\n${OURS_END}`
  const old = text.slice(start + OURS.length, end)
  const blocks = keptBlocks(old, 'the release').map((block) => block.text)
  const content = [own, ...blocks].join('\n\n')
  const after = `${text.slice(0, start)}${OURS}\n${content}\n${text.slice(end)}`
  return after === text ? before : after
}
