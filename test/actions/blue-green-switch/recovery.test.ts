import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { describeWith } from '../../support/real-parts.ts'
import type { Haproxy } from '../../support/routers/haproxy.ts'
import { openScene, type Scene } from '../../support/routers/scene.ts'
import { expectConclusion, runPost, type StepResult } from '../../support/runner.ts'

const QUICK = { watch: '300ms', 'step-interval': '300ms', 'min-samples': '1', propagation: '1s' }
/** A canary that is still being watched when something happens. */
const LONG = { ...QUICK, steps: '20, 100', 'step-interval': '30s', watch: '30s' }

describeWith('haproxy', 'RESTORE looks before it acts', () => {
  let scene: Scene
  let router: Haproxy
  beforeEach(async () => {
    scene = await openScene('haproxy')
    router = scene.router as Haproxy
  })
  afterEach(() => scene.close())

  const weights = async (): Promise<string> => {
    const said = await Promise.all(['blue', 'green'].map((name) => router.say(`get weight app/${name}`)))
    return said.map((text) => Number.parseInt(text, 10)).join('/')
  }
  const errorOf = (step: StepResult) => step.annotations.filter(({ level }) => level === 'error')
  const until = async (given: Readonly<Record<string, string>>, line: RegExp) => {
    const step = scene.start({ ...LONG, ...given })
    await step.waitForLog(line)
    return step
  }

  describe('the old side dies while the new one is healthy', () => {
    test.each([
      ['in a canary', { steps: '20, 100' }, /VERIFY 20 %: proved/, '80/20'],
      ['in a canary that nobody asks about', { steps: '20, 100', 'on-old-dead': '' }, /WRITE 20 %/, '80/20'],
    ])('%s: users are not moved to it', async (_, inputs, line, left) => {
      const running = await until(inputs, line)
      scene.blue.die()
      const step = await running.finished
      expectConclusion(step, 'failure')
      expect(step.outputs).toMatchObject({ 'rolled-back': 'false', switched: 'false', phase: 'restore' })
      expect(await weights()).toBe(left)
      expect(errorOf(step)).toMatchObject([
        { message: expect.stringMatching(/blue: .* failed.*Asked directly, blue fails .*green is healthy/s) },
      ])
      expect(step.outputs['reason']).not.toMatch(/^green/)
      expect(step.summary).not.toContain('Rolled back')
    })

    test('with on-old-dead: forward they are moved on, and the step is red', async () => {
      const running = await until({ 'on-old-dead': 'forward' }, /VERIFY 20 %: proved/)
      scene.blue.die()
      const step = await running.finished
      expectConclusion(step, 'failure')
      expect(step.outputs).toMatchObject({ live: 'green', 'rolled-back': 'false', switched: 'true' })
      expect(await weights()).toBe('0/100')
      await scene.waitForSide('green')
    })

    test('the post step does not move users to it either, and is red', async () => {
      const step = await scene.run({ ...QUICK, 'rollback-on-job-failure': 'true' })
      expectConclusion(step, 'success')
      scene.blue.die()
      const post = await runPost(step, { jobStatus: 'failure' })
      expectConclusion(post, 'failure')
      expect(await weights()).toBe('0/100')
      expect(errorOf(post)).toMatchObject([{ message: expect.stringMatching(/blue fails its own checks/) }])
    })

    test('nor does the next run after a kill', async () => {
      const running = await until({ steps: '100' }, /WRITE 100 %: written/)
      running.sendSignal('SIGKILL')
      await running.finished
      scene.blue.die()
      const next = await scene.run({ ...QUICK, to: 'blue' })
      expectConclusion(next, 'failure')
      expect(await weights()).toBe('0/100')
      expect(errorOf(next)[0]?.message).toMatch(/blue fails its own checks/)
    })
  })

  test('the old side answers with errors when it is back: that is not called rolled back', async () => {
    const running = await until({ steps: '100' }, /VERIFY 100 %: proved/)
    // Its own checks are content: it fails only through the router.
    scene.blue.behaviour = 'errors'
    scene.green.behaviour = 'errors'
    const step = await running.finished
    expectConclusion(step, 'failure')
    expect(step.outputs).toMatchObject({ live: 'blue', 'rolled-back': 'false', switched: 'false' })
    expect(errorOf(step)).toMatchObject([{ title: expect.stringContaining('users get errors') }])
  })

  describe('somebody else moves the traffic', () => {
    test.each([
      ['in VERIFY', /WRITE 20 %: written/],
      ['in the soak', /VERIFY 20 %: proved/],
    ])('%s, and then the new side fails', async (_, line) => {
      const running = await until({}, line)
      await router.say('set server app/blue weight 40; set server app/green weight 60')
      scene.green.behaviour = 'errors'
      const step = await running.finished
      expectConclusion(step, 'failure')
      expect(await weights()).toBe('40/60')
      expect(step.outputs).toMatchObject({ 'rolled-back': 'false', switched: 'false' })
      expect(errorOf(step)).toMatchObject([{ title: 'State drift' }])
    })

    test('before the job is cancelled', async () => {
      const running = await until({}, /VERIFY 20 %: proved/)
      await router.say('set server app/blue weight 40; set server app/green weight 60')
      const step = await running.cancel()
      expect(await weights()).toBe('40/60')
      expect(errorOf(step)).toMatchObject([{ title: 'State drift' }])
      const post = await runPost(step)
      expectConclusion(post, 'success')
      expect(await weights()).toBe('40/60')
    })
  })

  test('the router is away for a moment: the front door is blamed, and not a side', async () => {
    const running = await until({ steps: '100' }, /VERIFY 100 %: proved/)
    await router.stop()
    const gone = running.waitForLog(/bad answers|unreadable/)
    await gone
    await router.restart()
    const step = await running.finished
    expectConclusion(step, 'failure')
    expect(step.outputs).toMatchObject({ live: 'blue', switched: 'false' })
    expect(step.outputs['reason']).toMatch(/^the front door: .*green is healthy/)
  })

  test('the check of verify that failed is named, with its URL', async () => {
    scene.green.behaviour = 'errors'
    const verify = `- name: the shop\n  url: ${scene.router.url}/health\n`
    const step = await scene.run({ ...QUICK, verify })
    const named = `the shop (${scene.router.url}/health): HTTP 500`
    expect(step.outputs['reason']).toContain(named)
    expect(errorOf(step)[0]?.message).toContain(named)
    expect(step.summary).toContain(`${scene.router.url}/health`)
    const { badAnswers } = JSON.parse(step.outputs['result'] ?? '{}') as { badAnswers: object[] }
    expect(badAnswers[0]).toMatchObject({ check: 'the shop', url: `${scene.router.url}/health` })
  })
})

