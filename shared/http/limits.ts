/** What ends everything: a moment, and the caller's change of mind. */
export interface Limits {
  /** On the clock of `performance.now()`, in ms. */
  deadline: number
  signal?: AbortSignal | undefined
}

/** The longest delay of a Node timer; a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/**
 * Calls `stop` at most once, when the deadline passes or the signal aborts.
 *
 * @returns a function that forgets both; whoever is done must call it, or the process stays alive for the timer
 */
export function onLimit(limits: Limits, stop: (why: 'timeout' | 'cancelled') => void): () => void {
  const { deadline, signal } = limits
  const delay = Math.min(Math.max(0, deadline - performance.now()), LONGEST_TIMER)
  const abort = (): void => {
    forget()
    stop('cancelled')
  }
  const timer = setTimeout(() => {
    forget()
    stop('timeout')
  }, delay)
  const forget = (): void => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', abort)
  }
  if (signal?.aborted) queueMicrotask(abort)
  else signal?.addEventListener('abort', abort)
  return forget
}
