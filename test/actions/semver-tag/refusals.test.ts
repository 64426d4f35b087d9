import { afterEach, describe, expect, test } from '@jest/globals'
import { jobToken, userToken } from '../../support/github/tokens.ts'
import { expectConclusion } from '../../support/runner.ts'
import { closeGitHubs, githubOf, publish, repositoryOf, tagged } from './scene.ts'

afterEach(closeGitHubs)

const HISTORY = [{ message: 'feat: a', tags: ['v1.2.2', 'v1', 'v1.2'] }, 'fix: b']
const floating = { 'floating-tags': 'major, minor' }

describe('refusals', () => {
  test('a ruleset on v1: the full tag stands, the rest is done, the refusal is told apart', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    stage.state.rules.push({ refs: /^refs\/tags\/v1$/, refuses: ['update'] })
    const result = await publish(repository, stage, { ...floating, create: 'release' })
    expectConclusion(result, 'failure')
    expect(result.outputs).toMatchObject({ released: 'true', tag: 'v1.2.3', 'floating-tags': 'v1.2' })
    expect([tagged(stage, 'v1.2.3'), tagged(stage, 'v1'), tagged(stage, 'v1.2')]).toEqual([
      repository.sha(),
      repository.sha('v1.2.2'),
      repository.sha(),
    ])
    expect(stage.state.releases).toHaveLength(1)
    expect(result.annotations).toMatchObject([
      {
        level: 'error',
        title: 'Floating tag refused',
        message: expect.stringMatching(/^v1 was not moved: .*v\*\.\*\.\*/s),
      },
    ])
    expect(result.summary).toContain('not moved')
  })

  test('a server without updateRefs: one by one', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository, { without: ['updateRefs'] })
    const result = await publish(repository, stage, floating)
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({ released: 'true', 'floating-tags': 'v1\nv1.2' })
  })

  test.each([
    ['404', { status: 404, data: { message: 'Not Found' } }],
    ['an error', { status: 200, data: { data: null, errors: [{ message: 'GraphQL is turned off' }] } }],
  ])('a server whose GraphQL answers %s: over REST, also without a checkout', async (_, answer) => {
    const repository = repositoryOf([
      { message: 'feat: a', annotated: { 'v1.2.2': 'one' }, tags: ['v1', 'v1.2'] },
      'fix: b',
    ])
    const stage = await githubOf(repository)
    stage.fault({ on: 'POST /graphql', times: 100, answer })
    const result = await publish(repository, stage, floating, { checkout: false })
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({
      ...{ tag: 'v1.2.3', 'previous-tag': 'v1.2.2', released: 'true', 'floating-tags': 'v1\nv1.2' },
    })
    expect([tagged(stage, 'v1.2.3'), tagged(stage, 'v1')]).toEqual([repository.sha(), repository.sha()])
  })

  test('a higher version that appears meanwhile keeps v1, also one by one', async () => {
    const repository = repositoryOf([...HISTORY, { message: 'feat: c', branch: 'newer' }])
    const newer = repository.sha('newer')
    const stage = await githubOf(repository, { without: ['updateRefs'] })
    stage.fault({
      on: /PATCH .*git\/refs/,
      afterwards: (state) => state.refs.set('refs/tags/v1.9.0', newer),
    })
    const result = await publish(
      repository,
      stage,
      { 'floating-tags': 'major' },
      { at: repository.sha('main') },
    )
    expectConclusion(result, 'success')
    expect(tagged(stage, 'v1')).toBe(newer)
    expect(result.outputs).toMatchObject({ released: 'true', 'floating-tags': '' })
  })

  test('a commit that changes workflow files: the error names the remedy', async () => {
    const repository = repositoryOf([...HISTORY, { message: 'fix: ci', paths: ['.github/workflows/ci.yml'] }])
    const stage = await githubOf(repository)
    stage.state.refs.set('refs/heads/main', repository.sha('v1.2.2'))
    const result = await publish(repository, stage, floating)
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toMatch(/workflow.*GitHub App token|personal access token/is)
    expect(result.outputs).toMatchObject({ released: 'false', tag: 'v1.2.3' })
    expect(tagged(stage, 'v1.2.3')).toBeUndefined()
  })

  test('a token that only reads', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository, { tokens: { 'stage-token': jobToken({ contents: 'read' }) } })
    const result = await publish(repository, stage, floating)
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toContain('contents: write')
  })

  test('no token at all', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const result = await publish(repository, stage, { token: '' })
    expectConclusion(result, 'failure')
    expect(result.annotations[0]?.message).toContain('token')
    expect(result.outputs).toMatchObject({ tag: 'v1.2.3', released: 'false' })
  })

  test('a release that fails: the tag stands, the same run goes on later', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository, { tokens: { 'stage-token': userToken() } })
    stage.fault({ on: /POST .*\/releases/, answer: { status: 422, data: { message: 'Validation Failed' } } })
    const first = await publish(repository, stage, { create: 'release' })
    expectConclusion(first, 'failure')
    expect(first.outputs).toMatchObject({ released: 'true', tag: 'v1.2.3', 'release-id': '' })
    const second = await publish(repository, stage, { create: 'release' }, { checkout: false })
    expectConclusion(second, 'success')
    expect(second.outputs).toMatchObject({ released: 'true', 'release-id': expect.stringMatching(/\d/) })
  })
})
