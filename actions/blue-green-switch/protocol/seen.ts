import { formatDuration } from '../../../shared/text/duration.ts'
import { watch } from '../traffic/front-door.ts'
import { answersToMeet, MEETING_RATE, PROOF, proofRate } from '../traffic/proof.ts'
import type { Sample } from '../traffic/verdict.ts'
import { whoAnswers } from './watching.ts'
import type { Run } from './world.ts'

/** What is wrong with what the front door shows. */
export interface Seen {
  words: string
  /** Another side answers. */
  isOther: boolean
  /** Users get answers, be they of a side that cannot be told. */
  isServed: boolean
}

/**
 * Looks whether the front door shows that one side has all the traffic, and answers.
 *
 * @param most ms that it may take; `propagation`, and what it takes to meet a small share, when not given
 * @returns what is wrong; undefined when the side answers
 */
export async function seenAtFrontDoor(
  run: Run,
  live: string,
  most = Number.POSITIVE_INFINITY,
): Promise<Seen | undefined> {
  const { ask, clock, cancel, policy, target, moves } = run.world
  if (ask === undefined) return undefined
  // What only a file says proves nothing, and a small share that is still in force is met only now and then.
  const share = target.caution === undefined ? 100 : (moves?.steps[0]?.share ?? 100)
  const enough = answersToMeet(share)
  const isSplit = enough > PROOF
  const due = Math.min(most, policy.propagation + (isSplit ? (1_000 * enough) / MEETING_RATE : 0))
  const isBack = (last: readonly Sample[]): boolean =>
    last.every((sample) => sample.side === live && isServed(sample))
  const found = await watch<{ wrong: Seen | undefined }>({
    ask,
    clock,
    // The last look of a cancelled job is bounded by its time.
    signal: cancel.aborted ? new AbortController().signal : cancel,
    newSide: live,
    share: 100,
    due,
    rate: (_, elapsed) => (isSplit ? MEETING_RATE : proofRate(elapsed)),
    judge: (samples, elapsed) => {
      if (samples.length >= enough && isBack(samples.slice(-enough))) return { wrong: undefined }
      if (elapsed < due) return undefined
      const seen = samples.slice(-Math.max(10, enough))
      const isOther = seen.some(({ side }) => side !== undefined && side !== live)
      // A slow front door has given fewer answers, and none of them was another one's.
      if (isSplit && !isOther && samples.length >= PROOF && isBack(samples.slice(-PROOF)))
        return { wrong: undefined }
      const words = `${formatDuration(due)} later the front door still answers with ${whoAnswers(samples, seen.length)}`
      return { wrong: { words, isOther, isServed: samples.slice(-PROOF).some(isServed) } }
    },
    onSample: (sample) => run.samples.push({ ...sample, at: sample.at - run.started }),
  })
  if (found === undefined)
    return { words: 'nobody could look at the front door any more', isOther: false, isServed: true }
  return found.wrong
}

/** A user would not call it an error of the service: it may be one that `verify` does not want. */
function isServed({ outcome, status }: Sample): boolean {
  return outcome === 'good' || (status !== undefined && status < 500)
}
