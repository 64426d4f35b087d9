import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A new folder that only this user may look into, below `temp` (RUNNER_TEMP is emptied after the job). */
export function ownFolder(temp: string, prefix: string): string {
  const parent = temp === '' ? tmpdir() : temp
  mkdirSync(parent, { recursive: true })
  return mkdtempSync(join(parent, `${prefix}-`))
}

/** Writes a file whole or not at all, also while other jobs of this machine write the same one. @throws the system's error */
export function writeWhole(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  const partial = `${path}.${process.pid}.part`
  try {
    writeFileSync(partial, bytes, { flag: 'wx', mode: 0o644 })
    renameSync(partial, path)
  } catch (error) {
    rmSync(partial, { force: true })
    throw error
  }
}
