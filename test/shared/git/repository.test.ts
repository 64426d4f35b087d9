import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { openRepository } from '../../../shared/git/repository.ts'
import { isObjectName, resolveCommit } from '../../../shared/git/revision.ts'
import { readTags } from '../../../shared/git/tags.ts'
import { makeRepository, runGit } from '../../support/git.ts'
import { alsoRemove, failure, history, repository } from './stage.ts'

describe('a repository', () => {
  test('is a work tree', async () => {
    const { directory, commit } = repository()
    const sha = commit('feat: a')
    const opened = openRepository(directory)
    expect(opened).toMatchObject({ directory, bare: false, shallow: false, gitDir: join(directory, '.git') })
    expect(await resolveCommit(opened, 'HEAD')).toBe(sha)
  })

  test('is a bare one', async () => {
    const { directory, fastImport } = repository({ bare: true })
    fastImport('commit refs/heads/main\ncommitter A <a@b> 1 +0000\ndata 1\nx\ndone\n')
    const opened = openRepository(directory)
    expect(opened).toMatchObject({ bare: true, gitDir: directory })
    expect(await resolveCommit(opened, 'HEAD')).toMatch(/^[0-9a-f]{40}$/)
  })

  test('has the SHA-256 object format', async () => {
    const { directory, commit, tag } = repository({ objectFormat: 'sha256' })
    const first = commit('feat: a')
    tag('v1.0.0', 'one')
    const sha = commit('fix: b')
    expect(sha).toHaveLength(64)
    const opened = openRepository(directory)
    expect(await readTags(opened, { reachableFrom: sha })).toMatchObject([
      { name: 'v1.0.0', type: 'tag', commit: first, reachable: true },
    ])
    expect(await history(directory, { to: sha, without: [first] })).toMatchObject([{ sha, parents: [first] }])
  })

  test('is on a branch without commits', async () => {
    const opened = openRepository(repository().directory)
    expect(await resolveCommit(opened, 'HEAD')).toBeUndefined()
  })

  test('has a detached head', async () => {
    const { directory, commit, git } = repository()
    const sha = commit('feat: a')
    commit('feat: b')
    git(['checkout', '--quiet', '--detach', sha])
    expect(await resolveCommit(openRepository(directory), 'HEAD')).toBe(sha)
  })

  test('is a linked work tree', async () => {
    const { directory, commit, git, tag } = repository()
    const sha = commit('feat: a')
    tag('v1.0.0')
    const linked = join(directory, 'linked')
    git(['worktree', 'add', '--quiet', '--detach', linked])
    const opened = openRepository(linked)
    expect(opened).toMatchObject({ directory: linked, commonDir: join(directory, '.git'), bare: false })
    expect(await readTags(opened, { reachableFrom: sha })).toHaveLength(1)
  })

  test('is a submodule, and not the repository around it', async () => {
    const inner = repository()
    const sha = inner.commit('feat: inner')
    const outer = repository()
    outer.commit('feat: outer')
    outer.git(['submodule', '--quiet', 'add', inner.directory, 'sub'])
    const opened = openRepository(join(outer.directory, 'sub'))
    expect(opened.gitDir).toBe(join(outer.directory, '.git', 'modules', 'sub'))
    expect(await resolveCommit(opened, 'HEAD')).toBe(sha)
  })

  test('is shallow', () => {
    const { directory, commit } = repository()
    commit('feat: a')
    commit('feat: b')
    const clone = alsoRemove(makeRepository())
    clone.remove()
    runGit(tmpdir(), ['clone', '--quiet', '--depth=1', `file://${directory}`, clone.directory])
    expect(openRepository(clone.directory).shallow).toBe(true)
    clone.git(['fetch', '--quiet', '--unshallow'])
    expect(openRepository(clone.directory).shallow).toBe(false)
  })

  test('is reached through a link', () => {
    const { directory } = repository()
    const link = `${directory}-link`
    symlinkSync(directory, link)
    try {
      expect(openRepository(link).directory).toBe(directory)
    } finally {
      rmSync(link)
    }
  })
})

