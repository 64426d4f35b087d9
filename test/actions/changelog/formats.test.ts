import { readFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from '@jest/globals'
import { linearHistory, makeRepository, type TestRepository } from '../../support/git.ts'
import { expectConclusion, type StepResult } from '../../support/runner.ts'
import { dangersOf } from './render/markdown-oracle.ts'
import { notes } from './scene.ts'
import { trickyRepository } from './tricky-repository.ts'

const shop = makeRepository()
shop.commit('feat: begin')
shop.tag('v1.0.0')
shop.commit('feat(api): list orders by date (#41)')
shop.commit('chore: tidy up')
shop.commit('fix: no empty page (#43)\n\nCloses #39')
shop.commit(
  'feat(api)!: fewer orders (#44)\n\nBREAKING CHANGE: Follow `next`.\n\nCo-authored-by: Grace <7+grace@users.noreply.github.com>',
)
shop.tag('v2.0.0')
const huge = makeRepository()
// Two code units each, so that both ways to count are far apart.
huge.fastImport(linearHistory(1_500, (index) => ({ message: `feat: ${'🚀'.repeat(60)} number ${index}` })))
huge.commit('fix!: the end')
const tricky = trickyRepository()
afterAll(() => {
  for (const repository of [shop, huge, tricky.repository]) repository.remove()
})

const run = (
  repository: TestRepository,
  inputs: Readonly<Record<string, string>> = {},
  options: Parameters<typeof notes>[2] = {},
): Promise<StepResult> =>
  notes(
    { path: repository.directory, sha: (revision = 'HEAD') => repository.git(['rev-parse', revision]) },
    inputs,
    options,
  )
const textOf = ({ outputs }: StepResult): string => outputs['changelog'] ?? ''

describe('formats', () => {
  test('release notes, the file with the same, and a summary that shows them', async () => {
    const step = await run(shop)
    expectConclusion(step, 'success')
    const home = 'https://github.com/octo/demo'
    expect(textOf(step)).toBe(`### Breaking

- **api:** fewer orders ([#44](${home}/issues/44))

  Follow \`next\`.

### Features

- **api:** list orders by date ([#41](${home}/issues/41))

### Fixes

- no empty page ([#43](${home}/issues/43), closes [#39](${home}/issues/39))

**Contributors:** Ada, @grace

**Full changelog:** [v1.0.0...v2.0.0](${home}/compare/v1.0.0...v2.0.0)
`)
    expect(readFileSync(step.outputs['changelog-file'] ?? '', 'utf8')).toBe(textOf(step))
    expect(step.summary).toContain(textOf(step).trim())
    expect(step.summary).toContain('| 4 | 3 | 0 | 0 | 1 |')
    expect(step.summary).toContain('| chore | 1 |')
    expect(step.summary).toContain('- From v1.0.0, the highest stable version before v2.0.0.')
    expect(step.outputs).toMatchObject({ breaking: 'true', 'is-empty': 'false', commits: '4' })
  })

  test('Keep a Changelog', async () => {
    const step = await run(shop, { format: 'keep-a-changelog', links: 'false', contributors: 'false' })
    expect(textOf(step)).toBe(`## [2.0.0] - 2026-01-01

### Added

- **Breaking:** **api:** fewer orders (#44)

  Follow \`next\`.
- **api:** list orders by date (#41)

### Fixed

- no empty page (#43, closes #39)
`)
  })

  test('JSON: the model, without addresses of people', async () => {
    const step = await run(shop, { format: 'json' })
    const { releases } = JSON.parse(textOf(step))
    expect(releases).toMatchObject([
      {
        ...{ version: '2.0.0', tag: 'v2.0.0', from: 'v1.0.0', to: 'v2.0.0', date: '2026-01-01' },
        groups: [{ title: 'Breaking' }, { title: 'Features' }, { title: 'Fixes' }],
        contributors: [
          { name: 'Ada', login: null },
          { name: 'Grace', login: 'grace' },
        ],
        counts: { range: 4, listed: 3, reverted: 0, merged: 0, excluded: 1 },
        excluded: { chore: 1 },
      },
    ])
    expect(releases[0].groups[0].entries[0]).toMatchObject({
      ...{ type: 'feat', scope: 'api', subject: 'fewer orders', breaking: ['Follow `next`.'] },
      ...{ pullRequest: { number: 44 }, references: [] },
    })
    // The same as in `result`.
    expect(JSON.parse(step.outputs['result'] ?? '').releases).toEqual(releases)
    expect(JSON.stringify(step.outputs)).not.toMatch(/octo\.test|users\.noreply/)
    expect(step.outputs['changelog-file']).toMatch(/\.json$/)
    expect(step.summary).toContain('```json\n{')
  })

  test('a template, from the input and from a file', async () => {
    const template = '{{#groups}}\n*{{title}}*\n{{#entries}}\n• {{subject}}\n{{/entries}}\n{{/groups}}\n'
    const step = await run(shop, { format: 'template', template })
    expect(textOf(step)).toBe(
      '*Breaking*\n• fewer orders\n*Features*\n• list orders by date\n*Fixes*\n• no empty page\n',
    )
    shop.write('notes.mustache', template)
    const other = await run(shop, { format: 'template', 'template-file': 'notes.mustache' })
    expect(textOf(other)).toBe(textOf(step))
    // As a checkout on Windows writes it.
    shop.write('notes.mustache', template.replaceAll('\n', '\r\n'))
    const windows = await run(shop, { format: 'template', 'template-file': 'notes.mustache' })
    expect(textOf(windows)).toBe(textOf(step))
  })

  test('a template with a mistake is an error that names it, and nothing is written', async () => {
    const template = '# {{version}}\n{{#groups}}\n{{titel}}\n{{/groups}}'
    const step = await run(shop, { format: 'template', template, file: 'NEVER.md' })
    expectConclusion(step, 'failure')
    expect(step.annotations).toMatchObject([
      { message: expect.stringContaining('line 3: there is no "titel" here. Did you mean "title"?') },
    ])
    expect(shop.git(['status', '--porcelain', '--', 'NEVER.md'])).toBe('')
  })

  test('without links there are none', async () => {
    expect(textOf(await run(shop, { links: 'false' }))).not.toMatch(/\]\(|https?:/)
  })
})

describe('max-length', () => {
  test('GitHub takes the notes of any history; the file has all of it', async () => {
    const step = await run(huge, { file: 'CHANGELOG.md' })
    expectConclusion(step, 'success')
    const text = textOf(step)
    expect(text.length).toBeLessThanOrEqual(125_000)
    expect(text.length).toBeGreaterThan(124_500)
    expect(text).toContain('the end')
    expect(text).toMatch(/_Left out to stay within the limit: Features \(\d+ lines\)/)
    expect(JSON.parse(step.outputs['result'] ?? '').cut).toMatchObject({
      versions: 0,
      groups: 0,
      lines: expect.any(Number),
    })
    const file = readFileSync(step.outputs['file'] ?? '', 'utf8')
    expect(file.match(/^- /gm)).toHaveLength(1_501)
  })

  test('what is asked for counts', async () => {
    const step = await run(huge, { 'max-length': '3000', format: 'keep-a-changelog' })
    expect(textOf(step).length).toBeLessThanOrEqual(3_000)
    expect(textOf(step).length).toBeGreaterThan(2_500)
    expect(textOf(step)).toContain('### Fixed')
    expect(step.summary).toMatch(/\d+ lines did not fit into max/)
  })
})

describe('the same bytes', () => {
  const elsewhere = [
    { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    { TZ: 'America/Los_Angeles', LANG: 'C', LC_ALL: 'C', LANGUAGE: 'de' },
    {
      TZ: 'Asia/Kolkata',
      LC_ALL: 'ja_JP.eucJP',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'i18n.logOutputEncoding',
      GIT_CONFIG_VALUE_0: 'ISO-8859-1',
    },
  ]
  test('in every time zone and locale, whatever people write', async () => {
    const sha = [...tricky.tips.values()]
    const { repository } = tricky
    // All of them at once.
    const base = repository.git(['rev-parse', 'v1.0.0'])
    const tree = repository.git(['rev-parse', 'v1.0.0^{tree}'])
    const parents = sha.flatMap((each) => ['-p', each])
    const tip = repository.git(['commit-tree', tree, ...parents, '-m', 'Merge everything', '-p', base])
    repository.git(['update-ref', 'refs/heads/all', tip])
    const inputs = { include: 'all', format: 'markdown' }
    const plain = await run(repository, inputs, { at: tip })
    expectConclusion(plain, 'success')
    expect(dangersOf(textOf(plain), [], 'https://github.com/octo/demo/')).toEqual([])
    for (const env of elsewhere)
      expect(textOf(await run(repository, inputs, { at: tip, env }))).toBe(textOf(plain))
  })
})
