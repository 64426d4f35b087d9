import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { REPOSITORY, ROOT } from '../../../scripts/actions.ts'
import { releaseTree } from '../../../scripts/tree.ts'
import { makeRepository, type TestRepository } from '../../support/git.ts'
import { exportTo } from '../../support/github/export.ts'
import { loadRepository } from '../../support/github/load.ts'
import { mergePull } from '../../support/github/pulls.ts'
import { type Stage, startGitHub } from '../../support/github/server.ts'
import { addCommit, peeled, type State } from '../../support/github/state.ts'
import { jobToken } from '../../support/github/tokens.ts'
import { describeWith } from '../../support/real-parts.ts'
import { runWorkflow, type WorkflowRun } from '../../workflows/act.ts'
import { BRANCH, openPulls, textAt, tip } from './release-pull-request.ts'

const actions = { [`${REPOSITORY}@v1`]: releaseTree('1.0.0') }
const open: (() => unknown)[] = []

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

interface Scene {
  repository: TestRepository
  stage: Stage
  state: State
  /** Runs the example as GitHub would on an event, on a clone of what the stage has now. */
  run(event?: string, payload?: object, variables?: Record<string, string>): Promise<WorkflowRun>
}

async function scene(act: string, example: string, files: Readonly<Record<string, string>>): Promise<Scene> {
  const repository = makeRepository()
  open.push(repository.remove)
  for (const [path, text] of Object.entries(files)) repository.write(path, text)
  repository.git(['add', '--all'])
  repository.commit('feat: begin')
  repository.tag('v1.2.3')
  const permissions = { contents: 'write', 'pull-requests': 'write' } as const
  const stage = await startGitHub({
    state: loadRepository(repository.directory),
    tokens: { 'stage-token': jobToken(permissions) },
  })
  open.push(() => stage.close())
  const { state } = stage
  return {
    repository,
    stage,
    state,
    run: (event = 'push', payload = {}, variables = {}) => {
      exportTo(state, repository.directory)
      // act knows neither the token nor the commit of the job that GitHub would give.
      const workflow = readFileSync(join(ROOT, 'examples', example), 'utf8')
        .replace(/(uses: org\/nexus-actions\/semver-tag@v1\n( +)with:\n)/g, '$1$2  token: stage-token\n')
        .replace(/(changelog@v1\n( +)with:\n)/g, '$1$2  token: stage-token\n')
      return runWorkflow({
        act,
        actions,
        event,
        variables,
        files: new Map([['.github/workflows/release.yml', withSha(workflow, tip(state))]]),
        prepare: (folder) => {
          const git = (...args: string[]): void =>
            void execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' })
          git(
            'fetch',
            '--quiet',
            repository.directory,
            '+refs/heads/*:refs/remotes/origin/*',
            '+refs/tags/*:refs/tags/*',
          )
          // The workflow itself is no file of the project.
          git('reset', '--soft', 'refs/remotes/origin/main')
          git('checkout', 'refs/remotes/origin/main', '--', '.')
        },
        payload: { ref: 'refs/heads/main', repository: { default_branch: 'main' }, ...payload },
        env: {
          GITHUB_API_URL: stage.apiUrl,
          GITHUB_GRAPHQL_URL: stage.graphqlUrl,
          GITHUB_SERVER_URL: stage.serverUrl,
          GITHUB_REPOSITORY: 'octo/demo',
          GITHUB_REF: 'refs/heads/main',
        },
      })
    },
  }
}

