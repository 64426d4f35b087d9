import { oneLine } from './untrusted.ts'

const MAX_LENGTH = 1_048_576

export type Parsed =
  | {
      ok: true
      value: unknown
      /** The line, from 1, where the key or the item at a path stands; as deep as the path leads. */
      lineOf: (path: readonly (string | number)[]) => number
    }
  | { ok: false; problem: string }

/**
 * Reads one YAML 1.2 document (core schema, so JSON too) from untrusted text. Duplicate keys, aliases that blow up
 * or go in circles, and endless nesting are refused. A number that is not written as JavaScript would write it (`1.10`, `007`) stays
 * text, so that a version keeps its last zero.
 */
export async function parseYaml(text: string): Promise<Parsed> {
  if (text.length > MAX_LENGTH) return { ok: false, problem: 'it is longer than 1 MiB' }
  const { isCollection, isMap, isNode, isScalar, parseDocument, visit } = await import('yaml')
  try {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      // The parser compares each key with every other one; below they are looked up.
      uniqueKeys: false,
      prettyErrors: true,
      logLevel: 'error',
    })
    const error = document.errors[0]
    if (error !== undefined) return { ok: false, problem: worded(error.message) }
    let problem: string | undefined
    visit(document, {
      Alias(_key, node, path) {
        if (path.some((parent) => isNode(parent) && 'anchor' in parent && parent.anchor === node.source))
          problem ??= `the alias *${node.source} stands inside itself`
      },
      Map(_key, map) {
        const seen = new Set<string>()
        for (const { key } of map.items) {
          if (!isScalar(key)) continue
          // As a key of an object: 1 and "1" are one.
          const name = String(key.source ?? key.value)
          if (seen.has(name)) {
            const line = text.slice(0, key.range?.[0]).split('\n').length
            problem ??= `the key "${oneLine(name, 60)}" stands twice in one map (line ${line})`
          }
          seen.add(name)
        }
      },
      Scalar(_key, node) {
        if (!isScalar(node) || typeof node.value !== 'number') return
        if (node.source !== undefined && String(node.value) !== node.source) node.value = node.source
      },
    })
    if (problem !== undefined) return { ok: false, problem }
    const lineOf = (path: readonly (string | number)[]): number => {
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
      return text.slice(0, at).split('\n').length
    }
    return { ok: true, value: document.toJS({ maxAliasCount: 100 }), lineOf }
  } catch (error) {
    return { ok: false, problem: worded(error instanceof Error ? error.message : String(error)) }
  }
}

/** The first line of the parser's message; the others quote the document. */
function worded(message: string): string {
  if (message.includes('call stack')) return 'it is nested too deeply'
  return (message.split('\n', 1)[0] ?? '').replace(/:$/, '')
}
