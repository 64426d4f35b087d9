import { codeSpan, details, escapeMarkdown, table } from '../../../shared/text/markdown.ts'
import type { Deployment, Figure, Inputs, Period, Plan, Row } from '../model.ts'
import { kindOf, showFigure, showHours, showValue } from './values.ts'

const MAX_LISTED = 200
const MAX_BARS = 14

/** The job summary as Markdown blocks, the most important first. */
export function summaryBlocks(plan: Plan, { period, targets }: Pick<Inputs, 'period' | 'targets'>): string[] {
  const { whole, rows } = plan
  const several = rows.length > 1
  return [
    `### ${verdict(plan)} ${escapeMarkdown(plan.headline)}`,
    ...warning(whole),
    figureTable(whole, targets.length > 0),
    ...(several ? [repositoryTable(rows)] : []),
    ...charts(whole),
    ...rows.flatMap((row) => listed(row, several)),
    ...buildTable(whole),
    ...notes(whole, rows, period),
  ]
}

function verdict({ missed, regressed, whole }: Plan): string {
  if (whole.partial.length > 0) return '⚠️'
  return missed.length > 0 ? '❌' : regressed.length > 0 ? '📉' : '📈'
}

function warning({ partial }: Row): string[] {
  if (partial.length === 0) return []
  return [
    `> [!WARNING]\n> These figures are partial.\n${partial.map((what) => `> - ${escapeMarkdown(what)}`).join('\n')}`,
  ]
}

const TREND: Record<Figure['trend'], string> = {
  better: '▲ better',
  worse: '▼ worse',
  same: '＝ same',
  unknown: '',
}

function figureTable({ figures }: Row, withTargets: boolean): string {
  const rows = figures.map((figure) => {
    const { name, before, trend, target, missed, note, value } = figure
    const shown =
      value === undefined ? `unknown: ${note}` : `${showFigure(figure)}${note === '' ? '' : `, ${note}`}`
    const goal =
      target === undefined
        ? ''
        : `${kindOf(name).better === 'less' ? '≤' : '≥'} ${target.text} ${value === undefined ? '' : missed ? '❌' : '✅'}`
    return [
      kindOf(name).title,
      escapeMarkdown(shown),
      before === undefined ? '' : escapeMarkdown(showValue(name, before)),
      TREND[trend],
      ...(withTargets ? [escapeMarkdown(goal.trim())] : []),
    ]
  })
  return table(['figure', 'this period', 'before', 'trend', ...(withTargets ? ['target'] : [])], rows)
}

function repositoryTable(rows: readonly Row[]): string {
  const shown = rows.map(({ repository, counted, failed, figures }) => [
    codeSpan(repository),
    String(counted),
    String(failed),
    ...['change-lead-time-p50', 'change-fail-rate', 'recovery-time-p50', 'build-success-rate'].map((name) => {
      const figure = figures.find((each) => each.name === name)
      return figure === undefined ? '' : escapeMarkdown(showValue(figure.name, figure.value))
    }),
  ])
  return table(
    ['repository', 'deployments', 'failed', 'lead time p50', 'fail rate', 'recovery p50', 'builds green'],
    shown,
    'lrrrrrr',
  )
}

/**
 * Two charts, because one has a single axis and no legend. `xychart-beta` is what every version of Mermaid takes; a value
 * that is unknown cannot be drawn at all, so such a deployment is left out.
 */
function charts({ weeks, deployments }: Row): string[] {
  const shown = weeks.slice(-MAX_BARS)
  if (!shown.some(({ deployments: count }) => count > 0)) return []
  const counts = shown.map(({ deployments: count }) => count)
  const blocks = [
    chart('Deployments per week', {
      labels: shown.map(({ week }) => week.slice(5)),
      values: counts,
      axis: 'deployments',
      kind: 'bar',
    }),
    `Deployments per week: ${shown.map(({ week, deployments: count, whole }) => `${week.slice(5)}${whole ? '' : ' (not whole)'} ${count}`).join(', ')}.`,
  ]
  const timed = deployments.flatMap(({ changes, at }) => {
    const longest = changes?.[0]?.leadTimeMs
    return longest === undefined
      ? []
      : [{ label: new Date(at).toISOString().slice(5, 10), hours: longest / 3_600_000 }]
  })
  if (timed.length < 2) return blocks
  const last = timed.slice(-MAX_BARS)
  const title = `Longest lead time of the last ${last.length} deployments`
  return [
    ...blocks,
    chart(title, {
      labels: last.map(({ label }) => label),
      values: last.map(({ hours }) => hours),
      axis: 'hours',
      kind: 'line',
    }),
    `${title}: ${last.map(({ label, hours }) => `${label} ${hours.toFixed(1)} h`).join(', ')}.`,
  ]
}

