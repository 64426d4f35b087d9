import { NotCoverage } from './report.ts'

/** Deeper documents are not coverage. */
const MAX_DEPTH = 100
const MAX_TAG = 65_536

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** An element that begins. `path` are the names from the root to it. */
export type Visit = (path: readonly string[], attributes: Attributes) => void

/** The value of an attribute; an empty text when there is none. */
export type Attributes = (name: string) => string

/**
 * Reads the tags of an XML document in one pass. Text is passed over, nothing is fetched or expanded: a DOCTYPE with
 * declarations of its own, an unknown entity, a tag that does not match and a document that is cut are refused.
 *
 * @throws NotCoverage
 */
export function readXml(xml: string, visit: Visit): void {
  const path: string[] = []
  let hasRoot = false
  for (let at = xml.indexOf('<'); at >= 0; at = xml.indexOf('<', at)) {
    const special = specialEnd(xml, at)
    if (special !== undefined) {
      at = special
      continue
    }
    const end = tagEnd(xml, at + 1)
    const tag = xml.slice(at + 1, end)
    at = end + 1
    if (tag.startsWith('/')) {
      const name = tag.slice(1).trim()
      if (path.pop() !== name) throw new NotCoverage(`the XML is broken at </${name.slice(0, 40)}>`)
      continue
    }
    const [, name = ''] = /^([A-Za-z_:][\w:.-]*)/.exec(tag) ?? []
    if (name === '') throw new NotCoverage('the XML is broken: a tag has no name')
    if (path.length === 0 && hasRoot) throw new NotCoverage('the XML has two roots')
    hasRoot = true
    path.push(name)
    if (path.length > MAX_DEPTH) throw new NotCoverage('the XML is nested too deeply')
    visit(path, attributesOf(tag))
    if (tag.endsWith('/')) path.pop()
  }
  if (!hasRoot || path.length > 0) throw new NotCoverage('the XML is cut: its end is missing')
}

/** The end of a comment, a section of text, an instruction or a DOCTYPE at this place; undefined when it is a tag. */
function specialEnd(xml: string, at: number): number | undefined {
  const after = (mark: string, from: number): number => {
    const end = xml.indexOf(mark, from)
    if (end < 0) throw new NotCoverage('the XML is cut: its end is missing')
    return end + mark.length
  }
  if (xml.startsWith('<!--', at)) return after('-->', at + 4)
  if (xml.startsWith('<![CDATA[', at)) return after(']]>', at + 9)
  if (xml.startsWith('<?', at)) return after('?>', at + 2)
  if (!xml.startsWith('<!', at)) return undefined
  const end = after('>', at + 2)
  if (xml.slice(at, end).includes('['))
    throw new NotCoverage('the XML declares entities of its own, which is refused')
  return end
}

/** The `>` that ends a tag; those in quotes do not. */
function tagEnd(xml: string, from: number): number {
  let quote = ''
  const last = Math.min(xml.length, from + MAX_TAG)
  for (let at = from; at < last; at++) {
    const char = xml[at] ?? ''
    if (quote !== '') {
      if (char === quote) quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if (char === '>') return at
    else if (char === '<') break
  }
  throw new NotCoverage('the XML is cut: a tag does not end')
}

function attributesOf(tag: string): Attributes {
  return (name) => {
    const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag)
    return decoded(found?.[1] ?? found?.[2] ?? '')
  }
}

function decoded(value: string): string {
  if (!value.includes('&')) return value
  return value.replace(/&(#\d{1,7}|#x[\da-fA-F]{1,6}|\w{1,10})?;?/g, (whole, entity: string | undefined) => {
    const point = entity?.startsWith('#x') ? Number.parseInt(entity.slice(2), 16) : Number(entity?.slice(1))
    const text = entity?.startsWith('#')
      ? point > 0 && point <= 0x10ffff
        ? String.fromCodePoint(point)
        : undefined
      : NAMED[entity ?? '']
    if (text === undefined || !whole.endsWith(';'))
      throw new NotCoverage('the XML has an entity that is not declared')
    return text
  })
}
