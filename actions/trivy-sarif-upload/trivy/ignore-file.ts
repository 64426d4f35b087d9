import { oneLine } from '../../../shared/text/untrusted.ts'

/** One entry of a `.trivyignore` or `.trivyignore.yaml`. */
export interface IgnoreEntry {
  id: string
  /** Absent: of every kind (the text form knows no kinds). */
  kind: IgnoreKind | undefined
  paths: readonly string[]
  purls: readonly string[]
  /** YYYY-MM-DD, the last day on which it holds. */
  until: string | undefined
  statement: string | undefined
}

export const IGNORE_KINDS = ['vulnerabilities', 'misconfigurations', 'secrets', 'licenses'] as const
export type IgnoreKind = (typeof IGNORE_KINDS)[number]

export type IgnoreReading = { entries: IgnoreEntry[]; problems: string[] }

const MAX_ENTRIES = 20_000
const KEYS = ['id', 'paths', 'purls', 'expired_at', 'statement']

/**
 * The text form: an id a line, `exp:YYYY-MM-DD` behind it, `#` begins a comment. A comment right above an id says why.
 *
 * @see https://trivy.dev/docs/latest/configuration/filtering/#trivyignore
 */
export function readIgnoreText(text: string): IgnoreReading {
  const entries: IgnoreEntry[] = []
  const problems: string[] = []
  let comment: string | undefined
  for (const line of text.split(/\r?\n/)) {
    const trimmed = line.trim()
    if (trimmed.startsWith('#')) {
      comment = oneLine(trimmed.replace(/^#+\s*/, ''), 300) || undefined
      continue
    }
    if (trimmed === '') {
      comment = undefined
      continue
    }
    if (entries.length === MAX_ENTRIES) {
      problems.push(`it has more than ${MAX_ENTRIES} entries; the rest is not obeyed`)
      break
    }
    const [id = '', ...more] = trimmed.split(/\s+/)
    const until = more.find((word) => word.startsWith('exp:'))?.slice('exp:'.length)
    // Trivy drops such a line, too: then the finding is there.
    if (until !== undefined && !isDay(until))
      problems.push(`"${oneLine(trimmed, 80)}" has no day such as exp:2027-01-31`)
    else entries.push({ id, kind: undefined, paths: [], purls: [], until, statement: comment })
  }
  return { entries, problems }
}

/** The YAML form, parsed. */
export function readIgnoreYaml(value: unknown): IgnoreReading {
  const entries: IgnoreEntry[] = []
  const problems: string[] = []
  if (value === null || value === undefined) return { entries, problems }
  if (typeof value !== 'object' || Array.isArray(value)) return { entries, problems: ['it is not a map'] }
  for (const [kind, items] of Object.entries(value)) {
    const known = IGNORE_KINDS.find((each) => each === kind)
    if (known === undefined) {
      problems.push(`there is no "${oneLine(kind, 60)}": ${IGNORE_KINDS.join(', ')}`)
      continue
    }
    if (items === null) continue
    if (!Array.isArray(items)) {
      problems.push(`${known} is not a list`)
      continue
    }
    for (const [index, item] of items.entries()) {
      if (entries.length === MAX_ENTRIES) {
        problems.push(`it has more than ${MAX_ENTRIES} entries; the rest is not obeyed`)
        return { entries, problems }
      }
      const entry = yamlEntry(item, known)
      if (typeof entry === 'string') problems.push(`${known}[${index}] ${entry}`)
      else entries.push(entry)
    }
  }
  return { entries, problems }
}

function yamlEntry(item: unknown, kind: IgnoreKind): IgnoreEntry | string {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return 'is not a map'
  const given = item as Record<string, unknown>
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key))
  if (unknown !== undefined) return `has a key that Trivy does not know: "${oneLine(unknown, 60)}"`
  const { id, paths = [], purls = [], expired_at: until, statement } = given
  if (typeof id !== 'string' || id === '') return 'has no id'
  if (!isTexts(paths) || !isTexts(purls)) return 'has paths or purls that are not a list of texts'
  if (until !== undefined && until !== null && !isDay(String(until)))
    return 'has an expired_at that is not a day'
  return {
    id,
    kind,
    paths,
    purls,
    until: until === undefined || until === null ? undefined : String(until).slice(0, 10),
    statement: typeof statement === 'string' && statement !== '' ? oneLine(statement, 300) : undefined,
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

/** A day, or the moment that YAML 1.1 makes of one. */
function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}(T[\d:.Z+-]*)?$/.test(text) && !Number.isNaN(Date.parse(text.slice(0, 10)))
}

/** Entries as one YAML file that Trivy takes; it merges no two files itself. An entry without a kind is of every kind. */
export function ignoreYaml(entries: readonly IgnoreEntry[]): string {
  return IGNORE_KINDS.map((kind) => {
    const own = entries.filter((entry) => entry.kind === undefined || entry.kind === kind)
    if (own.length === 0) return `${kind}: []\n`
    const lines = own.map(({ id, paths, purls, until, statement }) => {
      const fields = [
        `"id": ${JSON.stringify(id)}`,
        ...(paths.length === 0 ? [] : [`"paths": ${JSON.stringify(paths)}`]),
        ...(purls.length === 0 || kind !== 'vulnerabilities' ? [] : [`"purls": ${JSON.stringify(purls)}`]),
        // A text would be no date for Trivy.
        ...(until === undefined ? [] : [`"expired_at": ${until}`]),
        ...(statement === undefined ? [] : [`"statement": ${JSON.stringify(statement)}`]),
      ]
      return `  - {${fields.join(', ')}}\n`
    })
    return `${kind}:\n${lines.join('')}`
  }).join('')
}
