import { isFailure } from './errors.ts'

/**
 * Asks for many things, some at a time; what GitHub cannot finish in one call (502, 504, time-out) is asked for in
 * halves.
 *
 * @param ask one call; how many attempts it has when it is the last resort, undefined, or 1 as long as less may help
 * @throws whatever `ask` throws for good
 */
export async function inBatches<T>(
  items: readonly T[],
  size: number,
  ask: (some: readonly T[], attempts: 1 | undefined) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += size) await askOrHalve(items.slice(at, at + size), ask)
}

async function askOrHalve<T>(
  items: readonly T[],
  ask: (some: readonly T[], attempts: 1 | undefined) => Promise<void>,
): Promise<void> {
  try {
    // The same again would only fail again; less of it may not.
    await ask(items, items.length > 1 ? 1 : undefined)
  } catch (error) {
    if (!isFailure(error, 'server', 'network') || items.length === 1) throw error
    const half = Math.ceil(items.length / 2)
    await askOrHalve(items.slice(0, half), ask)
    await askOrHalve(items.slice(half), ask)
  }
}
