import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { describeWith } from '../../support/real-parts.ts'
import type { Haproxy } from '../../support/routers/haproxy.ts'
import { openScene, type Scene } from '../../support/routers/scene.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, runAction, type StepResult } from '../../support/runner.ts'
import { until } from '../../support/services/service.ts'

const QUICK = { watch: '200ms', 'step-interval': '200ms', 'min-samples': '1', propagation: '1s' }

describeWith('haproxy', 'sessions and stickiness', () => {
  let scene: Scene
  let router: Haproxy
  beforeEach(async () => {
    scene = await openScene('haproxy')
    router = scene.router as Haproxy
  })
  afterEach(() => scene.close())

  const configure = async (change: (config: string) => string): Promise<void> => {
    const file = join(router.folder, 'haproxy.cfg')
    writeFileSync(file, change(readFileSync(file, 'utf8')))
    await router.restart()
  }
  const cookies = (): Promise<void> =>
    configure((config) =>
      config
        .replace('balance roundrobin', 'balance roundrobin\n  cookie SRV insert indirect nocache')
        .replace(/weight 100$/m, 'weight 100 cookie b')
        .replace(/weight 0$/m, 'weight 0 cookie g'),
    )
  const sideOf = async (headers: Record<string, string> = {}): Promise<string | null> => {
    const answer = await fetch(router.url, { headers: { connection: 'close', ...headers } })
    await answer.arrayBuffer()
    return answer.headers.get('x-color')
  }

  test('a cookie binds users: told, and the old side is not called idle', async () => {
    await cookies()
    const step = await scene.run(QUICK)
    expectConclusion(step, 'success')
    expect(await sideOf({ cookie: 'SRV=b' })).toBe('blue')
    expect(step.log).toMatch(/READ: .*users are bound to a side by the cookie SRV/)
    expect(step.log).toMatch(/COMMIT: .*blue is not idle: users bound to it by the cookie SRV stay there/)
    expect(step.log + step.summary).not.toMatch(/blue is idle/)
    expect(step.outputs['idle']).toBe('')
  })

  test('sticky: move takes them along, and the way back is open', async () => {
    await cookies()
    const step = await scene.run({ ...QUICK, sticky: 'move' })
    expectConclusion(step, 'success')
    expect(await sideOf({ cookie: 'SRV=b' })).toBe('green')
    expect(step.outputs['idle']).toBe('blue')
    const back = await scene.run({ ...QUICK, sticky: 'move', version: '1.0.0' })
    expectConclusion(back, 'success')
    expect(await sideOf({ cookie: 'SRV=g' })).toBe('blue')
  })

  test('sticky: refuse ends the step before any write', async () => {
    await cookies()
    const step = await scene.run({ ...QUICK, sticky: 'refuse' })
    expectConclusion(step, 'failure')
    expect(step.annotations).toMatchObject([
      { message: expect.stringMatching(/cookie SRV.*Nothing was written/s) },
    ])
    expect(await router.say('get weight app/green')).toMatch(/^0 /)
  })

  test.each([
    ['its own', 'stick-table type ip size 1k expire 30m\n  stick on src', ''],
    [
      'another backend’s',
      'stick on src table bound',
      'backend bound\n  stick-table type ip size 1k expire 30m\n',
    ],
  ])('a stick-table (%s) binds users, and is counted', async (_, rule, more) => {
    await configure(
      (config) => `${config.replace('balance roundrobin', `balance roundrobin\n  ${rule}`)}${more}`,
    )
    expect(await sideOf()).toBe('blue')
    const status = await scene.run({ mode: 'status' })
    expect(status.log).toMatch(/users are bound to a side by the stick-table \w+ \(blue 1, green 0\)/)
    const step = await scene.run({ ...QUICK, verify: 'none', identify: '' })
    expectConclusion(step, 'success')
    expect(step.log).toMatch(/blue is not idle: 1 user bound to it by the stick-table/)
    expect(step.outputs['idle']).toBe('')
  })

  test('a table that only counts requests binds nobody', async () => {
    await configure((config) =>
      config.replace(
        'balance roundrobin',
        'balance roundrobin\n  stick-table type ip size 1k expire 30m store http_req_rate(10s)\n  http-request track-sc0 src',
      ),
    )
    await sideOf()
    const step = await scene.run(QUICK)
    expect(step.outputs).toMatchObject({ idle: 'blue', switched: 'true' })
  })

  test('open sessions are told, and drain-sessions waits for them', async () => {
    // An answer that takes its time keeps a session of the old side open.
    scene.blue.behaviour = 'slow'
    scene.blue.slowMs = 3_000
    const slow = sideOf()
    await until(
      async () => (await scene.run({ mode: 'status' })).outputs['sessions'] === '{"blue":1,"green":0}',
      () => 'no session is open on blue',
    )
    const step = await scene.run({ ...QUICK, 'drain-sessions': 'true', 'drain-timeout': '20s' })
    expectConclusion(step, 'success')
    expect(await slow).toBe('blue')
    // The new side may have a request of the front door open.
    expect(JSON.parse(step.outputs['sessions'] ?? '')).toMatchObject({ blue: 0 })
    expect(step.outputs['idle']).toBe('blue')
    expect(step.summary).toContain('Open sessions')
  })

  test('balance source: all or nothing goes by state, and a canary is refused with the reason', async () => {
    await configure((config) =>
      config
        .replace('balance roundrobin', 'balance source')
        .replace(/weight 100$/m, '')
        .replace(/weight 0$/m, 'disabled'),
    )
    const canary = await scene.run({ ...QUICK, steps: '10, 100' })
    expectConclusion(canary, 'failure')
    expect(canary.outputs).toMatchObject({
      phase: 'read',
      reason: expect.stringMatching(/balance source.*Nothing was written/s),
    })
    const step = await scene.run(QUICK)
    expectConclusion(step, 'success')
    await scene.waitForSide('green')
    const back = await scene.run({ ...QUICK, version: '1.0.0' })
    expectConclusion(back, 'success')
    await scene.waitForSide('blue')
  })

  test('idle is told by status and by a switch; persist-file is warned about', async () => {
    const status = await scene.run({ mode: 'status', checks: '', verify: '', identify: '' })
    expect(status.outputs).toMatchObject({ live: 'blue', idle: 'green' })
    const file = join(tempFolder('nexus-persist-'), 'state')
    const config = stringify({ ...router.targetConfig, 'persist-file': file })
    writeFileSync(file, '')
    const step = await scene.run({ ...QUICK, 'target-config': config })
    expect(step.outputs).toMatchObject({ live: 'green', idle: 'blue' })
    expect(step.log).toMatch(/Warning: persist-file keeps the address and port/)
  })
})

