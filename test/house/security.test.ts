import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ROOT } from '../../scripts/actions.ts'

const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| nobody'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

describe('SECURITY.md', () => {
  test.each(rows.map(([, promise = '', shown = '']) => [promise, shown]))(
    'nobody can %.60s: a test shows it',
    (_promise, shown) => {
      const tests = [...shown.matchAll(/`([^`]+\.test\.ts)`/g)].map(([, file = '']) => file)
      expect(tests).not.toEqual([])
      for (const file of tests) expect([file, existsSync(join(ROOT, 'test', file))]).toEqual([file, true])
    },
  )

  test('every test that it names is there', () => {
    for (const [, file = ''] of page.matchAll(/`([\w/-]+\.test\.ts)`/g))
      expect([file, existsSync(join(ROOT, 'test', file))]).toEqual([file, true])
    expect(rows.length).toBeGreaterThan(5)
  })
})
