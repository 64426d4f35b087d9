import type { Clock } from '../../../shared/action/clock.ts'

export interface VirtualClock extends Clock {
  /** Called with the new time whenever it passes. */
  onPass: ((now: number) => void) | undefined
}

interface Timer {
  at: number
  order: number
  wake(): void
}

/**
 * A clock that stands still while anything is under way, and then goes on to the next moment that somebody waits for:
 * the same calls give the same times on every machine, however busy it is.
 */
export function virtualClock(): VirtualClock {
  let now = 0
  let order = 0
  let isDue = false
  const timers = new Set<Timer>()
  const next = (): void => {
    isDue = false
    let first: Timer | undefined
    for (const timer of timers) {
      const isEarlier =
        first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order)
      if (isEarlier) first = timer
    }
    if (first === undefined) return
    timers.delete(first)
    now = Math.max(now, first.at)
    clock.onPass?.(now)
    first.wake()
    schedule()
  }
  const schedule = (): void => {
    if (isDue || timers.size === 0) return
    isDue = true
    // All that can go on without waiting goes on before the time passes.
    setImmediate(next)
  }
  const clock: VirtualClock = {
    onPass: undefined,
    now: () => now,
    date: () => 1_800_000_000_000 + now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve()
          return
        }
        const timer: Timer = {
          at: now + Math.max(0, ms),
          order: order++,
          wake() {
            signal?.removeEventListener('abort', stop)
            resolve()
          },
        }
        const stop = (): void => {
          timers.delete(timer)
          resolve()
        }
        signal?.addEventListener('abort', stop, { once: true })
        timers.add(timer)
        schedule()
      }),
  }
  return clock
}
