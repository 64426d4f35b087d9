import { describe, expect, test } from '@jest/globals'
import { openRepository } from '../../../shared/git/repository.ts'
import { readTagMessage, readTags } from '../../../shared/git/tags.ts'
import { linearHistory } from '../../support/git.ts'
import { failure, repository } from './stage.ts'

test('tags of every kind, peeled', async () => {
  const { directory, commit, git, tag } = repository()
  const sha = commit('feat: a', { path: 'file' })
  tag('light')
  tag('annotated', 'words')
  git(['tag', '-a', '-m', 'on a tag', 'nested', 'annotated'])
  git(['tag', '-a', '-m', 'deeper', 'deeper', 'nested'])
  git(['update-ref', 'refs/tags/tree', 'HEAD^{tree}'])
  git(['tag', '-a', '-m', 'on a blob', 'blob', 'HEAD:file'])
  git(['tag', '-a', '-m', 'nested on a blob', 'deep-blob', 'blob'])
  git(['update-ref', 'refs/tags/-x', 'HEAD'])
  git(['update-ref', 'refs/tags/a/b', 'HEAD'])
  const tags = await readTags(openRepository(directory), { reachableFrom: sha })
  const found = Object.fromEntries(
    tags.map(({ name, type, commit: on, reachable }) => [name, [type, on, reachable]]),
  )
  expect(found).toEqual({
    light: ['commit', sha, true],
    annotated: ['tag', sha, true],
    nested: ['tag', sha, true],
    deeper: ['tag', sha, true],
    tree: ['tree', undefined, false],
    blob: ['tag', undefined, false],
    'deep-blob': ['tag', undefined, false],
    '-x': ['commit', sha, true],
    'a/b': ['commit', sha, true],
  })
})

test('reachable are those of the commit and its ancestors, through merges', async () => {
  const { directory, commit, git, tag } = repository()
  commit('feat: a')
  tag('v1.0.0')
  git(['checkout', '--quiet', '-b', 'side'])
  commit('feat: side')
  tag('side')
  git(['checkout', '--quiet', 'main'])
  git(['merge', '--quiet', '--no-ff', '-m', 'merge', 'side'])
  const merged = git(['rev-parse', 'HEAD'])
  git(['checkout', '--quiet', '-b', 'other', 'v1.0.0'])
  commit('feat: other')
  tag('other', 'annotated')
  const names = (await readTags(openRepository(directory), { reachableFrom: merged }))
    .filter(({ reachable }) => reachable)
    .map(({ name }) => name)
  expect(names).toEqual(['side', 'v1.0.0'])
})

test('no tags at all', async () => {
  const { directory, commit } = repository()
  expect(await readTags(openRepository(directory), { reachableFrom: commit('a') })).toEqual([])
})

test('16,000 tags', async () => {
  const { directory, fastImport, git } = repository()
  fastImport(
    linearHistory(16, (index) => ({
      message: 'feat: x',
      tags: Array.from({ length: 1_000 }, (_, patch) => `v1.${index}.${patch}`),
    })),
  )
  const sha = git(['rev-parse', 'main~1'])
  const tags = await readTags(openRepository(directory), { reachableFrom: sha })
  expect(tags).toHaveLength(16_000)
  expect(tags.filter(({ reachable }) => reachable)).toHaveLength(15_000)
})

test('a commit that is not there is an error in words', async () => {
  const { directory, commit } = repository()
  commit('feat: a')
  for (const sha of ['0'.repeat(39), 'HEAD', '--output=x', '1'.repeat(40)]) {
    const error = await failure(() => readTags(openRepository(directory), { reachableFrom: sha }))
    expect([sha, error.kind]).toEqual([sha, 'unknown-revision'])
  }
})

describe('the message of a tag', () => {
  test.each(['v1.0.0\n\nNexus-Run: 123', 'a\n\n\nb', 'with \u0001 and \u001b[31m and \t'])(
    'is %j',
    async (message) => {
      const { directory, commit, tag } = repository()
      commit('feat: a')
      tag('v1', `${message}\n\n`)
      tag('v1.0')
      const opened = openRepository(directory)
      expect(await readTagMessage(opened, 'v1')).toBe(message)
      expect(await readTagMessage(opened, 'v1.0')).toBeUndefined()
    },
  )

  test.each(['gone', '*', 'v?', '[v]1', '--output=MARK', '-x', 'a\0b', '', '../heads/main'])(
    'is not there for %j',
    async (name) => {
      const { directory, commit, tag } = repository()
      commit('feat: a')
      tag('v1', 'one')
      expect(await readTagMessage(openRepository(directory), name)).toBeUndefined()
    },
  )

  test('is that of the very tag, not of one below it', async () => {
    const { directory, commit, git } = repository()
    commit('feat: a')
    git(['tag', '-a', '-m', 'below', 'api/v1'])
    const opened = openRepository(directory)
    expect(await readTagMessage(opened, 'api')).toBeUndefined()
    expect(await readTagMessage(opened, 'api/v1')).toBe('below')
  })
})
