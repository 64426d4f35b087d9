import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { makeHistory } from '../../../bench/histories.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { type Change, repositoryOf } from '../semver-tag/scene.ts'
import { notes, resultOf } from './scene.ts'

const HISTORY: Change[] = [
  { message: 'feat: root', paths: ['a/1'], tags: ['v1.0.0'] },
  { message: 'fix: hot', branch: '1.0.x', from: 'v1.0.0', paths: ['a/2'], tags: ['v1.0.1'] },
  { message: 'feat: one', paths: ['b/1'], tags: ['v1.1.0-rc.1'] },
  { message: 'fix: two', paths: ['a/3'], tags: ['v1.1.0-rc.2'] },
  { message: "Merge branch '1.0.x'", merge: '1.0.x', paths: ['a/2'] },
  { message: 'fix: three', paths: ['b/2'], tags: ['v1.1.0'] },
  { message: 'feat: four', paths: ['a/4'], tags: ['v1.2.0-rc.1'] },
  { message: 'feat: five', paths: ['b/3'] },
]

/** version, from and subjects of every release. */
async function versions(inputs: Record<string, string>, history = HISTORY, at?: string): Promise<unknown> {
  const repository = repositoryOf(history)
  const step = await notes(
    repository,
    { history: 'true', ...inputs },
    at === undefined ? {} : { at: repository.sha(at) },
  )
  expectConclusion(step, 'success')
  return resultOf(step).releases.map(({ version, from, groups }) => [
    ...[version, from ?? null],
    groups.flatMap(({ entries }) => entries.map(({ subject }) => subject)),
  ])
}

describe('a whole history', () => {
  test('has each commit in the lowest version with it; a stable version has its pre-releases', async () => {
    expect(await versions({})).toEqual([
      [null, 'v1.2.0-rc.1', ['five']],
      ['1.2.0-rc.1', 'v1.1.0', ['four']],
      ['1.1.0', 'v1.0.1', ['one', 'three', 'two']],
      ['1.0.1', 'v1.0.0', ['hot']],
      ['1.0.0', null, ['root']],
    ])
  })

  test('of a version that is about to be tagged', async () => {
    expect(await versions({ version: '1.2.0', from: 'v1.1.0' })).toEqual([
      ['1.2.0', 'v1.2.0-rc.1', ['five']],
      ['1.2.0-rc.1', 'v1.1.0', ['four']],
    ])
  })

  test('of a path, whose commits are not those with the tags', async () => {
    expect(await versions({ path: 'a' })).toEqual(
      [
        [null, 'v1.2.0-rc.1', []],
        ['1.2.0-rc.1', 'v1.1.0', ['four']],
        ['1.1.0', 'v1.0.1', ['two']],
        ['1.0.1', 'v1.0.0', ['hot']],
        ['1.0.0', null, ['root']],
      ].slice(1),
    )
  })

  test('that ends at a tag has nothing unreleased', async () => {
    expect(await versions({}, HISTORY, 'v1.0.1')).toEqual([
      ['1.0.1', 'v1.0.0', ['hot']],
      ['1.0.0', null, ['root']],
    ])
  })

  test('has at most five git processes and reads no tree, whatever the number of tags', async () => {
    const path = makeHistory(tempFolder('nexus-many-'), { commits: 1_000, tags: 400, newest: 12 })
    const sha = (revision = 'HEAD'): string =>
      execFileSync('git', ['-C', path, 'rev-parse', revision], { encoding: 'utf8' }).trim()
    for (const inputs of [{ history: 'true' }, {}, { from: 'v1.0.3' }, { to: 'v1.0.9' }]) {
      const started = countingGit()
      const step = await notes({ path, sha }, inputs, { env: { PATH: started.path } })
      expectConclusion(step, 'success')
      const commands = started.commands()
      expect(commands.length).toBeLessThanOrEqual(5)
      expect(commands.length).toBeGreaterThanOrEqual(3)
      const kinds = commands.map((command) => command.split(' ')[2])
      expect(kinds.filter((kind) => !/^(for-each-ref|cat-file|merge-base|log)$/.test(kind ?? ''))).toEqual([])
    }
  })
})

/** A git on the PATH that writes down how it was started. */
function countingGit(): { path: string; commands(): string[] } {
  const folder = tempFolder('nexus-bin-')
  const log = join(folder, 'log')
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  writeFileSync(log, '')
  writeFileSync(join(folder, 'git'), `#!/bin/sh\necho "$*" >> '${log}'\nexec '${real}' "$@"\n`)
  chmodSync(join(folder, 'git'), 0o755)
  return {
    path: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
    commands: () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
  }
}

describe('the same bytes', () => {
  test('in every time zone and locale, and twice', async () => {
    const repository = repositoryOf(HISTORY)
    const outputs = async (env: Record<string, string>): Promise<unknown> => {
      const { outputs: all } = await notes(repository, { history: 'true' }, { env })
      const { 'result-file': _, 'changelog-file': __, ...rest } = all
      return rest
    }
    const first = await outputs({ TZ: 'UTC', LANG: 'C' })
    expect(await outputs({ TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' })).toEqual(
      first,
    )
    expect(await outputs({ TZ: 'America/Adak', LANG: 'de_DE.UTF-8' })).toEqual(first)
  })
})
