import type { Release as GitHubRelease } from '../../../shared/github/releases.ts'
import type { Counts, Observation, Release } from '../model.ts'

export interface FileUpdate {
  /** Absolute. */
  path: string
  /** As it was read; the write is refused when it has changed meanwhile. */
  before: string | undefined
  after: string
}

/** What to do to the release. */
export interface ReleaseRequest {
  kind: 'create' | 'update' | 'unchanged'
  /** Of the existing one. */
  existing?: GitHubRelease
  tag: string
  name: string
  body: string
  draft: boolean
  prerelease: boolean
  makeLatest: boolean
}

export interface Cut {
  /** Whole ones, the oldest. */
  versions: number
  groups: number
  lines: number
}

/** Everything is decided; nothing is written yet. */
export interface Notes extends Pick<Observation, 'source' | 'from' | 'to'> {
  kind: 'notes'
  /** Newest first; one unless `history`. */
  releases: readonly Release[]
  /** The output `changelog`, within `max-length`. */
  text: string
  /** What did not fit into `text`; all 0: nothing was cut. */
  cut: Cut
  /** Sums over all releases. */
  counts: Counts
  decisions: readonly string[]
  /** What kind of history this is, and the inputs that fit; empty where nothing was read. */
  profile: string
  notices: readonly string[]
  warnings: readonly string[]
  file: FileUpdate | undefined
  release: ReleaseRequest | undefined
}

/** What has been done, also when it ended with a failure. apply.ts gives it. */
export interface Applied {
  file?: { path: string; changed: boolean }
  release?: GitHubRelease
  /** The release was created or changed; false when it said all this before. */
  releaseChanged: boolean
  failure?: { title: string; message: string }
}

/** The step fails with this; nothing has been written. */
export interface Refused {
  kind: 'refused'
  title: string
  reason: string
}

export type Plan = Notes | Refused
