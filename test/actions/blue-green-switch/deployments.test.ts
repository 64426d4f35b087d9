import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { undoOf } from '../../../actions/blue-green-switch/protocol/payload.ts'
import { type Stage, startGitHub } from '../../support/github/server.ts'
import { jobToken } from '../../support/github/tokens.ts'
import { testWith } from '../../support/real-parts.ts'
import { openScene, ROUTERS, type RouterName, type Scene } from '../../support/routers/scene.ts'
import { expectConclusion, type RunOptions, runPost, type StepResult } from '../../support/runner.ts'

const QUICK = { watch: '200ms', 'min-samples': '1', propagation: '2s' }
const BACK = { mode: 'rollback', confirm: 'ROLLBACK', reason: 'the till is wrong', environment: 'production' }

let stage: Stage
beforeEach(async () => {
  stage = await startGitHub({
    tokens: { may: jobToken({ deployments: 'write' }), 'may-not': jobToken({ contents: 'read' }) },
  })
})
afterEach(() => stage.close())

const at = (token = 'may'): Partial<RunOptions> => ({
  context: {
    repository: 'octo/demo',
    serverUrl: stage.serverUrl,
    apiUrl: stage.apiUrl,
    graphqlUrl: stage.graphqlUrl,
    token,
  },
})
const states = (): string[] =>
  stage.state.deployments.map(({ id, statuses }) => `${id}: ${statuses.map(({ state }) => state).join(', ')}`)
const go = (
  scene: Scene,
  version: string,
  more: Readonly<Record<string, string>> = {},
): Promise<StepResult> => scene.run({ ...QUICK, version, environment: 'production', ...more }, at())

for (const [router, part] of Object.entries(ROUTERS)) {
  testWith(
    part,
    `${router}: two switches on record, the second is rolled back by hand, and not again`,
    async () => {
      const scene = await openScene(router as RouterName)
      try {
        const first = await go(scene, '2.0.0', { 'environment-url': 'https://shop.example.com' })
        expectConclusion(first, 'success')
        const second = await go(scene, '1.0.0')
        expectConclusion(second, 'success')
        const [one, two] = stage.state.deployments
        expect(first.outputs['deployment-id']).toBe(String(one?.id))
        expect(one).toMatchObject({ task: 'nexus-switch', environment: 'production' })
        expect(one?.payload).toMatchObject({
          previous: { live: 'blue' },
          installed: { live: 'green', weights: { blue: 0, green: 100 } },
          version: '2.0.0',
        })
        expect(JSON.stringify(one?.payload)).not.toMatch(/127\.0\.0\.1|\/tmp/)
        expect(one?.statuses.at(1)).toMatchObject({
          state: 'success',
          environmentUrl: 'https://shop.example.com',
        })
        expect(states()).toEqual([
          `${one?.id}: in_progress, success, inactive`,
          `${two?.id}: in_progress, success`,
        ])
        const back = await scene.run({ ...QUICK, ...BACK, version: '2.0.0' }, at())
        expectConclusion(back, 'success')
        expect(back.outputs).toMatchObject({ live: 'green', previous: 'blue', switched: 'true' })
        await scene.waitForSide('green')
        const third = stage.state.deployments[2]
        expect(third?.payload).toMatchObject({ undoes: { id: two?.id, reason: 'the till is wrong' } })
        expect(states().slice(1)).toEqual([
          `${two?.id}: in_progress, success, inactive`,
          `${third?.id}: in_progress, success`,
        ])
        for (const id of [two?.id, third?.id, 4_711]) {
          const again = await scene.run({ ...QUICK, ...BACK, 'deployment-id': String(id) }, at())
          expectConclusion(again, 'failure')
          expect(again.outputs).toMatchObject({ switched: 'false', live: 'green' })
          expect(again.annotations[0]?.message).toMatch(/Nothing was written/)
        }
        const newest = await scene.run({ ...QUICK, ...BACK }, at())
        expectConclusion(newest, 'failure')
        expect(newest.outputs['reason']).toMatch(/no successful deployment/)
        expect(stage.state.deployments).toHaveLength(3)
      } finally {
        await scene.close()
      }
    },
    60_000,
  )
}

