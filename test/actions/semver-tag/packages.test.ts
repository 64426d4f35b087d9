import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import { makeRepository } from '../../support/git.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, type StepResult } from '../../support/runner.ts'
import { type Change, closeGitHubs, dryRun, githubOf, publish, repositoryOf, tagged } from './scene.ts'

afterEach(closeGitHubs)

const commit = (message: string, ...paths: string[]): Change => ({ message, paths })

interface Told {
  name: string
  version: string
  tag: string
  'previous-tag': string
  bump: string
  released: boolean
}

const told = ({ outputs }: StepResult): Told[] => JSON.parse(outputs['packages'] ?? '[]') as Told[]
/** name → version, of those that would be released or were. */
const versions = (result: StepResult): Record<string, string> =>
  Object.fromEntries(
    told(result).flatMap(({ name, version, bump }) => (bump === 'none' ? [] : [[name, version]])),
  )

const MAP = `
core: {path: packages/core}
api: {path: [services/api, proto], depends-on: core}
web: {path: services/web, depends-on: [api], tag-prefix: 'web/v'}
docs: services/docs
`
const FIRST: Change = {
  message: 'feat: begin',
  paths: ['packages/core/a', 'services/api/a', 'services/web/a', 'services/docs/a', 'proto/a'],
  tags: ['core-v1.0.0', 'api-v2.3.4', 'web/v0.1.0', 'docs-v1.0.0', 'v9.9.9'],
}

describe('packages', () => {
  test('each by its own commits; who depends on one that is released gets a patch; dependencies first', async () => {
    const repository = repositoryOf([
      FIRST,
      commit('feat: search', 'packages/core/b'),
      commit('chore: all', 'services/docs/b'),
    ])
    const result = await dryRun(repository, { packages: MAP })
    expectConclusion(result, 'success')
    expect(told(result)).toEqual([
      {
        name: 'core',
        version: '1.1.0',
        tag: 'core-v1.1.0',
        'previous-tag': 'core-v1.0.0',
        bump: 'minor',
        released: false,
      },
      {
        name: 'api',
        version: '2.3.5',
        tag: 'api-v2.3.5',
        'previous-tag': 'api-v2.3.4',
        bump: 'patch',
        released: false,
      },
      {
        name: 'web',
        version: '0.1.1',
        tag: 'web/v0.1.1',
        'previous-tag': 'web/v0.1.0',
        bump: 'patch',
        released: false,
      },
      {
        name: 'docs',
        version: '1.0.0',
        tag: 'docs-v1.0.0',
        'previous-tag': 'docs-v1.0.0',
        bump: 'none',
        released: false,
      },
    ])
    expect(result.outputs).toMatchObject({
      released: 'false',
      'release-ready': 'true',
      bump: 'minor',
      version: '',
      tag: '',
    })
    expect(result.log).toContain('core is released')
  })

  test('a commit that asks for more than a patch wins over its dependency', async () => {
    const repository = repositoryOf([
      FIRST,
      commit('fix: leak', 'packages/core/b'),
      commit('feat!: drop v1', 'services/api/b'),
      commit('feat: proto', 'proto/b'),
    ])
    expect(versions(await dryRun(repository, { packages: MAP }))).toEqual({
      core: '1.0.1',
      api: '3.0.0',
      web: '0.1.1',
    })
  })

  test('a pattern of folders, with the name of each as its prefix', async () => {
    const repository = repositoryOf([
      commit('feat: begin', 'packages/a/x', 'packages/b/deep/x', 'packages/file', 'other/c/x'),
      { message: 'chore: tag', tags: ['a-v1.0.0'], paths: ['README.md'] },
      commit('fix: leak', 'packages/a/y'),
    ])
    const result = await dryRun(repository, { packages: 'packages/*' })
    expect(told(result).map(({ name, tag }) => [name, tag])).toEqual([
      ['a', 'a-v1.0.1'],
      ['b', 'b-v0.1.0'],
    ])
    const scoped = await dryRun(repository, { packages: 'packages/*', 'tag-prefix': '@acme/{name}@' })
    expect(told(scoped).map(({ tag }) => tag)).toEqual(['@acme/a@0.1.0', '@acme/b@0.1.0'])
  })

  test('what is named wins over what a pattern finds, and a path beside its folder is not its own', async () => {
    const repository = repositoryOf([
      {
        ...commit('feat: begin', 'packages/a/x', 'packages/ab/x'),
        tags: ['a-v1.0.0', 'second-v1.0.0', 'ab-v1.0.0'],
      },
      commit('fix: leak', 'packages/ab/y'),
    ])
    const result = await dryRun(repository, {
      packages: `{packages/*: , ab: {path: packages/ab, tag-prefix: second-v}}`,
    })
    expect(versions(result)).toEqual({ ab: '1.0.1' })
    expect(told(result).map(({ tag }) => tag)).toEqual(['second-v1.0.1', 'a-v1.0.0'])
  })

  test('a pull request that was merged counts for the packages that its commits touch', async () => {
    const repository = repositoryOf([
      FIRST,
      { message: 'wip', branch: 'topic', from: 'v9.9.9', paths: ['services/web/b'] },
      { message: 'Merge pull request #3 from octo/topic\n\nfeat: basket', merge: 'topic', paths: [] },
    ])
    expect(versions(await dryRun(repository, { packages: MAP }))).toEqual({ web: '0.2.0' })
  })

  test('circles of dependencies end', async () => {
    const repository = repositoryOf([FIRST, commit('fix: leak', 'services/web/b')])
    const packages =
      '{core: {path: packages/core, depends-on: web}, web: {path: services/web, tag-prefix: web/v, depends-on: [core, web]}}'
    expect(versions(await dryRun(repository, { packages }))).toEqual({ web: '0.1.1', core: '1.0.1' })
  })
})

