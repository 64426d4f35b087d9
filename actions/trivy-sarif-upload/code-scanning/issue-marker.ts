/** What the hidden comment at the top of an issue says. */
export interface Marker {
  category: string
  /** Of rule and target. */
  key: string
  /** `gone`: this action closed the issue. */
  state: 'open' | 'gone'
}

const BEGIN = 'nexus-actions trivy-sarif-upload'
const END = `<!-- /${BEGIN} -->`
const OPENING = /<!-- nexus-actions trivy-sarif-upload category=(\S*) key=(\S+) state=(open|gone) -->/

/** Invisible on the page; nothing in a category can end the comment. */
export function markerText({ category, key, state }: Marker): string {
  return `<!-- ${BEGIN} category=${encoded(category)} key=${encoded(key)} state=${state} -->`
}

/** The marker of a body; undefined where there is none, or none of ours. */
export function markerOf(body: string): Marker | undefined {
  const [, category = '', key = '', state] = OPENING.exec(body) ?? []
  if (state === undefined) return undefined
  try {
    return {
      category: decodeURIComponent(category),
      key: decodeURIComponent(key),
      state: state === 'gone' ? 'gone' : 'open',
    }
  } catch {
    return undefined
  }
}

/** Our part of a body, from the marker to its end. */
export function ourPart(marker: Marker, lines: string): string {
  return `${markerText(marker)}\n${lines}\n${END}`
}

/**
 * A body with our part in place of the one before. What people wrote around it stays; without an end (somebody cut it
 * off), our part goes to the end of the body.
 */
export function withOurPart(body: string, part: string): string {
  const begin = body.search(OPENING)
  if (begin < 0) return part
  const end = body.indexOf(END, begin)
  return body.slice(0, begin) + part + (end < 0 ? '' : body.slice(end + END.length))
}

/** A body whose marker says something else; the rest stays. */
export function withState(body: string, state: Marker['state']): string {
  const marker = markerOf(body)
  return marker === undefined ? body : body.replace(OPENING, () => markerText({ ...marker, state }))
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('-', '%2D')
}
