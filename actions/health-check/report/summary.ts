import { histogram, type SampleStats } from '../../../shared/probe/latency.ts'
import type { CheckReport } from '../../../shared/probe/report.ts'
import { formatDuration } from '../../../shared/text/duration.ts'
import { codeBlock, codeSpan, details, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import { formatShare } from '../../../shared/text/units.ts'
import { cut } from '../../../shared/text/untrusted.ts'
import type { Compared, Status, Verdict } from '../model.ts'

const HEADLINE: Record<Status, string> = {
  healthy: '✅ Healthy',
  degraded: '⚠️ Degraded',
  unhealthy: '❌ Unhealthy',
}
const BAR_WIDTH = 40
/** A job summary holds 1 MiB; failed checks come first. */
const MAX_ROWS = 1_000
const MAX_REASONS = 100
/** Characters in a row that a cell may not break. */
const MAX_NAME = 60
const MAX_TARGET = 56

/** The job summary as Markdown blocks, the most important first; pure. */
export function summaryBlocks(verdict: Verdict): string[] {
  const { reports, compared } = verdict
  return [
    `### ${HEADLINE[verdict.status]}: ${verdict.sentence}`,
    ...reasons(verdict),
    checkTable([...verdict.failed, ...verdict.passed]),
    ...reports.flatMap(({ check, samples }) =>
      samples === undefined ? [] : [latency(check.name, samples, compared.get(check.name))],
    ),
    ...verdict.failed.slice(0, 20).flatMap(answer),
  ]
}

function reasons({ failed, passed }: Verdict): string[] {
  const all = [
    ...failed.map(
      ({ check, reason }) =>
        `- **${escapeMarkdown(check.name)}**${check.required ? '' : ' (optional)'}: ${escapeMarkdown(reason)}`,
    ),
    ...passed
      .filter(({ degraded }) => degraded.length > 0)
      .map(
        ({ check, degraded }) =>
          `- **${escapeMarkdown(check.name)}** says it is degraded: ${escapeMarkdown(degraded.join(', '))}`,
      ),
  ]
  const lines = all.slice(0, MAX_REASONS)
  if (all.length > lines.length) lines.push(`- … and ${all.length - lines.length} more`)
  return lines.length === 0 ? [] : [lines.join('\n')]
}

/** Narrow enough for the page: what is long stands in the reasons above, in the answers below, and in `result`. */
function checkTable(reports: readonly CheckReport[]): string {
  const hasVersion = reports.some(({ version }) => version !== undefined)
  const hasCertificate = reports.some(({ last }) => last?.certificate !== undefined)
  const optional = <T>(shown: boolean, value: T): T[] => (shown ? [value] : [])
  const rows = reports
    .slice(0, MAX_ROWS)
    .map(({ check, passed, degraded, last, attempts, version }) => [
      passed ? (degraded.length > 0 ? '⚠️' : '✅') : check.required ? '❌' : '⚠️',
      nameAndTarget(check.name, check.display, last?.address),
      last?.status === undefined ? '' : String(last.status),
      ...optional(hasVersion, version === undefined ? '' : codeSpan(cut(version, 20))),
      ...optional(hasCertificate, last?.certificate === undefined ? '' : `${last.certificate.daysLeft} d`),
      String(attempts),
      last === undefined ? '' : formatDuration(last.timings.total),
    ])
  const headers = [
    '',
    'Check',
    'Status',
    ...optional(hasVersion, 'Version'),
    ...optional(hasCertificate, 'Certificate'),
    'Tries',
    'Last answer',
  ]
  const left = reports.length - rows.length
  const more = left > 0 ? `\n\n… and ${left} more checks, see \`result-file\`.` : ''
  return table(headers, rows, `cll${hasVersion ? 'l' : ''}${hasCertificate ? 'r' : ''}rr`) + more
}

/** In one cell: the target below the name unless that tells it, and the address that answered unless the target does. */
function nameAndTarget(name: string, display: string, address: string | undefined): string {
  const target = display.replace(/^[a-z][a-z0-9+.-]*:\/\//, '').replace(/\/$/, '')
  const below = [
    ...(target === name ? [] : [codeSpan(cut(display, MAX_TARGET))]),
    ...(address === undefined || display.includes(address)
      ? []
      : [`at ${codeSpan(cut(address, MAX_TARGET))}`]),
  ]
  return [escapeMarkdown(cut(name, MAX_NAME)), ...(below.length > 0 ? [below.join(' ')] : [])].join('<br>')
}

/** The distribution as a small chart, beside the earlier one when there is one, and the figures that thresholds are about. */
function latency(name: string, samples: SampleStats, compared: Compared | undefined): string {
  const { count, failed, errorRate, p50, p95, p99, max, first } = samples
  const ms = (value: number | undefined): string => (value === undefined ? '–' : formatDuration(value))
  const figures = table(
    ['p50', 'p95', 'p99', 'max', 'first (cold)', 'failed'],
    [[ms(p50), ms(p95), ms(p99), ms(max), ms(first), `${failed} (${formatShare(errorRate)})`]],
    'rrrrrr',
  )
  return [
    `**Latency of ${escapeMarkdown(name)}**, ${count} samples`,
    ...(compared === undefined ? [] : [escapeMarkdown(compared.told)]),
    figures,
    codeBlock(compared === undefined ? chart(samples.histogram) : chartOfBoth(samples.values, compared)),
  ].join('\n\n')
}

function chart(histogram: SampleStats['histogram']): string {
  const most = Math.max(1, ...histogram.map((range) => range.count))
  const width = Math.max(0, ...histogram.map(({ from, to }) => `${from}–${to}`.length))
  return histogram
    .map(
      ({ from, to, count }) => `${`${from}–${to}`.padStart(width)} ms │ ${bar('█', count / most)} ${count}`,
    )
    .join('\n')
}

/** Two bars for each range, in shares of all samples: there may be more of the one than of the other. */
function chartOfBoth(now: readonly number[], { baseline }: Compared): string {
  const ranges = histogram([...now, ...baseline.values].toSorted((a, b) => a - b))
  const share = (values: readonly number[], from: number, to: number, isLast: boolean): number =>
    values.filter((value) => value >= from && (isLast || value < to)).length / Math.max(1, values.length)
  const rows = ranges.map(({ from, to }, index) => {
    const isLast = index === ranges.length - 1
    return {
      label: `${from}–${to}`,
      now: share(now, from, to, isLast),
      was: share(baseline.values, from, to, isLast),
    }
  })
  const most = Math.max(0.01, ...rows.flatMap((row) => [row.now, row.was]))
  const width = Math.max(0, ...rows.map(({ label }) => label.length))
  const lines = rows.flatMap(({ label, now: share, was }) => [
    `${label.padStart(width)} ms │ ${bar('█', share / most)} ${Math.round(share * 100)} %`,
    `${' '.repeat(width)}    │ ${bar('░', was / most)} ${Math.round(was * 100)} %`,
  ])
  return [...lines, `${' '.repeat(width)}      █ now, ░ before`].join('\n')
}

function bar(sign: string, share: number): string {
  return sign.repeat(Math.max(share > 0 ? 1 : 0, Math.round(share * BAR_WIDTH)))
}

/** The beginning of what a failed check answered. */
function answer({ check, last }: CheckReport): string[] {
  if (last?.excerpt === undefined || last.excerpt.trim() === '') return []
  return [details(`Last answer of ${check.name}`, codeBlock(last.excerpt))]
}
