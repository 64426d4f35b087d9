import { describe, expect, test } from '@jest/globals'
import * as lying from '../../support/lying-servers.ts'
import { expectConclusion, startAction } from '../../support/runner.ts'
import { stage } from './stage.ts'
import { checkOf, errorOf, healthCheck, resultOf } from './step.ts'

/** Answers with what the function gives for the nth request. */
const answering = (
  answer: (nth: number) => { status?: number; body?: unknown },
): Promise<lying.LyingServer> =>
  stage(
    lying.startHttp((_request, response, nth) => {
      const { status = 200, body = { status: 'ok' } } = answer(nth)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }),
  )

describe('waiting', () => {
  test('for a version that comes with the new release', async () => {
    const server = await stage(lying.startOldVersion('1.4.1', '1.4.2', 5))
    const step = await healthCheck({ url: server.url, 'expect-version': '1.4.2', timeout: '10s' })
    expectConclusion(step, 'success')
    expect(step.outputs['versions']).toBe(`{"127.0.0.1:${server.port}":"1.4.2"}`)
    expect(step.log).toContain('version "1.4.1", expected "1.4.2"')
  })

  test('for a version at a path of its own', async () => {
    const server = await answering(() => ({ body: { build: { tag: 'v7' } } }))
    const step = await healthCheck({ url: server.url, 'expect-version': 'v7', 'version-path': 'build.tag' })
    expectConclusion(step, 'success')
  })

  test('for success-threshold good answers in a row', async () => {
    const server = await answering((nth) => ({ status: nth === 3 ? 503 : 200 }))
    const step = await healthCheck({ url: server.url, 'success-threshold': '3', timeout: '10s' })
    expectConclusion(step, 'success')
    expect(checkOf(step).attempts).toBe(6)
  })

  test('ends at once at a status of stop-on', async () => {
    const server = await answering(() => ({ status: 401 }))
    const step = await healthCheck({ url: server.url, 'stop-on': '401,403', timeout: '5m' })
    expectConclusion(step, 'failure')
    expect(checkOf(step)).toMatchObject({
      attempts: 1,
      class: 'status',
      reason: expect.stringContaining('stop-on'),
    })
  })

  test('ends at once for a name that never resolves', async () => {
    const step = await healthCheck({ url: 'http://api.invalid/', timeout: '5m' })
    expectConclusion(step, 'failure')
    expect(checkOf(step)).toMatchObject({ attempts: 1, class: 'dns' })
  })

  test('names what keeps it from healthy while it waits', async () => {
    const server = await stage(lying.startUnhealthy200())
    const running = startAction({ action: 'health-check', inputs: { url: server.url, timeout: '1m' } })
    await running.waitForLog(/checks\.redis is "unhealthy: timeout"/)
    running.sendSignal('SIGTERM')
    const step = await running.finished
    expectConclusion(step, 'failure')
  })

  test('until the target is down', async () => {
    const server = await stage(lying.startHonest())
    const running = startAction({
      action: 'health-check',
      inputs: { url: server.url, invert: 'true', timeout: '30s', 'success-threshold': '3' },
    })
    await running.waitForLog(/still up/)
    await server.close()
    const step = await running.finished
    expectConclusion(step, 'success')
    expect(checkOf(step).reason).toMatch(/^down: /)
  })

  test('still up is a failure when it should be down', async () => {
    const server = await stage(lying.startHonest())
    const step = await healthCheck({ url: server.url, invert: 'true' })
    expectConclusion(step, 'failure')
    expect(checkOf(step)).toMatchObject({ class: 'up' })
  })

  test('one bad answer within hold fails', async () => {
    const server = await answering((nth) => ({ status: nth === 4 ? 500 : 200 }))
    const step = await healthCheck({ url: server.url, hold: '5s', interval: '10ms', timeout: '20s' })
    expectConclusion(step, 'failure')
    expect(checkOf(step).reason).toMatch(/did not stay.*HTTP 500/)
  })

  test('a hold that is kept is healthy', async () => {
    const server = await stage(lying.startHonest())
    const step = await healthCheck({ url: server.url, hold: '200ms', interval: '20ms', timeout: '10s' })
    expectConclusion(step, 'success')
    expect(checkOf(step).attempts).toBeGreaterThan(3)
  })

  test('initial-delay comes before the first try', async () => {
    const server = await answering(() => ({ status: 200 }))
    const running = startAction({
      action: 'health-check',
      inputs: { url: server.url, 'initial-delay': '5m', timeout: '10m' },
    })
    await running.waitForLog(/Waiting at most/)
    running.sendSignal('SIGINT')
    expectConclusion(await running.finished, 'failure')
    expect(server.requests).toBe(0)
  })

  test('the body can be told by text and by a regular expression', async () => {
    const server = await stage(lying.startWrongService())
    expectConclusion(await healthCheck({ url: server.url, 'expect-body': 'Welcome to nginx!' }), 'success')
    expectConclusion(await healthCheck({ url: server.url, 'expect-body': '/welcome TO\\s/i' }), 'success')
  })

  test('a catastrophic regular expression is stopped', async () => {
    const server = await answering(() => ({ body: `${'a'.repeat(50_000)}!` }))
    const step = await healthCheck({ url: server.url, 'expect-body': '/(a+)+$/', timeout: '2s' })
    expectConclusion(step, 'failure')
    expect(checkOf(step).reason).toMatch(/took more than 200 ms/)
  })

  test('JSON expectations of every kind', async () => {
    const body = { status: 'ok', queue: { depth: 3 }, region: 'eu', version: '1.10', list: [{ id: 7 }] }
    const server = await answering(() => ({ body }))
    const expectation = [
      'queue.depth: "< 10"',
      'region: [eu, us]',
      'version: 1.10',
      'list[0].id: 7',
      'maintenance: absent',
      'status: exists',
      'region2: absent',
      '"queue.depth ": "!= 9"',
    ]
    const step = await healthCheck({ url: server.url, 'expect-json': expectation.slice(0, 7).join('\n') })
    expectConclusion(step, 'success')
    const wrong = await healthCheck({ url: server.url, 'expect-json': 'queue.depth: ">= 10"' })
    expect(checkOf(wrong)).toMatchObject({
      class: 'json',
      reason: expect.stringMatching(/^queue\.depth is 3, expected >= 10/),
    })
  })

  test('an unknown word is unhealthy and says how to go without', async () => {
    const server = await answering(() => ({ body: { status: 'ok', checks: { cache: 'lukewarm' } } }))
    const step = await healthCheck({ url: server.url })
    expect(errorOf(step)).toMatch(/checks\.cache is "lukewarm"; .*health-json: off/)
    expectConclusion(await healthCheck({ url: server.url, 'health-json': 'off' }), 'success')
  })
})

