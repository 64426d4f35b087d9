import { type Clock, systemClock } from '../../../shared/action/clock.ts'
import { messageOf } from '../../../shared/action/errors.ts'
import { formatDuration } from '../../../shared/text/duration.ts'
import { describeWeights } from '../plan.ts'
import { type LiveState, sameWeights, type Target } from '../targets/target.ts'
import { watch } from '../traffic/front-door.ts'
import type { Sample } from '../traffic/verdict.ts'
import { explained, lingering } from './common.ts'
import type { Run } from './run.ts'
import { MEETING_RATE, PROOF, proofRate, whoAnswers } from './watch.ts'
import type { Outcome } from './world.ts'

/** A router that is away for a moment is asked again within this. */
const PATIENCE_MS = 30_000
/** After SIGINT the runner waits 7.5 s. */
const CANCELLED_MS = 4_000
export const HOOK_CANCELLED_MS = 2_500

/** RESTORE: the recorded state, read back and, where there is time, seen at the front door. */
export async function restore(run: Run): Promise<Outcome> {
  const { world } = run
  const recorded = world.recorded as LiveState
  // A cancellation in the middle of the hook cuts it short as well.
  const problem = await world.hook(
    'before-restore',
    lingering(world.cancel, HOOK_CANCELLED_MS, PATIENCE_MS * 10),
  )
  if (problem !== undefined) {
    const reason = `${problem}. So the traffic was not put back: ${known(run.state)}`
    return { event: 'hook failed', reason }
  }
  const back = await putBack(
    world.target,
    recorded,
    world.cancel.aborted ? CANCELLED_MS : Math.max(PATIENCE_MS, world.target.patience ?? 0),
    world.cancel,
    world.clock,
  )
  const doneAt = world.clock.now()
  if ('problem' in back) {
    run.state = back.state
    return { event: 'not restored', reason: back.problem, doneAt }
  }
  run.state = back.state
  const reason = describeWeights(back.state.weights)
  if (world.ask === undefined || world.cancel.aborted || recorded.live === undefined)
    return { event: 'restored', reason: `${reason}, as read back`, doneAt }
  const seen = await seenAtFrontDoor(run, recorded.live)
  // Cancelled while looking: what was read back stands.
  if (world.cancel.aborted) return { event: 'restored', reason: `${reason}, as read back`, doneAt }
  if (seen === undefined)
    return { event: 'restored', reason: `${reason}, and the front door shows it`, doneAt }
  // Answers of no side prove neither; then a router that says itself what it does is believed.
  if (!seen.isOther && world.target.caution === undefined)
    return { event: 'restored', reason: `${reason}, as read back; ${seen.words}`, doneAt }
  const what = await explained(run, `the router was told so that ${reason}, but ${seen.words}`)
  return { event: 'not restored', reason: what, doneAt }
}

/**
 * Writes the recorded state until it is read back, or the time is over. The write is sent at once.
 *
 * @param patience ms
 */
export async function putBack(
  target: Target,
  recorded: LiveState,
  patience: number,
  cancel: AbortSignal,
  clock: Clock = systemClock,
): Promise<{ state: LiveState } | { problem: string; state: LiveState | undefined }> {
  const end = clock.now() + patience
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), patience)
  // A cancellation in the middle does not stop it, it only shortens the patience.
  const hurry = (): void => {
    setTimeout(() => limit.abort(), CANCELLED_MS).unref()
  }
  cancel.addEventListener('abort', hurry, { once: true })
  let state: LiveState | undefined
  let why = ''
  try {
    for (let pause = 200; ; pause = Math.min(2_000, pause * 2)) {
      try {
        state = await target.restore(recorded, limit.signal)
        if (sameWeights(state.weights, recorded.weights)) return { state }
        why = `after the write ${describeWeights(state.weights)}`
      } catch (error) {
        state = undefined
        why = messageOf(error)
      }
      if (limit.signal.aborted || clock.now() + pause >= end) break
      await clock.sleep(pause, limit.signal)
    }
  } finally {
    clearTimeout(timer)
    cancel.removeEventListener('abort', hurry)
  }
  const wanted = describeWeights(recorded.weights)
  return {
    problem: `it was to be put back so that ${wanted}, and that failed: ${why.replace(/\.$/, '')}. ${known(state)}`,
    state,
  }
}

function known(state: LiveState | undefined): string {
  return state === undefined
    ? 'Who has the traffic now is not known: look at the router'
    : `As last read, ${describeWeights(state.weights)}`
}

/** @returns what is wrong, and whether another side still answers; undefined when the old side answers again */
async function seenAtFrontDoor(
  run: Run,
  live: string,
): Promise<{ words: string; isOther: boolean } | undefined> {
  const { ask, clock, cancel, policy, target, moves } = run.world
  if (ask === undefined) return undefined
  // What only a file says proves nothing, and a small share that is still in force is met only now and then.
  const share = target.caution === undefined ? 100 : (moves?.steps[0]?.share ?? 100)
  const enough = answersToMeet(share)
  const isSplit = enough > PROOF
  const due = policy.propagation + (isSplit ? (1_000 * enough) / MEETING_RATE : 0)
  const wrong = await watch<{ wrong: { words: string; isOther: boolean } | undefined }>({
    ...{ ask, clock, signal: cancel, newSide: live, share: 100, due },
    rate: (_, elapsed) => (isSplit ? MEETING_RATE : proofRate(elapsed)),
    judge: (samples, elapsed) => {
      const isBack = (last: readonly Sample[]): boolean => last.every(({ side }) => side === live)
      if (samples.length >= enough && isBack(samples.slice(-enough))) return { wrong: undefined }
      if (elapsed < due) return undefined
      const seen = Math.max(10, enough)
      const isOther = samples.slice(-seen).some(({ side }) => side !== undefined && side !== live)
      // A slow front door has given fewer answers, and none of them was another one's.
      if (isSplit && !isOther && samples.length >= PROOF && isBack(samples.slice(-PROOF)))
        return { wrong: undefined }
      const words = `${formatDuration(due)} later the front door still answers with ${whoAnswers(samples, seen)}`
      return { wrong: { words, isOther } }
    },
    onSample: (sample) => run.samples.push({ ...sample, at: sample.at - run.started }),
  })
  return wrong?.wrong
}

/** So many answers meet a side that has `share` percent, but for one time in a hundred; pure. */
function answersToMeet(share: number): number {
  return share >= 100 ? PROOF : Math.max(PROOF, Math.ceil(Math.log(0.01) / Math.log(1 - share / 100)))
}
