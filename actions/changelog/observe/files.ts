import { readFileSync, realpathSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { ActionError } from '../../../shared/action/errors.ts'
import { codeOf } from '../../../shared/http/errors.ts'

const MAX_BYTES = 1_048_576

/**
 * A text file of the workspace; undefined when there is none.
 *
 * @param input the name of the input that gave the path, for messages
 * @throws ActionError when it cannot be read, is too large, or a symbolic link leads out of the workspace
 */
export function readBelow(workspace: string, path: string, input: string): string | undefined {
  const fail = (why: string): ActionError => new ActionError('File not readable', `${input}: ${path} ${why}.`)
  try {
    const file = realpathSync(join(workspace, path))
    const way = relative(realpathSync(workspace), file)
    if (way === '..' || way.startsWith(`..${sep}`))
      throw fail('is a link that leads out of the workspace, and is not read')
    if (!statSync(file).isFile()) throw fail('is no file')
    if (statSync(file).size > MAX_BYTES) throw fail('is larger than 1 MiB')
    return readFileSync(file, 'utf8').replace(/^\ufeff/, '')
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error instanceof ActionError ? error : fail(`cannot be read (${code ?? 'unknown error'})`)
  }
}
