/**
 * Does something that has to end within a time, or when somebody stops it.
 *
 * @param ms milliseconds until its signal aborts
 */
export async function within<T>(
  ms: number,
  stop: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(new Error('it took too long')), ms)
  try {
    return await work(stop === undefined ? limit.signal : AbortSignal.any([stop, limit.signal]))
  } finally {
    clearTimeout(timer)
  }
}
