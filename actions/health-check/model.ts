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
}

/** What came of the probing. */
export interface Observation {
  reports: readonly CheckReport[]
  /** From the first try to the last. */
  durationMs: number
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
}