describe('groups, as changesets has them', () => {
  const tags = ['a-v1.0.0', 'b-v1.2.0', 'c-v1.0.1']
  const begin: Change = { message: 'feat: begin', paths: ['p/a/x', 'p/b/x', 'p/c/x'], tags }
  const history = [begin, commit('fix: leak', 'p/a/y'), commit('feat: search', 'p/c/y')]
  const packages = (groups: string): string => `{a: p/a, b: p/b, c: p/c, ${groups}}`

  test('fixed: all of the group, at the highest version moved as far as the farthest asks for', async () => {
    const result = await dryRun(repositoryOf(history), { packages: packages('fixed: [[a, b, c]]') })
    expect(versions(result)).toEqual({ a: '1.3.0', b: '1.3.0', c: '1.3.0' })
    expect(told(result).map((one) => one['previous-tag'])).toEqual(tags)
  })

  test('linked: those with changes, at that same version', async () => {
    const result = await dryRun(repositoryOf(history), { packages: packages("linked: [['*']]") })
    expect(versions(result)).toEqual({ a: '1.3.0', c: '1.3.0' })
  })

  test('nothing changed in the group: nothing is released', async () => {
    const result = await dryRun(repositoryOf([begin]), { packages: packages('fixed: [a, b, c]') })
    expect(versions(result)).toEqual({})
    expect(result.outputs['release-ready']).toBe('false')
  })

  test('a group pulls in who depends on one of it, and is pulled in by what one of it depends on', async () => {
    const result = await dryRun(repositoryOf([begin, commit('fix: leak', 'p/a/y')]), {
      packages: '{a: p/a, b: {path: p/b, depends-on: a}, c: p/c, fixed: [[b, c]]}',
    })
    expect(versions(result)).toEqual({ a: '1.0.1', b: '1.2.1', c: '1.2.1' })
  })

  test('a first version of a group', async () => {
    const history = [commit('feat: begin', 'p/a/x', 'p/b/x')]
    const result = await dryRun(repositoryOf(history), { packages: '{a: p/a, b: p/b, fixed: [[a, b]]}' })
    expect(versions(result)).toEqual({ a: '0.1.0', b: '0.1.0' })
  })

  test('pre-releases share their number', async () => {
    const before: Change = { ...begin, tags: [...tags, 'a-v1.3.0-rc.4'] }
    const repository = repositoryOf([before, commit('feat: search', 'p/a/y', 'p/c/y')])
    const result = await dryRun(repository, { packages: packages('linked: [[a, b, c]]'), prerelease: 'rc' })
    expect(versions(result)).toEqual({ a: '1.3.0-rc.5', c: '1.3.0-rc.5' })
  })
})

