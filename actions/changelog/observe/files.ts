import { realpathSync } from 'node:fs'
import { ActionError } from '../../../shared/action/errors.ts'
import { inside } from '../../../shared/files/inside.ts'
import { FileRefused, readRegularFile } from '../../../shared/files/regular.ts'
import { codeOf } from '../../../shared/http/errors.ts'

const MAX_BYTES = 1_048_576

/**
 * A text file of the workspace; undefined when there is none.
 *
 * @param input the name of the input that gave the path, for messages
 * @throws ActionError when it cannot be read, is too large, or lies outside the workspace, by a symbolic link too
 */
export function readBelow(workspace: string, path: string, input: string): string | undefined {
  const fail = (why: string): ActionError => new ActionError('File not readable', `${input}: ${path} ${why}.`)
  const found = inside(path, workspace)
  if ('problem' in found) throw fail(found.problem)
  try {
    // A link within the workspace is followed: it was looked at where it leads.
    return readRegularFile(realpathSync(found.path), MAX_BYTES)
      .toString('utf8')
      .replace(/^\ufeff/, '')
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (!(error instanceof FileRefused)) throw fail(`cannot be read (${code ?? 'unknown error'})`)
    if (error.kind === 'missing') return undefined
    throw fail(`is not read: ${error.message}`)
  }
}
