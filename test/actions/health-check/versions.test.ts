import { describe, expect, test } from '@jest/globals'
import * as lying from '../../support/lying-servers.ts'
import { startNginx } from '../../support/nginx.ts'
import { describeWith } from '../../support/real-parts.ts'
import { expectConclusion, startAction } from '../../support/runner.ts'
import { stage } from './stage.ts'
import { checkOf, errorOf, healthCheck } from './step.ts'

const SHARES = /\d+ of the last \d+ answers were \d\.0\.0, \d+ were \d\.0\.0/

/** A service of one version, which another may take the place of. */
async function replica(version: string): Promise<{ url: string; become: (version: string) => void }> {
  let now = version
  const { url } = await stage(
    lying.startHttp((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'x-version': now })
      response.end(JSON.stringify({ status: 'ok', version: now }))
    }),
  )
  return {
    url,
    become: (other) => {
      now = other
    },
  }
}

/** One address behind which versions answer as the pattern says, over and over. */
const inTurn = (pattern: readonly string[]): Promise<lying.LyingServer> =>
  stage(
    lying.startHttp((_request, response, nth) => {
      const version = pattern[(nth - 1) % pattern.length]
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ status: 'ok', version }))
    }),
  )

describeWith('nginx', 'nginx that spreads at random over four replicas', (program) => {
  const group = async (old: number) => {
    const replicas = await Promise.all(
      Array.from({ length: 4 }, (_, index) => replica(index < old ? '1.0.0' : '2.0.0')),
    )
    const servers = replicas.map(({ url }) => `server ${url.replace('http://', '')};`)
    const nginx = await startNginx(
      program,
      'http://replicas',
      `upstream replicas { random; ${servers.join(' ')} }`,
    )
    return { replicas, nginx }
  }

  test.each([1, 2, 3])(
    '%i of them old: never green in twenty runs, and the message has the shares',
    async (old) => {
      const { nginx } = await group(old)
      let shares = 0
      try {
        for (let round = 0; round < 5; round += 1) {
          const steps = await Promise.all(
            Array.from({ length: 4 }, () =>
              healthCheck({ url: nginx.url, 'expect-version': '2.0.0', timeout: '1200ms' }),
            ),
          )
          for (const step of steps) {
            expectConclusion(step, 'failure')
            expect(checkOf(step).class).toBe('version')
            shares += SHARES.test(errorOf(step)) ? 1 : 0
          }
        }
        // One run in forty sees nothing but old ones.
        expect(shares).toBeGreaterThan(10)
      } finally {
        await nginx.stop()
      }
    },
    120_000,
  )

  test('all become new: green', async () => {
    const { replicas, nginx } = await group(3)
    try {
      const running = startAction({
        action: 'health-check',
        inputs: { url: nginx.url, 'expect-version': '2.0.0', timeout: '60s', hold: '300ms' },
      })
      await running.waitForLog(/expected "2\.0\.0"/)
      for (const { become } of replicas) become('2.0.0')
      const step = await running.finished
      expectConclusion(step, 'success')
      expect(checkOf(step)).toMatchObject({ version: '2.0.0' })
      expect(checkOf(step).attempts).toBeGreaterThanOrEqual(30)
    } finally {
      await nginx.stop()
    }
  }, 90_000)

  test('same-version alone sees that versions are mixed', async () => {
    const { nginx } = await group(1)
    try {
      const step = await healthCheck({ url: nginx.url, 'same-version': 'true', timeout: '5s' })
      expectConclusion(step, 'failure')
      expect(errorOf(step)).toMatch(/different versions answer in turn: /)
      expect(errorOf(step)).toMatch(SHARES)
    } finally {
      await nginx.stop()
    }
  })
})

describe('how many good answers in a row', () => {
  test('thirty with expect-version, on as many connections', async () => {
    const connections = new Set<number | undefined>()
    const server = await stage(
      lying.startHttp((request, response) => {
        connections.add(request.socket.remotePort)
        response.end('{"status":"ok","version":"2.0.0"}')
      }),
    )
    const step = await healthCheck({ url: server.url, 'expect-version': 'v2.0.0', timeout: '20s' })
    expectConclusion(step, 'success')
    expect(checkOf(step).attempts).toBe(30)
    expect(connections.size).toBe(30)
    expect(step.log).toContain('30 × in a row')
  })

  test('as many as are given', async () => {
    const server = await inTurn(['2.0.0'])
    const step = await healthCheck({ url: server.url, 'expect-version': '2.0.0', 'success-threshold': '3' })
    expectConclusion(step, 'success')
    expect(checkOf(step).attempts).toBe(3)
  })

  test('two without a version', async () => {
    const server = await inTurn(['2.0.0'])
    expect(checkOf(await healthCheck({ url: server.url })).attempts).toBe(2)
  })

  test('thirty once good and bad ones have alternated', async () => {
    const server = await stage(
      lying.startHttp((_request, response, nth) => response.writeHead(nth === 2 ? 502 : 200).end('ok')),
    )
    const step = await healthCheck({ url: server.url, timeout: '20s' })
    expectConclusion(step, 'success')
    expect(checkOf(step).attempts).toBe(32)
  })

  test('a start that is bad until it is good is no alternation', async () => {
    const server = await stage(
      lying.startHttp((_request, response, nth) => response.writeHead(nth < 4 ? 502 : 200).end('ok')),
    )
    expect(checkOf(await healthCheck({ url: server.url, timeout: '20s' })).attempts).toBe(5)
  })

  test('as many as fit, when an interval leaves no room for thirty and none was bad', async () => {
    const server = await inTurn(['2.0.0'])
    const step = await healthCheck({
      url: server.url,
      'expect-version': '2.0.0',
      interval: '200ms',
      timeout: '3s',
    })
    expectConclusion(step, 'success')
    expect(checkOf(step).reason).toMatch(/\d+ good answers in a row, 30 did not fit into the timeout/)
  })
})