describeWith('haproxy', 'records are nobody else’s', () => {
  let scene: Scene
  let router: Haproxy
  beforeEach(async () => {
    scene = await openScene('haproxy')
    router = scene.router as Haproxy
  })
  afterEach(() => scene.close())

  const green = async (): Promise<number> => Number.parseInt(await router.say('get weight app/green'), 10)
  const lockFile = (): string => {
    const socket = String(router.targetConfig['socket'])
    return join(dirname(socket), `.${basename(socket)}.nexus-switch.lock`)
  }
  const killAt = async (line: RegExp, inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> => {
    const step = scene.start({ ...QUICK, steps: '100', watch: '30s', ...inputs })
    await step.waitForLog(line)
    step.sendSignal('SIGKILL')
    return step.finished
  }

  test('two runs are killed after their writes: both posts, in either order, leave what was proved', async () => {
    for (const order of ['first, second', 'second, first']) {
      const first = await killAt(/WRITE 100 %: written/)
      const second = await killAt(/WRITE 100 %: written/)
      const posts = order === 'first, second' ? [first, second] : [second, first]
      for (const killed of posts) expectConclusion(await runPost(killed), 'success')
      expect([order, await green(), existsSync(lockFile())]).toEqual([order, 0, false])
    }
  })

  test('a run again after a kill goes on: the traffic does not swing', async () => {
    await killAt(/WRITE 100 %: written/)
    const users = await scene.users()
    const step = await scene.run({ ...QUICK, drain: '0s' })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ live: 'green', previous: 'blue', switched: 'true' })
    expect((await users.stop()).bySide['blue']).toBeUndefined()
  })

  test('a run again after a kill puts back first what does not prove good', async () => {
    await killAt(/WRITE 100 %: written/)
    scene.green.die()
    const step = await scene.run({
      ...QUICK,
      timeout: '10s',
      checks: `- url: ${scene.doors.url}/{color}/health\n  timeout: 1s\n`,
    })
    expectConclusion(step, 'failure')
    expect(await green()).toBe(0)
    expect(existsSync(lockFile())).toBe(false)
  })

  test.each(['main', 'post'])('a lock that was forged beforehand is not believed by %s', async (phase) => {
    const killed = await killAt(/WRITE 100 %: written/)
    const content = JSON.parse(readFileSync(lockFile(), 'utf8')) as {
      journal: { recorded: { weights: object; raw: object }; id: string }
    }
    content.journal.id = 'forged'
    content.journal.recorded = {
      ...content.journal.recorded,
      weights: { blue: 1, green: 99 },
      raw: { blue: { weight: 1, state: 'ready' }, green: { weight: 99, state: 'ready' } },
    }
    writeFileSync(lockFile(), JSON.stringify(content))
    const step = phase === 'main' ? await scene.run({ ...QUICK, to: 'blue' }) : await runPost(killed)
    expectConclusion(step, 'failure')
    expect(step.annotations.at(-1)?.message).toMatch(/nothing proves/)
    expect(await green()).toBe(100)
    expect(existsSync(lockFile())).toBe(true)
  })

  test('the post step acts on the router that main recorded, whatever its inputs say by then', async () => {
    const killed = await killAt(/WRITE 100 %: written/)
    const other = await openScene('haproxy')
    try {
      const inputs = { ...killed.options.inputs, 'target-config': stringify(other.router.targetConfig) }
      const post = await runPost(killed, { inputs })
      expectConclusion(post, 'success')
      expect(await green()).toBe(0)
    } finally {
      await other.close()
    }
  })
})

