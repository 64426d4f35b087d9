import type { Document } from 'yaml'
import { compose } from './yaml/compose.ts'
import { LIMITS, Refused } from './yaml/limits.ts'
import { checkShape } from './yaml/shape.ts'

export type YamlPath = readonly (string | number)[]

export type Parsed =
  | {
      ok: true
      value: unknown
      /** The line, from 1, where the key or the item at a path stands; as deep as the path leads. */
      lineOf: (path: YamlPath) => number
    }
  | { ok: false; problem: string }

export type ParsedDocument =
  | { ok: true; document: Document; lineAt: (offset: number) => number }
  | { ok: false; problem: string }

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  // The parser compares each key with every other one; yaml/shape.ts looks them up.
  uniqueKeys: false,
  logLevel: 'silent',
} as const

/** What YAML does not allow in a document (c-printable): all controls but tab and line ends. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are the point
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/**
 * Reads one YAML 1.2 document (core schema, so JSON too) from untrusted text, in time that grows with its length alone.
 * What is beyond the limits of yaml/limits.ts, duplicate keys, aliases that blow up or go in circles, and control
 * characters are refused, in words that end a sentence which begins with the name of the input or the file. A number
 * that is not written as JavaScript would write it (`1.10`, `007`) stays text, so that a version keeps its last zero.
 */
export async function parseYaml(text: string): Promise<Parsed> {
  const parsed = await parseYamlDocument(text)
  if (!parsed.ok) return parsed
  const { document, lineAt } = parsed
  const { isCollection, isMap, isNode, isScalar, visit } = await import('yaml')
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== 'number') return
      if (node.source !== undefined && String(node.value) !== node.source) node.value = node.source
    },
  })
  const lineOf = (path: YamlPath): number => {
    let node: unknown = document.contents
    let at = 0
    for (const step of path) {
      const pair = isMap(node)
        ? node.items.find(({ key }) => isScalar(key) && String(key.source ?? key.value) === String(step))
        : undefined
      const place = pair?.key ?? (isCollection(node) ? node.items[Number(step)] : undefined)
      if (!isNode(place)) break
      at = place.range?.[0] ?? at
      node = pair?.value ?? place
    }
    return lineAt(at)
  }
  // How often aliases repeat their values was looked at: yaml/shape.ts.
  return { ok: true, value: document.toJS({ maxAliasCount: -1 }), lineOf }
}

/**
 * The same as a tree of nodes with their places in the text, for who changes a part of a file and leaves the rest as
 * it is; there, numbers are numbers.
 */
export async function parseYamlDocument(text: string): Promise<ParsedDocument> {
  const lineAt = linesOf(text)
  try {
    checkText(text)
    const yaml = await import('yaml')
    // A CR alone ends a line in YAML, but not in this parser.
    const lines = text.replace(/\r(?!\n)/g, '\n')
    const document = compose(lines, new yaml.Lexer(), new yaml.Parser(), new yaml.Composer(OPTIONS))
    checkShape(document.contents, yaml)
    return { ok: true, document, lineAt }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const line = error.offset === undefined ? '' : ` (line ${lineAt(error.offset)})`
    return { ok: false, problem: error.message + line }
  }
}

function checkText(text: string): void {
  if (text.length > LIMITS.length) {
    const [found, most] = [text.length, LIMITS.length].map((count) => count.toLocaleString('en-US'))
    throw new Refused(`it is longer than 1 MiB: ${found} characters of at most ${most}`)
  }
  const control = FORBIDDEN.exec(text)
  if (control === null) return
  const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  throw new Refused(`it holds the control character U+${code}`, control.index)
}

/** The line, from 1, of an offset; line ends are looked for once, and only when asked. */
function linesOf(text: string): (offset: number) => number {
  let starts: number[] | undefined
  return (offset) => {
    starts ??= Array.from(text.matchAll(/\r\n|\r|\n/g), ({ 0: end, index }) => index + end.length)
    let [low, high] = [0, starts.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((starts[middle] as number) <= offset) low = middle + 1
      else high = middle
    }
    return low + 1
  }
}
