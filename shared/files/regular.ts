import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync } from 'node:fs'
import { formatSize } from '../text/units.ts'
import { contains } from './inside.ts'

export { contains } from './inside.ts'

/** Why a file was not read, in words that end a sentence. */
export class FileRefused extends Error {
  readonly kind: 'missing' | 'refused'

  constructor(kind: 'missing' | 'refused', message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'FileRefused'
    this.kind = kind
  }
}

/** The parts of `node:fs` that tests replace. */
export interface FileCalls {
  fstatSync: (fd: number) => { isFile(): boolean; size: number; mtimeMs: number }
  readSync: typeof readSync
}

/**
 * The bytes of a regular file, which is opened once: what was checked is what is read. Symbolic links, FIFOs, devices
 * and folders are refused without waiting on them, and so is a file that changes meanwhile.
 *
 * @param path absolute
 * @param limit the most bytes
 * @param within when the path lies in this folder, so must what it leads to: no folder on the way may be a link out of it
 * @throws FileRefused
 */
export function readRegularFile(
  path: string,
  limit: number,
  within?: string,
  calls: FileCalls = { fstatSync, readSync },
): Buffer {
  if (within !== undefined && within !== '' && contains(within, path)) stayWithin(path, within)
  const fd = open(path)
  try {
    const before = calls.fstatSync(fd)
    if (!before.isFile()) throw new FileRefused('refused', 'it is not a regular file')
    if (before.size > limit) {
      const sizes = `${formatSize(before.size)} of at most ${formatSize(limit)}`
      throw new FileRefused('refused', `it is too big (${sizes})`)
    }
    // Not from the pool: whoever gets it may give its memory back at once.
    const bytes = Buffer.allocUnsafeSlow(before.size)
    let read = 0
    while (read < bytes.length) {
      const got = calls.readSync(fd, bytes, read, bytes.length - read, read)
      if (got === 0) break
      read += got
    }
    const after = calls.fstatSync(fd)
    if (read !== before.size || after.size !== before.size || after.mtimeMs !== before.mtimeMs) {
      throw new FileRefused(
        'refused',
        'it changed while it was read: let whatever writes it come to its end first',
      )
    }
    return bytes
  } finally {
    closeSync(fd)
  }
}

function stayWithin(path: string, folder: string): void {
  let real: string
  try {
    real = realpathSync(path)
  } catch (error) {
    throw refusal(error)
  }
  if (!contains(realpathSync(folder), real)) {
    throw new FileRefused('refused', 'a symbolic link leads out of the workspace')
  }
}

function open(path: string): number {
  try {
    // Windows knows no O_NOFOLLOW.
    if (lstatSync(path).isSymbolicLink()) throw new FileRefused('refused', 'it is a symbolic link')
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch (error) {
    throw refusal(error)
  }
}

function refusal(error: unknown): FileRefused {
  if (error instanceof FileRefused) return error
  const { code = '' } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return new FileRefused('missing', 'there is no such file')
  const words: Record<string, string> = {
    EACCES: 'this user may not read it',
    EPERM: 'this user may not read it',
    ELOOP: 'it is a symbolic link',
    EISDIR: 'it is a folder',
    ENXIO: 'it is not a regular file',
    ENAMETOOLONG: 'its name is too long',
  }
  return new FileRefused('refused', words[code] ?? `it cannot be opened (${code || String(error)})`, {
    cause: error,
  })
}

/** Whether it is a folder, and no link to one. */
export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
