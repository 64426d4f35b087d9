import type { Check } from '../../shared/probe/check.ts'
import type { CheckReport } from '../../shared/probe/report.ts'

/** What the user asked for, checked. */
export interface Inputs {
  checks: readonly Check[]
  /** PEM certificates by `ca-file` as the user wrote it. */
  ca: ReadonlyMap<string, readonly string[]>
  /** ms for the whole step */
  timeout: number
  failOnUnhealthy: boolean
  dryRun: boolean
  /** By `baseline` as the user wrote it, where that is a file; a text says why there is none. */
  baselines: ReadonlyMap<string, readonly Baseline[] | string>
}

/** Timed good answers, ms in ascending order. */
export interface Sampled {
  values: readonly number[]
}

/** The samples of a check in an earlier run. */
export interface Baseline extends Sampled {
  /** Of the check. */
  name: string
  /** How they were taken; others do not compare. */
  conditions: string
  /** What the check reported then. */
  version?: string
  /** `2026-11-21`, or empty when it is not known. */
  date: string
}

/** Two samples compared: medians and p95 in ms, the others are shares. */
export interface Comparison {
  median: number
  was: number
  p95: number
  p95Was: number
  /** 0.2: the median has grown by a fifth. */
  change: number
  noise: number
  isRegression: boolean
}

/** A check that was held against an earlier run. */
export interface Compared {
  baseline: Baseline
  comparison: Comparison
  /** In words. */
  told: string
}

/** What came of the probing. */
export interface Observation {
  reports: readonly CheckReport[]
  /** From the first try to the last. */
  durationMs: number
  /** By name of the check, for those that ask for one; a text says why there is none. */
  baselines: ReadonlyMap<string, Baseline | string>
}

export type Status = 'healthy' | 'degraded' | 'unhealthy'

/** What all reports together mean. */
export interface Verdict {
  status: Status
  /** Healthy or degraded. */
  healthy: boolean
  passed: readonly CheckReport[]
  failed: readonly CheckReport[]
  /** One sentence for log, summary and annotation. */
  sentence: string
  /** All of them, in the order of the checks, as they are after the comparison. */
  reports: readonly CheckReport[]
  /** By name of the check. */
  compared: ReadonlyMap<string, Compared>
  /** Why checks were not compared that should have been. */
  notCompared: readonly string[]
}
