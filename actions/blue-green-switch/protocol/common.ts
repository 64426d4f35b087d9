import type { Moves } from '../plan.ts'
import type { Run } from './run.ts'
import type { Outcome } from './world.ts'

/** A read or a write that takes longer than this is one that hangs. */
export const ROUTER_MS = 20_000
const EXPLAIN_MS = 3_000

/** @throws TypeError when there is nothing to move, which is a defect */
export function movesOf({ world }: Run): Moves {
  if (world.moves === undefined) throw new TypeError('there is nothing to move')
  return world.moves
}

/** The step of the plan that is being taken. */
export function stepOf(run: Run): Moves['steps'][number] {
  const step = movesOf(run).steps[run.progress.step]
  if (step === undefined) throw new TypeError('there is no such step')
  return step
}

/** Why nothing may go on, if so. */
export function stopped({ world }: Run): Outcome | undefined {
  if (world.cancel.aborted) return { event: 'cancelled', reason: 'the job was cancelled' }
  if (world.clock.now() >= world.deadline)
    return { event: 'out of time', reason: 'the timeout of the step is over' }
  return undefined
}

/** The reason, with what the router itself complains about, where it does. */
export async function explained({ world }: Run, reason: string): Promise<string> {
  const limit = AbortSignal.any([world.cancel, AbortSignal.timeout(EXPLAIN_MS)])
  const complaint = await world.target.explain?.(limit).catch(() => undefined)
  return complaint === undefined ? reason : `${reason}. The router says: ${complaint}`
}

/** Aborts so many ms after the step was cancelled, and when it takes longer than `patience` at all. */
export function lingering(cancel: AbortSignal, ms: number, patience = ROUTER_MS): AbortSignal {
  const late = new AbortController()
  const soon = (): void => {
    setTimeout(() => late.abort(cancel.reason), ms).unref()
  }
  if (cancel.aborted) soon()
  else cancel.addEventListener('abort', soon, { once: true })
  return AbortSignal.any([late.signal, AbortSignal.timeout(patience)])
}
