import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { describeWith } from '../../support/real-parts.ts'
import type { Haproxy } from '../../support/routers/haproxy.ts'
import { openScene, type Scene } from '../../support/routers/scene.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, type StepResult } from '../../support/runner.ts'

const QUICK = { watch: '200ms', 'min-samples': '1' }

describeWith('haproxy', 'a step on HAProxy', () => {
  let scene: Scene
  beforeEach(async () => {
    scene = await openScene('haproxy')
  })
  afterEach(() => scene.close())

  const green = async (): Promise<number> =>
    Number.parseInt(await (scene.router as Haproxy).say('get weight app/green'), 10)

  test('tells its way in outputs, result and summary', async () => {
    const step = await scene.run({ ...QUICK, steps: '50, 100' })
    expectConclusion(step, 'success')
    const result = resultOf(step)
    expect(result).toMatchObject({
      ...{ end: 'switched', dryRun: false, live: 'green', previous: 'blue', version: '2.0.0' },
      plan: { from: 'blue', to: 'green', steps: [50, 100] },
      steps: [
        { weight: 50, verdict: 'pass' },
        { weight: 100, verdict: 'pass' },
      ],
      badAnswers: [],
    })
    expect(result['timeline']).toMatchObject([
      { state: 'READ', event: 'read', reason: 'blue has all the traffic' },
      { state: 'GATE', event: 'healthy' },
      { state: 'WRITE', event: 'written', share: 50 },
      { state: 'VERIFY', event: 'proved' },
      { state: 'WATCH', event: 'passed' },
      { state: 'WRITE', event: 'written', share: 100 },
      { state: 'VERIFY', event: 'proved' },
      { state: 'WATCH', event: 'soaked' },
      { state: 'COMMIT', event: 'drained' },
    ])
    expect(readFileSync(step.outputs['result-file'] ?? '', 'utf8')).toContain('"end": "switched"')
    for (const words of ['✅ Switched from blue to green', '█ green  ░ blue', '✅ pass', 'COMMIT'])
      expect(step.summary).toContain(words)
  })

  test('dry-run reads, plans and gates, and writes nothing', async () => {
    const step = await scene.run({ 'dry-run': 'true', steps: '5, 100' })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ switched: 'false', previous: '', live: 'blue', phase: 'gate' })
    expect(resultOf(step)).toMatchObject({
      dryRun: true,
      plan: { from: 'blue', to: 'green', steps: [5, 100] },
    })
    expect(step.log).toContain('set server app/green weight 5')
    expect(step.state['switch']).toBeUndefined()
    expect([await green(), scene.green.requests.through]).toEqual([0, 0])
  })

  test('dry-run is red when the gate is', async () => {
    scene.green.die()
    const step = await scene.run({ 'dry-run': 'true', checks: `- url: ${scene.green.url}/\n  timeout: 1s` })
    expectConclusion(step, 'failure')
    expect(step.outputs).toMatchObject({ switched: 'false', phase: 'gate' })
  })

  test('an idle side that is not healthy: nothing is written, and it says which check and why', async () => {
    const step = await scene.run({ version: '9.9.9', timeout: '4s' })
    expectConclusion(step, 'failure')
    expect(step.annotations).toMatchObject([
      {
        title: 'Not switched: the new side is not ready',
        message: expect.stringMatching(
          /green is not healthy.*version "2\.0\.0", expected "9\.9\.9".*Nothing was written/s,
        ),
      },
    ])
    expect(step.outputs).toMatchObject({
      live: 'blue',
      phase: 'gate',
      switched: 'false',
      'rolled-back': 'false',
    })
    expect([await green(), scene.green.requests.through]).toEqual([0, 0])
  })

  test('status says who is live', async () => {
    const step = await scene.run({ mode: 'status', checks: '', verify: '', identify: '' })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ live: 'blue', weights: '{"blue":100,"green":0}', phase: 'read' })
  })

  test('what is live already is not written again', async () => {
    const step = await scene.run({ to: 'blue', checks: 'none' })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ live: 'blue', switched: 'false', previous: '', phase: 'read' })
    expect(step.log).toContain('Nothing to do: blue has all the traffic already')
    expect(step.state['switch']).toBeUndefined()
  })

  test.each(['switch', 'status'])('expect-live that is wrong is state drift in mode %s', async (mode) => {
    const step = await scene.run({ mode, 'expect-live': 'green' })
    expectConclusion(step, 'failure')
    expect(step.annotations).toMatchObject([
      {
        title: 'State drift',
        message: expect.stringContaining('expected green to be live (expect-live), but blue has'),
      },
    ])
    expect(await green()).toBe(0)
  })

  test('a split that nobody explains is state drift, and can be ended by saying where to', async () => {
    await (scene.router as Haproxy).say('set server app/blue weight 70; set server app/green weight 30')
    const step = await scene.run(QUICK)
    expectConclusion(step, 'failure')
    expect(step.annotations).toMatchObject([
      { title: 'State drift', message: expect.stringContaining('"to: blue or green"') },
    ])
    const told = await scene.run({ ...QUICK, to: 'green' })
    expectConclusion(told, 'success')
    expect(await green()).toBe(100)
  })

  test('hooks get the colors, and one that fails keeps every write back', async () => {
    const file = join(tempFolder('nexus-hook-'), 'said')
    const script = `require('node:fs').writeFileSync(process.argv[1], [process.env.NEXUS_FROM, process.env.NEXUS_TO, process.env.NEXUS_VERSION, Object.keys(process.env).some((name) => /^INPUT_/.test(name))].join(' '))`
    const hook = (argv: string[]): string => JSON.stringify({ 'before-switch': argv })
    const good = await scene.run({ ...QUICK, hooks: hook([process.execPath, '-e', script, file]) })
    expectConclusion(good, 'success')
    expect(readFileSync(file, 'utf8')).toBe('blue green 2.0.0 false')
    const bad = await scene.run({
      ...QUICK,
      ...{
        version: '1.0.0',
        hooks: hook([process.execPath, '-e', 'console.error("disk full"); process.exit(4)']),
      },
    })
    expectConclusion(bad, 'failure')
    expect(bad.annotations[0]?.message).toMatch(/before-switch.*exit code 4: disk full/)
    expect(await green()).toBe(100)
    const missing = await scene.run({ ...QUICK, version: '1.0.0', hooks: hook(['/nowhere/backup']) })
    expect(missing.annotations[0]?.message).toMatch(/before-switch could not be started/)
  })

  test('a hook ends with the timeout of the step', async () => {
    const hooks = JSON.stringify({
      'before-switch': [process.execPath, '-e', 'setTimeout(() => {}, 50_000)'],
    })
    const step = await scene.run({ ...QUICK, hooks, timeout: '2s' })
    expectConclusion(step, 'failure')
    expect(step.outputs).toMatchObject({ phase: 'gate', switched: 'false' })
    expect(Number(step.outputs['duration-ms'])).toBeLessThan(30_000)
    expect(await green()).toBe(0)
  })

  test('a check that is not required does not hold the switch back, and is not called healthy', async () => {
    const checks = `- url: ${scene.doors.url}/green/health\n  name: app\n- url: http://127.0.0.1:1/\n  name: extra\n  required: false\n  timeout: 200ms\n`
    const step = await scene.run({ ...QUICK, checks, 'dry-run': 'true' })
    expectConclusion(step, 'success')
    expect(step.log).toMatch(
      /GATE: .*1 check healthy \(app\); not healthy, and not required: extra: .*refused/,
    )
  })

  test('checks and verify may be none', async () => {
    const step = await scene.run({ ...QUICK, checks: 'none', verify: 'none', identify: '' })
    expectConclusion(step, 'success')
    expect(resultOf(step)['steps']).toMatchObject([{ weight: 100, verdict: 'unwatched' }])
    expect(scene.green.requests.straight).toBe(0)
    expect(await green()).toBe(100)
  })

  test('a side that cannot be told is nobody’s: the switch is put back', async () => {
    const step = await scene.run({ identify: 'header: X-Nothing', propagation: '1s' })
    expectConclusion(step, 'failure')
    expect(step.outputs).toMatchObject({ 'rolled-back': 'true', phase: 'restore' })
    expect(step.annotations[0]?.message).toMatch(
      /VERIFY.*the answer has no header x-nothing.*put back.*as read back; 1 s later the front door still answers with an error/s,
    )
    expect(await green()).toBe(0)
  })
})

function resultOf(step: StepResult): Record<string, unknown> {
  return JSON.parse(step.outputs['result'] ?? '{}') as Record<string, unknown>
}
