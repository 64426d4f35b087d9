import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { actionNames, ROOT } from '../../scripts/actions.ts'
import { parseSource, readSources } from '../../scripts/source.ts'
import { RULES, type Rule } from './rules.ts'

const sources = readSources('actions', 'shared')

describe.each(RULES)('$rule', ({ violations, broken, kept }: Rule) => {
  test('holds in every file', () => {
    const found = sources.flatMap((source) => violations(source).map((what) => `${source.path}: ${what}`))
    expect(found).toEqual([])
  })

  test.each(Object.entries(broken))('sees a breach in %s', (path, text) => {
    expect(violations(parseSource(path, text))).not.toEqual([])
  })

  test.each(Object.entries(kept))('has nothing against %s', (path, text) => {
    expect(violations(parseSource(path, text))).toEqual([])
  })
})

test('the rules look at files', () => {
  expect(sources.length).toBeGreaterThan(20)
  expect(sources.find(({ path }) => path === 'shared/action/run.ts')?.globals).toContain('process.exit')
})

test.each(actionNames())('%s has every room', (action) => {
  const rooms = ['action.yml', 'README.md', 'main.ts', 'inputs.ts', 'observe.ts', 'plan.ts', 'report.ts']
  expect(rooms.filter((room) => !existsSync(join(ROOT, 'actions', action, room)))).toEqual([])
})
