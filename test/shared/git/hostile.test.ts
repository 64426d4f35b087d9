import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { gitEnvironment } from '../../../shared/git/environment.ts'
import { gitOutput } from '../../../shared/git/process.ts'
import { openRepository } from '../../../shared/git/repository.ts'
import { resolveCommit } from '../../../shared/git/revision.ts'
import { readTagMessage, readTags } from '../../../shared/git/tags.ts'
import { makeRepository, runGit, type TestRepository } from '../../support/git.ts'
import { alsoRemove, failure, history, repository } from './stage.ts'

/** What can make git run a program, and one command that shows it does without our hardening (when one does). */
const PROGRAMS = [
  'core.fsmonitor',
  'core.pager',
  'core.sshCommand',
  'core.gitProxy',
  'core.askPass',
  'core.editor',
  'core.alternateRefsCommand',
  'diff.external',
  'diff.evil.textconv',
  'diff.evil.command',
  'filter.evil.clean',
  'filter.evil.smudge',
  'filter.evil.process',
  'gpg.program',
  'gpg.ssh.program',
  'gpg.x509.program',
  'pager.log',
  'pager.for-each-ref',
  'pager.rev-parse',
  'credential.helper',
  'remote.origin.uploadpack',
  'uploadpack.packObjectsHook',
]
const SETTINGS: [string, string][] = [
  ['log.showSignature', 'true'],
  ['log.follow', 'true'],
  ['log.showRoot', 'true'],
  ['log.date', 'format:%%'],
  ['log.decorate', 'full'],
  ['color.ui', 'always'],
  ['format.pretty', 'evil'],
  ['pretty.evil', 'format:evil'],
  ['notes.displayRef', 'refs/notes/*'],
  ['i18n.logOutputEncoding', 'UTF-16'],
  ['diff.renames', 'copies'],
  ['log.diffMerges', 'separate'],
  ['core.attributesFile', '.gitattributes'],
]

/** A repository whose configuration would run a program that leaves MARK, wherever git has a place for one. */
function hostile(): TestRepository & { mark: string; sha: string } {
  const one = repository()
  const { directory, git } = one
  const mark = join(directory, 'MARK')
  const program = join(directory, '.git', 'evil')
  const first = one.commit('feat: a', { path: 'file' })
  one.tag('v1.0.0', 'one')
  git(['update-ref', 'refs/tags/--output=MARK', 'HEAD'])
  git(['update-ref', 'refs/tags/-x', 'HEAD'])
  const signed = `tree ${git(['rev-parse', 'HEAD^{tree}'])}\nparent ${first}\nauthor A <a@b> 9 +0000\ncommitter A <a@b> 9 +0000\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n\nfix: signed\n`
  const sha = git(['hash-object', '-t', 'commit', '-w', '--stdin'], signed)
  git(['update-ref', 'HEAD', sha])
  one.write('.gitattributes', '* diff=evil filter=evil\n')
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> '${mark}'\nexit 0\n`)
  chmodSync(program, 0o755)
  for (const name of readdirSync(join(directory, '.git', 'hooks'))) {
    writeFileSync(
      join(directory, '.git', 'hooks', name.replace('.sample', '')),
      `#!/bin/sh\n"${program}"\n`,
      { mode: 0o755 },
    )
  }
  for (const name of PROGRAMS) git(['config', name, program])
  for (const [name, value] of SETTINGS) git(['config', name, value])
  for (const command of ['log', 'for-each-ref', 'rev-parse', 'cat-file'])
    git(['config', `alias.${command}`, `!'${program}'`])
  git(['config', 'remote.origin.url', 'ext::sh -c "touch MARK"'])
  git(['config', 'protocol.ext.allow', 'always'])
  git(['config', 'url.ext::.insteadOf', 'https://'])
  return { ...one, mark, sha }
}

test('the trap works: unhardened git runs the programs', () => {
  const { git, mark } = hostile()
  git(['log', '-p', '--ext-diff', '-1'])
  expect(existsSync(mark)).toBe(true)
})

test('no program of a hostile repository runs, and what it says is as usual', async () => {
  const { directory, mark, sha } = hostile()
  const opened = openRepository(directory)
  expect(await resolveCommit(opened, 'HEAD')).toBe(sha)
  const tags = await readTags(opened, { reachableFrom: sha })
  expect(tags.map(({ name }) => name).sort()).toEqual(['--output=MARK', '-x', 'v1.0.0'])
  for (const { name } of tags) await readTagMessage(opened, name)
  expect(
    (await history(directory, { to: sha, paths: ['file', '--output=MARK'] })).map(({ message }) => message),
  ).toEqual(['feat: a'])
  expect((await history(directory, { to: sha })).map(({ message }) => message)).toEqual([
    'fix: signed',
    'feat: a',
  ])
  expect(existsSync(mark)).toBe(false)
})

