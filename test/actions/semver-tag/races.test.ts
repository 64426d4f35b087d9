import { afterEach, describe, expect, test } from '@jest/globals'
import type { Stage } from '../../support/github/server.ts'
import {
  describe as described,
  expectConclusion,
  type StepResult,
  startAction,
} from '../../support/runner.ts'
import { at, closeGitHubs, githubOf, publish, type Repository, repositoryOf, tagged } from './scene.ts'

afterEach(closeGitHubs)

const RACES = 100
const HISTORY = [
  { message: 'feat: a', tags: ['v1.2.2', 'v1', 'v1.2'] },
  { message: 'fix: b', tags: ['first'] },
  'fix: c',
]
const floating = { 'floating-tags': 'major, minor' }

/** Two runs at the same time; `shas` is what each one tags. */
async function race(
  repository: Repository,
  stage: Stage,
  shas: readonly [string, string],
): Promise<StepResult[]> {
  return Promise.all(
    shas.map((sha, index) =>
      publish(repository, stage, floating, { at: sha, context: { runId: `${index + 1}` } }),
    ),
  )
}

/** Full version tags of the stage, and that none has ever been moved or removed. */
function versions(stage: Stage): string[] {
  const updates = stage.log.flatMap(({ body, operation }) => {
    const { variables, sha } = (body ?? {}) as {
      variables?: { input?: { refUpdates?: Update[] } }
      sha?: string
    }
    if (/^(PATCH|DELETE)/.test(operation)) return [{ name: operation, beforeOid: sha ?? '' }]
    return variables?.input?.refUpdates ?? []
  })
  for (const { name, beforeOid } of updates) {
    if (/\/v\d+\.\d+\.\d+$/.test(name)) expect(beforeOid).toMatch(/^0+$/)
  }
  return [...stage.state.refs.keys()]
    .filter((ref) => /\/v\d+\.\d+\.\d+$/.test(ref))
    .map((ref) => ref.slice(10))
    .sort()
}

interface Update {
  name: string
  beforeOid: string
}

describe(`${RACES} races`, () => {
  test('on one commit: one winner, nobody is red', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const [refs, sha] = [new Map(stage.state.refs), repository.sha()]
    for (let count = 0; count < RACES; count++) {
      stage.state.refs = new Map(refs)
      const results = await race(repository, stage, [sha, sha])
      for (const result of results) expectConclusion(result, 'success')
      expect(results.map(({ outputs }) => outputs['version'])).toEqual(['1.2.3', '1.2.3'])
      expect(results.map(({ outputs }) => outputs['released']).sort()).toEqual(['false', 'true'])
      expect(['v1.2.3', 'v1', 'v1.2'].map((tag) => tagged(stage, tag))).toEqual([sha, sha, sha])
      expect(versions(stage)).toEqual(['v1.2.2', 'v1.2.3'])
      stage.log.length = 0
    }
  }, 240_000)

  test('on two commits: one winner per version, floating tags end on the highest', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const [refs, older, newer] = [new Map(stage.state.refs), repository.sha('first'), repository.sha()]
    for (let count = 0; count < RACES; count++) {
      stage.state.refs = new Map(refs)
      const results = await race(repository, stage, [older, newer])
      const [first, second] = results as [StepResult, StepResult]
      expectConclusion(second, 'success')
      const winners = results.filter(({ outputs }) => outputs['released'] === 'true')
      expect(versions(stage)).toEqual(['v1.2.2', ...winners.map(({ outputs }) => outputs['tag'])].sort())
      for (const { outputs } of winners) expect(tagged(stage, outputs['tag'] ?? '')).toBe(outputs['sha'])
      if (first.conclusion === 'success') {
        expect([first.outputs['version'], second.outputs['version']]).toEqual(['1.2.3', '1.2.4'])
      } else {
        // The newer commit was first: its 1.2.3 holds the older one, which therefore has no version of its own.
        expect(second.outputs['version']).toBe('1.2.3')
        expect(first.annotations[0]?.message).toContain('v1.2.3')
      }
      expect([tagged(stage, 'v1'), tagged(stage, 'v1.2')]).toEqual([newer, newer])
      stage.log.length = 0
    }
  }, 240_000)
})

