import type { Format, Group, Links, Release } from '../model.ts'
import { comparison } from './lines.ts'

export interface RenderOptions {
  format: Format
  /** The template's text, for `template`. */
  template?: string
  links?: Links
  contributors: boolean
  /** Whether each line says who made it. */
  authors?: boolean
  /** `## [1.2.0] - 2026-01-02` before each release (file, history); a release body has none. */
  heading: boolean
  /** What `max-length` left out, told at the end of the notes; `oldest` is the last of all versions. */
  cut?: { said: readonly string[]; oldest: Release | undefined }
  /** Groups that have been rendered under these options: the same one is in the text, the file and the release. */
  rendered?: WeakMap<Group, string>
}

/** In words, with a link to everything there is; empty when nothing was cut. */
export function cutNote([newest]: readonly Release[], { cut, links }: RenderOptions): string[] {
  if (cut === undefined || cut.said.length === 0 || newest === undefined) return []
  const { from: _, fromSha: __, ...end } = newest
  const { from, fromSha } = cut.oldest ?? {}
  const begin = from === undefined ? {} : { from, fromSha: fromSha ?? from }
  const where = comparison({ ...end, ...begin }, links)
  const everything = where === '' ? '' : ` Everything: ${where}`
  return [`_Left out to stay within the limit: ${cut.said.join(', ')}._${everything}`]
}

/** With one line feed at its end; an empty text stays empty. */
export function withEnd(text: string): string {
  const trimmed = text.replace(/\n+$/, '')
  return trimmed === '' ? '' : `${trimmed}\n`
}
