import type { Figure, FigureName, Target } from '../model.ts'

export interface FigureKind {
  name: FigureName
  /** What people call it. */
  title: string
  unit: 'ms' | 'share' | 'per-week'
  /** The better direction. */
  better: 'less' | 'more'
  /** A percentile that high means nothing on fewer samples. */
  atLeast: number
  /** What the output is called, and what one unit of it is. */
  output: string
  per: number
  decimals: number
}

const HOUR = 3_600_000
const SECOND = 1_000

/** Every figure, in the order in which it is shown. */
export const FIGURES: readonly FigureKind[] = [
  {
    name: 'deployments-per-week',
    title: 'Deployment frequency',
    unit: 'per-week',
    better: 'more',
    atLeast: 0,
    output: 'deployments-per-week',
    per: 1,
    decimals: 2,
  },
  {
    name: 'change-lead-time-p50',
    title: 'Change lead time, p50',
    unit: 'ms',
    better: 'less',
    atLeast: 1,
    output: 'change-lead-time-p50-hours',
    per: HOUR,
    decimals: 1,
  },
  {
    name: 'change-lead-time-p90',
    title: 'Change lead time, p90',
    unit: 'ms',
    better: 'less',
    atLeast: 10,
    output: 'change-lead-time-p90-hours',
    per: HOUR,
    decimals: 1,
  },
  {
    name: 'change-fail-rate',
    title: 'Change fail rate',
    unit: 'share',
    better: 'less',
    atLeast: 1,
    output: 'change-fail-rate',
    per: 1,
    decimals: 4,
  },
  {
    name: 'recovery-time-p50',
    title: 'Failed deployment recovery time, p50',
    unit: 'ms',
    better: 'less',
    atLeast: 1,
    output: 'recovery-time-p50-hours',
    per: HOUR,
    decimals: 1,
  },
  {
    name: 'rework-rate',
    title: 'Deployment rework rate',
    unit: 'share',
    better: 'less',
    atLeast: 1,
    output: 'rework-rate',
    per: 1,
    decimals: 4,
  },
  {
    name: 'build-success-rate',
    title: 'Build success rate',
    unit: 'share',
    better: 'more',
    atLeast: 1,
    output: 'build-success-rate',
    per: 1,
    decimals: 4,
  },
  {
    name: 'build-duration-p50',
    title: 'Build duration, p50',
    unit: 'ms',
    better: 'less',
    atLeast: 1,
    output: 'build-duration-p50-seconds',
    per: SECOND,
    decimals: 1,
  },
  {
    name: 'build-duration-p95',
    title: 'Build duration, p95',
    unit: 'ms',
    better: 'less',
    atLeast: 20,
    output: 'build-duration-p95-seconds',
    per: SECOND,
    decimals: 1,
  },
]

/** A figure's value with the samples behind it. */
export interface Measured {
  value: number | undefined
  samples: number
  /** Why it is unknown. */
  why?: string
}

export interface Bounds {
  minSamples: number
  tolerance: number
  targets: readonly Target[]
}

/** A figure beside its comparison and its target; below `min-samples` it is neither judged nor gated; pure. */
export function figureOf(kind: FigureKind, now: Measured, before: Measured, bounds: Bounds): Figure {
  const { name, better } = kind
  const target = bounds.targets.find(({ figure }) => figure === name)
  // A frequency has no samples: zero deployments are as certain as ten.
  const isJudged = now.value !== undefined && (kind.unit === 'per-week' || now.samples >= bounds.minSamples)
  const isCompared =
    isJudged &&
    before.value !== undefined &&
    (kind.unit === 'per-week' || before.samples >= bounds.minSamples)
  const trend = isCompared ? trendOf(now.value ?? 0, before.value ?? 0, better, bounds.tolerance) : 'unknown'
  const isBeyond =
    target !== undefined &&
    now.value !== undefined &&
    (better === 'less' ? now.value > target.limit : now.value < target.limit)
  const few =
    now.value !== undefined && !isJudged ? `on ${now.samples} only, fewer than ${bounds.minSamples}` : ''
  return {
    name,
    value: now.value,
    samples: now.samples,
    before: before.value,
    samplesBefore: before.samples,
    trend,
    target,
    missed: isJudged && isBeyond,
    regressed: trend === 'worse',
    note: now.value === undefined ? (now.why ?? 'unknown') : few,
  }
}

function trendOf(now: number, before: number, better: 'less' | 'more', tolerance: number): Figure['trend'] {
  const margin = Math.abs(before) * tolerance
  if (Math.abs(now - before) <= margin) return 'same'
  return now < before === (better === 'less') ? 'better' : 'worse'
}
