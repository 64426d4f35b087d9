import { createHash, randomUUID } from 'node:crypto'
import { accessSync, constants, readFileSync, readlinkSync } from 'node:fs'
import { link, lstat, open, readFile, rename, unlink, utimes } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { isProved, prove } from '../action/record.ts'

/** Who holds a lock. */
export interface Holder {
  /** In words, such as the address of a run. */
  who: string
  pid: number
  host: string
  /** ISO 8601 */
  since: string
}

/** Somebody else holds the lock. */
export class LockedError extends Error {
  readonly holder: Holder | undefined

  constructor(path: string, holder: Holder | undefined) {
    super(
      `${path} is held by ${holder === undefined ? 'somebody else' : `${holder.who} since ${holder.since}`}`,
    )
    this.name = 'LockedError'
    this.holder = holder
  }
}

/** A lock that is held, and the journal in it. */
export interface HeldLock {
  /**
   * What a process that died while holding it had written last; undefined when it left nothing, or was another user's.
   */
  readonly left: unknown
  /**
   * Nothing was left, or it was written with the same key for this very file. Others may be able to write here, or to
   * commit such a file.
   */
  readonly isProved: boolean
  /** null: there is nothing to tell any more. */
  write(journal: unknown): Promise<void>
  release(): Promise<void>
}

/** What stands in the file. */
interface Content extends Holder {
  token: string
  /** The space that `pid` is counted in (boot and container), and when the process began: an id is used again. */
  space: string
  begun: string
  journal?: unknown
  /** That whoever wrote the journal has the key. Whoever takes it over unread leaves it as it is. */
  proof?: string | undefined
}

/** No sign of life for that long means dead, where the process cannot be looked up. */
const SILENCE_MS = 60_000
const SIGN_OF_LIFE_MS = 10_000
/** A take-over takes milliseconds; who has not finished one in this time has died in it. */
const TAKE_OVER_MS = 10_000
const MAX_BYTES = 1_048_576

/**
 * Takes a lock that is a file, at once or not at all. The file appears whole (a hard link to a finished one, and only
 * one of several can make it), so that there is never half a lock. That of a dead process is taken over, with its
 * journal: of several that try, the one that makes the marker `….gone` of exactly that lock may replace it. It is
 * replaced in one go: while there is no lock, somebody could take it without the journal.
 *
 * @param key proves the journal; without one nothing that is left is proved
 * @throws LockedError
 * @throws the system's error when the file cannot be made
 */
export async function acquireLock(path: string, who: string, key?: Buffer): Promise<HeldLock> {
  const token = randomUUID()
  const mine: Content = {
    ...{ token, who, pid: process.pid, host: hostname(), since: new Date().toISOString() },
    ...{ space: processSpace(), begun: beginOf(process.pid) ?? '' },
  }
  const draft = join(dirname(path), `.${basename(path).replace(/^\./, '')}.${token}`)
  let left: unknown
  let proved = true
  for (let attempt = 0; ; attempt++) {
    await save(draft, mine)
    try {
      await link(draft, path)
      break
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    } finally {
      await unlink(draft).catch(() => {})
    }
    const found = await lookAt(path)
    if (found === undefined) continue
    if (attempt === 20 || isAlive(found)) throw new LockedError(path, found.content)
    const { journal, proof } = found.content ?? {}
    if (await takeOver(path, found, draft, { ...mine, journal, proof })) {
      if (journal !== undefined && journal !== null) {
        left = found.isTrusted ? journal : undefined
        proved = found.isTrusted && isOwn(path, journal, proof, key)
      }
      break
    }
  }
  const signs = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => {}), SIGN_OF_LIFE_MS)
  signs.unref()
  const isMine = async (): Promise<boolean> => (await lookAt(path))?.content?.token === token
  return {
    left,
    isProved: proved,
    async write(journal) {
      if (!(await isMine())) throw new LockedError(path, (await lookAt(path))?.content)
      const proof =
        key === undefined || journal === null
          ? undefined
          : prove(key, [resolve(path), JSON.stringify(journal)])
      await save(draft, { ...mine, journal, proof })
      await rename(draft, path)
    },
    async release() {
      clearInterval(signs)
      if (await isMine()) await unlink(path).catch(() => {})
    },
  }
}

