import { sameWeights, type Weights } from '../targets/target.ts'
import type { Sides } from '../traffic/sides.ts'
import { mixesOf } from './journal.ts'
import type { Policy, Suspect } from './world.ts'

/** What RESTORE does about what it has seen. */
export type Decision =
  /** Puts the recorded state back. */
  | 'restore'
  /** Somebody else has changed the router: it is left as it is. */
  | 'drift'
  /** The old side has died: the weights stay as they are. */
  | 'stay'
  /** The old side has died and the new one is healthy: it gets all the traffic. */
  | 'forward'

export interface Seen {
  /** What the router shows now; undefined when it did not tell. */
  weights: Weights | undefined
  recorded: Weights
  /** All that we may have written, the recorded state first. */
  ours: readonly Weights[]
  /** Nobody knows what became of our last write, or the router moves step by step. */
  isUnsure: boolean
  /** Undefined when nobody was asked: after SIGINT, or with `checks: none`. */
  sides: Sides | undefined
  /** The new side has answered badly, and said that it was it. */
  newIsBad: boolean
  onOldDead: Policy['onOldDead']
}

/** What is to be done before anything is put back; pure. */
export function decideRestore(seen: Seen): Decision {
  const { weights, recorded, sides } = seen
  if (weights !== undefined && isForeign(weights, seen)) return 'drift'
  if (weights !== undefined && sameWeights(weights, recorded)) return 'restore'
  if (sides?.old.state !== 'dead') return 'restore'
  const isGood = sides.fresh.state === 'healthy' && !seen.newIsBad
  return isGood && seen.onOldDead === 'forward' ? 'forward' : 'stay'
}

/** Whether weights cannot be our own doing; pure. */
export function isForeign(weights: Weights, { ours, isUnsure }: Pick<Seen, 'ours' | 'isUnsure'>): boolean {
  const isKnown = (some: readonly Weights[]): boolean => some.some((one) => sameWeights(one, weights))
  if (isKnown(ours)) return false
  return !(isUnsure && isKnown(mixesOf(ours)))
}

/** Whose the bad answers are, in a word or two, once both sides were asked; pure. */
export function blameFor(by: Suspect, sides: Sides | undefined, to: string, from: string): string {
  if (by === 'new side') return to
  const [old, fresh] = [sides?.old.state ?? 'unknown', sides?.fresh.state ?? 'unknown']
  if (old === 'dead' && fresh === 'dead') return `${to} and ${from}`
  if (fresh === 'dead') return to
  if (old === 'dead') return from
  if (by === 'front door' || (old === 'healthy' && fresh === 'healthy')) return 'the front door'
  return to
}
