import { plural } from '../../../shared/text/list.ts'
import { codeSpan, details, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import { cut, oneLine } from '../../../shared/text/untrusted.ts'
import { ruleLink } from '../code-scanning/links.ts'
import type { Applied, Counts, Inputs, Observation, Plan } from '../model.ts'
import { countFindings } from '../plan/gate.ts'
import { type Finding, SEVERITIES } from '../sarif/model.ts'
import type { Hidden, ScanFacts } from '../trivy/model.ts'
import { countWords, troublesOf, uploadFacts } from './facts.ts'
import { lookedAtWords } from './looked-at.ts'
import { placeOf, worstFirst } from './worst.ts'

/** Rows of the worst findings; GitHub's page of alerts has all. */
const MAX_ROWS = 50
const MAX_ACCEPTED = 200
const MAX_ANALYSES = 100
const MAX_NOTICES = 30
const MAX_CELL = 200

/** The job summary as Markdown blocks, the most important first; pure. */
export function summaryBlocks(
  inputs: Pick<Inputs, 'dryRun' | 'onlyNew'>,
  observation: Observation,
  plan: Plan,
  applied: Applied | undefined,
): string[] {
  const troubles = troublesOf(observation, plan, applied)
  const { findings } = plan
  const { trimmed = [] } = applied ?? {}
  const expired = findings.filter(({ state }) => state === 'expired')
  const accepted = findings.filter(({ state }) => state === 'accepted')
  const suppressed = findings.filter(({ state }) => state === 'suppressed')
  const warnings = [...plan.notices, ...(plan.issues?.said ?? []), ...(applied?.warnings ?? [])]
  return [
    `### ${headline(plan, inputs, troubles.length > 0, seenOf(observation))}`,
    ...list(plan.gate.reasons),
    ...(troubles.length === 0
      ? []
      : [
          `> [!CAUTION]\n${troubles.map(({ title, message }) => `> **${escapeMarkdown(title)}**: ${escapeMarkdown(message)}`).join('\n>\n')}`,
        ]),
    countTable(plan, inputs.onlyNew),
    ...updateTable(plan),
    ...uploadLines(plan, applied),
    ...worstTable(plan, inputs.onlyNew),
    ...(expired.length === 0
      ? []
      : [`**No longer accepted:** the day until which it was has passed.\n\n${acceptedTable(expired)}`]),
    ...(trimmed.length === 0
      ? []
      : [`**Met limits of GitHub**\n\n${lines(trimmed.map(({ said }) => said))}`]),
    ...(warnings.length === 0 ? [] : [`**To know**\n\n${lines(warnings)}`]),
    ...issueLines(plan, applied),
    analysisTable(observation, findings),
    ...(accepted.length === 0
      ? []
      : [details(plural(accepted.length, 'accepted finding'), acceptedTable(accepted))]),
    ...(plan.hidden.length === 0
      ? []
      : [
          details(
            `${plural(plan.hidden.length, 'finding')} hidden by ignore files or VEX`,
            hiddenTable(plan.hidden),
          ),
        ]),
    ...(suppressed.length === 0
      ? []
      : [
          details(
            `${plural(suppressed.length, 'finding')} suppressed in the report`,
            findingTable(suppressed, false),
          ),
        ]),
  ]
}

type Seen = 'all' | 'some' | 'nothing'

/** Whether the reports are all that was asked for. */
function seenOf({ prepared: { analyses }, missing }: Observation): Seen {
  if (analyses.length === 0) return 'nothing'
  return missing.length > 0 || analyses.some(({ complete }) => !complete) ? 'some' : 'all'
}

function headline(
  { gate, counts, findings }: Plan,
  { dryRun, onlyNew }: Pick<Inputs, 'dryRun' | 'onlyNew'>,
  isTroubled: boolean,
  seen: Seen,
): string {
  const words = onlyNew ? newWords(findings, counts) : countWords(counts)
  const verdict =
    gate.verdict === 'failed'
      ? `❌ Gate failed: ${words}`
      : isTroubled
        ? `❌ ${gate.verdict === 'passed' ? 'Gate passed, but not everything went well' : 'Not everything went well'}: ${words}`
        : gate.verdict === 'passed'
          ? `✅ Gate passed: ${words}${seen === 'all' ? '' : ', but not everything was looked at'}`
          : counts.total === 0
            ? {
                all: '✅ No findings',
                some: '⚠️ No findings, but not everything was looked at',
                nothing: '⚠️ No report',
              }[seen]
            : `🔍 ${capital(words)}`
  return dryRun ? `🔍 Dry run · ${verdict}` : verdict
}

const MAX_UPDATES = 15

/** What to do, the most useful first. */
function updateTable({ updates, fixed }: Plan): string[] {
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

/** With `only-new` it is the new ones that matter: `2 new (1 critical, 1 high), 40 in all`. */
function newWords(findings: readonly Finding[], counts: Counts): string {
  if (counts.new === 0) return counts.total === 0 ? 'no findings' : `nothing new, ${counts.total} in all`
  const fresh = countFindings(findings.filter(({ isNew }) => isNew !== false))
  return `${counts.new} new (${countWords(fresh)}), ${counts.total} in all`
}

function countTable({ counts }: Plan, onlyNew: boolean): string {
  const columns = [...SEVERITIES, 'total', ...(onlyNew ? (['new'] as const) : []), 'suppressed'] as const
  const headers = columns.map((name) => (name === 'suppressed' ? 'Suppressed or accepted' : capital(name)))
  return table(
    headers,
    [columns.map((name) => counts[name].toLocaleString('en'))],
    'r'.repeat(columns.length),
  )
}

function uploadLines(plan: Plan, applied: Applied | undefined): string[] {
  const { uploaded, status, said, ids } = uploadFacts(plan, applied)
  if (said !== '') return [escapeMarkdown(`Not uploaded: ${said}`)]
  if (!uploaded) return []
  const url = applied?.analysisUrl
  const words = {
    complete: 'processed',
    failed: 'not processed',
    pending: 'still being processed',
    skipped: '',
  }
  const alerts = url === undefined ? '' : ` · [Alerts](<${url}>)`
  return [`Uploaded${ids.length > 1 ? ` in ${ids.length} parts` : ''}, ${words[status]}${alerts}`]
}

function worstTable(plan: Plan, onlyNew: boolean): string[] {
  const worst = worstFirst(plan)
  if (worst.length === 0) return []
  const shown = worst.slice(0, MAX_ROWS)
  const more =
    worst.length > shown.length
      ? `\n\n… and ${(worst.length - shown.length).toLocaleString('en')} more, see the alerts or \`result-file\`.`
      : ''
  return [`${findingTable(shown, onlyNew)}${more}`]
}

function findingTable(findings: readonly Finding[], onlyNew: boolean): string {
  const shown = findings.slice(0, MAX_ACCEPTED)
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

function acceptedTable(findings: readonly Finding[]): string {
  const shown = findings.slice(0, MAX_ACCEPTED)
  const rows = shown.map((finding) => [
    capital(finding.severity),
    ruleLink(finding.rule, finding.helpUri),
    cell(finding.package?.name ?? placeOf(finding)),
    finding.acceptedUntil ?? 'no end',
    escapeMarkdown(oneLine(finding.acceptedReason ?? '', MAX_CELL)),
  ])
  return table(['Severity', 'Rule', 'Where', 'Until', 'Reason'], rows) + rest(findings.length - shown.length)
}

/** What was looked at, so that nobody takes silence for a clean scan. */
function analysisTable({ prepared, scan, missing }: Observation, findings: readonly Finding[]): string {
  const counts = new Map<number, number>()
  for (const { run } of findings) counts.set(run, (counts.get(run) ?? 0) + 1)
  const shown = prepared.analyses.slice(0, MAX_ANALYSES)
  const rows = shown.map(({ run, tool, category, source, complete, target }) => [
    escapeMarkdown(oneLine(tool, MAX_CELL)),
    cell(category),
    source === 'scan' && scan !== undefined
      ? `${scan.kind} ${cell(target)}, Trivy ${escapeMarkdown(scan.version)}${lookedAt(scan, target)}`
      : cell(source),
    (counts.get(run) ?? 0).toLocaleString('en'),
    complete ? '' : '⚠️ unfinished',
  ])
  for (const name of missing.slice(0, MAX_ANALYSES)) rows.push(['', '', cell(name), '', '⚠️ missing'])
  return (
    table(['Tool', 'Category', 'Looked at', 'Findings', ''], rows, 'lllrl') +
    rest(prepared.analyses.length - shown.length)
  )
}

function lookedAt({ targets }: ScanFacts, target: string | undefined): string {
  const words = lookedAtWords(targets.find((each) => each.target === target)?.lookedAt ?? {})
  return words === '' ? '' : ` · ${escapeMarkdown(words)}`
}

/** What ignore files and VEX took out, so that nobody takes silence for a clean scan. */
function hiddenTable(hidden: readonly Hidden[]): string {
  const shown = hidden.slice(0, MAX_ACCEPTED)
  const rows = shown.map(({ source, rule, severity, package: of, path, status, until, statement }) => [
    cell(source),
    capital(severity),
    cell(rule),
    cell(of ?? path),
    until ?? (status === 'ignored' ? 'no end' : escapeMarkdown(status.replaceAll('_', ' '))),
    escapeMarkdown(oneLine(statement ?? '', MAX_CELL)),
  ])
  return (
    table(['Hidden by', 'Severity', 'Rule', 'Where', 'Until', 'Reason'], rows) +
    rest(hidden.length - shown.length)
  )
}

function issueLines({ issues: plan }: Plan, applied: Applied | undefined): string[] {
  if (plan === undefined) return []
  const numbers = applied?.issues ?? []
  const lines = [
    ...(plan.refused === undefined ? [] : [escapeMarkdown(plan.refused)]),
    ...(numbers.length === 0 ? [] : [`Issues: ${numbers.map((number) => `#${number}`).join(', ')}`]),
  ]
  return lines.length === 0 ? [] : [lines.join('\n\n')]
}

function list(sentences: readonly string[]): string[] {
  return sentences.length === 0 ? [] : [lines(sentences)]
}

function lines(sentences: readonly string[]): string {
  const shown = sentences.slice(0, MAX_NOTICES).map((sentence) => `- ${escapeMarkdown(cut(sentence, 2_000))}`)
  if (sentences.length > shown.length) shown.push(`- … and ${sentences.length - shown.length} more`)
  return shown.join('\n')
}

function rest(count: number): string {
  return count > 0 ? `\n\n… and ${count.toLocaleString('en')} more, see \`result-file\`.` : ''
}

function cell(text = ''): string {
  return codeSpan(cut(text, MAX_CELL))
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
