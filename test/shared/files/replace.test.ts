import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { renameOver, replaceFile } from '../../../shared/files/replace.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'

test('the new content takes the place of the old one, which who has it open still reads', async () => {
  const folder = tempFolder('nexus-replace-')
  const path = join(folder, 'a.conf')
  writeFileSync(path, 'old')
  chmodSync(path, 0o640)
  const open = openSync(path, 'r')
  await replaceFile(path, 'new')
  expect(readFileSync(path, 'utf8')).toBe('new')
  expect(readFileSync(open, 'utf8')).toBe('old')
  closeSync(open)
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o7777).toBe(0o640)
  expect(readdirSync(folder)).toEqual(['a.conf'])
})

test('a file that is not there yet is made, with the mode that is asked for', async () => {
  const path = join(tempFolder('nexus-replace-'), 'a.conf')
  await replaceFile(path, 'new', { mode: 0o600 })
  expect(readFileSync(path, 'utf8')).toBe('new')
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o7777).toBe(0o600)
})

test('a symbolic link stays one', async () => {
  const folder = tempFolder('nexus-replace-')
  writeFileSync(join(folder, 'real'), 'old')
  symlinkSync('real', join(folder, 'link'))
  await replaceFile(join(folder, 'link'), 'new')
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true)
  expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('new')
})

test('what cannot be replaced stays as it was, and nothing lies around', async () => {
  const folder = tempFolder('nexus-replace-')
  mkdirSync(join(folder, 'a', 'b'), { recursive: true })
  await expect(replaceFile(join(folder, 'a'), 'new')).rejects.toMatchObject({ code: expect.any(String) })
  await expect(replaceFile(join(folder, 'nowhere', 'a'), 'new')).rejects.toMatchObject({ code: 'ENOENT' })
  expect(readdirSync(folder)).toEqual(['a'])
})

test('a link in its place is replaced where somebody else may have made it', async () => {
  const folder = tempFolder('nexus-replace-')
  writeFileSync(join(folder, 'victim'), 'old')
  symlinkSync(join(folder, 'victim'), join(folder, 'link'))
  await replaceFile(join(folder, 'link'), Buffer.from('new'), { replaceLink: true })
  expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('old')
  expect(readFileSync(join(folder, 'link'), 'utf8')).toBe('new')
  expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(false)
})

test('the folders that it needs are made when that is asked for', async () => {
  const folder = tempFolder('nexus-replace-')
  await replaceFile(join(folder, 'a', 'b', 'c'), 'new', { makeFolders: true })
  expect(readFileSync(join(folder, 'a', 'b', 'c'), 'utf8')).toBe('new')
})

describe('renaming over a file that somebody has open', () => {
  /** Refuses as often as it is told to. */
  function system(platform: NodeJS.Platform, code: string, refusals: number) {
    const calls = { renames: 0, pauses: [] as number[] }
    return {
      calls,
      platform,
      rename: async () => {
        calls.renames += 1
        if (calls.renames <= refusals) throw Object.assign(new Error(code), { code })
      },
      pause: async (ms: number) => calls.pauses.push(ms),
    }
  }

  test.each(['EPERM', 'EACCES', 'EBUSY'])('on Windows %s is waited for', async (code) => {
    const busy = system('win32', code, 5)
    await renameOver('a', 'b', busy)
    expect(busy.calls).toEqual({ renames: 6, pauses: [10, 20, 40, 80, 160] })
  })

  test('but not without end', async () => {
    const busy = system('win32', 'EBUSY', 1_000)
    await expect(renameOver('a', 'b', busy)).rejects.toMatchObject({ code: 'EBUSY' })
    expect(busy.calls.renames).toBe(8)
  })

  test.each([
    ['win32', 'ENOSPC'],
    ['win32', 'ENOENT'],
    ['linux', 'EBUSY'],
    ['linux', 'EACCES'],
    ['darwin', 'EPERM'],
  ] as const)('on %s %s is an answer', async (platform, code) => {
    const refused = system(platform, code, 1)
    await expect(renameOver('a', 'b', refused)).rejects.toMatchObject({ code })
    expect(refused.calls).toEqual({ renames: 1, pauses: [] })
  })
})
