import { messageOf } from '../../../shared/action/errors.ts'
import type { Plan } from '../model.ts'
import { look } from '../observe.ts'
import { decide } from '../plan.ts'
import { type Journal, readJournal, recoveryOf } from '../protocol/journal.ts'
import { restore } from '../protocol/restore.ts'
import { newRun, type Resumed } from '../protocol/run.ts'
import type { Outcome, Run } from '../protocol/world.ts'
import { type LiveState, sameWeights } from '../targets/target.ts'
import { describeWeights } from '../targets/weights.ts'
import type { Lock } from './lock.ts'
import { type Tools, worldOf } from './tools.ts'

/** What became of a run that died. */
export type Recovery =
  /** Nothing is left of it: go on. */
  | { what: 'clear' }
  /** What it wrote is what is wanted now: go on from there. */
  | { what: 'resume'; plan: Plan; resumed: Resumed }
  /** Nothing may be written; the lock is to stay as it is. */
  | { what: 'refused'; outcome: Outcome }

/**
 * Finishes what a run that died has left in the lock. What it left is cleared once it is dealt with, and stays where it
 * is otherwise, for the next run.
 *
 * @param mayResume this run wants to move traffic itself
 */
export async function recover(tools: Tools, lock: Lock, mayResume: boolean): Promise<Recovery> {
  const { left } = lock
  if (left === undefined) return { what: 'clear' }
  const journal = left.isProved ? readJournal(left.journal) : undefined
  if (journal === undefined) return { what: 'refused', outcome: notProved(tools) }
  const outcome = journal.done != null ? undefined : await finishFor(tools, journal, mayResume)
  if (outcome !== undefined && 'what' in outcome) return outcome
  if (outcome !== undefined) return { what: 'refused', outcome }
  try {
    await lock.write(null)
  } catch (error) {
    return { what: 'refused', outcome: { event: 'unreadable', reason: messageOf(error) } }
  }
  return { what: 'clear' }
}

function notProved({ target }: Tools): Outcome {
  const reason = `${target.lock} holds the record of a run that died, and nothing proves that it is one of ours. Nothing of it was believed, and nothing was written. Make sure that the traffic is where it belongs, then remove that file.`
  return { event: 'refused', reason }
}

/** @returns nothing when it is finished */
async function finishFor(
  tools: Tools,
  journal: Journal,
  mayResume: boolean,
): Promise<Recovery | Outcome | undefined> {
  const { target, clock, cancel } = tools
  const since = new Date(journal.at).toISOString()
  const died = `A run that began to move traffic at ${since} died (${journal.who})`
  const seen = await look(target, clock, cancel)
  if (seen.state === undefined) return { event: seen.event, reason: `${died}. ${seen.reason}` }
  const { state } = seen
  const now = describeWeights(state.weights)
  const found = recoveryOf(journal, state, clock.date())
  switch (found === 'none' && target.readsFile === true ? 'restore' : found) {
    case 'none':
      tools.say(`${died}; the traffic is as it was before it.`)
      return undefined
    case 'foreign':
      tools.warn('A run has died', `${died}. Somebody has moved the traffic since: ${now}.`)
      return undefined
    case 'old': {
      const reason = `${died}, and left ${now}. That is too long ago to put back what was before. Make sure that the traffic is where it belongs, then remove ${target.lock}.`
      return { event: 'state drift', reason }
    }
    default:
      break
  }
  const resumed = mayResume ? await resume(tools, journal, state) : undefined
  if (resumed !== undefined) {
    tools.say(`${died}, and left ${now}, which is what is wanted. It goes on from there.`)
    return resumed
  }
  tools.warn('A run has died', `${died}, and left ${now}. What was before it is put back first.`)
  const { event, reason } = await restore(runOf(tools, journal, state))
  switch (event) {
    case 'restored':
      tools.say(`Put back: ${reason}.`)
      return undefined
    case 'state drift':
      tools.warn('Not put back', `${died}: ${reason}.`)
      return undefined
    default:
      return { event: cancel.aborted ? 'cancelled' : 'unreadable', reason: `${died}. ${reason}` }
  }
}

/** Where this run wants what the dead one has written, and the new side is well, traffic need not swing. */
async function resume(tools: Tools, journal: Journal, state: LiveState): Promise<Recovery | undefined> {
  const { inputs, cancel } = tools
  const plan = decide(inputs, { state: journal.recorded })
  const { moves } = plan
  if (moves === undefined || moves.to !== journal.to || inputs.policy.dryRun) return undefined
  const step = moves.steps.findIndex(({ weights }) => sameWeights(weights, state.weights))
  if (step < 0 || tools.askSide === undefined) return undefined
  const signal = AbortSignal.any([cancel])
  const { state: health } = await tools.askSide(moves.to, signal, false)
  if (health !== 'healthy' || cancel.aborted) return undefined
  const reason = `${describeWeights(state.weights)}, as a run that died has left it`
  const run = runOf(tools, journal, state)
  const resumed = { state, step, ours: run.ours, oldHealthy: run.oldHealthy }
  return { what: 'resume', plan: { event: 'resumed', reason, moves, state: journal.recorded }, resumed }
}

/** A run at RESTORE, for what a journal tells. */
export function runOf(tools: Tools, journal: Journal, state: LiveState): Run {
  const { from, to, recorded, steps, oldHealthy } = journal
  const moves = { from, to, steps: steps.map((weights) => ({ share: weights[to] ?? 0, weights })) }
  const begun = tools.clock.now()
  const world = { ...worldOf(tools, { moves, recorded, begun }), record: () => Promise.resolve() }
  const run = newRun(world, begun, {
    state,
    step: 0,
    ours: [recorded.weights, ...steps],
    oldHealthy: oldHealthy ?? undefined,
  })
  // What was found was looked at already, and is ours.
  run.ours.push(state.weights)
  run.progress = { state: 'RESTORE', wrote: true, step: 0 }
  return run
}
