import type { Result } from './model.ts'

/** The only fingerprint by which GitHub recognises an alert. */
export const LINE_HASH = 'primaryLocationLineHash'

/** Gives a hash, and how often it has been there so far. */
export function counter(): (hash: string) => string {
  const seen = new Map<string, number>()
  return (hash) => {
    const count = (seen.get(hash) ?? 0) + 1
    seen.set(hash, count)
    return `${hash}:${count}`
  }
}

/** A tool's own fingerprint stays. */
export function addFingerprint(result: Result, hash: string | undefined): void {
  if (hash === undefined || result.partialFingerprints?.[LINE_HASH]) return
  result.partialFingerprints = { ...result.partialFingerprints, [LINE_HASH]: hash }
}
