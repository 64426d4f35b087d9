import { FIGURES } from '../figures/trend.ts'
import type { Deployment, OutputFile, Period, Plan, Row } from '../model.ts'
import { resultOf } from './result.ts'
import { chartSvg } from './svg.ts'

/** The content of a file of figures, by its kind; pure. */
export function contentOf(kind: OutputFile['kind'], plan: Plan, period: Period): string {
  if (kind === 'json') return `${JSON.stringify(resultOf(plan, period), null, 2)}\n`
  if (kind === 'csv') return csv(plan.rows)
  return kind === 'prom' ? openMetrics(plan.rows) : chartSvg(plan.whole)
}

const COLUMNS = [
  'repository',
  'time',
  'environment',
  'name',
  'id',
  'commit',
  'kind',
  'failed',
  'failure_rules',
  'changes',
  'lead_time_p50_seconds',
  'recovery_seconds',
  'url',
] as const

/** One row a deployment, RFC 4180 with CR LF. What a spreadsheet would take for a formula is kept from being one. */
function csv(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ repository, deployments }) =>
    deployments.map((each) => line(repository, each)),
  )
  return [COLUMNS.join(','), ...lines].map((each) => `${each}\r\n`).join('')
}

function line(repository: string, each: Deployment): string {
  const { at, environment, name, id, sha, kind, failures, changes, recoveryMs, url } = each
  const times = (changes ?? []).map(({ leadTimeMs }) => leadTimeMs)
  return [
    repository,
    new Date(at).toISOString(),
    environment,
    name,
    id,
    sha,
    kind,
    String(failures.length > 0),
    failures.map(({ rule }) => rule).join(' '),
    changes === undefined ? '' : String(changes.length),
    // Changes come with the longest lead time first.
    times.length === 0 ? '' : seconds(times[times.length - Math.ceil(times.length / 2)] ?? 0),
    recoveryMs === undefined ? '' : seconds(recoveryMs),
    url,
  ]
    .map(field)
    .join(',')
}

function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

const seconds = (ms: number): string => String(ms / 1_000)

interface Family {
  name: string
  unit: string
  help: string
  value: (row: Row) => number | undefined
}

const FAMILIES: readonly Family[] = [
  {
    name: 'nexus_deployments',
    unit: '',
    help: 'Deployments of the period that were counted.',
    value: ({ counted }) => counted,
  },
  {
    name: 'nexus_failed_deployments',
    unit: '',
    help: 'Counted deployments that failed.',
    value: ({ failed }) => failed,
  },
  ...FIGURES.map(({ name, title, unit }): Family => {
    const suffix = unit === 'ms' ? '_seconds' : unit === 'share' ? '_ratio' : ''
    // `change-fail-rate` is a ratio: the unit has to end the name.
    const base = name.replaceAll('-', '_').replace(/_rate$/, '')
    return {
      name: `nexus_${base}${suffix}`,
      unit: suffix.slice(1),
      help: `${title}.`,
      value: ({ figures }) => {
        const value = figures.find((figure) => figure.name === name)?.value
        return value === undefined || unit !== 'ms' ? value : value / 1_000
      },
    }
  }),
]

/**
 * OpenMetrics 1.0 text, gauges only, so that it is valid Prometheus text too. An unknown figure has no sample: NaN does not
 * mean missing there.
 *
 * @see https://github.com/prometheus/docs/blob/main/docs/specs/om/open_metrics_spec.md
 */
function openMetrics(rows: readonly Row[]): string {
  const families = FAMILIES.flatMap(({ name, unit, help, value }) => {
    const samples = rows.flatMap((row) => {
      const known = value(row)
      return known === undefined ? [] : [`${name}{repository="${label(row.repository)}"} ${number(known)}`]
    })
    if (samples.length === 0) return []
    return [
      `# TYPE ${name} gauge`,
      ...(unit === '' ? [] : [`# UNIT ${name} ${unit}`]),
      `# HELP ${name} ${help}`,
      ...samples,
    ]
  })
  return `${[...families, '# EOF'].join('\n')}\n`
}

const label = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const number = (value: number): string => String(Number(value.toFixed(6)))
