import { realpathSync } from 'node:fs'
import path, { type PlatformPath } from 'node:path'

/** What a test replaces, to be on Windows. */
export interface PathSystem {
  paths: PlatformPath
  /** @throws the system's error */
  realpath: (path: string) => string
}

const HERE: PathSystem = { paths: path, realpath: realpathSync }

export type Inside =
  | { path: string }
  /** In words that follow the path: `lies outside the workspace`. */
  | { problem: string }

/** Whether a path lies in a folder, by its text: on Windows without regard to case, and never on another drive. */
export function contains(folder: string, file: string, paths: PlatformPath = path): boolean {
  const way = paths.relative(folder, file)
  return way !== '' && way !== '..' && !way.startsWith(`..${paths.sep}`) && !paths.isAbsolute(way)
}

/**
 * The absolute path of a file or folder that somebody named, which has to lie in the workspace (or in one of several
 * folders): by its text, and after every symbolic link on the way has been followed as far as the path exists. What it
 * leads to itself may still be made.
 *
 * @param given as written: relative to the first folder, or absolute
 * @param folders absolute; empty texts are left out
 */
export function inside(
  given: string,
  folders: string | readonly string[],
  system: PathSystem = HERE,
): Inside {
  const { paths } = system
  const allowed = [folders].flat().filter((folder) => folder !== '')
  const [first] = allowed
  const problem = first === undefined ? 'has no workspace to lie in' : pathProblem(given, paths)
  if (first === undefined || problem !== undefined) return { problem: problem ?? '' }
  const file = paths.resolve(first, given)
  if (allowed.some((folder) => paths.relative(folder, file) === ''))
    return { problem: 'is not a regular file but the workspace itself' }
  const outside = `lies outside the ${allowed.length > 1 ? 'workspace and RUNNER_TEMP' : 'workspace'}`
  if (!allowed.some((folder) => contains(paths.resolve(folder), file, paths))) return { problem: outside }
  const real = realWay(file, system)
  const reaches = allowed.some((folder) => contains(realWay(paths.resolve(folder), system), real, paths))
  return reaches ? { path: file } : { problem: `${outside}: a symbolic link leads there` }
}

/**
 * What is wrong with the form of a path, in words that follow it. On Windows `C:x.md` is a file in whatever folder
 * drive C is at, `a.md:b` a stream that no listing shows, and `nul` the null device in every folder.
 *
 * @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file
 */
export function pathProblem(given: string, paths: PlatformPath = path): string | undefined {
  if (given.includes('\0')) return 'holds a NUL character'
  if (paths.sep !== '\\') return undefined
  if (/^[A-Za-z]:(?![\\/])/.test(given))
    return 'names a drive without a folder: write it with "\\" after the colon'
  if (/^[\\/]{2}[.?][\\/]/.test(given)) return 'is a device path of Windows'
  const segments = given.replace(/^[A-Za-z]:/, '').split(/[\\/]+/)
  if (segments.some((segment) => segment.includes(':')))
    return 'holds a colon, which names a stream on Windows'
  const device = segments.find((segment) => DEVICE.test(segment))
  return device === undefined ? undefined : `holds the name of a device on Windows (${device})`
}

const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\.|\s*$)/i

/** The path with the links of its existing part followed. */
function realWay(file: string, { paths, realpath }: PathSystem): string {
  const rest: string[] = []
  for (let at = file; ; at = paths.dirname(at)) {
    try {
      return paths.join(realpath(at), ...rest)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      // A link in a circle, or a folder that may not be looked into, leads nowhere.
      if ((code !== 'ENOENT' && code !== 'ENOTDIR') || paths.dirname(at) === at) return ''
      rest.unshift(paths.basename(at))
    }
  }
}