describe('a rival', () => {
  test('with the same version on an older commit: worked out again', async () => {
    const repository = repositoryOf(HISTORY)
    const stage = await githubOf(repository)
    const older = repository.sha('first')
    stage.fault({
      on: 'POST /repos/{owner}/{repo}/git/refs',
      race: ({ refs }) => refs.set('refs/tags/v1.2.3', older),
    })
    const result = await publish(repository, stage)
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({ version: '1.2.4', 'previous-version': '1.2.3', released: 'true' })
  })

  test('who is always faster: three times again, then both commits are named', async () => {
    const history = Array.from({ length: 6 }, (_, index) => ({ message: 'fix: x', tags: [`c${index}`] }))
    const repository = repositoryOf([{ message: 'feat: a', tags: ['v1.2.2'] }, ...history, 'fix: last'])
    const stage = await githubOf(repository)
    for (let count = 0; count < 5; count++) {
      const rival = repository.sha(`c${count}`)
      stage.fault({
        on: 'POST /repos/{owner}/{repo}/git/refs',
        race: ({ refs }) => refs.set(`refs/tags/v1.2.${3 + count}`, rival),
      })
    }
    const result = await publish(repository, stage)
    expectConclusion(result, 'failure')
    expect(
      stage.log.filter(({ operation }) => operation.startsWith('POST') && operation.endsWith('/git/refs')),
    ).toHaveLength(4)
    const [{ message } = { message: '' }] = result.annotations
    expect(message).toContain(repository.sha('c3'))
    expect(message).toContain(repository.sha())
    expect(result.outputs).toMatchObject({ released: 'false' })
  })

  test('who moves v1 up between reading and moving: v1 stays up', async () => {
    const repository = repositoryOf([...HISTORY, { message: 'feat: d', branch: 'newer', from: 'first' }])
    const stage = await githubOf(repository)
    const newer = repository.sha('newer')
    stage.fault({
      on: 'POST /graphql',
      body: 'updateRefs',
      race: ({ refs }) => {
        refs.set('refs/tags/v1.9.0', newer)
        refs.set('refs/tags/v1', newer)
      },
    })
    const result = await publish(repository, stage, floating)
    expectConclusion(result, 'success')
    expect(tagged(stage, 'v1')).toBe(newer)
    expect(tagged(stage, 'v1.2')).toBe(repository.sha())
    expect(result.outputs).toMatchObject({ version: '1.2.3', released: 'true', 'floating-tags': 'v1.2' })
  })
})

describe('killed', () => {
  const inputs = { ...floating, create: 'release' }
  const whole = (stage: Stage, sha: string): void => {
    expect(['v1.2.3', 'v1', 'v1.2'].map((tag) => tagged(stage, tag))).toEqual([sha, sha, sha])
    expect(versions(stage)).toEqual(['v1.2.2', 'v1.2.3'])
    expect(stage.state.releases).toMatchObject([{ tag: 'v1.2.3', draft: false }])
  }

  test.each([{ without: [] }, { without: ['updateRefs'] }])(
    'while any call is under way, and started again: the same end ($without)',
    async (options) => {
      const repository = repositoryOf(HISTORY)
      const sha = repository.sha()
      for (let call = 0, ended = false; !ended; call++) {
        const stage = await githubOf(repository, options)
        const handle = startAction({
          action: 'semver-tag',
          workspace: repository.path,
          event: { name: 'push', payload: { repository: { default_branch: 'main' } } },
          inputs,
          context: { ...at(stage), sha },
        })
        stage.fault({ on: /./, after: call, race: () => void handle.sendSignal('SIGKILL') })
        const killed = await handle.finished
        ended = killed.signal === null
        const again = await publish(repository, stage, inputs, { checkout: false })
        if (again.conclusion !== 'success') throw new Error(`call ${call}: ${described(again)}`)
        expect(again.outputs).toMatchObject({
          version: '1.2.3',
          released: 'true',
          'floating-tags': 'v1\nv1.2',
        })
        expect(again.outputs['release-id']).toMatch(/\d/)
        whole(stage, sha)
      }
    },
    120_000,
  )

  test.each(['before', 'after', 'body'] as const)(
    'connections, %s any call is carried out: one run gets there',
    async (cut) => {
      const repository = repositoryOf(HISTORY)
      for (let call = 0, isDone = false; !isDone; call++) {
        const stage = await githubOf(repository)
        stage.fault({ on: /./, after: call, cut })
        const result = await publish(repository, stage, inputs)
        expectConclusion(result, 'success')
        expect(result.outputs).toMatchObject({ version: '1.2.3', released: 'true' })
        whole(stage, repository.sha())
        isDone = stage.log.every(({ status }) => status !== undefined) && cut !== 'body' ? true : call >= 5
      }
    },
    120_000,
  )
})
