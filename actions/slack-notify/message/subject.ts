import type { Coverage } from './coverage.ts'
import type { Job } from './jobs.ts'
import type { Look } from './status.ts'

/** Everything that a message can be made of. Texts are as they were given; empty when they were not. */
export interface Subject {
  look: Look
  /** Of `rollback` and `security`: what came of the thing itself; undefined when nobody said. */
  outcome: Outcome | undefined
  /** The last run of this workflow and branch failed. */
  wasBroken: boolean
  title: string
  text: string
  reason: string
  environment: string
  version: string
  url: string
  fields: readonly Field[]
  /** Markdown */
  changelog: string
  jobs: readonly Job[]
  durationMs: number | undefined
  run: RunFacts
  coverage: Coverage | undefined
  /** What other steps of this suite left, a line each. */
  story: readonly string[]
}

export interface Field {
  name: string
  value: string
}

/** `none`: it did not come to that. */
export type Outcome = 'success' | 'failure' | 'none'

/** The run that a message is about. */
export interface RunFacts {
  /** `owner/name` */
  repository: string
  serverUrl: string
  workflow: string
  runUrl: string
  /** Of a fork `owner:branch`. */
  branch: string
  isTag: boolean
  sha: string
  /** The first line of the commit's message, when the event has it. */
  commitTitle: string
  actor: string
  /** Who started this attempt; the same as `actor` unless somebody else ran it again. */
  triggeringActor: string
  /** From 1. */
  attempt: number
  pull: { number: number; title: string; url: string } | undefined
}
