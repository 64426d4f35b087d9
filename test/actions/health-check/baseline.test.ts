import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { startCacheService } from '../../support/cache-service.ts'
import * as lying from '../../support/lying-servers.ts'
import { expectConclusion } from '../../support/runner.ts'
import { stage } from './stage.ts'
import { checkOf, errorOf, healthCheck, resultOf, workspace } from './step.ts'

/** A service that answers after so many ms, which may change. */
async function service(
  ms: number,
  version = '1.4.1',
): Promise<{ url: string; now: { ms: number; version: string } }> {
  const now = { ms, version }
  const { url } = await stage(
    lying.startHttp((_request, response) => {
      setTimeout(() => response.end(JSON.stringify({ status: 'ok', version: now.version })), now.ms)
    }),
  )
  return { url, now }
}

const SAMPLED = { samples: '60', concurrency: '10', timeout: '60s' }

describe('baseline: a result-file of an earlier run', () => {
  test('slower by more than the noise is a failure with both figures, and the summary has both distributions', async () => {
    const { url, now } = await service(20)
    const checks = `- { name: api, url: "${url}" }`
    const before = await healthCheck({ checks, ...SAMPLED })
    expectConclusion(before, 'success')
    const folder = workspace({ 'before.json': readFileSync(before.outputs['result-file'] ?? '', 'utf8') })
    now.ms = 120
    now.version = '1.4.2'
    const step = await healthCheck({ checks, ...SAMPLED, baseline: 'before.json' }, { workspace: folder })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(
      /^api: slower than before: median \d+ ms, was \d+ ms at 1\.4\.1 \(\+\d+ %, more than the noise of ±\S+ %\); p95 \d+ ms, was \d+ ms; max-regression allows 20 %/,
    )
    expect(checkOf(step)).toMatchObject({
      class: 'regression',
      baseline: { version: '1.4.1', regression: true },
    })
    expect(step.outputs).toMatchObject({ failed: 'api', status: 'unhealthy' })
    expect(step.summary).toMatch(/█[^░]*░.*before/s)
    const allowed = await healthCheck(
      { checks, ...SAMPLED, baseline: 'before.json', 'max-regression': '100' },
      { workspace: folder },
    )
    expectConclusion(allowed, 'success')
    expect(checkOf(allowed)).toMatchObject({ baseline: { regression: false } })
  })

  test('that is not there is a notice; one that is something else, an input error', async () => {
    const { url } = await service(0)
    const folder = workspace({ 'other.json': '[1]', 'broken.json': '{' })
    const none = await healthCheck({ url, ...SAMPLED, baseline: 'none.json' }, { workspace: folder })
    expectConclusion(none, 'success')
    expect(none.annotations).toEqual([
      expect.objectContaining({
        level: 'notice',
        message: expect.stringMatching(/there is no file none\.json/),
      }),
    ])
    for (const baseline of ['other.json', 'broken.json']) {
      const step = await healthCheck({ url, ...SAMPLED, baseline }, { workspace: folder })
      expect(errorOf(step)).toMatch(/^baseline: .*Write "cache", or a path/)
    }
  })

  test('taken otherwise does not compare', async () => {
    const { url } = await service(0)
    const checks = `- { name: api, url: "${url}" }`
    const before = await healthCheck({ checks, ...SAMPLED })
    const folder = workspace({ 'before.json': readFileSync(before.outputs['result-file'] ?? '', 'utf8') })
    const step = await healthCheck(
      { checks, ...SAMPLED, concurrency: '2', baseline: 'before.json' },
      { workspace: folder },
    )
    expectConclusion(step, 'success')
    expect(step.annotations[0]?.message).toMatch(
      /it was taken otherwise \(GET, 10 at a time, now GET, 2 at a time\)/,
    )
  })

  test.each([
    [{ samples: '30', baseline: 'cache' }, /samples: baseline needs at least 50 samples, not 30/],
    [{ baseline: 'cache', 'max-regression': '0' }, /max-regression: .*Write 20% or 0\.2/],
    [{ baseline: 'cache', invert: 'true' }, /invert: /],
    [{ baseline: 'cache', 'baseline-key': 'a,b' }, /baseline-key: /],
  ])('%j is an input error', async (inputs, says) => {
    expect(errorOf(await healthCheck({ url: 'http://127.0.0.1:9/', ...inputs }))).toMatch(says)
  })
})

describe('baseline: cache', () => {
  const branch = (name: string): Record<string, string> => ({
    GITHUB_REF: `refs/heads/${name}`,
    GITHUB_WORKFLOW: 'deploy',
    GITHUB_JOB: 'smoke',
  })

  test('a green run keeps its samples, a slower one fails and keeps none, another branch reads those of the default one', async () => {
    const cache = await startCacheService()
    const folder = workspace({})
    const temp = workspace({})
    const { url, now } = await service(60)
    const run = (name: string, runId: string) =>
      healthCheck(
        { checks: `- { name: api, url: "${url}" }`, ...SAMPLED, baseline: 'cache', 'max-regression': '400%' },
        {
          workspace: folder,
          env: { ...cache.env, ...branch(name), GITHUB_RUN_ID: runId },
          event: { name: 'push', payload: { repository: { default_branch: 'main' } } },
          temp,
        },
      )
    const first = await run('main', '1')
    expectConclusion(first, 'success')
    expect(first.annotations[0]).toMatchObject({
      level: 'notice',
      message: expect.stringMatching(/the cache has none yet/),
    })
    expect(cache.entries).toHaveLength(1)
    const second = await run('main', '2')
    expectConclusion(second, 'success')
    expect(resultOf(second).checks[0]).toMatchObject({ baseline: { regression: false, version: '1.4.1' } })
    expect(cache.entries).toHaveLength(2)
    now.ms = 900
    const third = await run('main', '3')
    expectConclusion(third, 'failure')
    expect(errorOf(third)).toMatch(/slower than before: median/)
    expect(cache.entries).toHaveLength(2)
    const feature = await run('feature/x', '4')
    expectConclusion(feature, 'failure')
  }, 90_000)

  test('a service of GitHub that is out of order, or not there, is a notice', async () => {
    const { url } = await service(0)
    const without = await healthCheck({ url, ...SAMPLED, baseline: 'cache' })
    expectConclusion(without, 'success')
    expect(without.annotations[0]?.message).toMatch(/there is no Actions cache here/)
  })
})