describe('publishing', () => {
  const history = [FIRST, commit('feat: search', 'packages/core/b')]

  test('all tags and floating tags go in one call, then the releases, dependencies first', async () => {
    const repository = repositoryOf(history)
    const stage = await githubOf(repository)
    const inputs = { packages: MAP, create: 'release', 'floating-tags': 'major' }
    const result = await publish(repository, stage, inputs, { context: { runId: '7' } })
    expectConclusion(result, 'success')
    expect(told(result).map(({ tag, released }) => [tag, released])).toEqual([
      ['core-v1.1.0', true],
      ['api-v2.3.5', true],
      ['web/v0.1.1', true],
      ['docs-v1.0.0', false],
    ])
    const updates = stage.log.filter(({ body }) => JSON.stringify(body).includes('mutation'))
    expect(updates).toHaveLength(1)
    expect(stage.state.releases.map(({ tag }) => tag)).toEqual(['core-v1.1.0', 'api-v2.3.5', 'web/v0.1.1'])
    // None of many is "the" latest release, unless it says so.
    expect(stage.state.latestRelease).toBeUndefined()
    expect(tagged(stage, 'api-v2')).toBe(repository.sha())
    expect(result.outputs['floating-tags']).toBe('core-v1\napi-v2\nweb/v0')
    // Again in the same run: it goes on, and makes nothing twice.
    const again = await publish(repository, stage, inputs, { checkout: false, context: { runId: '7' } })
    expectConclusion(again, 'success')
    expect(told(again).filter(({ released }) => released)).toHaveLength(3)
    expect(stage.state.releases).toHaveLength(3)
    // Another run finds nothing.
    const other = await publish(repository, stage, inputs, { checkout: false, context: { runId: '8' } })
    expect(told(other).filter(({ released }) => released)).toEqual([])
  })

  test('a run that ended between tags and releases is gone on with', async () => {
    const repository = repositoryOf(history)
    const stage = await githubOf(repository)
    stage.fault({
      on: 'POST /repos/{owner}/{repo}/releases',
      after: 1,
      answer: { status: 403, data: { message: 'no' } },
    })
    const inputs = { packages: MAP, create: 'release' }
    const first = await publish(repository, stage, inputs, { context: { runId: '7' } })
    expectConclusion(first, 'failure')
    expect(told(first).filter(({ released }) => released)).toHaveLength(3)
    const again = await publish(repository, stage, inputs, { checkout: false, context: { runId: '7' } })
    expectConclusion(again, 'success')
    expect(stage.state.releases.map(({ tag }) => tag).sort()).toEqual([
      'api-v2.3.5',
      'core-v1.1.0',
      'web/v0.1.1',
    ])
  })

  test('two runs at once make one set', async () => {
    const repository = repositoryOf(history)
    const stage = await githubOf(repository)
    const inputs = { packages: MAP, create: 'release' }
    const runs = await Promise.all(
      ['7', '8'].map((runId) => publish(repository, stage, inputs, { context: { runId } })),
    )
    for (const run of runs) expectConclusion(run, 'success')
    expect(stage.state.releases.map(({ tag }) => tag).sort()).toEqual([
      'api-v2.3.5',
      'core-v1.1.0',
      'web/v0.1.1',
    ])
    expect(runs.filter((run) => run.outputs['released'] === 'true')).toHaveLength(1)
  })

  test('where a server has no updateRefs they go one after another', async () => {
    const repository = repositoryOf(history)
    const stage = await githubOf(repository, { without: ['updateRefs'] })
    expectConclusion(await publish(repository, stage, { packages: MAP, create: 'release' }), 'success')
    expect(stage.state.releases).toHaveLength(3)
  })

  test('one package may be the latest release', async () => {
    const repository = repositoryOf(history)
    const stage = await githubOf(repository)
    await publish(repository, stage, {
      packages: `${MAP.trim()}\n`.replace(
        '{path: packages/core}',
        '{path: packages/core, make-latest: true}',
      ),
      create: 'release',
    })
    expect(stage.state.releases.find(({ id }) => id === stage.state.latestRelease)?.tag).toBe('core-v1.1.0')
  })

  test('without a checkout the API says the same', async () => {
    const repository = repositoryOf(history)
    const stage = await githubOf(repository)
    const inputs = { packages: MAP, 'dry-run': 'true' }
    const byApi = await publish(repository, stage, inputs, { checkout: false })
    expect(told(byApi)).toEqual(told(await dryRun(repository, { packages: MAP })))
  })

  test('on another branch nothing is made', async () => {
    const repository = repositoryOf(history)
    const stage = await githubOf(repository)
    const result = await publish(
      repository,
      stage,
      { packages: MAP },
      { context: { ref: 'refs/heads/topic' } },
    )
    expectConclusion(result, 'success')
    expect(told(result).filter(({ released }) => released)).toEqual([])
    expect(stage.state.refs.has('refs/tags/core-v1.1.0')).toBe(false)
  })

  test('what one package refuses keeps all from being written', async () => {
    const repository = repositoryOf([
      FIRST,
      { message: 'feat: other', branch: 'next', from: 'v9.9.9', tags: ['core-v3.0.0-beta.2'], paths: ['x'] },
      commit('feat!: new', 'packages/core/b', 'services/docs/b'),
      { message: 'chore: tag', tags: ['core-v2.0.0-rc.9'], paths: ['y'] },
    ])
    const stage = await githubOf(repository)
    const result = await publish(repository, stage, { packages: MAP, prerelease: 'beta' })
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toContain('core: ')
    expect([...stage.state.refs.keys()].filter((ref) => ref.includes('docs-v1.0.0'))).toEqual([
      'refs/tags/docs-v1.0.0',
    ])
    expect(stage.state.refs.has('refs/tags/docs-v2.0.0-beta.1')).toBe(false)
  })
})

