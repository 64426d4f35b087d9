import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { describeWith } from '../../support/real-parts.ts'
import type { Haproxy } from '../../support/routers/haproxy.ts'
import { openScene, type Scene } from '../../support/routers/scene.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, runAction, runPost, type StepResult, startAction } from '../../support/runner.ts'
import { until } from '../../support/services/service.ts'

/** Every transition of a canary in two steps, by the line that the log has right after it. */
const TRANSITIONS = [
  'READ: read',
  'GATE: healthy',
  'WRITE 50 %: written',
  'VERIFY 50 %: proved',
  'WATCH 50 %: passed',
  'WRITE 100 %: written',
  'VERIFY 100 %: proved',
  'WATCH 100 %: soaked',
]
const QUICK = { steps: '50, 100', 'step-interval': '300ms', watch: '300ms', drain: '2s', 'min-samples': '1' }

describeWith('haproxy', 'a step that is killed', () => {
  test.each(TRANSITIONS)('-9 right after "%s": the post step brings the old side back', async (line) => {
    const scene = await openScene('haproxy')
    try {
      const killed = await kill(scene, line)
      const post = await runPost(killed)
      expectConclusion(post, 'success')
      expect(await weights(scene)).toEqual({ blue: 100, green: 0 })
      // Once more changes nothing, and says nothing of a rollback.
      const again = await runPost(post)
      expectConclusion(again, 'success')
      expect(again.annotations).toEqual([])
      // Before the first write there is nothing for the post step to do; a dead lock is in nobody's way.
      expect(existsSync(lockOf(scene))).toBe(killed.state['switch'] === undefined)
    } finally {
      await scene.close()
    }
  })

  test.each(TRANSITIONS)(
    '-9 right after "%s": the next run ends where the first one wanted to',
    async (line) => {
      const scene = await openScene('haproxy')
      try {
        await kill(scene, line)
        const second = await scene.run({ ...QUICK, drain: '0s' })
        expectConclusion(second, 'success')
        expect(second.outputs).toMatchObject({ live: 'green', previous: 'blue', switched: 'true' })
        expect(await weights(scene)).toEqual({ blue: 0, green: 100 })
        expect(existsSync(lockOf(scene))).toBe(false)
      } finally {
        await scene.close()
      }
    },
  )

  test.each(TRANSITIONS)(
    'by a cancelled job right after "%s": it puts the old side back itself',
    async (line) => {
      const scene = await openScene('haproxy')
      try {
        const step = scene.start(QUICK)
        await step.waitForLog(new RegExp(line.replace('.', '\\.')))
        const cancelled = await step.cancel()
        expect(cancelled).toMatchObject({ conclusion: 'cancelled', exitCode: 1, signal: null, orphans: [] })
        expect(await weights(scene)).toEqual({ blue: 100, green: 0 })
        expect(cancelled.outputs).toMatchObject({ live: 'blue', switched: 'false' })
        const post = await runPost(cancelled)
        expectConclusion(post, 'success')
        expect(await weights(scene)).toEqual({ blue: 100, green: 0 })
      } finally {
        await scene.close()
      }
    },
  )

  test('-9, and another run has switched meanwhile: the post step does not undo that one', async () => {
    const scene = await openScene('haproxy')
    try {
      const killed = await kill(scene, 'VERIFY 100 %: proved')
      expectConclusion(await scene.run({ ...QUICK, drain: '0s' }), 'success')
      const post = await runPost(killed)
      expectConclusion(post, 'success')
      expect(post.annotations).toMatchObject([{ level: 'warning', title: 'Not rolled back' }])
      expect(await weights(scene)).toEqual({ blue: 0, green: 100 })
    } finally {
      await scene.close()
    }
  })

  test('-9: before-restore stands before what the next run puts back, too', async () => {
    const scene = await openScene('haproxy')
    try {
      await kill(scene, 'WRITE 100 %: written')
      const hooks = (code: number): string =>
        JSON.stringify({
          'before-restore': [process.execPath, '-e', `process.exit(${code})`],
          'restore-anyway': false,
        })
      const refused = await scene.run({ ...QUICK, to: 'blue', hooks: hooks(3) })
      expectConclusion(refused, 'failure')
      expect(refused.annotations).toContainEqual(
        expect.objectContaining({ message: expect.stringMatching(/died.*before-restore.*exit code 3/s) }),
      )
      expect(await weights(scene)).toEqual({ blue: 0, green: 100 })
      const second = await scene.run({ ...QUICK, drain: '0s', to: 'blue', hooks: hooks(0) })
      expectConclusion(second, 'success')
      expect(second.outputs).toMatchObject({ live: 'blue', switched: 'false' })
      expect(second.log).toContain('Nothing to do: blue has all the traffic already')
    } finally {
      await scene.close()
    }
  })

  test('while a hook runs that minds no signal: the hook is ended in time, and the outputs say how it stands', async () => {
    const scene = await openScene('haproxy')
    try {
      scene.green.behaviour = 'errors'
      const mark = join(tempFolder('nexus-hook-'), 'running')
      const stubborn = `if (require('node:fs').existsSync(process.argv[1])) process.exit(0); process.on('SIGINT', () => {}); process.on('SIGTERM', () => {}); setTimeout(() => {}, 60_000); require('node:fs').writeFileSync(process.argv[1], '')`
      const hooks = JSON.stringify({
        'before-restore': [process.execPath, '-e', stubborn, mark],
        'restore-anyway': false,
      })
      const step = scene.start({ ...QUICK, hooks })
      await until(
        () => existsSync(mark),
        () => step.log(),
      )
      const cancelled = await step.cancel()
      expect(cancelled).toMatchObject({ conclusion: 'cancelled', signal: null, orphans: [] })
      expect(cancelled.outputs).toMatchObject({ 'rolled-back': 'false', switched: 'false', phase: 'restore' })
      expect(cancelled.annotations[0]).toMatchObject({ title: 'NOT rolled back' })
      const post = await runPost(cancelled)
      expectConclusion(post, 'success')
      expect(await weights(scene)).toEqual({ blue: 100, green: 0 })
    } finally {
      await scene.close()
    }
  })

  test('while the router is away: main and post say what is not known, and the next run finishes it', async () => {
    const scene = await openScene('haproxy')
    try {
      const step = scene.start({ ...QUICK, drain: '30s' })
      await step.waitForLog(/WRITE 100 %: written/)
      scene.router.freeze()
      const cancelled = await step.cancel()
      expect(cancelled.conclusion).toBe('cancelled')
      scene.router.thaw()
      const post = await runPost(cancelled)
      expectConclusion(post, 'success')
      expect(await weights(scene)).toEqual({ blue: 100, green: 0 })
    } finally {
      await scene.close()
    }
  })
})

