import type { Package, Result } from './model.ts'

/** The only fingerprint by which GitHub recognises an alert. */
export const LINE_HASH = 'primaryLocationLineHash'

/**
 * The fingerprint of a finding that has no source: rule, package and where it is installed, so that a new tag of the
 * image, or a new version of the package that still has the fault, is the same alert.
 */
export function packageHash(rule: string, { name }: Package, path: string): string {
  // Loaded on first use: most reports are about sources.
  return process
    .getBuiltinModule('node:crypto')
    .createHash('sha256')
    .update(JSON.stringify([rule, name, path]))
    .digest('hex')
    .slice(0, 16)
}

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
