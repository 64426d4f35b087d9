import type { Analysis, Package } from '../sarif/model.ts'

/** A finding that the base has, or that somebody has dismissed. */
export interface Known {
  tool: string
  category: string
  rule: string
  path: string | undefined
  message: string
  fingerprints: Readonly<Record<string, string>>
  /** It is an alert that somebody has dismissed: it stands for all that say the same. */
  isDismissed?: true
}

/** The newest analysis of a tool and category on a ref. */
export interface Standing {
  id: number
  tool: string
  category: string
  /** ISO 8601 */
  createdAt: string
}

/** Where a baseline is in the Actions cache. */
export interface BaselineCache {
  path: string
  key: string
  /** What was restored, as it was written; undefined where there was nothing. */
  restored: string | undefined
}

export interface Base {
  known: readonly Known[]
  /** Analyses of this run that have no base: all their findings are new. */
  without: readonly Analysis[]
  /** Sentences: which analyses were compared with, and why one could not be had. */
  said: readonly string[]
}

/** The newest analysis of a tool and category on the ref that is written to. */
export interface Earlier {
  tool: string
  category: string
  commit: string
  /** ISO 8601 */
  createdAt: string
  /** It is of the commit that is written for now. */
  isSameCommit: boolean
  /** Another job wrote it. */
  isForeign: boolean
  /** How much it had covered, files and packages; at least, where it does not say so. */
  covered: number
  findings: readonly Known[]
}

/** An issue that carries our hidden marker. */
export interface KnownIssue {
  number: number
  /** Of rule and target; from the marker. */
  key: string
  category: string
  open: boolean
  /** We closed it, because its finding was gone; otherwise somebody did, and it stays closed. */
  gone: boolean
  title: string
  body: string
}

export interface IssuePlan {
  create: readonly IssueText[]
  update: readonly (IssueText & { number: number; reopen: boolean })[]
  close: readonly { number: number; key: string; body: string; reason: 'completed' | 'not_planned' }[]
  /** Numbers of issues that stay as they are. */
  keep: readonly number[]
  /** Why nothing is written, or not all; a sentence. */
  refused: string | undefined
  said: readonly string[]
}

export interface IssueText {
  key: string
  title: string
  body: string
  labels: readonly string[]
  package?: Package
}

/** The one comment of a pull request. */
export interface CommentPlan {
  pull: number
  /** The first line of the body, by which it is found again. */
  marker: string
  body: string
}
