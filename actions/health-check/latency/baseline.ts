import type { Check } from '../../../shared/probe/check.ts'
import type { CheckReport } from '../../../shared/probe/report.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Baseline, Sampled } from '../model.ts'
import { LEAST_SAMPLES } from './compare.ts'

const MAX_VALUES = 10_000

/** What a baseline has to have in common with the samples that are held against it. */
export function conditionsOf({ settings }: Check): string {
  return `${settings.method}, ${settings.concurrency} at a time`
}

/** The samples of a check as they are kept for later runs. */
export function baselineOf({ check, samples, version }: CheckReport, date: number): Baseline | undefined {
  if (samples === undefined || samples.values.length < LEAST_SAMPLES) return undefined
  return {
    name: check.name,
    conditions: conditionsOf(check),
    values: samples.values,
    ...(version === undefined ? {} : { version }),
    date: new Date(date).toISOString().slice(0, 10),
  }
}

/**
 * Reads the baselines out of a document: one as they are kept in the cache, or the `result-file` of an earlier run. It may
 * come from anywhere, so nothing of it is believed that is not of the right kind.
 *
 * @returns undefined when it is neither
 */
export function readBaselines(document: unknown): Baseline[] | undefined {
  if (document === null || typeof document !== 'object') return undefined
  const { checks, finishedAt, dryRun } = document as Record<string, unknown>
  if (!Array.isArray(checks) || dryRun === true) return undefined
  const date = typeof finishedAt === 'string' ? finishedAt.slice(0, 10) : ''
  return checks.flatMap((check: unknown) => readOne(check, date))
}

function readOne(check: unknown, date: string): Baseline[] {
  if (check === null || typeof check !== 'object') return []
  const { name, version, samples, conditions } = check as Record<string, unknown>
  if (typeof name !== 'string' || typeof conditions !== 'string') return []
  const values = valuesOf(samples)
  if (values.length === 0) return []
  return [
    {
      name,
      conditions: oneLine(conditions, 100),
      values,
      ...(typeof version === 'string' && version !== '' ? { version: oneLine(version, 60) } : {}),
      date: /^\d{4}-\d\d-\d\d$/.test(date) ? date : '',
    },
  ]
}

function valuesOf(samples: unknown): number[] {
  const values = (samples as { values?: unknown } | null | undefined)?.values
  if (!Array.isArray(values)) return []
  const isTime = (value: unknown): value is number =>
    typeof value === 'number' && Number.isFinite(value) && value > 0
  return values
    .slice(0, MAX_VALUES)
    .filter(isTime)
    .sort((a, b) => a - b)
}

/** The baseline of a check, or why there is none. */
export function findBaseline(
  check: Check,
  baselines: readonly Baseline[] | string,
): { found: Baseline & Sampled } | { missing: string } {
  if (typeof baselines === 'string') return { missing: baselines }
  const found = baselines.find(({ name }) => name === check.name)
  if (found === undefined) return { missing: `it holds no samples of "${check.name}"` }
  if (found.conditions !== conditionsOf(check)) {
    return { missing: `it was taken otherwise (${found.conditions}, now ${conditionsOf(check)})` }
  }
  if (found.values.length < LEAST_SAMPLES) {
    return { missing: `it has ${found.values.length} good samples; ${LEAST_SAMPLES} are needed` }
  }
  return { found }
}
