import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * What only POSIX has: signals that a program can catch, modes, links that anybody may make, pipes and devices in the file
 * system, Unix sockets, shells and scripts that name their interpreter. What needs a real program is guarded by itself
 * (`describeWith`).
 */
const POSIX =
  /sendSignal|\.cancel\(|chmod(Sync)?\(|symlink(Sync)?\(|mkfifo|\bSIG(KILL|TERM|INT)\b|getuid|\/dev\/(full|null|tcp)|\/bin\/(sh|bash)|#!\/|unix:\/\/|\/proc\/|\borphans\b/

/** Suites that need POSIX, relative to the root, with forward slashes. */
export function posixSuites(root: string): string[] {
  return globSync('test/**/*.test.ts', { cwd: root })
    .filter((path) => POSIX.test(readFileSync(join(root, path), 'utf8')))
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
}
