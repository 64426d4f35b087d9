import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { ACTIONS } from '../../support/runner/manifest.ts'
import { expectConclusion, runAction, type StepResult } from '../../support/runner.ts'
import {
  type Change,
  closeGitHubs,
  dryRun,
  githubOf,
  publish,
  type Repository,
  repositoryOf,
} from './scene.ts'

afterEach(closeGitHubs)

const HISTORY: Change[] = [
  { message: 'feat: a', tags: ['v1.2.2', 'v1', 'v1.2'] },
  { message: 'fix: b', paths: ['api/x'] },
  { message: 'docs: c' },
]

/** A clone of a repository, made with these options of `git clone`. */
function clone(repository: Repository, ...options: string[]): Repository {
  const path = join(tempFolder('nexus-clone-'), 'clone')
  execFileSync('git', ['clone', '--quiet', ...options, `file://${repository.path}`, path])
  return { path, sha: repository.sha }
}

/** All that is the same whatever the source. */
function told({ outputs, summary }: StepResult): unknown {
  const { result = '{}', 'result-file': _, ...rest } = outputs
  return { ...rest, result: { ...JSON.parse(result), source: '' }, summary }
}

describe('git and the API give the same answer', () => {
  const many = Array.from({ length: 130 }, (_, index) => `${index % 40 === 0 ? 'feat' : 'docs'}: ${index}`)
  test.each<[string, (string | Change)[], Record<string, string>]>([
    ['a simple range', HISTORY, { 'floating-tags': 'major, minor' }],
    ['no version yet', ['feat: a', 'docs: b'], {}],
    ['nothing to release', [{ message: 'feat: a', tags: ['v1.0.0'] }, 'docs: b'], {}],
    [
      'a tag on the commit',
      ['feat: a', { message: 'fix: b', annotated: { 'v1.0.0': 'one\n\nNexus-Run: 5' } }],
      {},
    ],
    ['more commits than a page', [{ message: 'feat: a', tags: ['v1.0.0'] }, ...many], {}],
    [
      'a base beyond the first page, and tags of other lines',
      [
        { message: 'feat: a', tags: ['v1.0.0'] },
        { message: 'feat!: b', branch: 'next', from: 'v1.0.0', tags: ['v2.0.0'] },
        { message: 'feat: c', branch: 'next', tags: ['v2.1.0', 'v3.0.0-rc.1'] },
        ...many,
      ],
      { branches: 'main: release' },
    ],
    [
      'pre-releases',
      [
        { message: 'feat: a', tags: ['v1.0.0'] },
        { message: 'feat: b', annotated: { 'v1.1.0-rc.1': 'rc' } },
        'docs: c',
      ],
      { prerelease: 'rc' },
    ],
    [
      'pre-releases and paths',
      [
        { message: 'feat: a', tags: ['v1.0.0'] },
        { message: 'feat: b', paths: ['api/x'], tags: ['v1.1.0-rc.1'] },
        { message: 'fix: c', paths: ['web/x'] },
      ],
      { prerelease: 'rc', path: 'api' },
    ],
    ['paths', HISTORY, { path: 'api' }],
    ['a path that nothing touches', HISTORY, { path: 'none' }],
    [
      'merges',
      [
        { message: 'feat: a', tags: ['v1.0.0'] },
        { message: 'fix: b', branch: 'topic', from: 'v1.0.0' },
        { message: 'docs: c' },
        { message: "Merge branch 'topic'", merge: 'topic', paths: [] },
      ],
      {},
    ],
  ])('%s', async (_, history, inputs) => {
    const repository = repositoryOf(history)
    const stage = await githubOf(repository)
    const answers = []
    for (const source of ['git', 'api']) {
      const result = await publish(
        repository,
        stage,
        { ...inputs, source, 'dry-run': 'true' },
        { checkout: source === 'git' },
      )
      expectConclusion(result, 'success')
      expect(JSON.parse(result.outputs['result'] ?? '').source).toBe(source)
      if (source === 'git') expect(stage.log).toHaveLength(0)
      answers.push(told(result))
    }
    expect(answers[1]).toEqual(answers[0])
  })
})

