import { BREAK } from '../../../shared/text/untrusted.ts'
import { neutralizeSkipWords } from './skip-words.ts'

/** What stands between these is ours; what stands around them is anybody's. */
const BEGIN = '<!-- nexus-release:begin -->'
const END = '<!-- nexus-release:end -->'
const TRAILER = 'Nexus-Release'
const BASE_TRAILER = 'Nexus-Release-Base'

/** GitHub takes 65,536 code points, and people write into it as well. */
const MAX_BODY = 65_000
const CUT = '\n\n*… the rest is in the release notes.*'

/** What a request says about itself. */
export interface RequestFacts {
  version: string
  tag: string
  /** The commit of the base that it was worked out on. */
  base: string
}

/** `chore: release v1.3.0` */
export function titleOf(tag: string): string {
  return `chore: release ${tag}`
}

/** The message of the commit: a headline, and trailers that say what it is of. */
export function commitBody({ version, base }: RequestFacts, coAuthors: readonly string[] = []): string {
  return [
    `${TRAILER}: ${version}`,
    `${BASE_TRAILER}: ${base}`,
    ...coAuthors.map((author) => `Co-authored-by: ${author}`),
  ].join('\n')
}

/**
 * The version of the trailer of a message or of a body, wherever its line stands: a squash puts it in the middle. Of a
 * body that has our part, only what that says.
 */
export function versionIn(text: string): string | undefined {
  return [...ours(text).matchAll(/^Nexus-Release: (\S+)\r?$/gm)].at(-1)?.[1]
}

/** The commit of the base of the trailer. */
export function baseIn(text: string): string | undefined {
  return [...ours(text).matchAll(/^Nexus-Release-Base: ([0-9a-f]{40,64})\r?$/gm)].at(-1)?.[1]
}

function ours(text: string): string {
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END, begin)
  return begin === -1 || end === -1 ? text : text.slice(begin, end)
}

/** The version of a title such as `chore: release v1.3.0 (#7)`; undefined for any other. */
export function versionInTitle(title: string, prefix: string): string | undefined {
  const rest = title.startsWith(titleOf(prefix)) ? title.slice(titleOf(prefix).length) : undefined
  return rest === undefined ? undefined : /^(\d+\.\d+\.\d+\S*)(?: \(#\d+\))?$/.exec(rest)?.[1]
}

/**
 * The body: our part with the notes, put in place of our part of the body that stands; everything around it stays.
 *
 * @param standing undefined for a new request
 */
export function bodyOf(facts: RequestFacts, notes: string, standing: string | undefined): string {
  const [before, after] = around(standing)
  const trailers = `${TRAILER}: ${facts.version}\n${BASE_TRAILER}: ${facts.base}`
  const foot = `\n\n---\n\nMerging this pull request releases **${facts.tag}**. What stands between the marks of this text is written again with every push; what you write around it stays.\n\n${trailers}\n${END}`
  const room = MAX_BODY - [...before, ...BEGIN, ...foot, ...after].length
  const clean = neutralizeSkipWords(notes.trim())
    .replaceAll('<!-- nexus-release:', `<!-- ${BREAK}nexus-release:`)
    .replace(/^(?=Nexus-Release)/gm, BREAK)
  return `${before}${BEGIN}\n${fitted(clean, Math.max(0, room - 2))}${foot}${after}`
}

/** What a person has written before and after our part. */
function around(body: string | undefined): [before: string, after: string] {
  if (body === undefined) return ['', '']
  const begin = body.indexOf(BEGIN)
  const end = body.indexOf(END, begin)
  // Without both marks nobody can say what is ours: all of it is theirs.
  if (begin === -1 || end === -1) return body.trim() === '' ? ['', ''] : [`${body.trimEnd()}\n\n`, '']
  return [body.slice(0, begin), body.slice(end + END.length)]
}

/** Cut at a line, in code points, as GitHub counts them. */
function fitted(text: string, limit: number): string {
  const points = [...text]
  if (points.length <= limit) return text
  const kept = points.slice(0, Math.max(0, limit - CUT.length)).join('')
  return kept.slice(0, Math.max(0, kept.lastIndexOf('\n'))) + CUT
}

/**
 * The title: ours for a new request. One that a person has written stays, and the version in it follows.
 *
 * @param standing the title as it is, and the tag of which the request was before
 */
export function nextTitle(
  tag: string,
  standing: { title: string; tag: string | undefined } | undefined,
): string {
  if (standing === undefined || standing.tag === undefined) return titleOf(tag)
  if (standing.title === titleOf(standing.tag)) return titleOf(tag)
  return standing.title.replaceAll(standing.tag, () => tag)
}
