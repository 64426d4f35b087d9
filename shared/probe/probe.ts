import type { KeepAlive } from '../http/keep-alive.ts'
import type { Check, Observation } from './check.ts'

/** What one try may use: everything from connecting to the last byte happens within `timeout` milliseconds. */
export interface Attempt {
  timeout: number
  signal: AbortSignal
  /** PEM certificates of `ca-file`, read once. */
  ca: readonly string[]
  /** Connections kept between timed samples; whoever made them closes them. */
  connections?: KeepAlive
}

/**
 * One try on one target. Resolves with what was seen when there was an answer.
 *
 * @throws ProbeFailure when there was none
 */
export type Probe = (check: Check, attempt: Attempt) => Promise<Observation>
