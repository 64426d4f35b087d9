import { codeSpan, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import { cut, oneLine } from '../../../shared/text/untrusted.ts'
import { ruleLink } from '../code-scanning/links.ts'
import { ruleName } from '../code-scanning/rule-name.ts'
import type { Inputs } from '../model.ts'
import type { Finding, Severity } from '../sarif/model.ts'

/** Findings of one rule and target, the worst first. */
export interface Group {
  key: string
  /** What its findings have in common. */
  by: Inputs['issueGroup']
  category: string
  severity: Severity
  /** Never empty. */
  findings: readonly Finding[]
}

/** GitHub's limits are 256 and 65,536 characters. */
const MAX_TITLE = 200
const MAX_ROWS = 50
const MAX_OVERVIEW_ROWS = 200
const MAX_CELL = 200
/** Leaves room for the marker, and for what people write. */
const MAX_PART = 50_000

const FOOTER =
  'Written by trivy-sarif-upload, and closed when a scan of the default branch no longer finds it. What is written outside of this part stays. If nothing is to be done, close the issue: it stays closed.'

/** A title on one line; it is plain text at GitHub. */
export function titleOf({ severity, by, findings }: Group): string {
  const [first] = findings
  if (first === undefined) return ''
  const common =
    by === 'package' ? first.package?.name : by === 'file' ? (first.target ?? first.path) : undefined
  if (common !== undefined) {
    const place = by === 'file' ? '' : ` in ${oneLine(first.target ?? first.path ?? '', 80)}`
    return cut(`[${severity}] ${oneLine(common, 100)}${place}`, MAX_TITLE)
  }
  const { rule, title, target, path } = first
  const of = target ?? path
  const where = of === undefined ? '' : ` in ${oneLine(of, 80)}`
  const what = title === '' || title === rule ? '' : `: ${oneLine(title, 120)}`
  return cut(`[${severity}] ${ruleName(rule, 80)}${where}${what}`, MAX_TITLE)
}

/** What an issue says; the same for the same findings. */
export function groupLines({ severity, findings }: Group, alertsUrl: string): string {
  const [first] = findings
  if (first === undefined) return ''
  const { tool, rule, title, helpUri } = first
  const isPackage = findings.some((finding) => finding.package !== undefined)
  const isMixed = findings.some((finding) => finding.rule !== rule)
  const headers = [
    ...(isMixed ? ['Rule'] : []),
    ...(isPackage ? ['Package', 'Installed', 'Fixed in', 'Where'] : ['Where', 'What']),
  ]
  const rows = unique(
    findings.map((finding) => [
      ...(isMixed ? [ruleLink(finding.rule, finding.helpUri)] : []),
      ...(isPackage ? packageRow(finding) : placeRow(finding)),
    ]),
  )
  const shown = rows.slice(0, MAX_ROWS)
  return fitted([
    `**${word(severity)}** · ${escapeMarkdown(cut(tool, MAX_CELL))}${isMixed ? '' : ` · ${ruleLink(rule, helpUri)}`}`,
    ...(title === '' || isMixed ? [] : [escapeMarkdown(cut(title, 500))]),
    `${table(headers, shown)}${moreRows(rows.length - shown.length)}`,
    `[Alerts](<${alertsUrl}>)`,
    `<sub>${FOOTER}</sub>`,
  ])
}

/** What the overview says of those that have no issue of their own. */
export function overviewLines(groups: readonly Group[], limit: number, alertsUrl: string): string {
  const rows = groups.map(({ severity, findings }) => {
    const { rule = '', target, path, title = '' } = findings[0] ?? {}
    const where = target ?? path ?? ''
    return [word(severity), cell(rule), cell(where), escapeMarkdown(cut(title, MAX_CELL))]
  })
  const shown = rows.slice(0, MAX_OVERVIEW_ROWS)
  return fitted([
    `${groups.length} more ${groups.length === 1 ? 'finding has' : 'findings have'} no issue of their own: \`issue-limit\` is ${limit}.`,
    `${table(['Severity', 'Rule', 'Where', 'What'], shown)}${moreRows(rows.length - shown.length)}`,
    `[Alerts](<${alertsUrl}>)`,
    `<sub>${FOOTER}</sub>`,
  ])
}

function packageRow(finding: Finding): string[] {
  const { package: found } = finding
  return [cell(found?.name), cell(found?.installed), cell(found?.fixed ?? found?.remedy), placeOf(finding)]
}

function placeRow(finding: Finding): string[] {
  const { message, detail = message } = finding
  return [placeOf(finding), escapeMarkdown(cut(oneLine(detail, 300), 300))]
}

/** A file in an image has no line, and a line behind the name of an image would look like its tag. */
function placeOf({ path = '', line, target }: Finding): string {
  return cell(line === undefined || path === '' || target !== undefined ? path : `${path}:${line}`)
}

function cell(text = ''): string {
  return codeSpan(cut(text, MAX_CELL))
}

function unique(rows: readonly string[][]): string[][] {
  return [...new Map(rows.map((row) => [row.join('\n'), row])).values()]
}

function moreRows(count: number): string {
  return count > 0 ? `\n\n… and ${count} more.` : ''
}

function word(severity: Severity): string {
  return severity.charAt(0).toUpperCase() + severity.slice(1)
}

/** Paragraphs; a cell has its limit, so that only an extreme rule needs the cut. */
function fitted(paragraphs: readonly string[]): string {
  const text = paragraphs.join('\n\n')
  return text.length <= MAX_PART
    ? text
    : `${cut(text, MAX_PART)}\n\n<sub>Cut: an issue holds 65,536 characters.</sub>`
}