describe('an old replica in turn', () => {
  test('is told with its share', async () => {
    const server = await inTurn(['2.0.0', '2.0.0', '2.0.0', '1.0.0'])
    const step = await healthCheck({ url: server.url, 'expect-version': '2.0.0', timeout: '5s' })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(
      /version "1\.0\.0", expected "2\.0\.0"; \d+ of the last \d+ answers were 2\.0\.0, \d+ were 1\.0\.0/,
    )
  })

  test('during a hold is waited for', async () => {
    const server = await stage(lying.startOldVersion('1.0.0', '2.0.0', 8))
    // Two good ones by luck, then old ones again: a rollout that goes on.
    const mixed = await stage(
      lying.startHttp((_request, response, nth) => {
        const version = nth <= 2 || nth > 5 ? '2.0.0' : '1.0.0'
        response.end(JSON.stringify({ status: 'ok', version }))
      }),
    )
    for (const { url } of [server, mixed]) {
      const step = await healthCheck({
        url,
        'expect-version': '2.0.0',
        'success-threshold': '2',
        hold: '500ms',
        interval: '20ms',
        timeout: '20s',
      })
      expectConclusion(step, 'success')
    }
  })
})

describe('stable-for', () => {
  test('begins again after a bad answer', async () => {
    const bad: number[] = []
    let ended = 0
    const server = await stage(
      lying.startHttp((_request, response, nth) => {
        if (nth === 6) bad.push(Date.now())
        ended = Date.now()
        response.writeHead(nth === 6 ? 503 : 200).end('ok')
      }),
    )
    const step = await healthCheck({
      url: server.url,
      'stable-for': '1s',
      interval: '50ms',
      'success-threshold': '2',
      timeout: '20s',
    })
    expectConclusion(step, 'success')
    expect(ended - (bad[0] ?? 0)).toBeGreaterThanOrEqual(1_000)
  })

  test('that does not fit into the timeout is an input error; one that did not, says how far it came', async () => {
    const server = await inTurn(['1.0.0'])
    expect(errorOf(await healthCheck({ url: server.url, 'stable-for': '2s', timeout: '1s' }))).toMatch(
      /stable-for: 2 s do not fit into the timeout of 1 s/,
    )
    const flaps = await stage(
      lying.startHttp((_request, response, nth) => response.writeHead(nth % 9 === 0 ? 503 : 200).end('ok')),
    )
    const step = await healthCheck({ url: flaps.url, 'stable-for': '2s', interval: '30ms', timeout: '3s' })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(/tries were good, but not|stable-for/)
  })
})

describe('where the version stands', () => {
  test('in a header', async () => {
    const { url } = await replica('v2.0.0')
    const step = await healthCheck({
      url,
      'expect-version': '2.0.0',
      'version-header': 'X-Version',
      timeout: '20s',
    })
    expectConclusion(step, 'success')
    expect(step.outputs['versions']).toContain('"v2.0.0"')
    const none = await healthCheck({ url, 'expect-version': '2.0.0', 'version-header': 'X-Build' })
    expect(errorOf(none)).toMatch(/no version in the header x-build, expected "2\.0\.0"/)
  })

  test('in a text', async () => {
    const server = await stage(
      lying.startHttp((_request, response) => response.end('<p>Shop, build 2.0.0-rc.1 (abc)</p>')),
    )
    const inputs = { url: server.url, 'version-pattern': 'build (\\S+)', timeout: '20s' }
    expectConclusion(await healthCheck({ ...inputs, 'expect-version': '2.0.0-rc.1' }), 'success')
    const wrong = await healthCheck({ ...inputs, 'expect-version': '2.0.0', timeout: '1s' })
    expect(errorOf(wrong)).toMatch(/version "2\.0\.0-rc\.1", expected "2\.0\.0"/)
  })

  test.each([
    ['build \\S+', /version-pattern: .*has 0 groups/],
    ['(a)(b)', /version-pattern: .*has 2 groups/],
    ['(a', /version-pattern: .*Unterminated group/],
  ])('a pattern that is not one: %s', async (pattern, says) => {
    const step = await healthCheck({ url: 'http://127.0.0.1:9/', 'version-pattern': pattern })
    expect(errorOf(step)).toMatch(says)
  })
})
