import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { notARepository } from './failures.ts'
import type { Repository } from './model.ts'

/**
 * Finds the repository whose top is `directory`: a work tree, a linked work tree, a submodule or a bare repository.
 * Only files are read, as gitrepository-layout(5) describes them, so that the processes of a step are left for the
 * questions that need git; a repository that only looks like one fails at the first of them.
 *
 * @throws GitError not-a-repository
 */
export function openRepository(directory: string): Repository {
  let top: string
  try {
    top = realpathSync(directory)
  } catch {
    throw notARepository(directory)
  }
  const bare = !existsSync(join(top, '.git'))
  const gitDir = bare ? top : gitDirOf(top)
  const commonDir = gitDir === undefined ? undefined : pathIn(gitDir, 'commondir', /^(.+)$/)
  if (
    gitDir === undefined ||
    !existsSync(join(gitDir, 'HEAD')) ||
    !existsSync(join(commonDir ?? gitDir, 'objects'))
  ) {
    throw notARepository(directory)
  }
  const common = commonDir ?? gitDir
  return { directory: top, gitDir, commonDir: common, bare, shallow: isShallow(common) }
}

/** `.git` is the folder itself, or a file that says where it is. */
function gitDirOf(top: string): string | undefined {
  const dotGit = join(top, '.git')
  return statSync(dotGit).isDirectory() ? dotGit : pathIn(top, '.git', /^gitdir: (.+)$/)
}

/** A path that stands in a small file, relative to the folder of that file. */
function pathIn(folder: string, file: string, form: RegExp): string | undefined {
  const path = join(folder, file)
  const stats = statSync(path, { throwIfNoEntry: false })
  // A named pipe would hold this process up for ever.
  if (stats === undefined || !stats.isFile() || stats.size > 8_192) return undefined
  const found = form.exec(readFileSync(path, 'utf8').replace(/\r?\n$/, ''))?.[1]
  if (found === undefined) return undefined
  return isAbsolute(found) ? found : resolve(folder, found)
}

function isShallow(commonDir: string): boolean {
  const stats = statSync(join(commonDir, 'shallow'), { throwIfNoEntry: false })
  return stats !== undefined && stats.size > 0
}
