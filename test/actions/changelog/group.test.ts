import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type Change, type Repository, repositoryOf } from '../semver-tag/scene.ts'
import { groupsOf, notes, resultOf } from './scene.ts'

const HISTORY: (string | Change)[] = [
  { message: 'root', tags: ['v1.0.0'] },
  'feat(api): add a',
  'feat(ui)!: drop b',
  'fix: mend c',
  'perf(core): speed d',
  'Revert "feat: old"\n\nThis reverts commit 1234567.',
  'docs: write e',
  'chore(deps): bump f',
  'security: close g',
  'plain words',
  'docs: h\n\nBREAKING CHANGE: h is gone\n\nfor good',
]
let made: Repository | undefined
const repository = (): Repository => {
  made ??= repositoryOf(HISTORY)
  return made
}

describe('groups', () => {
  test.each<[string, Record<string, string>, Record<string, string[]>]>([
    [
      'by default',
      {},
      {
        Breaking: ['h', 'drop b'],
        Features: ['add a'],
        Fixes: ['mend c'],
        Performance: ['speed d'],
        Reverts: ['Revert "feat: old"'],
      },
    ],
    [
      'with all that is conventional',
      { include: 'conventional' },
      {
        Breaking: ['h', 'drop b'],
        Features: ['add a'],
        Fixes: ['mend c'],
        Performance: ['speed d'],
        Reverts: ['Revert "feat: old"'],
        Other: ['close g', 'bump f', 'write e'],
      },
    ],
    [
      'with everything',
      { include: 'all', exclude: 'types: [feat, fix, perf, revert]' },
      { Breaking: ['h'], Other: ['plain words', 'close g', 'bump f', 'write e'] },
    ],
    [
      'of the input, in its order; the first that matches takes it',
      { groups: 'Security: security\nInterface: {scopes: [UI]}\nNews: [feat, fix]\nDocs: docs' },
      {
        Security: ['close g'],
        Interface: ['drop b'],
        News: ['mend c', 'add a'],
        Docs: ['h', 'write e'],
        Other: ['Revert "feat: old"', 'speed d'],
      },
    ],
    [
      'of the input with every part',
      { groups: 'Careful: {types: feat, breaking: true}\nAll: "*"' },
      {
        Careful: ['drop b'],
        All: [
          ...['h', 'plain words', 'close g', 'bump f', 'write e', 'Revert "feat: old"'],
          ...['speed d', 'mend c', 'add a'],
        ],
      },
    ],
    [
      'without what is excluded',
      { exclude: 'scopes: [api]\nregex: ["^perf", "BREAK|drop"]\nauthors: [nobody]' },
      { Breaking: ['h'], Fixes: ['mend c'], Reverts: ['Revert "feat: old"'] },
    ],
    ['without an author', { exclude: 'authors: [ADA]' }, {}],
  ])('%s', async (_, inputs, expected) => {
    const step = await notes(repository(), inputs)
    expect(groupsOf(step)).toEqual(expected)
    expect(Object.keys(groupsOf(step))).toEqual(Object.keys(expected))
  })

  test('what was left out is counted by its reason', async () => {
    const step = await notes(repository(), { exclude: 'scopes: [api]' })
    const [release] = resultOf(step).releases
    expect(release?.counts).toEqual({ range: 10, listed: 5, reverted: 0, merged: 0, excluded: 5 })
    expect(release?.excluded).toEqual({
      ...{ 'not conventional': 1, 'scope api': 1 },
      ...{ chore: 1, docs: 1, security: 1 },
    })
    expect(step.summary).toContain('| 10 | 5 | 0 | 0 | 5 |')
    expect(step.outputs).toMatchObject({ commits: '10', breaking: 'true', 'is-empty': 'false' })
  })

  test('a list of types of conventionalcommits', async () => {
    const path = join(repository().path, '.versionrc')
    writeFileSync(
      path,
      '{"types": [{"type": "feat", "section": "New"}, {"type": "docs", "hidden": true}, {"type": "fix", "section": "Bugs"}]}',
    )
    const step = await notes(repository(), { 'config-file': '.versionrc' })
    expect(groupsOf(step)).toMatchObject({ New: expect.arrayContaining(['add a']), Bugs: ['mend c'] })
  })

  test('a config file that was asked for must be there', async () => {
    const step = await notes(repository(), { 'config-file': 'none.yml' })
    expect(step.annotations[0]?.message).toContain('there is no file none.yml in the workspace')
  })
})