testWith(
  'haproxy',
  'what becomes of a deployment',
  async () => {
    const scene = await openScene('haproxy')
    try {
      // A job that may not write deployments is warned, or stopped before any write when it has to.
      const warned = await scene.run({ ...QUICK, environment: 'production' }, at('may-not'))
      expectConclusion(warned, 'success')
      expect(warned.annotations).toMatchObject([
        { level: 'warning', message: expect.stringMatching(/deployments: write/) },
      ])
      const stopped = await scene.run(
        { ...QUICK, version: '1.0.0', environment: 'production', record: 'true' },
        at('may-not'),
      )
      expectConclusion(stopped, 'failure')
      expect(stopped.annotations.at(-1)?.message).toMatch(/could not be recorded.*Nothing was written/s)
      await scene.waitForSide('green')
      // What is put back has failed, by main as by the post step.
      scene.blue.behaviour = 'errors'
      expectConclusion(await go(scene, '1.0.0'), 'failure')
      expect(stage.state.deployments.at(-1)?.statuses.map(({ state }) => state)).toEqual([
        'in_progress',
        'failure',
      ])
      scene.blue.behaviour = 'good'
      const good = await go(scene, '1.0.0', { 'rollback-on-job-failure': 'true' })
      expectConclusion(await runPost(good, { jobStatus: 'failure' }), 'success')
      expect(stage.state.deployments.at(-1)?.statuses.map(({ state }) => state)).toEqual([
        'in_progress',
        'success',
        'failure',
      ])
      // Another tool's deployment is neither undone nor ended.
      stage.state.deployments.push({
        id: 900,
        sha: 'a'.repeat(40),
        ref: 'main',
        task: 'deploy',
        environment: 'production',
        description: null,
        payload: { nexus: 1 },
        creator: 'ada',
        createdAt: '2026-01-01T00:00:00Z',
        statuses: [
          {
            id: 1,
            state: 'success',
            description: '',
            environmentUrl: '',
            logUrl: '',
            creator: 'ada',
            createdAt: '2026-01-01T00:00:00Z',
          },
        ],
      })
      const foreign = await scene.run({ ...QUICK, ...BACK, 'deployment-id': '900' }, at())
      expect(foreign.outputs['reason']).toMatch(/deployment 900 was not made by this action/)
      expectConclusion(await go(scene, '1.0.0'), 'success')
      expect(stage.state.deployments.find(({ id }) => id === 900)?.statuses).toHaveLength(1)
    } finally {
      await scene.close()
    }
  },
  60_000,
)

describe('a deployment can be undone', () => {
  const payload = {
    nexus: 1,
    target: 'haproxy',
    version: '',
    undoes: null,
    previous: { live: 'blue', weights: { blue: 100, green: 0 } },
    installed: { live: 'green', weights: { blue: 0, green: 100 } },
  }
  const deployment = { id: 7, task: 'nexus-switch', environment: 'production', payload }
  const where = { target: 'haproxy', colors: ['blue', 'green'], environment: '' }
  const green = { live: 'green', weights: { blue: 0, green: 100 } }
  const red = { live: 'red', weights: { red: 100 } }

  test('when what it installed is live', () => {
    expect(undoOf(deployment, where, green, '')).toMatchObject({ to: 'blue' })
    // GitHub gives a payload that was sent as text back as text.
    expect(undoOf({ ...deployment, payload: JSON.stringify(payload) }, where, green, '')).toMatchObject({
      to: 'blue',
    })
  })

  test.each<[string, Parameters<typeof undoOf>, RegExp]>([
    ['another task', [{ ...deployment, task: 'deploy' }, where, green, ''], /not made by this action/],
    ['no payload', [{ ...deployment, payload: {} }, where, green, ''], /not made by this action/],
    [
      'a payload that contradicts itself',
      [
        { ...deployment, payload: { ...payload, previous: { live: 'green', weights: { blue: 100 } } } },
        where,
        green,
        '',
      ],
      /not made by/,
    ],
    [
      'another environment',
      [deployment, { ...where, environment: 'staging' }, green, ''],
      /of the environment production/,
    ],
    ['another target', [deployment, { ...where, target: 'nginx' }, green, ''], /was made for haproxy/],
    [
      'colors that are not there',
      [deployment, { ...where, colors: ['old', 'new'] }, green, ''],
      /names "blue"/,
    ],
    [
      'a roll-back',
      [{ ...deployment, payload: { ...payload, undoes: { id: 3, reason: 'x' } } }, where, green, ''],
      /is a roll-back itself/,
    ],
    [
      'what is live already',
      [deployment, where, { live: 'blue', weights: { blue: 100, green: 0 } }, ''],
      /blue is live already/,
    ],
    [
      'a split',
      [deployment, where, { live: undefined, weights: { blue: 50, green: 50 } }, ''],
      /no side alone is live/,
    ],
    ['something else that is live', [deployment, where, red, 'green'], /red is live/],
  ])('but not with %s', (_, given, words) => {
    expect(undoOf(...given)).toEqual({ refused: expect.stringMatching(words) })
  })

  test('whatever is live, when that is expected', () => {
    expect(undoOf(deployment, where, red, 'red')).toMatchObject({ to: 'blue' })
  })
})
