import { afterEach, describe, expect, test } from '@jest/globals'
import { expectConclusion } from '../../support/runner.ts'
import { type Change, closeGitHubs, dryRun, githubOf, publish, repositoryOf, tagged } from './scene.ts'

afterEach(closeGitHubs)

const HISTORY: Change[] = [
  { message: 'feat: a', tags: ['v1.2.2', 'v1', 'v1.2'] },
  { message: 'fix: b', paths: ['api/x'] },
  { message: 'docs: c' },
]

describe('labels', () => {
  const label = (number: number, sha: string, labels: string[], merged = true) => ({
    ...{
      number,
      title: `PR ${number}`,
      author: 'ada',
      labels,
      merged,
      base: 'main',
      body: '',
      commits: [sha],
    },
  })

  test.each<[string, string[], Record<string, string>, string]>([
    ['beat their commits', ['semver:minor'], {}, '1.3.0'],
    ['the highest wins', ['semver:patch', 'SemVer:Major'], {}, '2.0.0'],
    ['none is one too', ['semver:none'], {}, '1.2.2'],
    ['other labels leave it to the commits', ['bug'], {}, '1.2.3'],
    ['names of one’s own', ['breaking'], { 'label-rules': 'breaking: major' }, '2.0.0'],
  ])('%s', async (_, labels, inputs, version) => {
    const repository = repositoryOf([{ message: 'feat: a', tags: ['v1.2.2'] }, 'fix: b'])
    const stage = await githubOf(repository)
    stage.state.pulls.push(
      label(7, repository.sha(), labels),
      label(8, repository.sha(), ['semver:major'], false),
    )
    const result = await publish(repository, stage, { ...inputs, labels: 'true', 'dry-run': 'true' })
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({ version })
    expect(stage.log).toHaveLength(1)
  })

  test('are read in batches', async () => {
    const repository = repositoryOf([
      { message: 'feat: a', tags: ['v1.2.2'] },
      ...Array.from({ length: 150 }, (_, index) => `docs: ${index}`),
    ])
    const stage = await githubOf(repository)
    stage.state.pulls.push(label(9, repository.sha('main~149'), ['semver:minor']))
    const result = await publish(repository, stage, { labels: 'true', 'dry-run': 'true' })
    expect(result.outputs).toMatchObject({ version: '1.3.0', commits: '150' })
    expect(result.log).toMatch(/minor .*docs: 0 \(label of #9\)/)
    expect(stage.log).toHaveLength(2)
  })

  test('need a token', async () => {
    const result = await dryRun(repositoryOf(HISTORY), { labels: 'true' })
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toContain('token')
  })
})

describe('GitHub', () => {
  test('Enterprise Server has another path', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository, { enterprise: true })
    expect(stage.apiUrl).toMatch(/\/api\/v3$/)
    const result = await publish(
      repository,
      stage,
      { 'floating-tags': 'major', create: 'release' },
      { checkout: false },
    )
    expectConclusion(result, 'success')
    expect(tagged(stage, 'v1')).toBe(repository.sha())
    expect(stage.state.releases).toHaveLength(1)
  })

  test('that does not know the token', async () => {
    const repository = repositoryOf(HISTORY)
    const result = await publish(repository, await githubOf(repository), {
      token: 'ghs_wrong_token',
      source: 'api',
    })
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toMatch(/does not accept the token/)
    expect(result.outputs).toMatchObject({ released: 'false', version: '' })
    expect(result.log).not.toContain('ghs_wrong_token')
  })
})
