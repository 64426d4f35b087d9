import type { Check } from '../../shared/probe/check.ts'
import type { Left } from './protocol/journal.ts'
import type { Moves } from './protocol/moves.ts'
import type { Deployment } from './protocol/payload.ts'
import type { Ended, Outcome, Policy } from './protocol/world.ts'
import type { TargetName } from './targets/names.ts'
import type { LiveState } from './targets/target.ts'
import type { Identify } from './traffic/identify.ts'

export type Argv = readonly [string, ...string[]]
export type HookName = 'before-switch' | 'before-restore'

/** The checks with the placeholders filled in, by the color that is to get the traffic; undefined for `none`. */
export type ChecksByColor = Readonly<Record<string, readonly Check[]>> | undefined

export interface Hooks {
  argv: Partial<Record<HookName, Argv>>
  /** A `before-restore` that fails is told, and the traffic is put back all the same. */
  restoreAnyway: boolean
  /** ms */
  timeout: number
}

/** Which router, and how it is reached. */
export interface RouterInput {
  name: TargetName
  config: unknown
  via: readonly string[]
}

/** A roll-back by hand: which deployment is to be undone, and why. */
export interface Rollback {
  /** Undefined: the newest successful one of the environment. */
  deploymentId: number | undefined
  reason: string
}

/** What the user asked for, checked. */
export interface Inputs {
  mode: 'switch' | 'rollback' | 'status'
  router: RouterInput
  colors: readonly string[]
  /** `idle` or a color. */
  to: string
  version: string
  /** Empty when not given, like `version`. */
  expectLive: string
  checks: ChecksByColor
  verify: ChecksByColor
  identify: Identify | undefined
  /** Percent of the new side, the last one 100. */
  steps: readonly number[]
  policy: Policy
  /** What becomes of users that the router binds to the side that loses its traffic. */
  sticky: 'keep' | 'move' | 'refuse'
  rollbackOnJobFailure: boolean
  hooks: Hooks
  /** ms */
  timeout: number
  jobStatus: string
  /** PEM certificates by `ca-file`. */
  ca: ReadonlyMap<string, readonly string[]>
  /** Empty when not given, like `environmentUrl`. */
  environment: string
  environmentUrl: string
  record: 'auto' | 'true' | 'false'
  rollback: Rollback | undefined
  token: string | undefined
}

/** What the post step needs of the inputs, as they were given; of what holds a secret or is long, only a digest. */
export type Given = Readonly<Record<string, { text: string } | { digest: string }>>

/** What READ has seen, or why it has not. */
export type Observation = Router & {
  /** What a roll-back is to undo; undefined in another mode. */
  deployment?: Deployment | { refused: string } | undefined
}

type Router = { state: LiveState } | { state?: undefined; event: 'unreadable' | 'cancelled'; reason: string }

/** What is to be done, decided before anything is: an event of READ with its reason. */
export interface Plan extends Outcome {
  /** What a roll-back undoes. */
  deployment?: Observation['deployment']
  /** Undefined when there is nothing to move. */
  moves?: Moves | undefined
  state?: LiveState | undefined
}

/** What came of it. */
export interface Applied {
  ended: Ended
  moves: Moves | undefined
  /** The router, for people. */
  router: string
  /** Of the deployment on record, where there is one. */
  deploymentId: number | undefined
  /** What was left for the post step; undefined when nothing was written. */
  left: Left | undefined
}

/** What came of the post step. */
export interface Finished {
  /** `nothing`: no need. `verified`: it was back already. `left`: it is not ours any more. */
  what: 'nothing' | 'verified' | 'restored' | 'left' | 'stuck'
  reason: string
}
