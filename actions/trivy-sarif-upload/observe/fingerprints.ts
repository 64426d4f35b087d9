import { join } from 'node:path'
import { readRegularFile } from '../../../shared/files/regular.ts'
import { addFingerprint } from '../sarif/fingerprint.ts'
import { lineHashes } from '../sarif/line-hash.ts'
import type { Package, Result } from '../sarif/model.ts'

/** Sources are hashed line by line; what is bigger was not written by people. */
const MAX_SOURCE = 64 * 1_048_576

/** A result that wants the hash of a line. */
export interface Wanted {
  result: Result
  line: number
}

/**
 * Adds `primaryLocationLineHash` to results that have none. Each file is read and gone through once, whatever the number
 * of results in it. A file that is not there (any more), or no regular one, gives none, and a line beyond its end neither.
 *
 * @param wanted path, relative to the checkout → results
 */
export function addLineHashes(wanted: ReadonlyMap<string, readonly Wanted[]>, checkout: string): void {
  for (const [path, results] of wanted) {
    const hashes = hashesOf(path, checkout)
    if (hashes === undefined) continue
    for (const { result, line } of results) addFingerprint(result, hashes[line])
  }
}

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

function hashesOf(path: string, checkout: string): string[] | undefined {
  try {
    return lineHashes(readRegularFile(join(checkout, path), MAX_SOURCE, checkout).toString('utf8'))
  } catch {
    return undefined
  }
}
