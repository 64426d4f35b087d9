import type { Clock } from '../../../shared/action/clock.ts'
import type { Run } from './world.ts'

/** A read or a write that takes longer than this is one that hangs. */
export const ROUTER_MS = 20_000
const EXPLAIN_MS = 3_000

/** Why something of ours was ended, for whoever tells about it. */
export class Stopped extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Stopped'
  }
}

export interface Limit {
  clock: Clock
  /** ms */
  ms: number
  /** What is over then, for people: `the timeout of the step`. */
  over: string
  /** Stops it earlier. */
  stop?: AbortSignal | undefined
  /** ms that it may still take once it is stopped; at once when not given. */
  linger?: number
}

/** Does something that has to end within a time of the clock, or some time after somebody has stopped it. */
export async function within<T>(
  { clock, ms, over, stop, linger = 0 }: Limit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController()
  const limit = new AbortController()
  const after = (delay: number, why: string): void => {
    void clock.sleep(Math.max(0, delay), done.signal).then(() => {
      if (!done.signal.aborted) limit.abort(new Stopped(why))
    })
  }
  const stopSoon = (): void => {
    if (linger === 0) limit.abort(new Stopped('the job was cancelled'))
    else after(linger, 'the job was cancelled')
  }
  after(ms, over)
  if (stop?.aborted === true) stopSoon()
  else stop?.addEventListener('abort', stopSoon, { once: true, signal: done.signal })
  try {
    return await work(limit.signal)
  } finally {
    done.abort()
  }
}

/** The reason, with what the router itself complains about, where it does. */
export async function explained({ world }: Run, reason: string): Promise<string> {
  const { target, clock, cancel } = world
  const limit = { clock, ms: EXPLAIN_MS, over: 'the time for an explanation', stop: cancel }
  const complaint = await within(limit, async (signal) => target.explain?.(signal)).catch(() => undefined)
  return complaint === undefined ? reason : `${reason}. The router says: ${complaint}`
}

/** What the runner leaves after SIGINT (7.5 s), less what it takes to end. */
const CANCELLED_MS = 6_500

/** ms that are left of what `wanted` would take; less when the job was cancelled. */
export function left({ world, cancelledAt }: Run, wanted: number): number {
  if (cancelledAt === undefined) return wanted
  return Math.max(0, Math.min(wanted, cancelledAt + CANCELLED_MS - world.clock.now()))
}
