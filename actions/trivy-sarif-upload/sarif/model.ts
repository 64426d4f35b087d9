/**
 * SARIF 2.1.0 as far as this action looks at it. Files are checked against the schema's own rules for these parts before
 * anything here is believed (see validate.ts); every other property is carried along untouched.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export interface Log {
  version: string
  $schema?: string
  runs: Run[]
  [other: string]: unknown
}

export interface Run {
  tool: { driver: ToolComponent; extensions?: ToolComponent[]; [other: string]: unknown }
  /** Absent when the tool did not get as far as looking, or when results are kept elsewhere. */
  results?: Result[] | null
  artifacts?: Artifact[]
  automationDetails?: { id?: string; [other: string]: unknown }
  originalUriBaseIds?: Record<string, ArtifactLocation>
  properties?: Record<string, unknown>
  invocations?: { executionSuccessful?: boolean; [other: string]: unknown }[]
  [other: string]: unknown
}

export interface ToolComponent {
  name: string
  fullName?: string
  version?: string
  semanticVersion?: string
  guid?: string
  rules?: ReportingDescriptor[]
  [other: string]: unknown
}

export interface ReportingDescriptor {
  id: string
  name?: string
  shortDescription?: Text
  fullDescription?: Text
  help?: Text
  helpUri?: string
  defaultConfiguration?: { level?: Level; [other: string]: unknown }
  messageStrings?: Record<string, Text>
  properties?: { tags?: string[]; 'security-severity'?: string; [other: string]: unknown }
  [other: string]: unknown
}

export interface Text {
  text?: string
  markdown?: string
  id?: string
  arguments?: string[]
  [other: string]: unknown
}

export type Level = 'none' | 'note' | 'warning' | 'error'

export interface Result {
  ruleId?: string
  ruleIndex?: number
  rule?: { id?: string; index?: number; toolComponent?: { index?: number; name?: string; guid?: string } }
  level?: Level
  kind?: string
  message: Text
  locations?: Location[]
  relatedLocations?: Location[]
  codeFlows?: {
    threadFlows?: { locations?: unknown[]; [other: string]: unknown }[]
    [other: string]: unknown
  }[]
  fingerprints?: Record<string, string>
  partialFingerprints?: Record<string, string>
  suppressions?: { kind?: string; status?: string; justification?: string; [other: string]: unknown }[] | null
  properties?: Record<string, unknown>
  [other: string]: unknown
}

export interface Location {
  physicalLocation?: {
    artifactLocation?: ArtifactLocation
    region?: Region
    contextRegion?: Region
    [other: string]: unknown
  }
  logicalLocations?: { name?: string; fullyQualifiedName?: string; kind?: string; [other: string]: unknown }[]
  message?: Text
  [other: string]: unknown
}

export interface Region {
  startLine?: number
  startColumn?: number
  endLine?: number
  endColumn?: number
  [other: string]: unknown
}

export interface ArtifactLocation {
  uri?: string
  uriBaseId?: string
  index?: number
  [other: string]: unknown
}

export interface Artifact {
  location?: ArtifactLocation
  [other: string]: unknown
}

/** Worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'unknown'] as const
export type Severity = (typeof SEVERITIES)[number]

/** One result as the gate, the summary and the issues see it. Every text in it is untrusted. */
export interface Finding {
  /** Index into the runs of all logs as read, and into that run's results. */
  run: number
  result: number
  tool: string
  /** The category that the analysis gets, without a trailing slash. */
  category: string
  rule: string
  ruleName?: string
  helpUri?: string
  /** One line: what the rule is about. */
  title: string
  message: string
  /** What is wrong just here, in one sentence, where the tool has one besides the title. */
  detail?: string
  severity: Severity
  /** Normalised, relative to the checkout; for images the path of the package, or the image's name without its tag. */
  path?: string
  line?: number
  /** Image or component, without tag and digest. */
  target?: string
  package?: Package
  fingerprints: Readonly<Record<string, string>>
  /** `suppressed` by the tool itself (`suppressions[]`), `accepted` or `expired` by the input `accept`. */
  state: 'open' | 'suppressed' | 'accepted' | 'expired'
  acceptedReason?: string
  /** YYYY-MM-DD, the last day on which it counts as accepted. */
  acceptedUntil?: string
  /** The result itself is broken: it is counted as the worst, and not sent. */
  unreadable?: true
  /** Only with `only-new`. */
  isNew?: boolean
}

/** As Trivy and native reports tell it. */
export interface Package {
  name: string
  installed?: string
  fixed?: string
  /** What brings the fix, where the version is not told: `npm audit fix`. */
  remedy?: string
}

/** A limit of GitHub that was met by leaving something out, or by spreading. */
export interface Trimmed {
  what: 'runs' | 'results' | 'rules' | 'extensions' | 'locations' | 'threadFlowLocations' | 'tags' | 'bytes'
  had: number
  limit: number
  kept: number
  /** A whole sentence with count, limit and what was done. */
  said: string
}

/** One run of one tool as GitHub will see it: alerts are opened and closed within tool and category. */
export interface Analysis {
  run: number
  tool: string
  /** Without a trailing slash; empty when an id has none. */
  category: string
  /** The file it came from, or `scan`. */
  source: string
  /** The tool said that it looked at everything (no failed invocation). */
  complete: boolean
  /** Of a scan: what was scanned. */
  target?: string
  /** Files and packages that were looked at, where the report tells. */
  covered?: number
}

/** Where reports come from, as read and valid. */
export interface ReadLog {
  log: Log
  /** Path as the user would write it, or `scan`. */
  source: string
  /** Made by this action: by its scan, or from a native report. */
  origin: 'scan' | 'sarif-file' | 'report-file'
  /** Of a scan: what was scanned. */
  target?: string
  /** Of a scan of several targets: the end of its category. */
  part?: string
  /** Of a scan: files and packages that were looked at. */
  covered?: number
}

/** All logs, ready to upload: paths normalised, categories assigned, fingerprints added. */
export interface Prepared {
  /** Runs of all logs in order. Results keep their index, see {@link Finding}. */
  runs: readonly Run[]
  analyses: readonly Analysis[]
  findings: readonly Finding[]
  /** What was changed that a person may want to know. */
  notes: readonly string[]
}
