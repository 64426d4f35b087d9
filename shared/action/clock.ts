/** Time as a step sees it, so that tests decide how it passes. */
export interface Clock {
  /** Milliseconds on a clock that never goes back. */
  now(): number
  /** The date: milliseconds since 1970, UTC. */
  date(): number
  /** Resolves after so many ms, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve()
        return
      }
      const done = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done)
    }),
}