function chart(
  title: string,
  { labels, values, axis, kind }: { labels: string[]; values: number[]; axis: string; kind: 'bar' | 'line' },
): string {
  const most = Math.max(1, ...values)
  // Labels are dates and weeks of our own making; equal ones would be drawn over one another.
  const names = labels.map(
    (label, index) => `"${labels.indexOf(label) === index ? label : `${label} #${index + 1}`}"`,
  )
  return [
    '```mermaid',
    'xychart-beta',
    `  title "${title}"`,
    `  x-axis [${names.join(', ')}]`,
    `  y-axis "${axis}" 0 --> ${Math.ceil(most)}`,
    `  ${kind} [${values.map((value) => value.toFixed(2)).join(', ')}]`,
    '```',
  ].join('\n')
}

function listed(row: Row, several: boolean): string[] {
  if (row.deployments.length === 0) return []
  const ordered = [...row.deployments].sort((a, b) => outlier(b) - outlier(a) || b.at - a.at)
  const lines = ordered
    .slice(0, MAX_LISTED)
    .map((each) => [
      new Date(each.at).toISOString().slice(0, 16).replace('T', ' '),
      each.url === ''
        ? escapeMarkdown(each.name)
        : `[${escapeMarkdown(each.name)}](${encodeURI(each.url).replace(/[()]/g, encodeURIComponent)})`,
      escapeMarkdown(each.environment),
      codeSpan(each.sha.slice(0, 7)),
      each.changes === undefined
        ? each.kind === 'deployment'
          ? 'unknown'
          : ''
        : String(each.changes.length),
      each.changes?.[0] === undefined ? '' : showHours(each.changes[0].leadTimeMs),
      escapeMarkdown(verdictOf(each)),
    ])
  const more =
    ordered.length > lines.length
      ? `\n\n… and ${ordered.length - lines.length} more, in \`result-file\`.`
      : ''
  const head = [
    'time (UTC)',
    'deployment',
    'environment',
    'commit',
    'changes',
    'longest lead time',
    'verdict',
  ]
  const title = `${row.deployments.length} deployments${several ? ` of ${row.repository}` : ''}, outliers first`
  return [details(title, table(head, lines, 'llllrrl') + more)]
}

/** Failures first, then rework, then what waited longest. */
function outlier({ failures, isRework, changes }: Deployment): number {
  const longest = (changes?.[0]?.leadTimeMs ?? 0) / 1e15
  return (failures.length > 0 ? 2 : 0) + (isRework ? 1 : 0) + longest
}

function verdictOf({ kind, failures, recoveryMs, recoveredBy, isRework }: Deployment): string {
  const what = {
    deployment: 'live',
    rollback: 'rollback',
    redeployment: 'again, not counted',
    'failed-attempt': 'failed',
  }[kind]
  if (failures.length === 0) return isRework && kind === 'deployment' ? 'live, repaired an earlier one' : what
  const why = failures.map(({ rule, reason }) => `${rule}: ${reason}`).join('; ')
  const back =
    recoveryMs === undefined ? 'still open' : `back after ${showHours(recoveryMs)} by ${recoveredBy}`
  return `failed (${why}), ${back}`
}

function buildTable({ builds }: Row): string[] {
  if (builds.length === 0) return []
  const rows = builds.map(({ workflow, runs, successes, failures, flaky, p50, p95 }) => [
    escapeMarkdown(workflow),
    String(runs),
    String(successes),
    String(failures),
    String(flaky),
    escapeMarkdown(showValue('build-duration-p50', p50)),
    escapeMarkdown(showValue('build-duration-p95', p95)),
  ])
  const head = ['workflow', 'builds', 'green', 'red', 'green on re-run', 'p50', 'p95']
  return [details('Builds, workflow by workflow', table(head, rows, 'lrrrrrr'))]
}

function notes(whole: Row, rows: readonly Row[], { since, until }: Period): string[] {
  const { redeployments, leftOut } = whole
  const left = [
    [redeployments, 'redeployments of what was live'],
    [leftOut.duplicates, 'twins of the same run and commit'],
    [leftOut.cancelled, 'cancelled'],
    [leftOut.pending, 'not done'],
    [leftOut.unknown, 'without a known outcome'],
  ].flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]))
  const sentences = [
    `From ${new Date(since).toISOString()} to ${new Date(until).toISOString()}, UTC. Percentiles are nearest rank; the frequency counts what reached production.`,
    ...(left.length > 0 ? [`Not counted: ${left.join(', ')}.`] : []),
    ...rows.flatMap(({ repository, notes: own }) =>
      own.map((note) => (rows.length > 1 ? `${repository}: ${note}` : note)),
    ),
  ]
  return [sentences.map(escapeMarkdown).join('\n\n')]
}
