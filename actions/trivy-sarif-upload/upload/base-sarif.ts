import type { Known } from '../plan/model.ts'

type Fields = Readonly<Record<string, unknown>>

/**
 * The findings of an analysis as GitHub gives it back; pure. It was uploaded by whoever may write security events, so
 * nothing is taken for granted: what does not have the form of SARIF is left out.
 */
export function knownFindings(sarif: unknown, of: Pick<Known, 'tool' | 'category'>): Known[] {
  const { tool, category } = of
  const known: Known[] = []
  for (const run of list(field(sarif, 'runs'))) {
    const rules = list(field(field(field(run, 'tool'), 'driver'), 'rules'))
    for (const result of list(field(run, 'results'))) {
      const rule = ruleOf(result, rules)
      const message = text(field(field(result, 'message'), 'text'))
      const uri = field(
        field(field(list(field(result, 'locations'))[0], 'physicalLocation'), 'artifactLocation'),
        'uri',
      )
      const path = typeof uri === 'string' ? decoded(uri) : undefined
      const prints = [field(result, 'fingerprints'), field(result, 'partialFingerprints')].flatMap((map) =>
        Object.entries(fields(map)).filter(
          (entry): entry is [string, string] => typeof entry[1] === 'string',
        ),
      )
      known.push({ tool, category, rule, path, message, fingerprints: Object.fromEntries(prints) })
    }
  }
  return known
}

function ruleOf(result: unknown, rules: readonly unknown[]): string {
  const named = text(field(result, 'ruleId')) || text(field(field(result, 'rule'), 'id'))
  if (named !== '') return named
  const index = field(result, 'ruleIndex') ?? field(field(result, 'rule'), 'index')
  return text(field(rules[typeof index === 'number' ? index : -1], 'id'))
}

/** Paths come percent-encoded, as they were sent. */
function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri)
  } catch {
    return uri
  }
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function field(value: unknown, name: string): unknown {
  const found = fields(value)
  return Object.hasOwn(found, name) ? found[name] : undefined
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
