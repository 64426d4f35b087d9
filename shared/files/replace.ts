import { randomUUID } from 'node:crypto'
import { chown, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Gives a file new content so that a reader, or a crash, finds the old or the new one and never a part: written beside
 * it, flushed, renamed over it. Mode and owner stay; a symbolic link stays one, and what it points at is replaced.
 * A file that is not there yet is made with `mode`.
 *
 * @throws the system's error (`EACCES`, `ENOSPC`, `EBUSY` for a file that is a mount of its own …); nothing was changed
 */
export async function replaceFile(path: string, content: string, mode = 0o644): Promise<void> {
  const target = await realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return path
    throw error
  })
  const old = await stat(target).catch(() => undefined)
  // A leading dot: `include conf.d/*` and the like do not read it.
  const fresh = join(dirname(target), `.${basename(target)}.${randomUUID()}`)
  try {
    const file = await open(fresh, 'wx', mode)
    try {
      await file.writeFile(content)
      await file.chmod(old === undefined ? mode : old.mode & 0o7777)
      await file.sync()
    } finally {
      await file.close()
    }
    // Only root may; for everybody else the file becomes theirs, as with every editor.
    if (old !== undefined) await chown(fresh, old.uid, old.gid).catch(() => {})
    await rename(fresh, target)
  } catch (error) {
    await unlink(fresh).catch(() => {})
    throw error
  }
}