describe('no repository', () => {
  test('in an empty folder, nor in one below a repository', async () => {
    const { directory } = repository()
    const below = join(directory, 'below')
    mkdirSync(below)
    for (const folder of [below, join(directory, 'gone')]) {
      const error = await failure(() => openRepository(folder))
      expect(error.kind).toBe('not-a-repository')
      expect(error.message).toContain('actions/checkout')
    }
  })

  test('where .git is broken, also when there is one above', async () => {
    const { directory, commit } = repository()
    commit('feat: a')
    const broken = join(directory, 'broken')
    mkdirSync(join(broken, '.git', 'objects'), { recursive: true })
    writeFileSync(join(broken, '.git', 'HEAD'), 'nonsense\n')
    const error = await failure(() => resolveCommit(openRepository(broken), 'HEAD'))
    expect(error.kind).toBe('not-a-repository')
  })

  test.each(['gitdir: /nowhere', 'rubbish', `gitdir: ${'x'.repeat(9_000)}`])(
    'where .git says %.20s',
    async (text) => {
      const folder = realpathSync(mkdtempSync(join(tmpdir(), 'nexus-git-')))
      try {
        writeFileSync(join(folder, '.git'), text)
        expect((await failure(() => openRepository(folder))).kind).toBe('not-a-repository')
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )

  test('without git', async () => {
    const { directory } = repository()
    const path = process.env['PATH']
    process.env['PATH'] = 'relative:/nowhere'
    try {
      expect((await failure(() => resolveCommit(openRepository(directory), 'HEAD'))).kind).toBe('no-git')
    } finally {
      process.env['PATH'] = path
    }
  })
})

const root = process.getuid?.() === 0

;(root ? describe : describe.skip)('a repository of another user', () => {
  test('is read: it is the one that was asked for', async () => {
    const { directory, commit, git } = repository()
    const sha = commit('feat: a')
    const { chownSync } = process.getBuiltinModule('node:fs')
    chownSync(directory, 12_345, 12_345)
    chownSync(join(directory, '.git'), 12_345, 12_345)
    expect(() =>
      process.getBuiltinModule('node:child_process').execFileSync('git', ['rev-parse', 'HEAD'], {
        cwd: directory,
        stdio: 'pipe',
        env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      }),
    ).toThrow('dubious ownership')
    expect(await resolveCommit(openRepository(directory), 'HEAD')).toBe(sha)
    expect(git(['rev-parse', 'HEAD'])).toBe(sha)
  })
})

describe('a revision', () => {
  test.each(['v9.9.9', 'HEAD~99', '', '--output=MARK', '-n', 'a\0b', 'HEAD:', '@{u}', 'f'.repeat(40)])(
    '%j is no commit',
    async (revision) => {
      const { directory, commit } = repository()
      commit('feat: a')
      expect(await resolveCommit(openRepository(directory), revision)).toBeUndefined()
    },
  )

  test('may be short, a branch, or an annotated tag that begins with -', async () => {
    const { directory, commit, git } = repository()
    const sha = commit('feat: a')
    git(['update-ref', 'refs/tags/-v1', 'HEAD'])
    const opened = openRepository(directory)
    for (const revision of [sha, sha.slice(0, 8), 'main', 'refs/tags/-v1', '-v1']) {
      expect([revision, await resolveCommit(opened, revision)]).toEqual([revision, sha])
    }
  })

  test('as a full object name is hexadecimal and long', () => {
    expect(['a'.repeat(40), 'a'.repeat(64)].every(isObjectName)).toBe(true)
    expect(['a'.repeat(39), 'A'.repeat(40), `${'a'.repeat(40)}\n`, '', 'HEAD'].some(isObjectName)).toBe(false)
  })
})
