import { plural } from '../../../shared/text/list.ts'
import { codeSpan, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import { cut, oneLine } from '../../../shared/text/untrusted.ts'
import { ruleLink } from '../code-scanning/links.ts'
import type { Plan } from '../model.ts'
import { type Finding, SEVERITIES } from '../sarif/model.ts'
import { capital } from './words.ts'
import { placeOf } from './worst.ts'

const MAX_CELL = 200
const MAX_FINDINGS = 200
const MAX_UPDATES = 15

/** What to do, the most useful first. */
export function updateTable({ updates, fixed }: Pick<Plan, 'updates' | 'fixed'>): string[] {
  const trend =
    fixed === undefined || fixed === 0
      ? []
      : [`${plural(fixed, 'finding')} of the analysis before ${fixed === 1 ? 'is' : 'are'} gone.`]
  if (updates.length === 0) return trend
  const shown = updates.slice(0, MAX_UPDATES)
  const rows = shown.map(({ name, installed, to, where, closes, total }) => [
    cell(name),
    cell(installed),
    cell(to),
    `${total} (${SEVERITIES.filter((severity) => closes[severity])
      .map((severity) => `${closes[severity]} ${severity}`)
      .join(', ')})`,
    cell(where),
  ])
  return [
    ...trend,
    `**Do this**\n\n${table(['Update', 'From', 'To', 'Closes', 'Where'], rows)}${rest(updates.length - shown.length)}`,
  ]
}

export function countTable({ counts }: Pick<Plan, 'counts'>, onlyNew: boolean): string {
  const columns = [...SEVERITIES, 'total', ...(onlyNew ? (['new'] as const) : []), 'suppressed'] as const
  const headers = columns.map((name) => (name === 'suppressed' ? 'Suppressed or accepted' : capital(name)))
  return table(
    headers,
    [columns.map((name) => counts[name].toLocaleString('en'))],
    'r'.repeat(columns.length),
  )
}

export function findingTable(findings: readonly Finding[], onlyNew: boolean): string {
  const shown = findings.slice(0, MAX_FINDINGS)
  const hasPackage = shown.some((finding) => finding.package !== undefined)
  const rows = shown.map((finding) => {
    const { severity, rule, helpUri, package: found, isNew, title, message, detail } = finding
    const known = title === '' || title === rule ? message : title
    const what = detail === undefined ? known : `${known}: ${detail}`
    return [
      `${MARKS[severity]} ${capital(severity)}`,
      ruleLink(rule, helpUri),
      ...(hasPackage ? [cell(found?.name), cell(found?.installed), cell(found?.fixed ?? found?.remedy)] : []),
      cell(placeOf(finding)),
      ...(onlyNew ? [isNew === false ? '' : '🆕'] : []),
      escapeMarkdown(oneLine(what, 300)),
    ]
  })
  const headers = [
    'Severity',
    'Rule',
    ...(hasPackage ? ['Package', 'Installed', 'Fixed in'] : []),
    'Where',
    ...(onlyNew ? ['New'] : []),
    'What',
  ]
  return table(headers, rows) + rest(findings.length - shown.length)
}

const MARKS = { critical: '🟥', high: '🟧', medium: '🟨', low: '🟦', unknown: '⬜' } as const

export function rest(count: number): string {
  return count > 0 ? `\n\n… and ${count.toLocaleString('en')} more, see \`result-file\`.` : ''
}

export function cell(text = ''): string {
  return codeSpan(cut(text, MAX_CELL))
}
