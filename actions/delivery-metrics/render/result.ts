import { FIGURES } from '../figures/trend.ts'
import type { Figure, Period, Plan, Row } from '../model.ts'

/** The whole document of `result-file` and of a `.json` file; exact seconds, ISO times. */
export function resultOf(plan: Plan, period: Period): Record<string, unknown> {
  return {
    dryRun: false,
    period: { since: iso(period.since), until: iso(period.until) },
    method: {
      percentiles: 'nearest rank',
      weeks: 'ISO, UTC',
      frequency: 'deployments that reached production',
    },
    headline: plan.headline,
    whole: rowOf(plan.whole),
    repositories: plan.rows.map((row) => ({ ...rowOf(row), deployments: row.deployments.map(deploymentOf) })),
  }
}

/** The same without the lists, for `result`. */
export function shortResultOf(plan: Plan, period: Period): Record<string, unknown> {
  return { ...resultOf(plan, period), repositories: plan.rows.map(rowOf) }
}

function rowOf(row: Row): Record<string, unknown> {
  const {
    repository,
    source,
    counted,
    successes,
    failed,
    redeployments,
    leftOut,
    openFailures,
    weeks,
    builds,
  } = row
  return {
    repository,
    source: source ?? null,
    deployments: counted,
    successes,
    failed,
    openFailures,
    redeployments,
    leftOut,
    figures: Object.fromEntries(row.figures.map((figure) => [figure.name, figureOf(figure)])),
    weeks,
    builds: builds.map(({ p50, p95, ...build }) => ({
      ...build,
      p50Seconds: inSeconds(p50),
      p95Seconds: inSeconds(p95),
    })),
    partial: row.partial,
    notes: row.notes,
  }
}

/** Spans in seconds, shares as fractions; null where unknown. */
function figureOf({
  name,
  value,
  samples,
  before,
  samplesBefore,
  trend,
  target,
  missed,
  regressed,
  note,
}: Figure) {
  const isSpan = FIGURES.find((kind) => kind.name === name)?.unit === 'ms'
  const plain = (given: number | undefined): number | null => (isSpan ? inSeconds(given) : (given ?? null))
  return {
    value: plain(value),
    unit: isSpan ? 'seconds' : name === 'deployments-per-week' ? 'per week' : 'ratio',
    samples,
    before: plain(before),
    samplesBefore,
    trend,
    target: target?.text ?? null,
    missed,
    regressed,
    note,
  }
}

function deploymentOf({
  id,
  name,
  environment,
  sha,
  at,
  kind,
  failures,
  changes,
  recoveryMs,
  recoveredBy,
  isRework,
  url,
}: Row['deployments'][number]) {
  return {
    id,
    name,
    environment,
    commit: sha,
    at: iso(at),
    kind,
    failures,
    recoverySeconds: inSeconds(recoveryMs),
    recoveredBy: recoveredBy ?? null,
    rework: isRework,
    changes:
      changes?.map((change) => ({
        commit: change.sha,
        title: change.headline,
        leadTimeSeconds: change.leadTimeMs / 1_000,
      })) ?? null,
    url,
  }
}

const inSeconds = (ms: number | undefined): number | null => (ms === undefined ? null : ms / 1_000)

const iso = (at: number): string => new Date(at).toISOString()