/** A platform that is two programs and a file; what it does stands in `mood.json`. */
const PLATFORM = `
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
const [folder, what, late] = process.argv.slice(2)
const read = (name, other) => { try { return JSON.parse(readFileSync(folder + '/' + name, 'utf8')) } catch { return other } }
const mood = read('mood.json', {})
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => /^(NEXUS_|INPUT_|STATE_|GITHUB_OUTPUT)/.test(name)))
if (what === 'set') writeFileSync(folder + '/weights.json', late)
if (what === 'write') {
  appendFileSync(folder + '/log', JSON.stringify(env) + '\\n')
  const is = mood[env.NEXUS_PHASE] ?? {}
  if (is.stderr) console.error(is.stderr)
  if (is.hang) setInterval(() => {}, 1000)
  else if (is.lateMs) {
    spawn(process.execPath, ['-e', 'setTimeout(() => require("node:fs").writeFileSync(process.argv[1], process.argv[2]), ' + is.lateMs + ')', folder + '/weights.json', env.NEXUS_WEIGHTS], { detached: true, stdio: 'ignore', env: { PATH: process.env.PATH } }).unref()
    process.exit(is.code ?? 0)
  } else { setTimeout(() => { if (!is.ignores) writeFileSync(folder + '/weights.json', env.NEXUS_WEIGHTS); console.log('done'); process.exit(is.code ?? 0) }, is.takesMs ?? 0) }
}
if (what === 'read') console.log(JSON.stringify({ weights: read('weights.json', { blue: 100, green: 0 }), ...mood.also }))
`

