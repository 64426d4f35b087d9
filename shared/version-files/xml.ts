import { lineAt } from './edits.ts'
import { Unreadable } from './model.ts'

/** An element of an XML document that holds text alone, or nothing. */
export interface XmlText {
  /** `project/parent/version`, from the root. */
  path: string
  /** The number of the element that it stands in: what has the same one are siblings. */
  parent: number
  /** Without the white space around it. */
  value: string
  /** Where `value` stands. */
  start: number
  end: number
}

const TOKEN =
  /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?]]>|<\?[\s\S]*?\?>|<\/([^\s<>/]+)\s*>|<([^\s<>/!?]+)((?:"[^"]*"|'[^']*'|[^'"<>])*)>/y

/**
 * Every element with text and no elements in it, in order. Names are taken as they are written; documents with a DOCTYPE
 * are refused, because their entities could mean anything.
 *
 * @throws Unreadable
 */
export function scanXml(text: string): XmlText[] {
  const found: XmlText[] = []
  const open: { name: string; id: number; from: number; isPlain: boolean }[] = []
  let count = 0
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at)) {
    TOKEN.lastIndex = at
    const token = TOKEN.exec(text)
    if (token === null) {
      const what = text.startsWith('<!DOCTYPE', at) ? 'it has a DOCTYPE' : 'it is not XML'
      throw new Unreadable(what, lineAt(text, at))
    }
    const [all, closed, opened, attributes = ''] = token
    const top = open.at(-1)
    if (closed !== undefined) {
      if (top?.name !== closed)
        throw new Unreadable(`it is not XML: </${closed}> closes nothing`, lineAt(text, at))
      open.pop()
      if (top.isPlain) {
        const path = [...open, top].map(({ name }) => name).join('/')
        found.push({ path, parent: open.at(-1)?.id ?? -1, ...trimmed(text, top.from, at) })
      }
    } else if (opened !== undefined) {
      if (top !== undefined) top.isPlain = false
      if (!attributes.endsWith('/'))
        open.push({ name: opened, id: count++, from: at + all.length, isPlain: true })
    } else if (top !== undefined && text.slice(top.from, at).trim() !== '') {
      // A comment in the middle of a text: nobody can say which part is the value.
      top.isPlain = false
    } else if (top !== undefined && all.startsWith('<![CDATA[')) top.isPlain = false
    else if (top !== undefined && all.startsWith('<!--') && top.isPlain) top.from = at + all.length
    at += all.length
  }
  const left = open.at(-1)
  if (left !== undefined)
    throw new Unreadable(`it is not XML: <${left.name}> is not closed`, lineAt(text, left.from))
  return found
}

function trimmed(text: string, from: number, to: number): Pick<XmlText, 'value' | 'start' | 'end'> {
  const raw = text.slice(from, to)
  const value = raw.trim()
  const start = from + (raw.length - raw.trimStart().length)
  return { value, start, end: start + value.length }
}
