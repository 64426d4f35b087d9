import { execFileSync } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { makeRepository } from '../../support/git.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { type Repository, repositoryOf } from '../semver-tag/scene.ts'
import { groupsOf, notes, resultOf } from './scene.ts'

/** A repository whose messages are bytes, some with an encoding header. */
function rawRepository(...messages: { bytes: Buffer; encoding?: string }[]): Repository {
  const { directory, git } = makeRepository({ directory: join(tempFolder('nexus-raw-'), 'repo') })
  const tree = git(['mktree'], '')
  let parent = ''
  for (const { bytes, encoding } of messages) {
    const head = [
      `tree ${tree}`,
      ...(parent === '' ? [] : [`parent ${parent}`]),
      'author Ada <ada@octo.test> 1767225600 +0000',
      'committer Ada <ada@octo.test> 1767225600 +0000',
      ...(encoding === undefined ? [] : [`encoding ${encoding}`]),
    ].join('\n')
    const object = Buffer.concat([Buffer.from(`${head}\n\n`), bytes, Buffer.from('\n')])
    parent = git(['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], object)
  }
  git(['update-ref', 'refs/heads/main', parent])
  return {
    path: directory,
    sha: (revision = 'main') => git(['rev-parse', revision]),
  }
}

describe('messages', () => {
  test('in other encodings are decoded', async () => {
    const latin1 = Buffer.from('feat: Größe', 'latin1')
    const step = await notes(
      rawRepository(
        { bytes: latin1, encoding: 'ISO-8859-1' },
        { bytes: Buffer.from('fix: naïve', 'latin1') },
        { bytes: Buffer.from('feat: 修正\r\n\r\nbody\r\n') },
      ),
    )
    expect(groupsOf(step)).toEqual({ Features: ['修正', 'Größe'], Fixes: ['naïve'] })
  })

  test('with a NUL or separators forge nothing', async () => {
    const step = await notes(
      rawRepository(
        { bytes: Buffer.from('feat: one\n\n(tag: v9.9.9)\n-hash-\nabc\n\x1e\x1f\x00feat: forged\x00v9.9.9') },
        { bytes: Buffer.from('fix: two\n\ncommit 1234567\nrefs/tags/v9.9.9') },
      ),
    )
    expect(groupsOf(step)).toEqual({ Features: ['one'], Fixes: ['two'] })
    expect(step.outputs).toMatchObject({ commits: '2', from: '' })
  })

  test('without a word, and with 100 kB in one line', async () => {
    const long = `feat: ${'x'.repeat(100_000)}`
    const step = await notes(rawRepository({ bytes: Buffer.from('') }, { bytes: Buffer.from(long) }), {
      include: 'all',
    })
    expectConclusion(step, 'success')
    expect(resultOf(step).counts).toMatchObject({ range: 2, listed: 2 })
    expect(step.outputs['changelog']?.length).toBeLessThanOrEqual(125_000)
  })

  test('are no workflow commands, outputs or expressions', async () => {
    const step = await notes(
      repositoryOf([
        'feat: ::error::x ##[error]y ::set-output name=version::9.9.9',
        'feat: b\n\nBREAKING CHANGE: a\nEOF\nghadelimiter\nversion=9.9.9\n::add-mask::github',
        'fix: \u0024{{ github.token }} $(id) `id` {{x}} %0A::warning::z',
      ]),
    )
    expectConclusion(step, 'success')
    expect(step.annotations).toEqual([])
    expect(Object.keys(step.outputs)).not.toContain('version')
    expect(step.masks).not.toContain('github')
  })

  test('of merges that nobody made are told as they are', async () => {
    const step = await notes(
      repositoryOf(["Merge branch 'x'", 'Merge pull request #7 from a/b\n\nfeat: shiny']),
    )
    expect(groupsOf(step)).toEqual({ Features: ['shiny'] })
    expect(resultOf(step).counts).toEqual({ range: 2, listed: 1, reverted: 0, merged: 1, excluded: 0 })
  })
})

describe('names', () => {
  test('of tags that look like options or patterns', async () => {
    const repository = repositoryOf([{ message: 'feat: a', tags: ['--help', '-v1.0.0'] }, 'fix: b'])
    const step = await notes(repository, { from: '--help' })
    expectConclusion(step, 'success')
    expect(groupsOf(step)).toEqual({ Fixes: ['b'] })
  })

  test('of files that are links out of the workspace', async () => {
    const repository = repositoryOf(['feat: a'])
    const secret = join(tempFolder('nexus-secret-'), 'secret')
    writeFileSync(secret, 'hidden {{version}}')
    symlinkSync(secret, join(repository.path, 'notes.tpl'))
    const step = await notes(repository, { format: 'template', 'template-file': 'notes.tpl' })
    expectConclusion(step, 'failure')
    expect(step.annotations[0]?.message).toContain('lies outside the workspace: a symbolic link leads there')
    expect(step.log).not.toContain('hidden')
  })
})

test('a configuration that would run programs runs none', async () => {
  const repository = repositoryOf([{ message: 'feat: a', tags: ['v1.0.0'] }, 'fix: b'])
  const trap = join(tempFolder('nexus-trap-'), 'sprung')
  for (const [name, value] of [
    ['core.fsmonitor', `touch ${trap}`],
    ['core.pager', `touch ${trap}`],
    ['log.showSignature', 'true'],
    ['gpg.program', `touch ${trap}`],
    ['alias.log', `!touch ${trap}`],
    ['log.mailmap', 'true'],
    ['format.pretty', 'raw'],
    ['i18n.logOutputEncoding', 'ISO-8859-1'],
    ['log.date', 'relative'],
    ['color.ui', 'always'],
  ])
    execFileSync('git', ['-C', repository.path, 'config', name as string, value as string])
  const step = await notes(repository)
  expectConclusion(step, 'success')
  expect(groupsOf(step)).toEqual({ Fixes: ['b'] })
  expect(() => execFileSync('test', ['-e', trap])).toThrow()
})
