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
import { expect, test } from '@jest/globals'
import { replaceFile } from '../../../shared/files/replace.ts'
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
  await replaceFile(path, 'new', 0o600)
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
