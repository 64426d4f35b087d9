import type { Level, Run } from '../../sarif/model.ts'
import { buildRun, type Entry } from './builder.ts'
import type { Node, Reader } from './reader.ts'

/** A test of Bandit may find the same thing at different severities: the level of each result says which. */
const LEVELS: Readonly<Record<string, Level>> = { HIGH: 'error', MEDIUM: 'warning', LOW: 'note' }

/**
 * What `bandit -f json` writes.
 *
 * @see https://bandit.readthedocs.io/en/latest/formatters/json.html
 */
export function banditRun(read: Reader): Run {
  const { root, child } = read
  const entries = read.items(child(root, 'results')).map((item) => entryOf(read, item))
  const errors = child(root, 'errors')
  const gaps = (errors.value === undefined ? [] : read.items(errors)).map((error) => {
    const [file, reason] = [child(error, 'filename'), child(error, 'reason')].map(read.optionalText)
    return `Bandit did not look at ${file ?? 'a file'}: ${reason ?? 'no reason given'}.`
  })
  return buildRun({ name: 'Bandit', informationUri: 'https://bandit.readthedocs.io/' }, entries, gaps)
}

function entryOf(read: Reader, item: Node): Entry {
  const field = (name: string): Node => read.child(item, name)
  const severity = read.text(field('issue_severity')).toUpperCase()
  const id = read.text(field('test_id'))
  const name = read.optionalText(field('test_name'))
  const text = read.text(field('issue_text'))
  const confidence = read.optionalText(field('issue_confidence'))?.toLowerCase()
  const cwe = field('issue_cwe').value as { id?: unknown } | null | undefined
  return {
    rule: {
      id,
      title: name === undefined ? id : `${id}: ${name.replaceAll('_', ' ')}`,
      helpUri: read.optionalText(field('more_info')),
      tags: typeof cwe?.id === 'number' ? [`external/cwe/cwe-${cwe.id}`] : [],
    },
    level: LEVELS[severity] ?? 'warning',
    message: confidence === undefined ? text : `${text}\nConfidence: ${confidence}`,
    uri: read.text(field('filename')),
    region: regionOf(read, field),
  }
}

/** Bandit counts lines from 1 and columns from 0, with -1 where it does not know. */
function regionOf(read: Reader, field: (name: string) => Node): Entry['region'] {
  const startLine = Math.max(1, read.number(field('line_number')))
  const { value: column } = field('col_offset')
  const { value: range } = field('line_range')
  const last = Array.isArray(range) ? Number(range.at(-1)) : startLine
  return {
    startLine,
    ...(typeof column === 'number' && column >= 0 ? { startColumn: column + 1 } : {}),
    ...(last > startLine ? { endLine: last } : {}),
  }
}