describe('several checks', () => {
  test('wait until all report the same version', async () => {
    const services = await Promise.all(
      [0, 3, 6, 9, 12].map((after) => stage(lying.startOldVersion('1.0.0', '2.0.0', after))),
    )
    const checks = services.map(({ url }, index) => `- { name: service-${index}, url: "${url}" }`).join('\n')
    const step = await healthCheck({ checks, 'same-version': 'true', timeout: '30s', interval: '20ms' })
    expectConclusion(step, 'success')
    expect(new Set(Object.values(resultOf(step).versions))).toEqual(new Set(['2.0.0']))
  })

  test('that never agree fail, and the message has both versions', async () => {
    const old = await answering(() => ({ body: { version: '1.0.0' } }))
    const now = await answering(() => ({ body: { version: '2.0.0' } }))
    const other = await answering(() => ({ body: { version: '2.0.0' } }))
    const checks = `- { name: a, url: "${old.url}" }\n- { name: b, url: "${now.url}" }\n- { name: c, url: "${other.url}" }`
    const step = await healthCheck({ checks, 'same-version': 'true' })
    expectConclusion(step, 'failure')
    expect(step.outputs).toMatchObject({ failed: 'a', passed: 'b\nc' })
    expect(errorOf(step)).toMatch(/^a: .*1\.0\.0.*2\.0\.0/)
  })

  test('a required one that can no longer pass ends the step', async () => {
    const good = await stage(lying.startHonest())
    const slow = await answering(() => ({ status: 503 }))
    const checks = `- { name: gone, url: "http://x.invalid/" }\n- { name: good, url: "${good.url}" }\n- { name: slow, url: "${slow.url}" }`
    const step = await healthCheck({ checks, timeout: '5m' })
    expectConclusion(step, 'failure')
    expect(step.outputs).toMatchObject({ passed: 'good', failed: 'gone\nslow' })
  })

  test('settings of a check win over those of the step', async () => {
    const teapot = await answering(() => ({ status: 418 }))
    const fine = await stage(lying.startHonest())
    const checks = `- { url: "${teapot.url}", expect-status: 418 }\n- "${fine.url}"`
    expectConclusion(await healthCheck({ checks }), 'success')
  })

  test('a thousand of them, at most one connection each at a time', async () => {
    const busy = new Map<string, number>()
    let most = 0
    const server = await stage(
      lying.startHttp((request, response) => {
        const path = request.url ?? ''
        busy.set(path, (busy.get(path) ?? 0) + 1)
        most = Math.max(most, busy.get(path) ?? 0)
        response.on('close', () => busy.set(path, (busy.get(path) ?? 0) - 1))
        response.end('ok')
      }),
    )
    const checks = Array.from(
      { length: 1_000 },
      (_, index) => `- { name: c${index}, url: "${server.url}/${index}" }`,
    )
    const step = await healthCheck({ checks: checks.join('\n'), concurrency: '50', timeout: '50s' })
    expectConclusion(step, 'success')
    expect(step.outputs['attempts']).toBe('2000')
    expect(most).toBe(1)
    // 50 in flight, and those of which the server has not seen the end yet.
    expect(server.maxOpenSockets).toBeLessThanOrEqual(100)
  }, 60_000)
})