describe('source: auto', () => {
  test.each<[string, (repository: Repository) => string, RegExp]>([
    ['a shallow clone', (full) => clone(full, '--depth=1').path, /API: the checkout is shallow/],
    ['a clone without tags', (full) => clone(full, '--no-tags').path, /API: the checkout has no tags/],
    ['no checkout', () => tempFolder('nexus-none-'), /API: there is no checkout/],
    [
      'a clone without the commit',
      () => repositoryOf(['feat: other', { message: 'x', tags: ['v9.0.0'] }]).path,
      /API: /,
    ],
  ])('reads %s through the API', async (_, workspace, words) => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const result = await publish(repository, stage, {}, { workspace: workspace(repository) })
    expectConclusion(result, 'success')
    expect(result.log).toMatch(words)
    expect(result.outputs).toMatchObject({ version: '1.2.3', released: 'true' })
  })

  test.each<[string, Record<string, string>]>([
    ['without a token', { token: '' }],
    ['with source: git', { source: 'git' }],
  ])('a shallow clone %s fails, and never gives the first version', async (_, inputs) => {
    const full = repositoryOf(HISTORY)
    const result = await publish(clone(full, '--depth=1'), await githubOf(full), inputs)
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toContain('fetch-depth: 0')
    expect(result.outputs).toMatchObject({ version: '', tag: '', released: 'false' })
  })

  test('no checkout and no token', async () => {
    const repository = repositoryOf(HISTORY)
    const result = await dryRun(repository, {}, { workspace: tempFolder('nexus-none-') })
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toMatch(/checkout.*fetch-depth: 0/)
    expect(result.outputs).toMatchObject({
      released: 'false',
      version: '',
      bump: 'none',
      sha: repository.sha(),
    })
  })

  test('takes at most three git processes and no call', async () => {
    const repository = repositoryOf([...HISTORY, { message: 'feat: d', tags: ['v1.3.0-rc.1'] }, 'fix: e'])
    const folder = tempFolder('nexus-git-')
    const [shim, count] = [join(folder, 'git'), join(folder, 'count')]
    const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    writeFileSync(shim, `#!/bin/sh\necho "$*" >> "${count}"\nexec "${git}" "$@"\n`)
    chmodSync(shim, 0o755)
    const env = { PATH: [folder, process.env['PATH']].join(delimiter) }
    const stage = await githubOf(repository)
    for (const inputs of [{}, { prerelease: 'rc' }, { version: '3.0.0' }]) {
      const result = await publish(repository, stage, { ...inputs, 'dry-run': 'true' }, { env })
      expectConclusion(result, 'success')
      const processes = readFileSync(count, 'utf8').trim().split('\n')
      expect(processes.length).toBeGreaterThan(0)
      expect(processes.length).toBeLessThanOrEqual(3)
      writeFileSync(count, '')
    }
    expect(stage.log).toHaveLength(0)
  })

  test('does not even load what talks to GitHub', async () => {
    const folder = tempFolder('nexus-bundle-')
    cpSync(join(ACTIONS, '../dist/semver-tag'), folder, { recursive: true })
    for (const file of readdirSync(folder)) if (/github|apply|api/.test(file)) rmSync(join(folder, file))
    const manifest = readFileSync(join(ACTIONS, 'semver-tag/action.yml'), 'utf8')
    writeFileSync(join(folder, 'action.yml'), manifest.replace('../../dist/semver-tag/', ''))
    const repository = repositoryOf(HISTORY)
    const result = await runAction({
      action: { folder },
      workspace: repository.path,
      event: { name: 'push', payload: { repository: { default_branch: 'main' } } },
      inputs: { 'dry-run': 'true', 'floating-tags': 'major' },
      context: { sha: repository.sha() },
    })
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({ version: '1.2.3' })
  })

  test('asks for the default branch when the event does not tell it', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const result = await publish(
      repository,
      stage,
      { 'dry-run': 'true' },
      { event: { name: 'schedule', payload: {} } },
    )
    expect(JSON.parse(result.outputs['result'] ?? '').createTag).toBe(true)
    expect(stage.log).toHaveLength(1)
  })
})