const WRONG: [inputs: Record<string, string>, says: string][] = [
  [{ packages: 'packages' }, 'is not a pattern of folders such as packages/*'],
  [{ packages: '[a]' }, 'is neither a pattern'],
  [{ packages: '{}' }, 'it has no package'],
  [{ packages: 'a: {paht: x}' }, 'packages.a.paht: it is not known; did you mean "path"?'],
  [{ packages: 'a: {}' }, 'packages.a.path: missing'],
  [
    { packages: '{a: {path: x, depends-on: cote}, core: y}' },
    'there is no package "cote"; did you mean "core"?',
  ],
  [{ packages: '{a: x, fixed: [[a, c]]}' }, 'packages.fixed: there is no package "c"'],
  [{ packages: 'a: ../x' }, 'packages.a.path: "../x" is not a path'],
  [{ packages: '{a: {path: x, tag-prefix: v}, b: {path: y, tag-prefix: v}}' }, 'have the same tag-prefix v'],
  [{ packages: 'a: x', 'tag-prefix': 'release-' }, 'tag-prefix: "release-" would be that of every package'],
  [{ packages: 'a: x', version: '1.2.3' }, 'version: it does not go together with packages'],
  [{ packages: 'a: x', path: 'x' }, 'path: it does not go together with packages'],
  [{ packages: 'nothing/*' }, 'no folder of the commit matches nothing/*'],
  [{ packages: '{a: x, b: y, fixed: [[a, b], [b, a]]}' }, 'is in two groups'],
]

test.each(WRONG)('wrong: %j', async (inputs, says) => {
  const repository = repositoryOf([commit('feat: a', 'x/a', 'y/b')])
  const result = await dryRun(repository, inputs)
  expectConclusion(result, 'failure')
  expect(result.annotations[0]?.message).toContain(says)
})

test('200 packages in a history of 20,000 commits are one reading of it', async () => {
  const repository = makeRepository({ directory: join(tempFolder('nexus-mono-'), 'repo') })
  const lines: string[] = []
  for (let index = 0; index < 20_000; index++) {
    const own = index % 200
    const message = index % 7 === 0 ? `feat: change ${index}` : `chore: change ${index}`
    lines.push('commit refs/heads/main', `mark :${index + 1}`)
    lines.push(
      `committer Ada <ada@octo.test> ${1_767_225_600 + index * 60} +0000`,
      `data ${message.length}`,
      message,
    )
    lines.push(`M 100644 inline packages/p${own}/file`, `data ${String(index).length}`, String(index), '')
    // Each package was released at another commit of its own.
    if (index >= 19_000 && index < 19_200)
      lines.push(`reset refs/tags/p${own}-v1.0.0`, `from :${index + 1}`, '')
  }
  repository.fastImport([...lines, 'done', ''].join('\n'))
  const bin = tempFolder('nexus-git-')
  const trace = join(bin, 'trace')
  const git = repository.git(['--exec-path'])
  // Counts what is started, and starts it.
  mkdirSync(join(bin, 'bin'))
  writeFileSync(join(bin, 'bin', 'git'), `#!/bin/sh\necho "$@" >> ${trace}\nexec ${git}/git "$@"\n`, {
    mode: 0o755,
  })
  const scene = {
    path: repository.directory,
    sha: (revision = 'main') => repository.git(['rev-parse', revision]),
  }
  const result = await dryRun(
    scene,
    { packages: 'packages/*' },
    { env: { PATH: `${join(bin, 'bin')}:${process.env['PATH']}` } },
  )
  expectConclusion(result, 'success')
  const { readFileSync } = await import('node:fs')
  const started = readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => / log /.test(line))
  expect(started).toHaveLength(1)
  // What git says of each package, asked one by one for some.
  const all = new Map(told(result).map((one) => [one.name, one]))
  expect(all.size).toBe(200)
  for (const own of [0, 1, 57, 133, 199]) {
    const range = [`p${own}-v1.0.0..main`, '--', `packages/p${own}`]
    const features = repository
      .git(['log', '--format=%s', ...range])
      .split('\n')
      .filter((line) => line.startsWith('feat: '))
    expect(all.get(`p${own}`)?.version).toBe(features.length > 0 ? '1.1.0' : '1.0.0')
  }
}, 120_000)
