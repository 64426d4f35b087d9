import { isUtf8 } from 'node:buffer'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { Fields } from '../../../shared/git/fields.ts'
import { readHistory } from '../../../shared/git/history.ts'
import { gitOutput } from '../../../shared/git/process.ts'
import { openRepository } from '../../../shared/git/repository.ts'
import { linearHistory } from '../../support/git.ts'
import { failure, history, repository } from './stage.ts'

test('a range, newest first', async () => {
  const { directory, commit } = repository()
  const first = commit('feat: a')
  const second = commit('fix: b\n\nbody\n\nRefs: #1\n')
  const third = commit('docs: c')
  expect(await history(directory, { to: third, without: [first] })).toEqual([
    {
      ...{ sha: third, parents: [second], author: { name: 'Ada', email: 'ada@octo.test' } },
      ...{ committedAt: expect.any(Number), message: 'docs: c' },
    },
    expect.objectContaining({ sha: second, message: 'fix: b\n\nbody\n\nRefs: #1' }),
  ])
  expect(await history(directory, { to: third, without: [third] })).toEqual([])
  expect(await history(directory, { to: third })).toHaveLength(3)
})

test('merges have their parents', async () => {
  const { directory, commit, git } = repository()
  const base = commit('feat: a')
  git(['checkout', '--quiet', '-b', 'side'])
  const side = commit('feat: side')
  git(['checkout', '--quiet', 'main'])
  const main = commit('feat: main')
  git(['merge', '--quiet', '-m', 'merge', 'side'])
  const to = git(['rev-parse', 'HEAD'])
  const commits = await history(directory, { to, without: [base] })
  expect(commits[0]?.parents).toEqual([main, side])
  expect(commits.map(({ sha }) => sha).sort()).toEqual([to, main, side].sort())
})

test('only what touches a path, literally', async () => {
  const { directory, commit } = repository()
  commit('one', { path: 'api/x' })
  commit('two', { path: 'web/x' })
  const three = commit('three', { path: '*/x' })
  const to = commit('four', { path: ':(top)x' })
  const messages = async (...paths: string[]): Promise<string[]> =>
    (await history(directory, { to, paths })).map(({ message }) => message)
  expect(await messages('api')).toEqual(['one'])
  expect(await messages('api/')).toEqual(['one'])
  expect(await messages('api', 'web')).toEqual(['two', 'one'])
  expect(await messages('*/x')).toEqual(['three'])
  expect(await messages(':(top)x')).toEqual(['four'])
  expect(await messages('gone', '--all')).toEqual([])
  expect(await messages('.')).toHaveLength(4)
  expect(three).not.toBe(to)
})

test.each(['../x', '/etc/passwd', ''])('the path %j is refused', async (path) => {
  const { directory, commit } = repository()
  const to = commit('one')
  expect((await failure(() => history(directory, { to, paths: [path] }))).kind).toBe('bad-path')
})

test('a NUL in a path is refused before anything runs', async () => {
  const { directory, commit } = repository()
  const to = commit('one')
  expect((await failure(() => history(directory, { to, paths: ['a\0b'] }))).message).toContain('NUL')
})

test.each(['HEAD', 'main', '--all', '-1', '', 'ABCDEF'])('%j is no end of a range', async (revision) => {
  const { directory, commit } = repository()
  const sha = commit('one')
  expect((await failure(() => history(directory, { to: revision }))).kind).toBe('unknown-revision')
  expect((await failure(() => history(directory, { to: sha, without: [revision] }))).kind).toBe(
    'unknown-revision',
  )
})

test('a commit that is not there', async () => {
  const { directory, commit } = repository()
  commit('one')
  const error = await failure(() => history(directory, { to: 'a'.repeat(40) }))
  expect(error.kind).toBe('unknown-revision')
  expect(error.message).toContain('fetch-depth: 0')
})

