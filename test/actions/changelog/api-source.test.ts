import { expect, test } from '@jest/globals'
import { apiSource } from '../../../actions/changelog/observe/api.ts'
import { gitSource } from '../../../actions/changelog/observe/git.ts'
import { openRepository } from '../../../shared/git/repository.ts'
import { client, stage } from '../../shared/github/stage.ts'
import { makeRepository } from '../../support/git.ts'
import { loadRepository } from '../../support/github/load.ts'

test('git and the API give the same answers', async () => {
  const repository = makeRepository()
  try {
    const { directory, commit, git, tag } = repository
    const root = commit('feat: a', { path: 'api/a' })
    tag('v1.0.0', 'annotated')
    git(['update-ref', 'refs/tags/tree', 'HEAD^{tree}'])
    git(['checkout', '--quiet', '-b', 'side'])
    const side = commit('fix: side', { path: 'web/b' })
    tag('v1.0.1')
    git(['branch', 'v1.0.0'])
    git(['checkout', '--quiet', 'main'])
    const to = commit('feat: main', { path: 'api/c' })
    tag('v1.1.0')
    git(['checkout', '--quiet', '--orphan', 'alone'])
    const alone = commit('alone', { path: 'x' })
    git(['checkout', '--quiet', 'main'])

    const github = await stage({ state: loadRepository(directory) })
    const byApi = apiSource(client(github))
    const byGit = gitSource(openRepository(directory), new AbortController().signal)
    const tags = await byGit.tags()
    expect(await byApi.tags()).toEqual(tags)

    const names = [
      'v1.0.0',
      'refs/tags/v1.0.0',
      'refs/heads/v1.0.0',
      'main',
      'side',
      root,
      to.slice(0, 8),
      'gone',
      'tree',
    ]
    expect(await byApi.resolve(names)).toEqual(await byGit.resolve(names))
    expect((await byApi.resolve(['v1.0.0']))[0]?.sha).toBe(root)
    // What is checked out, and not the default branch of the remote.
    git(['update-ref', 'refs/remotes/origin/HEAD', root])
    expect((await byGit.resolve(['HEAD']))[0]?.sha).toBe(to)

    for (const [base, head] of [
      [root, to],
      [side, to],
      [to, to],
      [alone, to],
    ] as const)
      expect(await byApi.mergeBase(base, head)).toBe(await byGit.mergeBase(base, head))

    const candidates = tags
      .flatMap(({ name, commit: at }) => (at === undefined ? [] : [{ name, commit: at }]))
      .reverse()
    const reached = await byApi.reached(candidates, to)
    const truth = await byGit.reached(candidates, to)
    const first = candidates.find(({ name }) => truth.has(name))
    expect(reached.has(first?.name ?? '')).toBe(true)
    expect([...reached].filter((name) => !truth.has(name))).toEqual([])

    for (const [from, paths] of [
      [undefined, []],
      [root, []],
      [undefined, ['api']],
      [side, ['api', 'web']],
      [to, []],
    ] as const) {
      const [ofApi, ofGit] = [[] as unknown[], [] as unknown[]]
      for await (const found of byApi.commits(from, to, paths)) ofApi.push(found)
      for await (const found of byGit.commits(from, to, paths)) ofGit.push(found)
      expect(ofApi).toEqual(ofGit)
    }
  } finally {
    repository.remove()
  }
})

test('tags beyond the newest commits are compared, the highest first', async () => {
  const repository = makeRepository()
  try {
    const { commit, directory, git, tag } = repository
    const old = commit('old')
    tag('v1.0.0')
    git(['checkout', '--quiet', '-b', 'other'])
    const other = commit('other')
    tag('v2.0.0')
    git(['checkout', '--quiet', 'main'])
    let to = ''
    for (let number = 0; number < 120; number++) to = commit(`fix: ${number}`)
    const github = await stage({ state: loadRepository(directory) })
    const source = apiSource(client(github))
    const tags = [
      { name: 'v2.0.0', commit: other },
      { name: 'v1.0.0', commit: old },
    ]
    expect([...(await source.reached(tags, to))]).toEqual(['v1.0.0'])
    expect([...(await source.reached(tags.slice(0, 1), to))]).toEqual([])
  } finally {
    repository.remove()
  }
})