describe('samples', () => {
  test('within the thresholds', async () => {
    const server = await stage(lying.startHonest())
    const step = await healthCheck({
      url: server.url,
      samples: '120',
      concurrency: '4',
      'max-p95': '20s',
      'max-p99': '20s',
      'max-error-rate': '0%',
      timeout: '30s',
    })
    expectConclusion(step, 'success')
    expect(checkOf(step).samples).toMatchObject({ count: 120, failed: 0 })
    for (const figure of ['p50-ms', 'p95-ms', 'p99-ms'])
      expect(Number(step.outputs[figure])).toBeGreaterThan(0)
    expect(step.outputs['error-rate']).toBe('0')
    expect(step.summary).toContain('█')
    expect(server.requests).toBe(2 + 1 + 120)
  })

  test('a threshold without samples takes 50, and p99 takes 100', async () => {
    const server = await stage(lying.startHonest())
    const p95 = await healthCheck({ url: server.url, 'max-p95': '20s', timeout: '30s' })
    expect(checkOf(p95).samples?.count).toBe(50)
    const p99 = await healthCheck({ url: server.url, 'max-p99': '20s', timeout: '30s' })
    expect(checkOf(p99).samples?.count).toBe(100)
  })

  test('too slow is unhealthy', async () => {
    const server = await stage(
      lying.startHttp((_request, response) => {
        setTimeout(() => response.end('ok'), 30)
      }),
    )
    const step = await healthCheck({
      url: server.url,
      samples: '20',
      concurrency: '5',
      'max-p95': '10ms',
      timeout: '30s',
    })
    expectConclusion(step, 'failure')
    expect(checkOf(step)).toMatchObject({
      class: 'latency',
      reason: expect.stringMatching(/^p95 is .*more than 10 ms/),
    })
  })

  test('too many errors are unhealthy', async () => {
    const server = await answering((nth) => ({ status: nth > 10 && nth % 5 === 0 ? 500 : 200 }))
    const step = await healthCheck({
      url: server.url,
      samples: '100',
      'max-error-rate': '5%',
      timeout: '30s',
    })
    expectConclusion(step, 'failure')
    expect(checkOf(step).reason).toMatch(/of 100 samples failed: HTTP 500.*5 % are allowed/)
    expect(Number(step.outputs['error-rate'])).toBeGreaterThan(0.05)
  })
})

describe('a signal during a wait', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with outputs set', async (signal) => {
    const server = await stage(lying.startSilent())
    const running = startAction({
      action: 'health-check',
      inputs: { url: server.url, timeout: '10m', 'attempt-timeout': '5m' },
    })
    await running.waitForLog(/Waiting at most/)
    running.sendSignal(signal)
    const step = await running.finished
    expectConclusion(step, 'failure')
    expect(step.signal).toBeNull()
    expect(step.outputs).toMatchObject({ healthy: 'false', status: 'unhealthy' })
    expect(checkOf(step).class).toBe('cancelled')
    expect(step.orphans).toEqual([])
  })
})
