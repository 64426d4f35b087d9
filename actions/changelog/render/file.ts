import { ActionError } from '../../../shared/action/errors.ts'
import type { Release } from '../model.ts'
import { definitionsFor } from './definitions.ts'
import { anchorsOf, KEEP, KEPT_END, type Pieces, piecesOf, placeFor } from './headings.ts'
import { heading } from './lines.ts'
import { type RenderOptions, renderNotes } from './notes.ts'

const TITLE = '# Changelog\n'
const KEPT_PREAMBLE = `
All notable changes to this project are documented here. The format is based on
[Keep a Changelog](https://keepachangelog.com/en/1.1.0/).
`
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
  const pieces = piecesOf(given.slice(mark.length))
  // The oldest first: each finds its place among those that are lower.
  for (const release of releases.toReversed()) {
    const section = withHeading(await renderNotes([release], options), release, options)
    upsert(pieces, release.version ?? 'unreleased', section.replaceAll('\n', lineEnd), lineEnd)
    pieces.tail = definitionsFor(pieces.tail, release, { links: options.links, lineEnd })
  }
  return mark + pieces.head + pieces.sections.map(({ text }) => text).join('') + pieces.tail
}

/** A template may leave the heading to us; without one the section would not be found again. */
function withHeading(section: string, release: Release, { links }: RenderOptions): string {
  const { head, sections } = piecesOf(section)
  const version = (release.version ?? 'unreleased').toLowerCase()
  const isThere = sections[0]?.version?.toLowerCase() === version && head.trim() === ''
  return isThere ? section.trimStart() : `${heading(release, links)}\n\n${section}`
}

/**
 * Replaces the section of a version, or puts it in its place.
 *
 * @param section ends with one line end
 */
function upsert(pieces: Pieces, version: string, section: string, lineEnd: string): void {
  const { sections } = pieces
  const old = sections.find((each) => each.version?.toLowerCase() === version.toLowerCase())
  if (old !== undefined) {
    const gap = old.text.slice(old.text.trimEnd().length)
    const anchors = anchorsOf(old.text)
    old.text =
      anchors + withKept(old.text, section, lineEnd, version).trimEnd() + (gap === '' ? lineEnd : gap)
    return
  }
  const at = placeFor(version, sections)
  const above = sections[at - 1]
  if (above === undefined) pieces.head = withGap(pieces.head, lineEnd)
  else above.text = withGap(above.text, lineEnd)
  const isLast = at === sections.length && pieces.tail === ''
  sections.splice(at, 0, { version, text: isLast ? section : section + lineEnd })
}

/** Ends with an empty line. */
function withGap(text: string, lineEnd: string): string {
  if (text === '' || /(?:^|\n)[^\S\n]*\r?\n$/.test(text)) return text
  return text.endsWith('\n') ? text + lineEnd : text + lineEnd + lineEnd
}

/** The new section with the blocks that people had in the old one: those above its first group stay above. */
function withKept(old: string, section: string, lineEnd: string, where: string): string {
  const { text: own, rest: blocks } = filled(section, keptBlocks(old, where), where)
  if (blocks.length === 0) return own
  const firstGroup = /^###[ \t]/m.exec(old)?.index ?? old.length
  const join = (some: readonly { text: string }[]): string =>
    some.map(({ text }) => text).join(lineEnd + lineEnd)
  const above = join(blocks.filter(({ at }) => at < firstGroup))
  const below = join(blocks.filter(({ at }) => at >= firstGroup))
  const [heading = '', ...rest] = own.split(lineEnd)
  const body = rest.join(lineEnd).trim()
  return [heading, above, body, below].filter((part) => part !== '').join(lineEnd + lineEnd)
}

/** The blocks that a template has for words to come hold what was written into them; `rest` has no place there. */
function filled<T extends { text: string }>(
  fresh: string,
  blocks: readonly T[],
  where: string,
): { text: string; rest: readonly T[] } {
  const places = keptBlocks(fresh, where)
  let text = ''
  let from = 0
  for (const [index, place] of places.entries()) {
    text += fresh.slice(from, place.at) + (blocks[index]?.text ?? place.text)
    from = place.at + place.text.length
  }
  return { text: text + fresh.slice(from), rest: blocks.slice(places.length) }
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
  const kept = filled(own, keptBlocks(old, 'the release'), 'the release')
  const content = [kept.text, ...kept.rest.map((block) => block.text)].join('\n\n')
  const after = `${text.slice(0, start)}${OURS}\n${content}\n${text.slice(end)}`
  return after === text ? before : after
}