describeWith('haproxy', 'from the spawn on', () => {
  test('a main that is killed at any moment leaves nothing that its post step moves', async () => {
    const scene = await openScene('haproxy')
    try {
      const router = scene.router as Haproxy
      const green = async (): Promise<number> => Number.parseInt(await router.say('get weight app/green'), 10)
      for (let ms = 0; ms <= 500; ms += 20) {
        const step = scene.start({ ...QUICK, watch: '30s' })
        await new Promise((resolve) => setTimeout(resolve, ms))
        step.sendSignal('SIGKILL')
        const killed = await step.finished
        const before = await green()
        const post = await runPost(killed)
        // Only back, never on.
        expect([ms, (await green()) > before, (await green()) === 0, post.conclusion]).toEqual([
          ms,
          false,
          true,
          'success',
        ])
      }
    } finally {
      await scene.close()
    }
  }, 120_000)

  test('state that somebody has put into the environment moves nothing', async () => {
    const scene = await openScene('haproxy')
    try {
      const step = await scene.run({ ...QUICK, 'dry-run': 'true' })
      const journal = { version: 2, id: 'a', at: Date.now(), who: 'x', from: 'blue', to: 'green' }
      const recorded = { weights: { blue: 0, green: 100 }, live: 'green', raw: {} }
      const forged = JSON.stringify({
        journal: { ...journal, recorded, steps: [{ blue: 100, green: 0 }] },
        phase: 'moving',
        given: {},
      })
      const env = { STATE_switch: forged, STATE_phase: 'post' }
      const post = await runPost(step, { env })
      expectConclusion(post, 'success')
      expect(post.log).toContain('has left no record')
      await scene.waitForSide('blue')
    } finally {
      await scene.close()
    }
  })
})
