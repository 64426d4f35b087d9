import type { Applied, Observation, Plan } from '../model.ts'

/** What a run of `mode: pull-request` came to. */
export interface Kept {
  observation: Observation
  /** Of the release that was made, or else of the one that the request stands for. */
  plan: Plan
  /** When a merged request was released. */
  applied?: Applied
  /** The number of the open request. */
  request?: number
  /** There is something to release, whatever `create` says. */
  ready: boolean
  notices: readonly string[]
}

/** A file that is to be attached to a release. */
export interface ReleaseFile {
  name: string
  /** Absolute. */
  path: string
}
