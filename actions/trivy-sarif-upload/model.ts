import type {
  Base,
  BaselineCache,
  CommentPlan,
  Earlier,
  IssuePlan,
  KnownIssue,
  Standing,
} from './code-scanning/model.ts'
import type { Rank } from './sarif/limits.ts'
import type { Analysis, Finding, Prepared, Run, Severity, Trimmed } from './sarif/model.ts'
import type { Hidden, KeptDatabase, ScanFacts, ScanSettings } from './trivy/model.ts'

/** What the user asked for; every value is checked. */
export interface Inputs {
  token: string | undefined
  /** Absent with `scan: none`. */
  scan: ScanSettings | undefined
  /** Paths or globs. */
  sarifFiles: readonly string[]
  reportFiles: readonly ReportFile[]
  ifMissing: 'error' | 'warn' | 'ignore'
  /** As given; the default is made of workflow, job and matrix. */
  category: string | undefined
  /** Matrix of this job, key → value; empty without one. */
  matrix: Readonly<Record<string, string>>
  /** As given; the workspace when absent. */
  checkoutPath: string | undefined
  ref: string | undefined
  sha: string | undefined
  upload: 'auto' | 'always' | 'never'
  wait: boolean
  /** ms */
  waitTimeout: number
  failOn: Threshold | 'none'
  onlyNew: boolean
  /** The most findings of each severity (or in `total`) that pass. */
  maxFindings: Readonly<Partial<Record<Severity | 'total', number>>>
  accept: readonly AcceptRule[]
  acceptMode: 'dismiss' | 'omit'
  /** A report may cover far less than the one before. */
  allowShrink: boolean
  /** `cache`, or the path of a SARIF file, with findings that count as known. */
  baseline: string | undefined
  /** What becomes of analyses that nothing renews. */
  orphans: 'report' | 'delete' | 'ignore'
  /** ms */
  orphansAfter: number
  /** One comment on the pull request. */
  comment: boolean
  issues: 'none' | 'sync'
  issueLabels: readonly string[]
  issueSeverity: Threshold
  issueLimit: number
  issueGroup: 'rule' | 'package' | 'file'
  issuesPublic: boolean
  oversize: 'trim' | 'split' | 'fail'
  /** Only with `oversize: split`. */
  splitParts: number | undefined
  outputFile: string | undefined
  sbomFile: string | undefined
  /** The most annotations. */
  annotations: number
  dryRun: boolean
}

/** This severity and worse; `any` counts `unknown` too. */
export type Threshold = Exclude<Severity, 'unknown'> | 'any'

export interface ReportFile {
  tool: 'bandit' | 'safety' | 'pip-audit' | 'npm-audit'
  path: string
}

export interface AcceptRule {
  /** A rule's id, exactly; `*` is every rule. */
  rule: string
  /** A glob; every path when absent. */
  path: string | undefined
  reason: string
  /** YYYY-MM-DD, the last day (UTC) on which it holds; for ever when absent. */
  until: string | undefined
}

/** For which commit of which ref results are uploaded; made by `upload/target.ts`. */
export interface Target {
  ref: string
  sha: string
  /** The ref that `only-new` compares with: the base branch of a pull request, otherwise the ref itself. */
  baseRef: string
  pullRequest: number | undefined
  onDefaultBranch: boolean
  /** Absent when the event does not tell. */
  isPublic: boolean | undefined
  /** Why the token of this run cannot write, whatever the workflow's permissions say; absent when it may. */
  readOnly: { reason: 'fork' | 'dependabot'; said: string } | undefined
  /** Sentences: the checkout is at another commit. */
  said?: readonly string[]
}

/** Something that went wrong at GitHub; it never hides findings. */
export interface Trouble {
  title: string
  /** Sentences: what failed, on what, what to do next. */
  message: string
}

/** What is true now. */
export interface Observation {
  /** Of runs that bring none. */
  category: string
  prepared: Prepared
  /** Reports that `if-missing` lets go, as the user named them. */
  missing: readonly string[]
  scan: ScanFacts | undefined
  /** Only with `cache: true`. */
  database: KeptDatabase | undefined
  target: Target
  /** `owner/name`, and `https://github.com`. */
  repository: { name: string; serverUrl: string }
  /** Only with `only-new`. */
  base: Base | undefined
  /** Only with `baseline`. */
  baseline: Base | undefined
  /** Only with `baseline: cache`. */
  baselineCache: BaselineCache | undefined
  /** What an upload takes the place of; empty where nothing is uploaded, or nothing can be read. */
  earlier: readonly Earlier[]
  /** Only with `issues: sync`, where issues may be written. */
  issues: readonly KnownIssue[] | undefined
  /** Of the default branch; undefined elsewhere, and where nobody looks. */
  standing: readonly Standing[] | undefined
  /** ms since 1970 */
  now: number
  /** YYYY-MM-DD in UTC. */
  today: string
  /** What could not be observed at GitHub. */
  troubles: readonly Trouble[]
}

