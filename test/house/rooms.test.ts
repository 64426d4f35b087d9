import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ROOT } from '../../scripts/actions.ts'
import { againstTheFlow, circles, drawing, impurities } from '../../scripts/rooms.ts'
import { parseSource, readSources, type Source } from '../../scripts/source.ts'
import { impurityOf } from './rules.ts'

const sourcesOf = (files: Record<string, string>): Map<string, Source> =>
  new Map(Object.entries(files).map(([path, text]) => [path, parseSource(path, text)]))
const house = new Map(readSources('actions', 'shared').map((source) => [source.path, source]))

test('there are sources', () => {
  expect(house.size).toBeGreaterThan(200)
})

describe('a room takes from the rooms before it only, types too', () => {
  test('in every file', () => {
    expect(
      [...house.values()].flatMap((source) => againstTheFlow(source).map((what) => `${source.path} ${what}`)),
    ).toEqual([])
  })

  test.each([
    ['actions/a/plan.ts', "import type { Applied } from './apply.ts'"],
    ['actions/a/observe.ts', "import { decide } from './plan.ts'"],
    ['actions/a/inputs/x.ts', "import type { Plan } from '../plan/x.ts'"],
    ['actions/a/apply/x.ts', "import type { Told } from '../report.ts'"],
    ['actions/a/model.ts', "import type { Inputs } from './inputs.ts'"],
    ['actions/a/plan.ts', "import { run } from './main.ts'"],
    ['actions/a/sarif/x.ts', "import type { Plan } from '../plan.ts'"],
    ['actions/a/sarif/x.ts', "import { y } from '../inputs/y.ts'"],
  ])('%s breaks it with %s', (path, text) => {
    expect(againstTheFlow(parseSource(path, text))).toHaveLength(1)
  })

  test.each([
    ['actions/a/report.ts', "import { x } from './apply.ts'\nimport type { Plan } from './model.ts'"],
    ['actions/a/plan/x.ts', "import { y } from './y.ts'\nimport { z } from '../sarif/z.ts'"],
    ['actions/a/post.ts', "import { report } from './report.ts'"],
    ['actions/a/sarif/x.ts', "import type { M } from '../model.ts'\nimport { r } from '../rules/r.ts'"],
    ['shared/text/x.ts', "import { y } from './y.ts'"],
  ])('%s keeps it with %s', (path, text) => {
    expect(againstTheFlow(parseSource(path, text))).toEqual([])
  })
})

describe('no file is in a circle, types too', () => {
  test('in the house', () => {
    expect(circles(house)).toEqual([])
  })

  test('circles are seen', () => {
    const files = {
      'shared/a/a.ts': "import type { B } from './b.ts'",
      'shared/a/b.ts': "import { c } from './c.ts'",
      'shared/a/c.ts': "const a = await import('./a.ts')",
      'shared/a/d.ts': "import { a } from './a.ts'",
    }
    expect(circles(sourcesOf(files))).toEqual(['shared/a/a.ts → shared/a/b.ts → shared/a/c.ts'])
  })
})

describe('what is not observe, apply or report is pure, through all that it loads', () => {
  test('in every action', () => {
    expect(impurities(house, impurityOf)).toEqual([])
  })

  test.each([
    { 'actions/a/plan/x.ts': "import { readFileSync } from 'node:fs'" },
    { 'actions/a/sarif/x.ts': 'export const now = () => Date.now()' },
    { 'actions/a/inputs/x.ts': "export const home = process.env['HOME']" },
    { 'actions/a/model.ts': "import * as core from '@actions/core'" },
    {
      'actions/a/plan.ts': "import { y } from '../../shared/x/y.ts'",
      'shared/x/y.ts': "import { z } from './z.ts'",
      'shared/x/z.ts': "import { connect } from 'node:net'",
    },
  ])('%j breaks it', (files) => {
    expect(impurities(sourcesOf(files as Record<string, string>), impurityOf)).toHaveLength(1)
  })

  test.each([
    { 'actions/a/apply/x.ts': "import { writeFileSync } from 'node:fs'" },
    {
      'actions/a/plan.ts': "import type { Y } from '../../shared/x/y.ts'",
      'shared/x/y.ts': "import { connect } from 'node:net'",
    },
  ])('%j keeps it', (files) => {
    expect(impurities(sourcesOf(files as Record<string, string>), impurityOf)).toEqual([])
  })
})

test('CONTRIBUTING shows the rooms as they are: `npm run docs` draws them', () => {
  expect(readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')).toContain(drawing(house))
})
