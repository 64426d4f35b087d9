import { isRecord } from '../targets/config.ts'
import { type LiveState, sameWeights, type Weights } from '../targets/target.ts'

/** What is kept before the first write, in the lock and in the step's state: all it takes to finish the job. */
export interface Journal {
  version: 1
  /** ms since 1970 */
  at: number
  /** The run, for people. */
  who: string
  from: string
  to: string
  recorded: LiveState
  /** All that may have been written. */
  steps: readonly Weights[]
}

/** What the post step needs to know about the main one. */
export interface Left {
  journal: Journal
  /** `moving`: it did not come to a verified end. `settled`: there is nothing to finish. */
  phase: 'moving' | 'switched' | 'settled'
}

/** Older than this it says nothing about today: who died a day ago has been cleared up by people. */
const MAX_AGE_MS = 86_400_000

/** The journal that another process left; undefined when it is none of ours. Pure. */
export function readJournal(value: unknown): Journal | undefined {
  if (!isRecord(value) || value['version'] !== 1 || !isRecord(value['recorded'])) return undefined
  const { recorded, steps } = value as Partial<Journal>
  if (!isRecord(recorded?.weights) || !Array.isArray(steps) || !steps.every(isRecord)) return undefined
  return value as unknown as Journal
}

/**
 * What is to be done about a run that died; pure. `none`: the recorded state is there. `restore`: what is there is what
 * that run wrote, or half of it. `foreign`: somebody else has moved the traffic since. `old`: it died too long ago.
 */
export function recoveryOf(
  { recorded, steps, at }: Journal,
  { weights, live }: LiveState,
  now: number,
): 'none' | 'restore' | 'foreign' | 'old' {
  if (sameWeights(weights, recorded.weights)) return 'none'
  if (now - at > MAX_AGE_MS) return 'old'
  const isOurs = live === undefined || steps.some((step) => sameWeights(step, weights))
  return isOurs ? 'restore' : 'foreign'
}