export interface Gate {
  verdict: 'passed' | 'failed' | 'off'
  /** Sentences: what counted, against what. */
  reasons: readonly string[]
  /** Indices into the findings of the plan: those that made it fail. */
  offending: readonly number[]
}

/** `total` is the sum of the five severities: findings that count (open or expired). */
export type Counts = Readonly<Record<Severity | 'total' | 'new' | 'suppressed', number>>

/** A run, its analysis, and how bad its results are. */
export interface Sendable {
  run: Run
  analysis: Analysis
  /** Of the results that are sent, by index. */
  findings: ReadonlyMap<number, Finding>
  rank: Rank
}

/** One upload. */
export interface UploadDocument {
  /** gzipped SARIF */
  gzip: Buffer
  /** Bytes before gzip. */
  bytes: number
  analyses: readonly Pick<Analysis, 'tool' | 'category'>[]
  results: number
}

export type SkippedReason =
  | 'fork'
  | 'dependabot'
  | 'never'
  | 'dry-run'
  | 'nothing'
  | 'merge-queue'
  | 'shrunk'
  | 'duplicate'

export type UploadDecision =
  | { go: true }
  /** `reason` is the output `skipped-reason`: one word. */
  | { go: false; reason: SkippedReason; said: string }

/** One thing to do: the update of a package, and what it closes. */
export interface Update {
  name: string
  installed: string | undefined
  /** The version that closes all of them, or the command that brings it. */
  to: string
  /** Where it is installed: the lock file, or the image. */
  where: string
  /** How many findings it closes, by severity. */
  closes: Readonly<Partial<Record<Severity, number>>>
  total: number
}

/** What is going to happen. */
export interface Plan {
  findings: readonly Finding[]
  counts: Counts
  gate: Gate
  /** Runs that are made into uploads and files; empty where neither is wanted. */
  send: readonly Sendable[]
  upload: UploadDecision
  target: Target
  /** See {@link Observation.database}. */
  database: KeptDatabase | undefined
  /** Absent unless `issues: sync`. */
  issues: IssuePlan | undefined
  /** Analyses that nothing renews; undefined where nobody looked. */
  orphans: readonly Standing[] | undefined
  /** What the baseline in the cache is to be; undefined where it stays. */
  keptBaseline: { cache: BaselineCache; text: string } | undefined
  /** Absent without `comment`, and outside pull requests. */
  comment: CommentPlan | undefined
  /** What ignore files and VEX took out of the scan; they count as suppressed. */
  hidden: readonly Hidden[]
  /** What to update, the most useful first. */
  updates: readonly Update[]
  /** Bills of materials that a scan left, in order of its targets. */
  sboms: readonly string[]
  /** How many findings the analyses before had that are gone; absent where there were none. */
  fixed: number | undefined
  /** Red: analyses that are not overwritten. */
  troubles: readonly Trouble[]
  notices: readonly string[]
}

export interface Uploaded {
  /** Absent when it was not accepted. */
  sarifId: string | undefined
  url: string | undefined
  status: 'complete' | 'failed' | 'pending'
  document: Pick<UploadDocument, 'analyses' | 'results'>
}

/** What became of the plan. */
export interface Applied {
  /** Limits of GitHub that were met, and how. */
  trimmed: readonly Trimmed[]
  uploads: readonly Uploaded[]
  /** The token could not write, as {@link Target.readOnly} said: nothing was uploaded, and that is no trouble. */
  skipped?: Extract<UploadDecision, { go: false }> | undefined
  /** Numbers of alerts. */
  dismissed: readonly number[]
  reopened: readonly number[]
  /** Numbers of issues that stand open after the sync. */
  issues: readonly number[]
  /** Ids of orphans. */
  orphansDeleted: readonly number[]
  /** The page of the comment on the pull request. */
  commentUrl: string | undefined
  analysisUrl: string | undefined
  /** Paths, when `output-file` was given. */
  files: readonly string[]
  /** Red. */
  troubles: readonly Trouble[]
  /** Sentences that leave the step green: still pending, an alert that could not be dismissed. */
  warnings: readonly string[]
}
