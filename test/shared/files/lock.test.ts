import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  existsSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { acquireLock, LockedError, lockPath } from '../../../shared/files/lock.ts'
import { atEnd, tempFolder } from '../../support/runner/cleanup.ts'
import { until } from '../../support/services/service.ts'

const MODULE = join(import.meta.dirname, '../../../shared/files/lock.ts')

/** Another process that tries, says what came of it, and keeps what it got until it is told to end. */
const CONTENDER = `
const { acquireLock } = await import(process.argv[1])
process.stdin.once('data', async () => {
  try {
    const lock = await acquireLock(process.argv[2], 'contender ' + process.pid)
    await lock.write({ from: process.pid, found: lock.left })
    console.log('got ' + JSON.stringify(lock.left ?? null))
  } catch (error) {
    console.log(error.name)
    process.exit()
  }
})
process.stdin.resume()
console.log('ready')
`

interface Contender {
  pid: number
  said(): string
  go(): void
  kill(): Promise<void>
}

async function contender(path: string): Promise<Contender> {
  const argv = ['--input-type=module', '-e', CONTENDER, MODULE, path]
  const child: ChildProcess = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] })
  atEnd(() => child.kill('SIGKILL'))
  let said = ''
  child.stdout?.on('data', (chunk) => {
    said += chunk
  })
  await until(
    () => said.includes('ready\n'),
    () => said,
  )
  return {
    pid: child.pid ?? 0,
    said: () => said.replace('ready\n', ''),
    go: () => void child.stdin?.write('go\n'),
    kill: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

/** Lets all of them try at once. @returns who got it */
async function race(contenders: readonly Contender[]): Promise<Contender> {
  for (const { go } of contenders) go()
  await until(
    () => contenders.every(({ said }) => said().endsWith('\n')),
    () => contenders.map(({ said }) => said()).join(),
  )
  const winners = contenders.filter(({ said }) => said().startsWith('got'))
  expect(winners).toHaveLength(1)
  expect(contenders.filter(({ said }) => said() === 'LockedError\n')).toHaveLength(contenders.length - 1)
  return winners[0] as Contender
}

const folderWith = (...parts: string[]): string => join(tempFolder('nexus-lock-'), ...parts)
const failure = (path: string): Promise<unknown> => acquireLock(path, 'me').catch((error: unknown) => error)

/** A lock as another process could have left it. */
async function forged(path: string, changes: object): Promise<void> {
  const lock = await acquireLock(path, 'somebody')
  await lock.write({ weights: { blue: 100 } })
  const content = JSON.parse(readFileSync(path, 'utf8'))
  await lock.release()
  writeFileSync(path, JSON.stringify({ ...content, ...changes }))
}

describe('a lock', () => {
  test('is held once, keeps its journal, and leaves nothing behind', async () => {
    const path = folderWith('app.lock')
    const lock = await acquireLock(path, 'run 7')
    expect(lock.left).toBeUndefined()
    const error = await failure(path)
    expect(error).toBeInstanceOf(LockedError)
    expect((error as LockedError).holder).toMatchObject({ who: 'run 7', pid: process.pid })
    await lock.write({ phase: 'write', weights: { blue: 90, green: 10 } })
    expect(JSON.parse(readFileSync(path, 'utf8')).journal).toEqual({
      phase: 'write',
      weights: { blue: 90, green: 10 },
    })
    expect(await failure(path)).toBeInstanceOf(LockedError)
    await lock.release()
    await lock.release()
    expect(readdirSync(join(path, '..'))).toEqual([])
    const next = await acquireLock(path, 'run 8')
    expect(next.left).toBeUndefined()
    await next.release()
  })

  test('of several processes that want it at once exactly one has it, also when they take it over from a dead one', async () => {
    const path = folderWith('app.lock')
    const first = await race(await Promise.all([1, 2, 3, 4].map(() => contender(path))))
    expect(first.said()).toBe('got null\n')
    const others = await Promise.all([1, 2, 3, 4].map(() => contender(path)))
    await first.kill()
    const second = await race(others)
    expect(second.said()).toBe(`got {"from":${first.pid}}\n`)
    await second.kill()
    const lock = await acquireLock(path, 'third')
    expect(lock.left).toEqual({ from: second.pid, found: { from: first.pid } })
    await lock.release()
    expect(readdirSync(join(path, '..'))).toEqual([])
  })

  test('that a dead one left is kept by who takes it over, also when that one dies at once', async () => {
    const path = folderWith('app.lock')
    await forged(path, { pid: 2 ** 30 })
    await acquireLock(path, 'a second one that dies without a word')
    expect(JSON.parse(readFileSync(path, 'utf8')).journal).toEqual({ weights: { blue: 100 } })
  })

  test('of a process whose id now is that of another one is dead', async () => {
    const path = folderWith('app.lock')
    await forged(path, { begun: '1' })
    const lock = await acquireLock(path, 'me')
    expect(lock.left).toEqual({ weights: { blue: 100 } })
    await lock.release()
  })

  test('of another machine or container is dead after a minute of silence', async () => {
    const path = folderWith('app.lock')
    await forged(path, { space: 'another boot pid:[1]', pid: 2 ** 30 })
    expect(await failure(path)).toBeInstanceOf(LockedError)
    const longAgo = new Date(Date.now() - 61_000)
    utimesSync(path, longAgo, longAgo)
    const lock = await acquireLock(path, 'me')
    expect(lock.left).toEqual({ weights: { blue: 100 } })
    await lock.release()
  })

  test.each([
    ['text', 'not ours'],
    ['nothing', ''],
    ['JSON of somebody', '{"token":"../../x"}'],
  ])('that is %s is in the way, and is never touched', async (_what, content) => {
    const path = folderWith('app.lock')
    writeFileSync(path, content)
    const error = await failure(path)
    expect(error).toBeInstanceOf(LockedError)
    expect((error as LockedError).holder).toBeUndefined()
    expect(readFileSync(path, 'utf8')).toBe(content)
  })

  test('that is a symbolic link is not followed', async () => {
    const path = folderWith('app.lock')
    const other = join(path, '..', 'other')
    symlinkSync(other, path)
    expect(await failure(path)).toBeInstanceOf(LockedError)
    expect(existsSync(other)).toBe(false)
  })

  // Only root can give a file away.
  if (process.getuid?.() !== 0)
    process.stderr.write('skipped: a journal that another user wrote: needs root\n')
  else
    test('that another user left is taken over, and what it says is not believed', async () => {
      const path = folderWith('app.lock')
      await forged(path, { pid: 2 ** 30 })
      chownSync(path, 65_534, 65_534)
      const lock = await acquireLock(path, 'me')
      expect(lock.left).toBeUndefined()
      await lock.release()
    })

  test('that was lost is not written any more, and not released for the other one', async () => {
    const path = folderWith('app.lock')
    const lost = await acquireLock(path, 'me')
    await forged(join(path, '..', 'other.lock'), {})
    const theirs = readFileSync(join(path, '..', 'other.lock'))
    writeFileSync(path, theirs)
    await expect(lost.write({ a: 1 })).rejects.toBeInstanceOf(LockedError)
    await lost.release()
    expect(readFileSync(path)).toEqual(theirs)
  })

  test('in a folder that is not there is an error of the system', async () => {
    await expect(acquireLock(folderWith('nowhere', 'app.lock'), 'me')).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })
})

test('a lock lies beside its file, else in the temporary folder of the system', () => {
  const folder = tempFolder('nexus-lock-')
  expect(lockPath(join(folder, 'app.conf'), 'x')).toBe(join(folder, '.app.conf.nexus-switch.lock'))
  const elsewhere = lockPath(join(folder, 'nowhere', 'app.conf'), 'x')
  expect(elsewhere).toMatch(/[\\/]\.nexus-switch-[0-9a-f]{32}\.lock$/)
  expect(lockPath(undefined, 'x')).toBe(elsewhere)
  expect(lockPath(undefined, 'y')).not.toBe(elsewhere)
})