function isOwn(path: string, journal: unknown, proof: unknown, key: Buffer | undefined): boolean {
  return key !== undefined && isProved(key, [resolve(path), JSON.stringify(journal)], proof)
}

/**
 * Where the lock of a thing lies: beside its file, when that folder can be written to, else in the temporary folder
 * of the system under a name made of `identity`. Not in that of the user: two have to find the same file.
 */
export function lockPath(beside: string | undefined, identity: string): string {
  if (beside !== undefined) {
    try {
      accessSync(dirname(beside), constants.W_OK)
      // A leading dot: `include conf.d/*` and the like do not read it.
      return join(dirname(beside), `.${basename(beside)}.nexus-switch.lock`)
    } catch {
      // The other place, then.
    }
  }
  const shared = process.platform === 'win32' ? tmpdir() : '/tmp'
  const name = createHash('sha256').update(identity).digest('hex').slice(0, 32)
  return join(shared, `.nexus-switch-${name}.lock`)
}

interface Found {
  /** Undefined when it is not one of ours. */
  content: Content | undefined
  /** Milliseconds since the last sign of life. */
  silence: number
  /** It was written by this user or by root, so what its journal says may be acted upon. */
  isTrusted: boolean
}

async function lookAt(path: string): Promise<Found | undefined> {
  try {
    const status = await lstat(path)
    const uid = process.getuid?.()
    const content =
      status.isFile() && status.size <= MAX_BYTES ? parse(await readFile(path, 'utf8')) : undefined
    return {
      content,
      silence: Date.now() - status.mtimeMs,
      isTrusted: uid === undefined || status.uid === uid || status.uid === 0,
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function parse(text: string): Content | undefined {
  try {
    const value: Content = JSON.parse(text)
    return typeof value.token === 'string' && /^[\w-]{1,64}$/.test(value.token) ? value : undefined
  } catch {
    return undefined
  }
}

function isAlive({ content, silence }: Found): boolean {
  // Nothing that we made: never touched.
  if (content === undefined) return true
  const begun = content.space === processSpace() ? beginOf(content.pid) : ''
  if (begun === undefined) return false
  return begun === '' || content.begun === '' ? silence < SILENCE_MS : begun === content.begun
}

/** @returns whether it was us who put `mine` in the place of the dead lock */
async function takeOver(path: string, dead: Found, draft: string, mine: Content): Promise<boolean> {
  const token = dead.content?.token ?? ''
  const marker = `${path}.${token}.gone`
  try {
    await link(path, marker)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false
    if (codeOf(error) !== 'EEXIST') throw error
    const since = await lstat(marker).then(
      ({ ctimeMs }) => Date.now() - ctimeMs,
      () => 0,
    )
    if (since > TAKE_OVER_MS) await unlink(marker).catch(() => {})
    else await new Promise((resolve) => setTimeout(resolve, 20))
    return false
  }
  try {
    // Another one may have been quicker altogether: then the marker shows the lock that came after.
    if ((await lookAt(marker))?.content?.token !== token) return false
    await save(draft, mine)
    if ((await lookAt(path))?.content?.token !== token) return false
    await rename(draft, path)
    return true
  } finally {
    await unlink(draft).catch(() => {})
    await unlink(marker).catch(() => {})
  }
}

async function save(path: string, content: Content): Promise<void> {
  const file = await open(path, 'w', 0o644)
  try {
    await file.writeFile(JSON.stringify(content))
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Where process ids mean the same: this boot of this machine, and this container. */
function processSpace(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}

/** When a process began, in whatever unit; empty where that cannot be told, undefined when it is gone. */
function beginOf(pid: number): string | undefined {
  try {
    // Field 22, behind the name in brackets, which may hold anything: proc(5).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    // No /proc, or one that hides the processes of others.
  }
  try {
    process.kill(pid, 0)
    return ''
  } catch (error) {
    return codeOf(error) === 'EPERM' ? '' : undefined
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code
}
