/** Types of delivery-metrics. All times are ms since 1970, UTC; all spans are ms; periods are half-open. */

export type SourceKind = 'deployments' | 'releases' | 'workflow' | 'tags'
export type FailureRule = 'status' | 'rollback' | 'incident' | 'hotfix' | 'revert'
export type LeadTimeFrom = 'commit' | 'pull-request' | 'merge'

export interface Period {
  since: number
  until: number
}

/** The figures of one row, by the names that outputs, targets and files have for them. */
export type FigureName =
  | 'deployments-per-week'
  | 'change-lead-time-p50'
  | 'change-lead-time-p90'
  | 'change-fail-rate'
  | 'recovery-time-p50'
  | 'rework-rate'
  | 'build-success-rate'
  | 'build-duration-p50'
  | 'build-duration-p95'

export interface Inputs {
  token: string | undefined
  /** `owner/name` */
  repositories: string[]
  deployments: 'auto' | SourceKind
  /** Names or globs, compared without case. */
  environments: string[]
  /** File name, path or id of a workflow. */
  workflow: string | undefined
  branch: string | undefined
  period: Period
  /** The period of the same length before it. */
  comparison: Period
  failures: FailureRule[]
  incidents: IncidentRule | undefined
  incidentWindow: number
  hotfixWindow: number
  leadTimeFrom: LeadTimeFrom
  exclude: Exclusion
  targets: Target[]
  failOn: ('targets' | 'regression')[]
  /** A share: 0.1 for 10 %. */
  tolerance: number
  minSamples: number
  /** Absolute paths inside the workspace or RUNNER_TEMP. */
  files: OutputFile[]
  maxCalls: number
  timeout: number
  dryRun: boolean
}

export interface IncidentRule {
  /** All of them. */
  labels: string[]
  title: RegExp | undefined
}

export interface Exclusion {
  /** In lower case. */
  logins: string[]
  titles: { test(title: string): boolean }[]
}

export interface Target {
  figure: FigureName
  /** In the figure's own unit: ms, a share, or deployments a week. */
  limit: number
  /** As the user wrote it. */
  text: string
}

export interface OutputFile {
  path: string
  kind: 'json' | 'csv' | 'prom' | 'svg'
}

/** One attempt to deploy, as the source tells it. */
export interface Attempt {
  id: string
  /** What people call it: an id, a tag, a run. */
  name: string
  environment: string
  sha: string
  /** False when the commit is gone (force-push, deleted fork). */
  hasCommit: boolean
  createdAt: number
  outcome: 'success' | 'failure' | 'cancelled' | 'pending' | 'unknown'
  /** When that outcome was reached. */
  at: number
  /** When it was said to have failed after it had succeeded (by a monitor, say). */
  failedAt: number | undefined
  /** Run and attempt of a workflow that made it. */
  run: string | undefined
  url: string
  /** What blue-green-switch says of it, when it made it. */
  record: SwitchRecord | undefined
}

/** The part of a payload of blue-green-switch that matters here. */
export interface SwitchRecord {
  mode: 'switch' | 'rollback'
  /** The id of the deployment that a rollback undid. */
  undoes: string | undefined
}

export interface Commit {
  sha: string
  parents: string[]
  authoredAt: number
  committedAt: number
  headline: string
  /** Commits that its message says it reverts. */
  reverts: string[]
  /** In lower case; empty when the author has no account. */
  login: string
  pull: PullRequest | undefined
  /** Made by GitHub itself: a squash or a merge on the web. */
  byGitHub: boolean
}

export interface PullRequest {
  number: number
  title: string
  createdAt: number
  mergedAt: number | undefined
  branch: string
  labels: string[]
}

export interface Run {
  id: string
  workflow: string
  /** Of the last attempt. */
  outcome: 'success' | 'failure' | 'cancelled' | 'other' | 'pending'
  /** It failed in an earlier attempt; undefined when nobody could tell. */
  failedBefore: boolean | undefined
  attempts: number
  /** Of the first attempt. */
  createdAt: number
  /** Time in which a job of the last attempt ran: waiting for runners and approvals is left out. */
  buildMs: number | undefined
}

export interface Incident {
  number: number
  title: string
  openedAt: number
  closedAt: number | undefined
  /** Id, tag or SHA that its body names. */
  deployment: string | undefined
  url: string
}

/** All that was read of one repository. */
export interface Facts {
  repository: string
  source: SourceKind
  /** Why this source: given, or found. */
  sourceReason: string
  attempts: Attempt[]
  /** The list of attempts is whole from here on; undefined: from the beginning. */
  attemptsSince: number | undefined
  commits: ReadonlyMap<string, Commit>
  /** The commit graph is whole: no parent is missing but for the sake of the calls. */
  commitsComplete: boolean
  runs: Run[]
  /** Undefined: builds were not read. */
  runsSince: number | undefined
  incidents: Incident[]
  /** What is missing, one sentence each. */
  partial: string[]
  /** What a reader should know, one sentence each. */
  notes: string[]
  calls: number
}

export type Observation = readonly Facts[]

/** What became of an attempt. */
export interface Deployment extends Attempt {
  kind: 'deployment' | 'rollback' | 'redeployment' | 'failed-attempt'
  /** Commits that came to production with it first; undefined when nobody can tell. */
  changes: Change[] | undefined
  /** Changes that carry a date after their deployment. */
  misdated: number
  /** Why it failed; empty when it did not. */
  failures: { rule: FailureRule; reason: string }[]
  /** From its failure to its recovery; undefined while open, and without a failure. */
  recoveryMs: number | undefined
  recoveredBy: string | undefined
  /** It repairs an earlier one. */
  isRework: boolean
}

export interface Change {
  sha: string
  headline: string
  leadTimeMs: number
}

export interface Figure {
  name: FigureName
  /** Undefined: unknown. */
  value: number | undefined
  /** On how many samples. */
  samples: number
  /** The same of the comparison. */
  before: number | undefined
  samplesBefore: number
  trend: 'better' | 'worse' | 'same' | 'unknown'
  target: Target | undefined
  missed: boolean
  regressed: boolean
  /** Why it is unknown, or not judged. */
  note: string
}

export interface BuildRow {
  workflow: string
  runs: number
  successes: number
  failures: number
  flaky: number
  p50: number | undefined
  p95: number | undefined
}

/** The figures of one repository, or of all. */
export interface Row {
  repository: string
  source: SourceKind | undefined
  figures: Figure[]
  /** Deployments of the period that were counted, failed attempts too. */
  counted: number
  successes: number
  failed: number
  redeployments: number
  leftOut: { cancelled: number; pending: number; unknown: number; duplicates: number }
  openFailures: number
  deployments: Deployment[]
  weeks: { week: string; deployments: number; whole: boolean }[]
  builds: BuildRow[]
  partial: string[]
  notes: string[]
}

export interface Plan {
  rows: Row[]
  /** Of all repositories; the only row's when there is one. */
  whole: Row
  headline: string
  missed: Figure[]
  regressed: Figure[]
}

/** What became of the files of `format-file`. */
export interface Applied {
  written: string[]
  failures: string[]
}
