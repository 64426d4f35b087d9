import { readFileSync, statSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { type LyingServer, startHonest, startHttp, startUnhealthy200 } from '../../support/lying-servers.ts'
import { expectConclusion } from '../../support/runner.ts'
import { stage } from './stage.ts'
import { checkOf, healthCheck, resultOf } from './step.ts'

const json = (body: unknown, status = 200): Promise<LyingServer> =>
  stage(
    startHttp((_request, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    ),
  )

describe('outputs', () => {
  test('of a step with a good, an optional bad and a degraded check', async () => {
    const good = await json({ status: 'ok', version: '2.0.0' })
    const tolerated = await json({
      status: 'UP',
      components: { db: { status: 'UP' }, disk: { status: 'WARN' } },
    })
    const bad = await stage(startUnhealthy200())
    const step = await healthCheck({
      checks: [
        `- { name: api, url: "${good.url}" }`,
        `- { name: disk, url: "${tolerated.url}" }`,
        `- { name: metrics, url: "${bad.url}", required: false, timeout: 300ms }`,
      ].join('\n'),
    })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({
      healthy: 'true',
      status: 'degraded',
      passed: 'api\ndisk',
      failed: 'metrics',
      versions: '{"api":"2.0.0"}',
      'p95-ms': '',
      'error-rate': '',
    })
    expect(Number(step.outputs['attempts'])).toBeGreaterThanOrEqual(5)
    expect(Number(step.outputs['duration-ms'])).toBeGreaterThanOrEqual(0)
    const warnings = step.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message)
    expect(warnings).toEqual([
      expect.stringMatching(/^disk: components\.disk is "WARN"/),
      expect.stringMatching(/^metrics: checks\.redis is "unhealthy: timeout"/),
    ])
    expect(step.summary).toContain('Degraded')
  })

  test('result has the documented shape, and result-file the whole of it', async () => {
    const server = await json({ status: 'ok', version: '1.0' })
    const step = await healthCheck({ url: server.url })
    expect(checkOf(step)).toEqual({
      name: `127.0.0.1:${server.port}`,
      target: `${server.url}/`,
      required: true,
      passed: true,
      class: null,
      reason: expect.stringMatching(/^HTTP 200 OK, version 1\.0 \(attempt 2, \d+ ms\)$/),
      attempts: 2,
      durationMs: expect.any(Number),
      status: 200,
      version: '1.0',
      degraded: [],
      address: `127.0.0.1:${server.port}`,
      timingsMs: { connect: expect.any(Number), firstByte: expect.any(Number), total: expect.any(Number) },
      certificate: null,
      body: '{"status":"ok","version":"1.0"}',
      conditions: null,
      samples: null,
      baseline: null,
    })
    const file = JSON.parse(readFileSync(step.outputs['result-file'] ?? '', 'utf8')) as unknown
    expect(file).toEqual(resultOf(step))
  })

  test('result stays within 64 KiB, result-file has everything', async () => {
    const server = await json({ status: 'down', text: 'x'.repeat(2_000) }, 503)
    const checks = Array.from(
      { length: 300 },
      (_, index) => `- { name: "check ${index}", url: "${server.url}/${index}" }`,
    )
    const step = await healthCheck({ checks: checks.join('\n'), timeout: '3s' })
    expectConclusion(step, 'failure')
    expect(Buffer.byteLength(step.outputs['result'] ?? '')).toBeLessThanOrEqual(65_536)
    expect(resultOf(step).truncated).toBe(true)
    const whole = JSON.parse(readFileSync(step.outputs['result-file'] ?? '', 'utf8')) as { checks: unknown[] }
    expect(whole.checks).toHaveLength(300)
    expect(Buffer.byteLength(step.summary)).toBeLessThan(1_048_576)
    expect(step.outputs['failed']?.split('\n')).toHaveLength(300)
  }, 60_000)

  test('fail-on-unhealthy: false is green, and tells', async () => {
    const server = await stage(startUnhealthy200())
    const step = await healthCheck({ url: server.url, 'fail-on-unhealthy': 'false' })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ healthy: 'false', status: 'unhealthy' })
    expect(step.annotations).toEqual([expect.objectContaining({ level: 'warning' })])
  })

  test('a dry run prints the plan, states no fact and probes nothing', async () => {
    const server = await stage(startHonest())
    const step = await healthCheck({ url: server.url, 'dry-run': 'true', 'expect-version': '3' })
    expectConclusion(step, 'success')
    expect(server.requests).toBe(0)
    expect(step.log).toContain(`GET ${server.url}/`)
    expect(step.outputs).toMatchObject({ healthy: 'false', status: '', passed: '', failed: '', attempts: '' })
    expect(resultOf(step)).toMatchObject({ dryRun: true, checks: [{ target: `${server.url}/` }] })
  })
})

describe('untrusted text', () => {
  test('in an answer is neither a command nor markup', async () => {
    const nasty = '::add-mask::x\r\n##[error]y <img src=x> | @octocat `code` \u202e'
    const server = await json({ status: nasty, checks: { '::stop-commands::t': nasty } }, 503)
    const step = await healthCheck({ url: server.url })
    expectConclusion(step, 'failure')
    expect(step.commands.map(({ name }) => name)).toEqual(['error'])
    const html = micromark(step.summary, {
      allowDangerousHtml: true,
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
    })
    expect(html).not.toMatch(/<img|<a |\u202e/)
    expect(html).toContain('&lt;img src=x&gt;')
  })

  test('secrets of the request appear nowhere', async () => {
    const token = 'tok-9f8e7d6c5b4a'
    const server = await stage(
      startHttp((request, response) =>
        response.writeHead(503).end(`you sent ${JSON.stringify(request.headers)}`),
      ),
    )
    const url = new URL(server.url)
    url.username = 'deploy'
    url.password = 'pa55word!'
    url.searchParams.set('api_key', 'query-secret-1')
    const step = await healthCheck({ url: url.href, headers: `X-Auth-Token: ${token}` })
    expectConclusion(step, 'failure')
    const said = [
      step.log,
      step.stderr,
      step.summary,
      JSON.stringify(step.outputs),
      JSON.stringify(step.state),
    ].join('\n')
    const file = readFileSync(step.outputs['result-file'] ?? '', 'utf8')
    for (const secret of [
      token,
      'pa55word',
      Buffer.from('deploy:pa55word!').toString('base64'),
      'query-secret-1',
    ]) {
      expect(said).not.toContain(secret)
      expect(file).not.toContain(secret)
    }
  })
})

describe('a runner in trouble', () => {
  const onLinux = process.platform === 'linux' ? test : test.skip

  onLinux('a full disk under GITHUB_OUTPUT is red, with the reason', async () => {
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true)
    const server = await stage(startHonest())
    const step = await healthCheck({ url: server.url }, { env: { GITHUB_OUTPUT: '/dev/full' } })
    expectConclusion(step, 'failure')
    expect(step.annotations.find(({ level }) => level === 'error')?.message).toMatch(/GITHUB_OUTPUT.*ENOSPC/)
  })
})
