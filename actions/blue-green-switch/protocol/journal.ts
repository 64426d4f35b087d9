import { isRecord } from '../targets/config.ts'
import { type LiveState, sameWeights, type Weights } from '../targets/target.ts'
import { percentages } from '../targets/weights.ts'
import type { End } from './machine.ts'

/** What is kept before the first write, in the lock and in the step's record: all it takes to finish the job. */
export interface Journal {
  version: 2
  /** Nobody else's. */
  id: string
  /** ms since 1970 */
  at: number
  /** The run, for people. */
  who: string
  from: string
  to: string
  recorded: LiveState
  /** All that may have been written. */
  steps: readonly Weights[]
  /** The old side passed its own checks before anything was written; null when nobody has asked. */
  oldHealthy: boolean | null
  /** The router may show a part of a step: it moves step by step. */
  gradual: boolean
  /** How the run has ended; then there is nothing to finish. */
  done?: End | null
}

/** What the post step needs to know about the main one. */
export interface Left {
  journal: Journal
  /** `moving`: it did not come to a verified end. `settled`: there is nothing to finish. */
  phase: 'moving' | 'switched' | 'settled'
  /** The deployment on record. */
  deployment?: number | undefined
  /** How main has ended, as soon as that is known. */
  end?: End
  /** Main has told about it; otherwise the post step does. */
  told?: boolean
}

/** Older than this it says nothing about today: who died a day ago has been cleared up by people. */
const MAX_AGE_MS = 86_400_000

/** The journal that another process left; undefined when it is not one. Pure. */
export function readJournal(value: unknown): Journal | undefined {
  if (!isRecord(value) || value['version'] !== 2 || !isRecord(value['recorded'])) return undefined
  const { id, recorded, steps, from, to } = value as Partial<Journal>
  if (typeof id !== 'string' || typeof from !== 'string' || typeof to !== 'string') return undefined
  if (!isRecord(recorded?.weights) || !Array.isArray(steps) || !steps.every(isRecord)) return undefined
  return value as unknown as Journal
}

/**
 * What is to be done about a run that died; pure. `none`: the recorded state is there. `restore`: what is there is what
 * that run wrote, or half of it. `foreign`: somebody else has moved the traffic since. `old`: it died too long ago.
 */
export function recoveryOf(
  { recorded, steps, at, gradual }: Journal,
  { weights }: Pick<LiveState, 'weights'>,
  now: number,
): 'none' | 'restore' | 'foreign' | 'old' {
  if (sameWeights(weights, recorded.weights)) return 'none'
  if (now - at > MAX_AGE_MS) return 'old'
  const all = [recorded.weights, ...steps]
  if ([...all, ...mixesOf(all)].some((one) => sameWeights(one, weights))) return 'restore'
  return gradual && isBetween(weights, all) ? 'restore' : 'foreign'
}

/**
 * What a write that was cut in two leaves: some sides as they were, the others as they should be; pure.
 *
 * @param all states in the order in which they were written
 */
export function mixesOf(all: readonly Weights[]): Weights[] {
  const [first = {}] = all
  const mixed = (before: Weights, next: Weights): Weights[] =>
    Object.keys(next).map((color) => percentages({ ...before, [color]: next[color] ?? 0 }))
  // The way back leads from any step to the first state.
  return all.slice(1).flatMap((next, index) => [...mixed(all[index] ?? {}, next), ...mixed(next, first)])
}

function isBetween(weights: Weights, all: readonly Weights[]): boolean {
  const isWithin = (color: string): boolean => {
    const values = all.map((one) => one[color] ?? 0)
    const value = weights[color] ?? 0
    return value >= Math.min(...values) && value <= Math.max(...values)
  }
  return Object.keys(weights).every(isWithin)
}