// The commands of this folder start no program anyway; should one be added that does, the settings stand in its way.
test.each([
  ['core.fsmonitor', ['status', '--porcelain']],
  ['gpg.program', ['log', '-1', '--show-signature']],
  ['core.alternateRefsCommand', ['fetch', '--quiet', 'origin']],
  ['core.sshCommand', ['ls-remote', 'ssh://localhost/x']],
] as const)('%s is not obeyed by git %j either', async (name, args) => {
  const { directory, git, mark } = hostile()
  for (const filter of ['clean', 'smudge', 'process']) git(['config', '--unset', `filter.evil.${filter}`])
  git(['config', '--unset-all', 'url.ext::.insteadOf'])
  if (name === 'gpg.program' || name === 'core.fsmonitor') {
    git(args)
    expect(existsSync(mark)).toBe(true)
    rmSync(mark)
  }
  await gitOutput(openRepository(directory), [...args]).catch(() => undefined)
  expect(existsSync(mark)).toBe(false)
})

test('a partial clone fetches nothing, and says so', async () => {
  const origin = repository()
  origin.git(['config', 'uploadpack.allowFilter', 'true'])
  origin.commit('feat: a', { path: 'dir/file' })
  const to = origin.commit('feat: b', { path: 'dir/other' })
  const clone = alsoRemove(makeRepository())
  clone.remove()
  runGit(origin.directory, [
    'clone',
    '--quiet',
    '--filter=tree:0',
    '--no-checkout',
    `file://${origin.directory}`,
    clone.directory,
  ])
  expect(await history(clone.directory, { to })).toHaveLength(2)
  // What the repository allows itself, and a program that would be run to fetch.
  const mark = join(clone.directory, 'MARK')
  clone.git(['config', 'protocol.file.allow', 'always'])
  clone.git(['config', 'protocol.allow', 'always'])
  clone.git(['config', 'remote.origin.uploadpack', `touch '${mark}'; git-upload-pack`])
  const before = objects(clone)
  const error = await failure(() => history(clone.directory, { to, paths: ['dir'] }))
  expect([error.kind, error.message]).toEqual(['missing-object', expect.stringContaining('without `filter`')])
  expect(objects(clone)).toBe(before)
  expect(existsSync(mark)).toBe(false)
})

function objects({ git }: TestRepository): string {
  return git(['count-objects', '-v'])
}

test('nothing of our environment reaches git but what it needs to start', async () => {
  const { directory, commit } = repository()
  commit('feat: a')
  const environment = gitEnvironment(openRepository(directory), {
    ...{ PATH: '/bin', INPUT_TOKEN: 'secret', GITHUB_TOKEN: 'secret', HOME: '/root', GIT_DIR: '/elsewhere' },
    ...{
      GIT_CONFIG_PARAMETERS: "'core.pager=evil'",
      GIT_EXTERNAL_DIFF: 'evil',
      GIT_TRACE: '/tmp/x',
      PAGER: 'evil',
    },
  })
  const values = Object.values(environment).join('\n')
  expect(values).not.toMatch(/secret|evil|elsewhere/)
  expect(environment).not.toHaveProperty('HOME')
  expect(environment).toMatchObject({
    PATH: '/bin',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_GLOBAL: '/dev/null',
  })
})

test('the variables of the caller do not lead elsewhere', async () => {
  const { directory, commit } = repository()
  const sha = commit('feat: a')
  const other = repository()
  other.commit('feat: other')
  const names = {
    GIT_DIR: join(other.directory, '.git'),
    GIT_WORK_TREE: other.directory,
    GIT_CEILING_DIRECTORIES: '/',
  }
  const saved = { ...process.env }
  Object.assign(process.env, names)
  try {
    expect(await resolveCommit(openRepository(directory), 'HEAD')).toBe(sha)
  } finally {
    for (const name of Object.keys(names)) delete process.env[name]
    Object.assign(process.env, saved)
  }
})

test('a git in the current folder is not started', async () => {
  const { directory, commit } = repository()
  const sha = commit('feat: a')
  mkdirSync(join(directory, 'bin'))
  writeFileSync(join(directory, 'bin', 'git'), '#!/bin/sh\ntouch MARK\n', { mode: 0o755 })
  const path = process.env['PATH']
  const cwd = process.cwd()
  process.env['PATH'] = `bin:.:${path}`
  process.chdir(directory)
  try {
    expect(await resolveCommit(openRepository(directory), 'HEAD')).toBe(sha)
    expect(existsSync(join(directory, 'MARK'))).toBe(false)
  } finally {
    process.chdir(cwd)
    process.env['PATH'] = path
  }
})