describe('command', () => {
  let folder: string
  let door: Server
  let url: string
  const weights = (): Record<string, number> =>
    existsSync(join(folder, 'weights.json'))
      ? (JSON.parse(readFileSync(join(folder, 'weights.json'), 'utf8')) as Record<string, number>)
      : { blue: 100, green: 0 }
  /** The front door answers by what the platform says, but for this long after a change with 502. */
  let outageMs = 0
  let changedAt = 0
  let last = ''
  let greenStatus = 200

  beforeEach(async () => {
    folder = tempFolder('nexus-platform-')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'platform.mjs'), PLATFORM)
    outageMs = 0
    greenStatus = 200
    last = JSON.stringify(weights())
    door = createServer((_, response) => {
      const now = JSON.stringify(weights())
      if (now !== last) changedAt = Date.now()
      last = now
      if (Date.now() - changedAt < outageMs) return response.writeHead(502).end()
      const side = (weights()['green'] ?? 0) > 50 ? 'green' : 'blue'
      return response
        .writeHead(side === 'green' ? greenStatus : 200, { 'x-color': side, connection: 'close' })
        .end()
    })
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(door.address() as AddressInfo).port}/`
  })
  afterEach(() => {
    door.close()
    door.closeAllConnections()
  })

  const mood = (value: object): void => writeFileSync(join(folder, 'mood.json'), JSON.stringify(value))
  const log = (): Record<string, string>[] =>
    readFileSync(join(folder, 'log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  const run = (inputs: Readonly<Record<string, string>> = {}, config: object = {}): Promise<StepResult> => {
    const argv = [process.execPath, join(folder, 'platform.mjs'), folder]
    return runAction({
      action: 'blue-green-switch',
      deadlineMs: 120_000,
      inputs: {
        target: 'command',
        'target-config': stringify({ read: [...argv, 'read'], write: [...argv, 'write'], ...config }),
        checks: 'none',
        verify: `- url: ${url}`,
        identify: 'header: X-Color',
        version: '2.0.0',
        ...QUICK,
        drain: '0s',
        ...inputs,
      },
    })
  }

  test('a write that fails and takes effect later is put back, and never called nothing', async () => {
    mood({ switch: { lateMs: 1_500, code: 1 } })
    const step = await run({ propagation: '5s' })
    expectConclusion(step, 'failure')
    expect(weights()).toEqual({ blue: 100, green: 0 })
    expect(step.outputs).toMatchObject({ phase: 'restore', 'rolled-back': 'true', switched: 'false' })
    expect(step.annotations.map(({ message }) => message).join()).not.toMatch(/othing was written/)
    expect(log().map(({ NEXUS_PHASE }) => NEXUS_PHASE)).toEqual(['switch', 'restore'])
  })

  test('a write may take as long as it needs; one that hangs is bounded by timeout, and it is said who ended it', async () => {
    mood({ switch: { hang: true } })
    const step = await run({ timeout: '4s', watch: '0s', propagation: '500ms' })
    expectConclusion(step, 'failure')
    expect(step.outputs['reason']).toMatch(/was ended by this step: the timeout of the step is over/)
    expect(step.durationMs).toBeLessThan(60_000)
    const short = await run({}, { 'write-timeout': '1s' })
    expect(short.outputs['reason']).toMatch(/was ended by this step: it took too long/)
  })

  test('state that was read is given back, with phase and version; what a failed write says is its end', async () => {
    mood({
      also: { state: { taskDefinition: 'app:7' } },
      switch: { stderr: `${'noise '.repeat(200)}no such service`, code: 1 },
    })
    const step = await run({ propagation: '500ms' })
    expect(step.outputs['reason']).toMatch(/no such service/)
    const [first, second] = log()
    expect(first).toMatchObject({ NEXUS_PHASE: 'switch', NEXUS_VERSION: '2.0.0', NEXUS_TO: 'green' })
    expect(first).not.toHaveProperty('NEXUS_STATE')
    expect(second).toMatchObject({ NEXUS_PHASE: 'restore', NEXUS_STATE: '{"taskDefinition":"app:7"}' })
    expect(Object.keys(first ?? {}).filter((name) => !name.startsWith('NEXUS_'))).toEqual([])
  })

  test.each([true, false])('a flip with an outage of a second and atomic: %s', async (atomic) => {
    outageMs = 1_000
    const step = await run({ propagation: '4s' }, { atomic })
    expectConclusion(step, atomic ? 'failure' : 'success')
    expect(weights()['green']).toBe(atomic ? 0 : 100)
  })

  test('after a restore that failed it is read once more who has the traffic', async () => {
    mood({ restore: { ignores: true, code: 1 } })
    greenStatus = 500
    const step = await run({}, { 'write-timeout': '1s' })
    expectConclusion(step, 'failure')
    expect(step.annotations[0]).toMatchObject({ title: 'NOT rolled back' })
    expect(step.annotations[0]?.message).toMatch(/As last read, green has all the traffic/)
    expect(step.outputs['live']).toBe('green')
  }, 90_000)

  test('the reason holds nothing that a shell would run', async () => {
    mood({ switch: { stderr: 'run `reboot` or $(reboot)', code: 1 } })
    const step = await run({ propagation: '500ms' })
    expect(step.outputs['reason']).toContain('reboot')
    expect(step.outputs['reason']).not.toMatch(/`|\$\(/)
  })

  test('a platform that rolls back by itself is red, without a write of ours', async () => {
    mood({ also: { 'rolled-back': 'the deployment circuit breaker was triggered' } })
    const step = await run()
    expectConclusion(step, 'failure')
    expect(step.outputs['reason']).toMatch(/taken the change back by itself: the deployment circuit breaker/)
    expect(log().map(({ NEXUS_PHASE }) => NEXUS_PHASE)).toEqual(['switch'])
  })
})
