import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ActionError, messageOf } from '../action/errors.ts'
import { runProgram } from '../action/program.ts'
import { oneLine } from '../text/untrusted.ts'

/**
 * Takes one file out of a release archive (`.tar.gz`, on Windows `.zip` too) whose checksum has been verified.
 *
 * @param archive the bytes that were verified; a file of that name could have been replaced since
 * @param member the path inside, without folders above it
 * @param folder an empty folder of our own
 * @returns the path of the file
 * @throws ActionError
 */
export async function unpack(
  archive: Uint8Array,
  member: string,
  folder: string,
  limits: { timeout: number; signal?: AbortSignal },
): Promise<string> {
  const file = join(folder, 'archive')
  writeFileSync(file, archive, { flag: 'wx', mode: 0o600 })
  const why = await runProgram([tarProgram(), '-xf', file, '-C', folder, '--', member], limits).then(
    ({ code, stderr, timedOut }) =>
      timedOut ? 'it took too long' : code === 0 ? undefined : oneLine(stderr || `exit code ${code}`),
    messageOf,
  )
  if (why !== undefined) {
    throw new ActionError(
      'An archive could not be unpacked',
      `tar could not take ${member} out of the downloaded archive: ${why}.`,
    )
  }
  return join(folder, member)
}

/** Windows has a tar that reads zip files, but the one of Git, which does not, often comes first on PATH. */
function tarProgram(): string {
  const root = process.env['SystemRoot']
  return process.platform === 'win32' && root ? join(root, 'System32', 'tar.exe') : 'tar'
}