describe('messages', () => {
  test.each([
    ['control characters', Buffer.from('feat: \u0001\u0002\u001b[2J\r\n\u0007\u0085 x')],
    ['what looks like a record', Buffer.from(`feat: a\n\n${'b'.repeat(40)}\n\ncommit ${'c'.repeat(40)}`)],
    ['nothing', Buffer.from('')],
    ['surrogates and emoji', Buffer.from('feat: 😀 \u{10ffff}')],
  ])('with %s', async (_, message) => {
    const { directory, fastImport, git } = repository()
    fastImport(imported(message))
    const to = git(['rev-parse', 'main'])
    expect(await history(directory, { to })).toMatchObject([
      { sha: to, message: message.toString().replace(/\n+$/, '') },
    ])
  })

  test('end at a NUL, and forge nothing', async () => {
    const { directory, git } = repository()
    const tree = git(['hash-object', '-t', 'tree', '-w', '--stdin'], '')
    const object = `tree ${tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nfeat: a\n\0${'d'.repeat(40)}\0\0x\0x\x001\0feat!: forged\n`
    const to = git(['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'], object)
    expect(await history(directory, { to })).toMatchObject([{ sha: to, message: 'feat: a' }])
  })

  test.each([
    ['ISO-8859-1', Buffer.from('feat: caf\xe9', 'latin1'), 'feat: café'],
    ['SHIFT-JIS', Buffer.from([0x66, 0x3a, 0x20, 0x93, 0xfa]), 'f: 日'],
    [undefined, Buffer.from('feat: caf\xe9', 'latin1'), 'feat: café'],
    [undefined, Buffer.from('feat: \x93q\x94', 'latin1'), 'feat: “q”'],
    ['nonsense', Buffer.from('feat: a'), 'feat: a'],
  ])('in the encoding %s', async (encoding, message, expected) => {
    const { directory, git } = repository()
    const tree = git(['hash-object', '-t', 'tree', '-w', '--stdin'], '')
    const head = `tree ${tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n`
    const header = encoding === undefined ? '' : `encoding ${encoding}\n`
    const to = git(
      ['hash-object', '-t', 'commit', '-w', '--stdin'],
      Buffer.concat([Buffer.from(`${head}${header}\n`), message]),
    )
    expect(await history(directory, { to })).toMatchObject([{ message: expected }])
  })

  test('of many megabytes are cut', async () => {
    const { directory, fastImport, git } = repository()
    fastImport(imported(Buffer.from(`feat: ${'é'.repeat(3_000_000)}`)))
    const [commit] = await history(directory, { to: git(['rev-parse', 'main']) })
    expect(commit?.message.length).toBeLessThan(1_048_576)
    expect(commit?.message).toMatch(/^feat: é+\ufffd?$/)
  })
})

test('20,000 commits', async () => {
  const { directory, fastImport, git } = repository()
  fastImport(linearHistory(20_000, (index) => ({ message: `feat: ${index}\n\nbody ${index}` })))
  const commits = await history(directory, { to: git(['rev-parse', 'main']) })
  expect(commits).toHaveLength(20_000)
  expect(commits.at(-1)?.message).toBe('feat: 0\n\nbody 0')
})

test('leaving the loop early, and aborting, end git', async () => {
  const { directory, fastImport, git } = repository()
  fastImport(linearHistory(20_000, (index) => ({ message: `feat: ${index}` })))
  const to = git(['rev-parse', 'main'])
  const opened = openRepository(directory)
  for await (const { message } of readHistory(opened, { to })) {
    expect(message).toBe('feat: 19999')
    break
  }
  const stop = new AbortController()
  const error = await failure(async () => {
    for await (const _ of readHistory(opened, { to, signal: stop.signal })) stop.abort()
  })
  expect(error.kind).toBe('cancelled')
  expect((await failure(() => history(directory, { to, signal: stop.signal }))).kind).toBe('cancelled')
})

test('more output than was wanted is an error', async () => {
  const { directory, commit } = repository()
  commit('feat: a')
  const error = await failure(() =>
    gitOutput(openRepository(directory), ['rev-parse', 'HEAD'], { maxOutput: 10 }),
  )
  expect(error.kind).toBe('too-large')
})

test('grafts and replacements do not change history', async () => {
  const { directory, commit, git } = repository()
  const first = commit('feat: a')
  const second = commit('feat: b')
  const third = commit('feat: c')
  appendFileSync(join(directory, '.git', 'info', 'grafts'), `${third}\n`)
  git(['replace', '--force', second, first])
  const commits = await history(directory, { to: third })
  expect(commits.map(({ sha, message }) => [sha, message])).toEqual([
    [third, 'feat: c'],
    [second, 'feat: b'],
    [first, 'feat: a'],
  ])
})

test('fields come out whole, however the bytes are cut', () => {
  const field = fc
    .uint8Array({ maxLength: 30 })
    .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0)))
  fc.assert(
    fc.property(fc.array(field), fc.array(fc.nat(9)), fc.integer({ min: 1, max: 40 }), (all, cuts, limit) => {
      const bytes = Buffer.concat(all.flatMap((one) => [one, Buffer.from([0])]))
      const fields = new Fields(limit)
      let at = 0
      for (const cut of cuts) {
        fields.add(bytes.subarray(at, at + cut))
        at += cut
      }
      fields.add(bytes.subarray(at))
      expect(fields.take(1)).toEqual(all.map((one) => textOf(one.subarray(0, limit), limit)))
      expect(fields.take(1)).toEqual([])
    }),
  )
})

function textOf(bytes: Buffer, limit: number): string {
  if (isUtf8(bytes)) return String(bytes)
  return new TextDecoder(bytes.length === limit ? 'utf-8' : 'windows-1252').decode(bytes)
}

function imported(message: Buffer): Buffer {
  const head = `commit refs/heads/main\ncommitter A <a@b> 1 +0000\ndata ${message.length}\n`
  return Buffer.concat([Buffer.from(head), message, Buffer.from('\ndone\n')])
}
