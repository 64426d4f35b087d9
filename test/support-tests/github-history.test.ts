import { describe, expect, test } from '@jest/globals'
import { linearHistory, makeRepository } from '../support/git.ts'
import { ancestors, compareCommits, resolve, sorted } from '../support/github/history.ts'
import { loadRepository } from '../support/github/load.ts'
import { addTagObject, emptyState } from '../support/github/state.ts'

describe('history', () => {
  test('is ordered as git log orders it', () => {
    const repository = makeRepository()
    try {
      const { directory, commit, git } = repository
      commit('a')
      git(['checkout', '--quiet', '-b', 'side'])
      commit('b')
      git(['checkout', '--quiet', 'main'])
      commit('c')
      git(['merge', '--quiet', '--no-ff', '-m', 'm', 'side'])
      const head = commit('d')
      const state = loadRepository(directory)
      const ours = sorted(state, ancestors(state, head)).map(({ sha }) => sha)
      expect(ours).toEqual(git(['log', '--format=%H']).split('\n'))
      expect(compareCommits(state, resolve(state, 'side')?.sha ?? '', head)).toMatchObject({
        status: 'ahead',
        aheadBy: 3,
      })
      expect(resolve(state, head.slice(0, 9))?.sha).toBe(head)
    } finally {
      repository.remove()
    }
  })

  test('of a bare repository with 2,000 commits loads, with what workflow files there are', () => {
    const repository = makeRepository({ bare: true })
    try {
      repository.fastImport(
        linearHistory(2_000, (index) => ({ message: `feat: ${index}`, tags: [`v0.0.${index}`] })),
      )
      const state = loadRepository(repository.directory)
      expect([state.commits.size, state.refs.size, state.defaultBranch]).toEqual([2_000, 2_001, 'main'])
    } finally {
      repository.remove()
    }
  })

  test('has the object names that git would give', () => {
    const repository = makeRepository()
    try {
      const { directory, commit, git, tag } = repository
      commit('feat: a')
      tag('v1', 'words\n')
      const sha = git(['rev-parse', 'refs/tags/v1'])
      const { sha: _, ...known } = loadRepository(directory).tagObjects.get(sha) ?? { sha: '' }
      expect(addTagObject(emptyState(), known as Parameters<typeof addTagObject>[1])).toBe(sha)
    } finally {
      repository.remove()
    }
  })
})
