/** How Trivy is run; every value is checked. */
export interface ScanSettings {
  kind: 'image' | 'fs' | 'repo' | 'rootfs' | 'config' | 'sbom'
  /** Never empty; each becomes an analysis. */
  targets: readonly string[]
  /** As given; the pinned one when absent. */
  trivyVersion: string | undefined
  trivySha256: string | undefined
  scanners: readonly string[]
  ignoreUnfixed: boolean
  ignoreFile: string | undefined
  trivyConfig: string | undefined
  secretConfig: string | undefined
  trivyArgs: readonly string[]
  /** The form of the bill of materials; undefined where none is wanted. */
  sbom: 'cyclonedx' | 'spdx-json' | undefined
  cache: boolean
  /** ms, for everything from the download to the report */
  timeout: number
}

/** A scan of one or more targets. */
export interface ScanFacts {
  kind: ScanSettings['kind']
  /** Of Trivy: the pinned one, or what the program says of itself. */
  version: string
  from: 'path' | 'tool-cache' | 'download'
  targets: readonly TargetScan[]
  /** Sentences: an old database, what steered the scan, a warning of Trivy. */
  notices: readonly string[]
}

/** What Trivy did with one target. */
export interface TargetScan {
  target: string
  lookedAt: LookedAt
  /** Files that it should have looked at, and could not. */
  unread: readonly Unread[]
  /** Findings that ignore files and VEX took out of the report. */
  hidden: readonly Hidden[]
  /** Path of its bill of materials, where one was asked for. */
  sbom?: string
  /** Why nothing was looked at, words that end a sentence; absent when something was. */
  nothing?: string
}

/** Scanner → what it looked at. */
export type LookedAt = Readonly<Record<string, { files: number; packages?: number }>>

export interface Unread {
  file: string
  why: string
}

/** A finding that an ignore file or VEX took out of Trivy's report. */
export interface Hidden {
  rule: string
  /** `vulnerability`, `misconfiguration`, `secret`, `license`. */
  kind: string
  severity: string
  package: string | undefined
  path: string
  /** `ignored`, `not_affected` … */
  status: string
  statement: string | undefined
  /** The file that hid it, as people know it. */
  source: string
  /** YYYY-MM-DD, the last day. */
  until: string | undefined
}

/** The vulnerability database that came out of the Actions cache. */
export interface Restored {
  key: string
  /** The database's time, ms since the epoch. */
  time: number
}

/** A database that a scan has left behind, and that the Actions cache may keep. */
export interface KeptDatabase {
  /** Trivy's cache folder. */
  folder: string
  restored: Restored | undefined
}
