import { messageOf } from '../../../shared/action/errors.ts'
import type { Finished } from '../model.ts'
import { look } from '../observe.ts'
import { decideFinish, isUntold, lockLeftOf, needsLook } from '../protocol/finishing.ts'
import { type Left, readJournal, recoveryOf } from '../protocol/journal.ts'
import { restore } from '../protocol/restore.ts'
import { Conflict, sameWeights } from '../targets/target.ts'
import { describeWeights } from '../targets/weights.ts'
import type { Lock } from './lock.ts'
import { recover, runOf } from './recover.ts'
import type { Tools } from './tools.ts'

/** The post step: finishes what main could not, and takes the switch back when the job has failed since. */
export async function finish(tools: Tools, left: Left): Promise<Finished> {
  const { inputs } = tools
  const takesBack = inputs.rollbackOnJobFailure && inputs.jobStatus !== 'success'
  if (isUntold(left)) return { what: 'stuck', reason: untold(left.end) }
  if (!needsLook(left, takesBack)) return { what: 'nothing', reason: 'the switch has come to its end' }
  let lock: Lock
  try {
    lock = await tools.takeLock()
  } catch (error) {
    const reason = messageOf(error)
    if (!(error instanceof Conflict)) return { what: 'stuck', reason }
    return left.phase === 'switched'
      ? { what: 'left', reason }
      : { what: 'left', reason: `${reason} It takes care of what was left.` }
  }
  try {
    const { finished, isOver } = await finishUnder(tools, left, lock, takesBack)
    if (isOver) await lock.release()
    return finished
  } catch (error) {
    // The lock stays as it is, and with it the journal, for the next run.
    return {
      what: 'stuck',
      reason: `${messageOf(error)} Who has the traffic is not known: look at the router`,
    }
  }
}

interface Ended {
  finished: Finished
  /** The lock may be given up; what stands in it is done with. */
  isOver: boolean
}

async function finishUnder(
  tools: Tools,
  { journal, phase }: Left,
  lock: Lock,
  takesBack: boolean,
): Promise<Ended> {
  const { target, clock, cancel } = tools
  const found = lock.left === undefined ? undefined : readJournal(lock.left.journal)
  const held = lockLeftOf(
    lock.left === undefined ? undefined : { isProved: lock.left.isProved, journal: found },
    journal,
  )
  if (held === "another's") {
    // That run has died too, and has put our state back before it began. It is finished as any other run would do it.
    const recovery = await recover(tools, lock, false)
    if (recovery.what === 'refused')
      return { finished: { what: 'stuck', reason: recovery.outcome.reason }, isOver: false }
    const reason = 'another run has taken care of what was left, and died'
    return { finished: { what: 'left', reason }, isOver: recovery.what === 'clear' }
  }
  const seen = await look(target, clock, cancel)
  if (seen.state === undefined) {
    const reason = `${seen.reason} Who has the traffic is not known: look at the router`
    return { finished: { what: 'stuck', reason }, isOver: false }
  }
  const { state } = seen
  const now = describeWeights(state.weights)
  const decision = decideFinish({
    phase,
    lock: held,
    end: found?.done ?? undefined,
    takesBack,
    isWhereItEnded: sameWeights(state.weights, journal.steps.at(-1) ?? {}),
    isBack: sameWeights(state.weights, journal.recorded.weights),
    isOurs: recoveryOf(journal, state, journal.at) === 'restore',
    readsFile: target.readsFile === true,
  })
  switch (decision) {
    case 'nothing':
      return { finished: { what: 'nothing', reason: 'the switch has come to its end' }, isOver: true }
    case 'verified':
      return {
        finished: { what: 'verified', reason: `${now}, as before the switch` },
        isOver: held !== 'unproved',
      }
    case 'left': {
      const reason = `something else has moved the traffic since the switch: ${now}`
      return { finished: { what: 'left', reason }, isOver: true }
    }
    case 'tell':
      return {
        finished: { what: 'stuck', reason: `${untold(found?.done ?? undefined)}: ${now}` },
        isOver: true,
      }
    case 'refuse': {
      const reason = `${target.lock} holds a record that nothing proves to be one of ours, and ${now}. Nothing of it was believed, and nothing was written`
      return { finished: { what: 'stuck', reason }, isOver: false }
    }
    default:
      break
  }
  await lock.write({ ...journal, done: null })
  const { event, reason } = await restore(runOf(tools, journal, state))
  switch (event) {
    case 'restored':
      return { finished: { what: 'restored', reason }, isOver: true }
    case 'state drift':
      return { finished: { what: 'left', reason }, isOver: true }
    case 'not answering':
      return { finished: { what: 'stuck', reason }, isOver: true }
    default:
      return { finished: { what: 'stuck', reason }, isOver: false }
  }
}

function untold(end: string | undefined): string {
  return `the main step was ended when it had left the weights as they are (${end ?? 'unknown'}), before it could say why`
}
