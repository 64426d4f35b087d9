import type { ServerResponse } from 'node:http'
import { describe, expect, test } from '@jest/globals'
import * as lying from '../../support/lying-servers.ts'
import { expectConclusion } from '../../support/runner.ts'
import { stage } from './stage.ts'
import { checkOf, errorOf, healthCheck } from './step.ts'

interface Limited {
  url: string
  /** When each request came, in ms from the first. */
  times: number[]
}

/** Decides by the times of the requests so far (ms) whether one more is served. */
async function limited(
  allows: (now: number, served: readonly number[]) => boolean,
  refusal: (response: ServerResponse, now: number) => void,
): Promise<Limited> {
  const times: number[] = []
  const served: number[] = []
  const { url } = await stage(
    lying.startHttp((_request, response) => {
      const now = Date.now()
      times.push(now)
      if (!allows(now, served)) {
        refusal(response, now)
        return
      }
      served.push(now)
      response.end('{"status":"ok"}')
    }),
  )
  return { url, times }
}

const gaps = ({ times }: Limited): number[] => times.slice(1).map((time, index) => time - (times[index] ?? 0))

describe('an interval that is given', () => {
  test('holds between good answers too', async () => {
    const server = await limited(
      () => true,
      () => undefined,
    )
    const step = await healthCheck({
      url: server.url,
      interval: '200ms',
      'success-threshold': '4',
      timeout: '10s',
    })
    expectConclusion(step, 'success')
    expect(gaps(server)).toHaveLength(3)
    for (const gap of gaps(server)) expect(gap).toBeGreaterThanOrEqual(100)
  })

  test('goes with a limit of so many requests a second', async () => {
    const spaced = await limited(
      (now, served) => now - (served.at(-1) ?? 0) >= 300,
      (response) => response.writeHead(503, 'Service Temporarily Unavailable').end(),
    )
    const step = await healthCheck({ url: spaced.url, interval: '400ms', timeout: '10s' })
    expectConclusion(step, 'success')
    expect(spaced.times).toHaveLength(2)
  })
})

describe('Retry-After sets the next try', () => {
  test.each([
    ['429, in seconds', 429, () => '1'],
    ['503, in seconds', 503, () => '1'],
    ['429, as a date', 429, (now: number) => new Date(now + 1_500).toUTCString()],
  ])('%s', async (_what, status, retryAfter) => {
    let since = 0
    const server = await limited(
      (now) => {
        since ||= now
        return now - since >= 900
      },
      (response, now) =>
        response
          .writeHead(status, { 'retry-after': retryAfter(now), date: new Date(now).toUTCString() })
          .end(),
    )
    const step = await healthCheck({ url: server.url, timeout: '10s' })
    expectConclusion(step, 'success')
    // One that was refused, those that came after its time, and not twenty in between.
    expect(server.times.length).toBeLessThanOrEqual(5)
    expect(gaps(server)[0]).toBeGreaterThanOrEqual(400)
  })

  test('longer than the timeout: it is asked once more before the end, and says so', async () => {
    const server = await limited(
      () => false,
      (response) => response.writeHead(503, { 'retry-after': '3600' }).end(),
    )
    const step = await healthCheck({ url: server.url, timeout: '2s' })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(/HTTP 503 .*Retry-After asks for 1 h/)
    expect(server.times.length).toBeLessThanOrEqual(2)
  })

  test('of a status that is accepted means nothing', async () => {
    const server = await limited(
      () => false,
      (response) => response.writeHead(503, { 'retry-after': '3600' }).end(),
    )
    expectConclusion(await healthCheck({ url: server.url, 'expect-status': '503' }), 'success')
  })
})

describe('an endpoint that limits (429) without saying for how long', () => {
  test('is asked less and less often until it is healthy, and that is said', async () => {
    const server = await limited(
      (now, served) => now - (served.at(-1) ?? 0) >= 400,
      (response) => response.writeHead(429).end('slow down'),
    )
    const step = await healthCheck({ url: server.url, timeout: '20s' })
    expectConclusion(step, 'success')
    expect(server.times.length).toBeLessThan(25)
    expect(checkOf(step).reason).toMatch(/the endpoint limits requests \(\d+ × 429\): it is asked every \S+/)
  })

  test('with a sliding window', async () => {
    const server = await limited(
      (now, served) => served.filter((time) => now - time < 1_000).length < 1,
      (response) => response.writeHead(429).end(),
    )
    const step = await healthCheck({ url: server.url, timeout: '30s' })
    expectConclusion(step, 'success')
    expect(server.times.length).toBeLessThan(30)
  })

  test('for ever says so in its failure', async () => {
    const server = await limited(
      () => false,
      (response) => response.writeHead(429).end('Too many requests from your address'),
    )
    const step = await healthCheck({ url: server.url, timeout: '3s' })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(
      /HTTP 429 Too Many Requests instead of 200-299: Too many requests from your address.*the endpoint limits/,
    )
    expect(server.times.length).toBeLessThan(20)
  })

  test('a standby of Vault answers 429 as well, and is not taken for a limiter', async () => {
    const standby = JSON.stringify({ initialized: true, sealed: false, standby: true })
    const server = await limited(
      () => false,
      (response) => response.writeHead(429, { 'content-type': 'application/json' }).end(standby),
    )
    const step = await healthCheck({ url: server.url, timeout: '1500ms' })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).not.toContain('limits')
  })
})
