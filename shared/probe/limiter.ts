import type { Clock } from '../action/clock.ts'

/** Starts tasks in order, and waits for them. */
export type Limiter = <T>(task: () => Promise<T>) => Promise<T>

/**
 * Lets at most `limit` tasks begin at once; the others wait in order. A task that takes longer than `patience` ms gives
 * its place to the next one and goes on: a thousand targets that are silent do not keep the others from their turn.
 */
export function limiter(limit: number, patience: number, clock: Clock): Limiter {
  let running = 0
  const waiting: (() => void)[] = []
  return async (task) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    const done = new AbortController()
    let held = true
    const giveUp = (): void => {
      if (!held) return
      held = false
      // The place goes straight to the next in line, or becomes free.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
    void clock.sleep(patience, done.signal).then(giveUp)
    try {
      return await task()
    } finally {
      giveUp()
      done.abort()
    }
  }
}

/** Lets every task begin at once. */
export const unlimited: Limiter = (task) => task()
