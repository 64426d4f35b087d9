import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { describeWith } from '../../support/real-parts.ts'
import type { Haproxy } from '../../support/routers/haproxy.ts'
import { openScene, type Scene } from '../../support/routers/scene.ts'
import { expectConclusion, runPost } from '../../support/runner.ts'

const QUICK = { watch: '200ms', 'min-samples': '1' }
const BACK = { ...QUICK, 'rollback-on-job-failure': 'true' }

describeWith('haproxy', 'the post step', () => {
  let scene: Scene
  let router: Haproxy
  beforeEach(async () => {
    scene = await openScene('haproxy')
    router = scene.router as Haproxy
  })
  afterEach(() => scene.close())

  const green = async (): Promise<number> => Number.parseInt(await router.say('get weight app/green'), 10)

  test.each(['failure', 'cancelled'] as const)(
    'puts traffic back after a job with status %s',
    async (jobStatus) => {
      const step = await scene.run(BACK)
      expectConclusion(step, 'success')
      const post = await runPost(step, { jobStatus })
      expectConclusion(post, 'success')
      expect(await green()).toBe(0)
      expect(post.annotations).toMatchObject([
        {
          level: 'warning',
          title: 'Rolled back',
          message: expect.stringContaining('and the front door shows it'),
        },
      ])
      expect(post.summary).toContain('Rolled back by the post step')
      expect(post.outputs).toEqual({})
      await scene.waitForSide('blue')
    },
  )

  test('does nothing after a good job', async () => {
    const post = await runPost(await scene.run(BACK), { jobStatus: 'success' })
    expectConclusion(post, 'success')
    expect([await green(), post.annotations, post.summary]).toEqual([100, [], ''])
  })

  test('does nothing where nobody asked for it', async () => {
    const post = await runPost(await scene.run(QUICK), { jobStatus: 'failure' })
    expectConclusion(post, 'success')
    expect([await green(), post.annotations]).toEqual([100, []])
  })

  test('does nothing after a switch that was put back by main', async () => {
    scene.green.behaviour = 'errors'
    const step = await scene.run(BACK)
    expectConclusion(step, 'failure')
    const post = await runPost(step, { jobStatus: 'failure' })
    expectConclusion(post, 'success')
    expect(post.annotations).toEqual([])
  })

  test('twice is like once', async () => {
    const post = await runPost(await scene.run(BACK), { jobStatus: 'failure' })
    const again = await runPost(post, { jobStatus: 'failure' })
    expectConclusion(again, 'success')
    expect([await green(), again.annotations]).toEqual([0, []])
  })

  test('leaves alone what somebody else has moved since', async () => {
    const step = await scene.run(BACK)
    await router.say('set server app/blue weight 40; set server app/green weight 60')
    const post = await runPost(step, { jobStatus: 'failure' })
    expectConclusion(post, 'success')
    expect(await green()).toBe(60)
    expect(post.annotations).toMatchObject([
      {
        level: 'warning',
        title: 'Not rolled back',
        message: expect.stringContaining('blue has 40 % and green 60 %'),
      },
    ])
  })

  test('is red when it cannot, and says what was before', async () => {
    const step = await scene.run(BACK)
    await router.stop()
    const post = await runPost(step, { jobStatus: 'failure' })
    expectConclusion(post, 'failure')
    expect(post.annotations).toMatchObject([
      {
        title: 'NOT rolled back',
        message: expect.stringMatching(/blue has all the traffic before the switch/),
      },
    ])
  })

  test.each([true, false])('runs before-restore that fails, with restore-anyway: %s', async (anyway) => {
    const hooks = JSON.stringify({
      'before-restore': [process.execPath, '-e', 'process.exit(3)'],
      'restore-anyway': anyway,
    })
    const step = await scene.run({ ...BACK, hooks })
    const post = await runPost(step, { jobStatus: 'failure' })
    expectConclusion(post, anyway ? 'success' : 'failure')
    expect(post.annotations[0]?.message).toContain('ended with exit code 3')
    expect(await green()).toBe(anyway ? 0 : 100)
  })
})
