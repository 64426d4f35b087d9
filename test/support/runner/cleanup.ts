import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const pending: (() => void)[] = []

/**
 * Does something when the test file is through (under a test runner with a global `afterAll`), otherwise when the
 * process ends; last in, first out.
 */
export function atEnd(task: () => void): void {
  pending.push(task)
}

/** A new folder below the system's temporary folder, removed at the end. */
export function tempFolder(prefix: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), prefix)))
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  return folder
}

function runAll(): void {
  for (let task = pending.pop(); task !== undefined; task = pending.pop()) task()
}

const { afterAll } = globalThis as { afterAll?: (task: () => void) => void }
if (afterAll === undefined) process.once('exit', runAll)
else afterAll(runAll)
