import { describe, expect, test } from '@jest/globals'
import * as lying from '../../support/lying-servers.ts'
import { expectConclusion } from '../../support/runner.ts'
import { stage } from './stage.ts'
import { errorOf, healthCheck, resultOf } from './step.ts'

const OK = '{"status":"ok"}'

/** Answers what the function gives for the ms since the first request, after so many ms. */
const since = (statusAt: (ms: number) => number, answerMs = 0): Promise<lying.LyingServer> => {
  let first = 0
  return stage(
    lying.startHttp((_request, response) => {
      first ||= Date.now()
      const status = statusAt(Date.now() - first)
      setTimeout(() => response.writeHead(status).end(OK), answerMs)
    }),
  )
}
const late = (healthyAfter: number, answerMs = 0): Promise<lying.LyingServer> =>
  since((ms) => (ms < healthyAfter ? 503 : 200), answerMs)

const closed = async (): Promise<string> => `http://127.0.0.1:${await lying.closedPort()}/`

/** Ways to be down for ever. */
const DOWN: [string, () => Promise<string>][] = [
  ['refuses connections', closed],
  ['is silent', async () => (await stage(lying.startSilent())).url],
  ['drips', async () => (await stage(lying.startDrippingBody())).url],
  ['answers 503', async () => (await late(1e9)).url],
  ['answers 503 slowly', async () => (await late(1e9, 700)).url],
]

describe('an optional check that stays down, with no timeout of its own', () => {
  test.each(DOWN)('%s: the required ones are green', async (_what, start) => {
    const [good, slow] = [await late(0), await late(0, 300)]
    const checks = [
      `- { name: good, url: "${good.url}" }`,
      `- { name: slow, url: "${slow.url}" }`,
      `- { name: down, url: "${await start()}", required: false }`,
    ]
    const step = await healthCheck({ checks: checks.join('\n'), timeout: '3s' })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({
      healthy: 'true',
      status: 'degraded',
      passed: 'good\nslow',
      failed: 'down',
    })
  })

  test('takes no time from a hold, a window or samples', async () => {
    const good = await late(0)
    const checks = [
      `- { name: held, url: "${good.url}/held", hold: 1s }`,
      `- { name: stable, url: "${good.url}/stable", stable-for: 1s }`,
      `- { name: sampled, url: "${good.url}/sampled", samples: 20, max-p95: 2s }`,
      `- { name: down, url: "${await closed()}", required: false }`,
    ]
    const step = await healthCheck({ checks: checks.join('\n'), timeout: '4s' })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ passed: 'held\nstable\nsampled', failed: 'down' })
    expect(resultOf(step).checks[2]?.samples).toMatchObject({ count: 20, failed: 0 })
  })

  test('that is silent a hundred times does not keep the required one from its turn', async () => {
    const silent = await stage(lying.startSilent())
    const good = await late(0)
    const down = Array.from(
      { length: 120 },
      (_, index) => `- { name: s${index}, url: "${silent.url}/${index}", required: false }`,
    )
    const checks = [...down, `- { name: good, url: "${good.url}" }`].join('\n')
    const step = await healthCheck({ checks, timeout: '6s' })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ passed: 'good', status: 'degraded' })
  })
})

describe('required checks', () => {
  test('one that is slow, and one that becomes healthy just in time', async () => {
    const slow = await late(0, 900)
    const inTime = await late(3_400)
    const checks = `- { name: slow, url: "${slow.url}" }\n- { name: late, url: "${inTime.url}" }`
    const step = await healthCheck({ checks, timeout: '4s' })
    expectConclusion(step, 'success')
    expect(step.outputs['passed']).toBe('slow\nlate')
  })

  test('the own timeout of one that is down does not end the others', async () => {
    const inTime = await late(2_000)
    const checks = `- { name: down, url: "${await closed()}", timeout: 500ms }\n- { name: late, url: "${inTime.url}" }`
    const step = await healthCheck({ checks, timeout: '10s' })
    expectConclusion(step, 'failure')
    expect(step.outputs).toMatchObject({ passed: 'late', failed: 'down' })
  })

  test('one that goes down while another is waited for is seen', async () => {
    const goes = await since((ms) => (ms < 1_000 ? 200 : 503))
    const inTime = await late(2_500)
    const checks = `- { name: goes, url: "${goes.url}" }\n- { name: late, url: "${inTime.url}" }`
    const step = await healthCheck({ checks, timeout: '4s' })
    expectConclusion(step, 'failure')
    expect(step.outputs).toMatchObject({ passed: 'late', failed: 'goes' })
    expect(errorOf(step)).toMatch(/^goes: it was healthy and did not stay so: HTTP 503/)
  })
})
