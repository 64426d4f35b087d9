import { isUtf8 } from 'node:buffer'
import { lstatSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ActionError } from '../../../shared/action/errors.ts'
import { inside } from '../../../shared/files/inside.ts'
import { codeOf } from '../../../shared/http/errors.ts'

const MAX_BYTES = 33_554_432

/**
 * The changelog file that is to be updated: its absolute path, every folder on the way without symbolic links, and its
 * text, absent when there is none yet.
 *
 * @throws ActionError when it lies outside the workspace, is a link, not a file, not UTF-8, or larger than 32 MiB
 */
export function readTarget(workspace: string, path: string): { path: string; text: string | undefined } {
  const fail = (why: string): ActionError => new ActionError('File not usable', `file: ${path} ${why}`)
  const top = realpathSync(workspace)
  const found = inside(path, top)
  if ('problem' in found) throw fail(`${found.problem}.`)
  const wanted = found.path
  try {
    if (realpathSync(dirname(wanted)) !== dirname(wanted))
      throw fail('is reached through a symbolic link. Give its real path.')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw fail(`has no folder to lie in: make ${dirname(path)} first.`)
    throw error
  }
  try {
    const stats = lstatSync(wanted)
    if (stats.isSymbolicLink()) throw fail('is a symbolic link, and is not followed. Give the real path.')
    if (!stats.isFile()) throw fail('is no file.')
    if (stats.size > MAX_BYTES) throw fail('is larger than 32 MiB.')
    const bytes = readFileSync(wanted)
    if (!isUtf8(bytes)) throw fail('is not UTF-8. Save it as UTF-8 first.')
    return { path: wanted, text: bytes.toString('utf8') }
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT')
      return { path: join(dirname(wanted), path.split(/[\\/]/).at(-1) ?? path), text: undefined }
    throw error instanceof ActionError ? error : fail(`cannot be read (${code ?? 'unknown error'}).`)
  }
}