/** Steps that name no commit take that of the job. */
function withSha(workflow: string, sha: string): string {
  return workflow.replace(/( +)token: stage-token\n(?:\1.*\n| *#.*\n)*/g, (block, indent: string) =>
    /^ +(?:sha|file):/m.test(block) ? block : `${block}${indent}sha: ${sha}\n`,
  )
}

describeWith('act', 'flows', (act) => {
  test('release pull request: opened, merged, abandoned, written into by a person, merged again', async () => {
    const { state, run } = await scene(act, 'semver-tag-pull-request.yml', {
      'package.json': '{\n  "name": "shop",\n  "version": "1.2.3"\n}\n',
      'CHANGELOG.md': '# Changelog\n\n## [1.2.3]\n\n- begin\n',
    })
    const push = async (): Promise<WorkflowRun> => {
      const result = await run()
      expect(result).toMatchObject({ code: 0, errors: [] })
      return result
    }
    addCommit(state, { message: 'feat: search', content: { 'search.js': 's' } })
    expect((await push()).steps['publish/Publish']).toBeUndefined()
    expect(openPulls(state)).toMatchObject([{ number: 1, title: 'chore: release v1.3.0' }])
    expect(textAt(state, 'package.json')).toContain('"version": "1.3.0"')
    expect(textAt(state, 'CHANGELOG.md')).toMatch(/1\.3\.0[\s\S]*search[\s\S]*1\.2\.3/)

    const first = mergePull(state, 1, { method: 'squash' })
    expect((await push()).output).toContain('Publishing 1.3.0')
    expect(peeled(state, state.refs.get('refs/tags/v1.3.0') ?? '')).toBe(first)
    expect(state.releases).toMatchObject([{ tag: 'v1.3.0', body: expect.stringContaining('search') }])

    addCommit(state, { message: 'fix: leak', content: { 'leak.js': 'l' } })
    await push()
    Object.assign(openPulls(state)[0] as object, { open: false })
    addCommit(state, { message: 'feat: basket', content: { 'basket.js': 'b' } })
    await push()
    expect(openPulls(state)).toMatchObject([{ number: 3, title: 'chore: release v1.4.0' }])

    const [pull] = openPulls(state)
    if (pull !== undefined) pull.body = `Tested by Ada.\r\n\r\n${pull.body}`
    addCommit(state, { message: 'docs: by hand', branch: BRANCH, content: { 'UPGRADE.md': 'by hand\n' } })
    addCommit(state, { message: 'fix: other leak', content: { 'leak.js': 'm' } })
    await push()
    expect(pull?.body).toMatch(/^Tested by Ada\./)
    expect(textAt(state, 'UPGRADE.md')).toBe('by hand\n')

    const second = mergePull(state, 3, { method: 'merge' })
    expect((await push()).output).toContain('Publishing 1.4.0')
    expect(peeled(state, state.refs.get('refs/tags/v1.4.0') ?? '')).toBe(second)
    expect(textAt(state, 'CHANGELOG.md', 'main')).toMatch(/1\.4\.0[\s\S]*1\.3\.0[\s\S]*1\.2\.3/)
    expect(state.releases.map(({ tag }) => tag)).toEqual(['v1.3.0', 'v1.4.0'])
  }, 300_000)

  test('deploy, then tag: what does not work gets no tag', async () => {
    const { state, run } = await scene(act, 'semver-tag-deploy.yml', { a: 'a' })
    addCommit(state, { message: 'feat: search', content: { b: 'b' } })
    expect(await run('push', {}, { DEPLOY_COMMAND: 'exit 1' })).toMatchObject({ code: 1 })
    expect(state.refs.has('refs/tags/v1.3.0')).toBe(false)
    expect(await run('push', {}, { DEPLOY_COMMAND: 'echo deployed $VERSION' })).toMatchObject({
      code: 0,
      errors: [],
    })
    expect(peeled(state, state.refs.get('refs/tags/v1.3.0') ?? '')).toBe(tip(state))
    expect(state.refs.get('refs/tags/v1')).toBe(tip(state))
  }, 120_000)

  test('nightly, then promotion of that very commit', async () => {
    const { state, run } = await scene(act, 'semver-tag-nightly.yml', { a: 'a' })
    const night = addCommit(state, { message: 'feat: search', content: { b: 'b' } })
    const first = await run('schedule')
    expect(first).toMatchObject({ code: 0, errors: [] })
    expect(first.output).toContain('Building 1.3.0-nightly.1')
    addCommit(state, { message: 'feat: not yet', content: { c: 'c' } })
    const promoted = await run('workflow_dispatch', { inputs: { promote: 'v1.3.0-nightly.1' } })
    expect(promoted).toMatchObject({ code: 0, errors: [] })
    expect(peeled(state, state.refs.get('refs/tags/v1.3.0') ?? '')).toBe(night)
  }, 120_000)

  test('monorepo: one step, and a job for each package', async () => {
    const { state, run } = await scene(act, 'semver-tag-monorepo.yml', {
      'packages/core/a': 'a',
      'services/api/a': 'a',
      'services/web/a': 'a',
    })
    for (const tag of ['core-v1.0.0', 'api-v1.0.0', 'web-v1.0.0'])
      state.refs.set(`refs/tags/${tag}`, tip(state))
    addCommit(state, { message: 'feat: cache', content: { 'services/api/b': 'b' } })
    const result = await run()
    expect(result).toMatchObject({ code: 0, errors: [] })
    expect(state.releases.map(({ tag }) => tag)).toEqual(['api-v1.1.0', 'web-v1.0.1'])
    expect(result.output).toContain('Publishing api-v1.1.0')
    expect(result.output).toContain('Publishing web-v1.0.1')
    expect(result.output).not.toContain('Publishing core')
  }, 120_000)
})
