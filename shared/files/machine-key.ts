import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { secretKey } from '../action/record.ts'

/**
 * The secret of this account on this machine, which outlives the job: in its real home, whatever HOME says. Undefined
 * where there is no home that is its own, or it cannot be kept there.
 */
export function machineKey(): Buffer | undefined {
  try {
    const folder = join(userInfo().homedir, '.nexus-actions')
    mkdirSync(folder, { mode: 0o700, recursive: true })
    const { mode, uid } = lstatSync(folder)
    // Whoever may write here could put a secret of theirs in the place of ours.
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0)
    if (!isOurs) return undefined
    const path = join(folder, 'switch.key')
    if (!existsSync(path)) {
      // It appears whole: another run may begin at this moment.
      const draft = `${path}.${randomUUID()}`
      secretKey(draft, 'make')
      try {
        linkSync(draft, path)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      } finally {
        unlinkSync(draft)
      }
    }
    return secretKey(path, 'read')
  } catch {
    return undefined
  }
}
