import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { closeGitHubs, dryRun, githubOf, publish, repositoryOf, tagged } from './scene.ts'

afterEach(closeGitHubs)

const HISTORY = [{ message: 'feat: a', tags: ['v1.2.2', 'v1'] }, 'fix: b']

function git(path: string, ...args: string[]): string {
  return execFileSync('git', ['-C', path, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}

test('nothing that a repository configures is run', async () => {
  const repository = repositoryOf(HISTORY)
  const folder = tempFolder('nexus-evil-')
  const [program, mark] = [join(folder, 'evil'), join(folder, 'mark')]
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> "${mark}"\n`)
  chmodSync(program, 0o755)
  const settings = {
    'core.fsmonitor': program,
    'core.hooksPath': folder,
    'core.pager': program,
    'pager.log': program,
    'core.sshCommand': program,
    'core.editor': program,
    'diff.external': program,
    'diff.evil.textconv': program,
    'gpg.program': program,
    'log.showSignature': 'true',
    'tag.gpgSign': 'true',
    'credential.helper': program,
    'alias.log': `!${program}`,
    'alias.for-each-ref': `!${program}`,
    'uploadpack.packObjectsHook': program,
    'remote.origin.url': `ext::${program}`,
    'remote.origin.promisor': 'true',
    'protocol.ext.allow': 'always',
    'log.diffMerges': 'on',
    'log.follow': 'true',
  }
  for (const [name, value] of Object.entries(settings)) git(repository.path, 'config', name, value)
  for (const hook of ['reference-transaction', 'pre-push', 'post-checkout', 'pre-auto-gc']) {
    writeFileSync(join(folder, hook), `#!/bin/sh\necho ${hook} >> "${mark}"\n`, { mode: 0o755 })
  }
  mkdirSync(join(repository.path, '.git', 'info'), { recursive: true })
  writeFileSync(join(repository.path, '.git', 'info', 'attributes'), '* diff=evil\n')
  const stage = await githubOf(repository)
  for (const inputs of [{ path: 'file-1' }, {}]) {
    const result = await publish(repository, stage, {
      ...inputs,
      'floating-tags': 'major',
      create: 'release',
    })
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({ version: '1.2.3' })
  }
  expect(existsSync(mark)).toBe(false)
  expect(git(repository.path, 'tag')).toBe('v1\nv1.2.2')
})

test('names that begin like options are names', async () => {
  const repository = repositoryOf(HISTORY)
  for (const name of ['--output=evil', '-v9.9.9', '--exec=evil', 'v1.2.9;evil', 'v$(evil)']) {
    git(repository.path, 'update-ref', `refs/tags/${name}`, repository.sha())
  }
  expect((await dryRun(repository)).outputs).toMatchObject({ version: '1.2.3', 'previous-tag': 'v1.2.2' })
  expect((await dryRun(repository, { path: '--output=evil' })).outputs).toMatchObject({
    version: '1.2.2',
    commits: '0',
  })
  expect(existsSync(join(repository.path, 'evil'))).toBe(false)
})

test('messages are data: no workflow command, no markup, no mention', async () => {
  const subject = 'fix: ::error::x ##[add-mask]y \u001b[31m <img src=x> [a](http://b) @octocat | `c` \u202e'
  const repository = repositoryOf([
    ...HISTORY,
    `${subject}\n::set-output name=x::y\n##[stop-commands]z`,
    '::error::only',
  ])
  const result = await dryRun(repository)
  expectConclusion(result, 'success')
  expect(result.annotations).toEqual([])
  expect(result.commands.filter(({ name }) => name !== 'add-mask' && name !== 'debug')).toEqual([])
  for (const text of ['<img', '@octocat', '\u001b', '\u202e', '](http'])
    expect(result.summary).not.toContain(text)
  expect(result.log).not.toContain('\u001b')
})

describe('other shapes of a repository', () => {
  test('a detached head', async () => {
    const repository = repositoryOf(HISTORY)
    git(repository.path, 'update-ref', '--no-deref', 'HEAD', repository.sha())
    expect((await dryRun(repository)).outputs).toMatchObject({ version: '1.2.3' })
  })

  test('SHA-256 object names', async () => {
    const repository = repositoryOf(HISTORY, ['--object-format=sha256'])
    expect(repository.sha()).toHaveLength(64)
    expect((await dryRun(repository)).outputs).toMatchObject({ version: '1.2.3', sha: repository.sha() })
  })

  test('a bare one', async () => {
    const repository = repositoryOf(HISTORY, ['--bare'])
    expect((await dryRun(repository)).outputs).toMatchObject({ version: '1.2.3' })
  })

  test('an unborn branch', async () => {
    const path = tempFolder('nexus-unborn-')
    git(path, 'init', '--quiet')
    const result = await dryRun({ path, sha: () => 'a'.repeat(40) })
    expectConclusion(result, 'failure')
    expect(result.outputs).toMatchObject({ version: '', released: 'false' })
  })

  test('replaced and grafted commits: what GitHub has counts', async () => {
    const repository = repositoryOf([{ message: 'feat: a', tags: ['v1.2.2'] }, 'feat!: b', 'fix: c'])
    git(repository.path, 'replace', repository.sha('main~1'), repository.sha('v1.2.2'))
    expect((await dryRun(repository)).outputs).toMatchObject({ version: '2.0.0', commits: '2' })
  })

  test('messages in other encodings, and in none', async () => {
    const repository = repositoryOf(HISTORY)
    const tree = git(repository.path, 'rev-parse', 'main^{tree}')
    let parent = repository.sha()
    for (const [header, text] of [
      ['encoding ISO-8859-1\n', 'feat: gr\u00fc\u00df'],
      ['', 'fix: \u00ff\u00fe'],
      ['', ''],
    ]) {
      const who = 'Ada <a@b.invalid> 1767300000 +0000'
      const object = `tree ${tree}\nparent ${parent}\nauthor ${who}\ncommitter ${who}\n${header}\n${text}`
      parent = execFileSync(
        'git',
        ['-C', repository.path, 'hash-object', '-t', 'commit', '-w', '--stdin', '--literally'],
        {
          input: Buffer.from(object, 'latin1'),
          encoding: 'utf8',
        },
      ).trim()
    }
    const result = await dryRun(repository, {}, { at: parent })
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({ version: '1.3.0', commits: '4' })
    expect(result.log).toContain('feat: gr\u00fc\u00df')
  })

  test('16,000 tags, git and API', async () => {
    const tags = Array.from({ length: 16_000 }, (_, index) => `v0.${Math.floor(index / 100)}.${index % 100}`)
    const repository = repositoryOf([{ message: 'feat: a', tags }, 'fix: b'])
    const stage = await githubOf(repository)
    for (const source of ['git', 'api']) {
      const result = await publish(repository, stage, { source, 'dry-run': 'true' })
      expectConclusion(result, 'success')
      expect(result.outputs).toMatchObject({ 'previous-tag': 'v0.159.99', version: '0.159.100' })
    }
  }, 120_000)

  test('a checkout that belongs to somebody else is read all the same', async () => {
    const repository = repositoryOf(HISTORY)
    const env = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' }
    expectConclusion(await dryRun(repository, {}, { env }), 'success')
  })
})

test('a tag that points at a tree, a nested tag, and v1 as an annotated tag', async () => {
  const repository = repositoryOf([
    { message: 'feat: a', annotated: { 'v1.2.2': 'one', v1: 'floating' } },
    'fix: b',
  ])
  git(repository.path, 'update-ref', 'refs/tags/v9.0.0', git(repository.path, 'rev-parse', 'main^{tree}'))
  git(
    repository.path,
    '-c',
    'user.name=a',
    '-c',
    'user.email=a@b.invalid',
    'tag',
    '-a',
    '-m',
    'nested',
    'v1.2.1',
    'v1.2.2',
  )
  const stage = await githubOf(repository)
  const result = await publish(repository, stage, { 'floating-tags': 'major' })
  expectConclusion(result, 'success')
  expect(result.outputs).toMatchObject({ version: '1.2.3', 'previous-tag': 'v1.2.2' })
  expect(stage.state.refs.get('refs/tags/v1')).toBe(repository.sha())
  expect(tagged(stage, 'v1.2.3')).toBe(repository.sha())
})