describe('a write that is under way', () => {
  test.each(['before', 'after'])('killed %s it took effect: post finishes it', async (when) => {
    const folder = tempFolder('nexus-command-')
    const file = join(folder, 'weights.json')
    const blue = { weights: { blue: 100, green: 0 } }
    writeFileSync(file, JSON.stringify(blue))
    const put = `require('node:fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify({ weights: JSON.parse(process.env.NEXUS_WEIGHTS) }))`
    const say = `process.stdout.write(require('node:fs').readFileSync(${JSON.stringify(file)}, 'utf8'))`
    const mark = join(folder, 'writing')
    const hang = `if (!require('node:fs').existsSync(${JSON.stringify(mark)})) { require('node:fs').writeFileSync(${JSON.stringify(mark)}, ''); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60000) }`
    const write = when === 'before' ? `${hang}; ${put}; ${say}` : `${put}; ${hang}; ${say}`
    const node = process.execPath
    const step = startAction({
      action: 'blue-green-switch',
      inputs: {
        ...{ target: 'command', checks: 'none', verify: 'none', watch: '0s', drain: '0s' },
        'target-config': stringify({ read: [node, '-e', say], write: [node, '-e', write] }),
      },
    })
    await until(
      () => existsSync(mark),
      () => step.log(),
    )
    step.sendSignal('SIGKILL')
    const killed = await step.finished
    expect(killed.signal).toBe('SIGKILL')
    const post = await runPost(killed)
    expectConclusion(post, 'success')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(blue)
    const status = await runAction({
      ...killed.options,
      inputs: { ...killed.options.inputs, mode: 'status' },
    })
    expect(status.outputs['live']).toBe('blue')
  })
})

async function kill(scene: Scene, line: string): Promise<StepResult> {
  const step = scene.start(QUICK)
  await step.waitForLog(new RegExp(line))
  step.sendSignal('SIGKILL')
  const killed = await step.finished
  expect(killed.signal).toBe('SIGKILL')
  expect(existsSync(lockOf(scene))).toBe(true)
  return killed
}

/** As HAProxy itself says. */
async function weights(scene: Scene): Promise<Record<string, number>> {
  const router = scene.router as Haproxy
  const entries = await Promise.all(
    ['blue', 'green'].map(async (name) => [
      name,
      Number.parseInt(await router.say(`get weight app/${name}`), 10),
    ]),
  )
  return Object.fromEntries(entries)
}

function lockOf(scene: Scene): string {
  const socket = String(scene.router.targetConfig['socket'])
  return join(dirname(socket), `.${basename(socket)}.nexus-switch.lock`)
}
