import type { Clock } from '../../../shared/action/clock.ts'
import type { Check, Observation, Try } from '../../../shared/probe/check.ts'
import { defaultSettings, type Settings } from '../../../shared/probe/settings.ts'

/** A check of an HTTP endpoint with the given settings on top of the defaults. */
export function checkOf(settings: Partial<Settings> = {}, more: Partial<Check> = {}): Check {
  const name = more.name ?? 'api'
  const url = new URL('http://api.test/health')
  return {
    name,
    target: { scheme: 'http', url },
    display: url.href,
    required: true,
    ...more,
    settings: { ...defaultSettings, ...settings },
  }
}

/** An HTTP answer as a scheme sees it. */
export function seen(body: string | object, more: Partial<Observation> = {}): Observation {
  const isJson = typeof body !== 'string'
  return {
    status: 200,
    statusText: 'OK',
    headers: isJson ? { 'content-type': 'application/json' } : {},
    body: Buffer.from(isJson ? JSON.stringify(body) : body),
    timings: { total: 5 },
    ...more,
  }
}

export const good = (more: Partial<Try> = {}): Try => ({
  good: true,
  reason: 'HTTP 200 OK',
  permanent: false,
  status: 200,
  degraded: [],
  timings: { total: 5 },
  ...more,
})

export const bad = (more: Partial<Try> = {}): Try => ({
  good: false,
  failure: 'connect',
  reason: 'connection refused',
  permanent: false,
  degraded: [],
  timings: { total: 5 },
  ...more,
})

/** Time that passes only while everybody waits. */
export class FakeClock implements Clock {
  #now = 1_000_000
  readonly #timers = new Set<{ at: number; wake: () => void }>()

  now(): number {
    return this.#now
  }

  date(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#timers.delete(timer)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const timer = { at: this.#now + ms, wake }
      this.#timers.add(timer)
      signal?.addEventListener('abort', wake)
    })
  }

  /** Lets time pass until the promise is settled. @throws when nothing will ever settle it */
  async run<T>(promise: Promise<T>): Promise<T> {
    const state = { done: false }
    const settled = (): void => {
      state.done = true
    }
    promise.then(settled, settled)
    // Code loaded on use takes turns of the real event loop, but no time of this clock.
    for (let idle = 0; !state.done && idle < 10_000; idle += 1) {
      await new Promise((resolve) => setImmediate(resolve))
      const next = [...this.#timers].sort((a, b) => a.at - b.at)[0]
      if (state.done || next === undefined) continue
      idle = 0
      this.#now = Math.max(this.#now, next.at)
      next.wake()
    }
    if (!state.done) throw new Error('it waits for something that will never come')
    return promise
  }
}
