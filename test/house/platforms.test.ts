import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ROOT } from '../../scripts/actions.ts'
import { posixSuites } from '../../scripts/posix-suites.ts'
import { filesBelow } from '../../scripts/tree.ts'
import { tempFolder } from '../support/runner/cleanup.ts'

const suites = filesBelow(join(ROOT, 'test')).filter((path) => path.endsWith('.test.ts'))
const workflow = readFileSync(join(ROOT, '.github', 'workflows', 'ci.yml'), 'utf8')

describe('what Windows leaves out', () => {
  test('is what needs POSIX, and less than half of all', () => {
    const found = posixSuites(ROOT)
    expect(found).toContain('test/shared/action/signals.test.ts')
    expect(found).not.toContain('test/shared/text/markdown.test.ts')
    expect(found.length).toBeLessThan(suites.length / 2)
  })

  test('cannot be everything: CI asks for a floor of tests that passed', () => {
    const [, floor] = /node scripts\/floor\.ts tests\.json (\d+)/.exec(workflow) ?? []
    expect(Number(floor)).toBeGreaterThanOrEqual(2_000)
  })
})

test.each([
  [2_500, 0],
  [2_000, 0],
  [1_999, 1],
  [0, 1],
])('%d tests that passed, where 2,000 have to: exit %d', (numPassedTests, code) => {
  const report = join(tempFolder('nexus-floor-'), 'tests.json')
  writeFileSync(report, JSON.stringify({ numPassedTests }))
  const { status } = spawnSync(process.execPath, [join(ROOT, 'scripts', 'floor.ts'), report, '2000'])
  expect(status).toBe(code)
})
