import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { REPOSITORY, ROOT } from '../../../scripts/actions.ts'
import { releaseTree } from '../../../scripts/tree.ts'
import { loadRepository } from '../../support/github/load.ts'
import { type Stage, startGitHub } from '../../support/github/server.ts'
import { describeWith } from '../../support/real-parts.ts'
import { runWorkflow } from '../../workflows/act.ts'
import { repositoryOf } from './scene.ts'

describeWith('act', 'whole workflows', (act) => {
  const repository = repositoryOf([{ message: 'feat: start', tags: ['v1.2.3'] }, 'fix: a', 'feat: b'])

  /** act knows neither the token nor the commit of the job that GitHub would give. */
  const asOnGitHub = (file: string): string =>
    readFileSync(join(ROOT, 'examples', file), 'utf8').replace(
      /(uses: org\/nexus-actions\/semver-tag@v1\n( +)with:\n)/,
      `$1$2  token: stage-token\n$2  sha: ${repository.sha()}\n`,
    )

  const runOn = (stage: Stage, file: string, event: string, payload: object) =>
    runWorkflow({
      act,
      files: new Map([['.github/workflows/version.yml', asOnGitHub(file)]]),
      actions: { [`${REPOSITORY}@v1`]: releaseTree('1.0.0') },
      event,
      payload: { repository: { default_branch: 'main' }, ...payload },
      env: {
        GITHUB_API_URL: stage.apiUrl,
        GITHUB_GRAPHQL_URL: stage.graphqlUrl,
        GITHUB_SERVER_URL: stage.serverUrl,
        GITHUB_REPOSITORY: 'octo/demo',
        GITHUB_REF: event === 'push' ? 'refs/heads/main' : 'refs/pull/7/merge',
      },
    })

  test('the release example tags, moves v1 and v1.2, and builds what was released', async () => {
    const stage = await startGitHub({ state: loadRepository(repository.path) })
    const run = await runOn(stage, 'semver-tag.yml', 'push', { ref: 'refs/heads/main' })
    expect(run).toMatchObject({
      code: 0,
      errors: [],
      steps: { 'version/Tag': 'success', 'build/Build': 'success' },
    })
    expect(run.output).toContain('Building 1.3.0')
    for (const tag of ['v1.3.0', 'v1', 'v1.3']) expect(stage.state.refs.has(`refs/tags/${tag}`)).toBe(true)
    await stage.close()
  })

  test('the preview example says what a merge would give, and writes nothing', async () => {
    const stage = await startGitHub({ state: loadRepository(repository.path) })
    const run = await runOn(stage, 'semver-tag-preview.yml', 'pull_request', {
      pull_request: { number: 7, base: { ref: 'main' }, head: { ref: 'topic' } },
    })
    expect(run).toMatchObject({ code: 0, errors: [] })
    expect(run.output).toContain('A merge gives 1.3.0 (minor).')
    expect(stage.state.refs.has('refs/tags/v1.3.0')).toBe(false)
    await stage.close()
  })
})
