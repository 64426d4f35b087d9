import { afterEach, expect, test } from '@jest/globals'
import { expectConclusion, runAction } from '../../support/runner.ts'
import { at, closeGitHubs, githubOf, repositoryOf } from '../semver-tag/scene.ts'

afterEach(closeGitHubs)

test('three jobs with release: draft come to one draft', async () => {
  const repository = repositoryOf([
    { message: 'feat: a', tags: ['v1.2.2'] },
    { message: 'fix: b', tags: ['v1.2.3'] },
  ])
  const stage = await githubOf(repository)
  const jobs = await Promise.all(
    [1, 2, 3].map(() =>
      runAction({
        action: 'changelog',
        workspace: repository.path,
        event: { name: 'push', payload: { repository: { default_branch: 'main' } } },
        inputs: { release: 'draft', version: 'v1.2.3' },
        context: { ...at(stage), sha: repository.sha() },
      }),
    ),
  )
  for (const job of jobs) expectConclusion(job, 'success')
  expect(stage.state.releases).toMatchObject([{ tag: 'v1.2.3', draft: true }])
  expect(stage.state.releases[0]?.body).toContain('b')
  expect(new Set(jobs.map(({ outputs }) => outputs['release-id'])).size).toBe(1)
})
