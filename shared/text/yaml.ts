const MAX_LENGTH = 1_048_576

export type Parsed = { ok: true; value: unknown } | { ok: false; problem: string }

/**
 * Reads one YAML 1.2 document (core schema, so JSON too) from untrusted text. Duplicate keys, aliases that blow up
 * and endless nesting are refused. A number that is not written as JavaScript would write it (`1.10`, `007`) stays
 * text, so that a version keeps its last zero.
 */
export async function parseYaml(text: string): Promise<Parsed> {
  if (text.length > MAX_LENGTH) return { ok: false, problem: 'it is longer than 1 MiB' }
  const { isScalar, parseDocument, visit } = await import('yaml')
  try {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      uniqueKeys: true,
      prettyErrors: true,
    })
    const error = document.errors[0]
    if (error !== undefined) return { ok: false, problem: firstLine(error.message) }
    visit(document, {
      Scalar(_key, node) {
        if (!isScalar(node) || typeof node.value !== 'number') return
        if (node.source !== undefined && String(node.value) !== node.source) node.value = node.source
      },
    })
    return { ok: true, value: document.toJS({ maxAliasCount: 100 }) }
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, problem: 'it is nested too deeply' }
    return { ok: false, problem: firstLine(error instanceof Error ? error.message : String(error)) }
  }
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/:$/, '')
}
