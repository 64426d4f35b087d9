import { plural } from '../../../shared/text/list.ts'
import { details, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import { cut, oneLine } from '../../../shared/text/untrusted.ts'
import { ruleLink } from '../code-scanning/links.ts'
import type { Applied, Inputs, Observation, Plan } from '../model.ts'
import { cell, countTable, findingTable, rest, updateTable } from '../plan/tables.ts'
import { capital, headline, seenOf } from '../plan/words.ts'
import { placeOf, worstFirst } from '../plan/worst.ts'
import type { Finding } from '../sarif/model.ts'
import type { Hidden, ScanFacts } from '../trivy/model.ts'
import { troublesOf, uploadFacts } from './facts.ts'
import { lookedAtWords } from './looked-at.ts'
import { orphanBlock } from './orphans.ts'

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
    ...(applied?.commentUrl === undefined ? [] : [`[Comment on the pull request](<${applied.commentUrl}>)`]),
    analysisTable(observation, findings),
    ...orphanBlock(plan, applied),
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
