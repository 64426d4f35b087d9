import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { writeSummary } from '../../../shared/action/summary.ts'

const folder = mkdtempSync(join(tmpdir(), 'summary-'))
const write = jest.spyOn(process.stdout, 'write')
const said: string[] = []
beforeEach(() => {
  said.length = 0
  write.mockImplementation((text) => said.push(String(text)) > 0)
})
afterAll(() => {
  write.mockRestore()
  rmSync(folder, { recursive: true, force: true })
})

test('blocks are appended to what other steps wrote', () => {
  const file = join(folder, 'summary.md')
  writeFileSync(file, 'before\n')
  writeSummary(['# One', 'two'], { GITHUB_STEP_SUMMARY: file })
  expect(readFileSync(file, 'utf8')).toBe('before\n# One\n\ntwo\n\n')
  expect(said).toEqual([])
})

test('nothing happens outside a runner', () => {
  writeSummary(['# One'], {})
  writeSummary(['# One'], { GITHUB_STEP_SUMMARY: '' })
  expect(said).toEqual([])
})

describe('a summary that cannot be written is one warning that says why', () => {
  const fifo = join(folder, 'fifo')
  execFileSync('mkfifo', [fifo])
  mkdirSync(join(folder, 'folder'))

  test.each([
    ['a folder', join(folder, 'folder'), 'it is a folder (EISDIR)'],
    ['in no folder', join(folder, 'none', 'x'), 'there is no such file or folder (ENOENT)'],
    ['below a file', '/dev/null/x', 'a part of its path is not a folder (ENOTDIR)'],
    ['a full disk', '/dev/full', 'the disk is full (ENOSPC)'],
    ['a FIFO', fifo, 'it is not a regular file (ENXIO)'],
    ['a name that is too long', join(folder, 'x'.repeat(300)), 'its name is too long (ENAMETOOLONG)'],
  ])('%s', (_name, file, why) => {
    writeSummary(['# One'], { GITHUB_STEP_SUMMARY: file })
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(/^::warning title=No job summary::/)
    expect(said[0]).toContain(why)
    expect(said[0]).toContain('GITHUB_STEP_SUMMARY')
  })
})
