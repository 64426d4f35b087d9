import { randomUUID } from 'node:crypto'
import { chown, mkdir, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface ReplaceOptions {
  /** Of a file that is not there yet. */
  mode?: number
  /** Make the folders that it needs. */
  makeFolders?: boolean
  /** Put the file in the place of a link, and do not write what it points at; where somebody else may have made it. */
  replaceLink?: boolean
  /** What tests replace. */
  system?: RenameSystem
}

export interface RenameSystem {
  platform: NodeJS.Platform
  rename: (from: string, to: string) => Promise<void>
  pause: (ms: number) => Promise<unknown>
}

const HERE: RenameSystem = { platform: process.platform, rename, pause: delay }

/** On Windows a file that a scanner, an indexer or a reader has open cannot be replaced; most let go of it in a moment. */
const BUSY = new Set(['EPERM', 'EACCES', 'EBUSY'])
const PAUSES_MS = [10, 20, 40, 80, 160, 320, 640]

/**
 * Gives a file new content so that a reader, or a crash, finds the old or the new one and never a part: written beside
 * it, flushed, renamed over it. Mode and owner stay; a symbolic link stays one, and what it points at is replaced.
 *
 * @throws the system's error (`EACCES`, `ENOSPC`, `EBUSY` for a file that is a mount of its own …); nothing was changed
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array,
  { mode = 0o644, makeFolders = false, replaceLink = false, system = HERE }: ReplaceOptions = {},
): Promise<void> {
  if (makeFolders) await mkdir(dirname(path), { recursive: true })
  const target = replaceLink ? path : await targetOf(path)
  const old = replaceLink ? undefined : await stat(target).catch(() => undefined)
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
    await renameOver(fresh, target, system)
  } catch (error) {
    await unlink(fresh).catch(() => {})
    throw error
  }
}

async function targetOf(path: string): Promise<string> {
  return realpath(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return path
    throw error
  })
}

/** Renames a file over another, on Windows again as long as somebody has it open, for 1.3 s. @throws the system's error */
export async function renameOver(from: string, to: string, system: RenameSystem = HERE): Promise<void> {
  for (const pause of system.platform === 'win32' ? PAUSES_MS : []) {
    try {
      await system.rename(from, to)
      return
    } catch (error) {
      if (!BUSY.has((error as NodeJS.ErrnoException).code ?? '')) throw error
      await system.pause(pause)
    }
  }
  await system.rename(from, to)
}
