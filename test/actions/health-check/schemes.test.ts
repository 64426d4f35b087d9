import { utimesSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { authority } from '../../support/certificates.ts'
import * as lying from '../../support/lying-servers.ts'
import { expectConclusion } from '../../support/runner.ts'
import { stage } from './stage.ts'
import { checkOf, errorOf, healthCheck, workspace } from './step.ts'

describe('tcp', () => {
  test('a port that accepts', async () => {
    const server = await stage(lying.startSilent())
    const step = await healthCheck({ url: `tcp://127.0.0.1:${server.port}` })
    expectConclusion(step, 'success')
    expect(checkOf(step)).toMatchObject({ address: `127.0.0.1:${server.port}` })
  })

  test('a port that does not', async () => {
    const step = await healthCheck({ url: `tcp://localhost:${await lying.closedPort()}` })
    expectConclusion(step, 'failure')
    expect(checkOf(step)).toMatchObject({
      class: 'connect',
      reason: expect.stringMatching(/127\.0\.0\.1.*\[::1\]|\[::1\].*127\.0\.0\.1/),
    })
  })

  test('[::1]', async () => {
    const server = await stage(lying.startIpv6Only())
    expectConclusion(await healthCheck({ url: `tcp://[::1]:${server.port}` }), 'success')
  })
})

describe('tls and https', () => {
  const trusted = async (): Promise<{ workspace: string }> => ({
    workspace: workspace({ 'ca.pem': await authority() }),
  })

  test('a trusted certificate, with its days left', async () => {
    const server = await stage(lying.startHonest({ status: 'ok' }, { tls: 'good' }))
    const checks = `- { name: https, url: "${server.url}" }\n- { name: tls, url: "tls://127.0.0.1:${server.port}" }`
    const step = await healthCheck(
      { checks, 'ca-file': 'ca.pem', 'min-certificate-days': '1' },
      await trusted(),
    )
    expectConclusion(step, 'success')
    expect(step.summary).toContain('Certificate')
  })

  test('too few days left', async () => {
    const server = await stage(lying.startHonest({ status: 'ok' }, { tls: 'good' }))
    for (const url of [server.url, `tls://127.0.0.1:${server.port}`]) {
      const step = await healthCheck(
        { url, 'ca-file': 'ca.pem', 'min-certificate-days': '9000' },
        await trusted(),
      )
      expectConclusion(step, 'failure')
      expect(checkOf(step)).toMatchObject({
        class: 'certificate',
        reason: expect.stringMatching(/expected at least 9000/),
      })
    }
  })

  test('tls-verify: false accepts what is not trusted, and still tells about it', async () => {
    const server = await stage(lying.startHonest({ status: 'ok' }, { tls: 'self-signed' }))
    const step = await healthCheck({ url: server.url, 'tls-verify': 'false' })
    expectConclusion(step, 'success')
    expect(checkOf(step).certificate).toMatchObject({
      daysLeft: expect.any(Number),
      subject: expect.any(String),
    })
  })

  test('an expired certificate ends the waiting at once', async () => {
    const server = await stage(lying.startHonest({ status: 'ok' }, { tls: 'expired' }))
    const step = await healthCheck({ url: server.url, 'ca-file': 'ca.pem', timeout: '5m' }, await trusted())
    expectConclusion(step, 'failure')
    expect(checkOf(step)).toMatchObject({ attempts: 1, class: 'tls' })
  })

  test('a port that speaks no TLS', async () => {
    const server = await stage(lying.startHonest())
    const step = await healthCheck({ url: `tls://127.0.0.1:${server.port}` })
    expectConclusion(step, 'failure')
    expect(checkOf(step).class).toMatch(/tls|protocol/)
  })
})

describe('file', () => {
  const url = (folder: string, name: string): string => pathToFileURL(join(folder, name)).href

  test('exists, is young enough, and contains what it must', async () => {
    const folder = workspace({ 'ready.txt': 'state: READY\n' })
    const checks = `- { url: "${url(folder, 'ready.txt')}", contains: "/^state: ready$/im", max-age: 5m }`
    expectConclusion(await healthCheck({ checks }), 'success')
  })

  test.each([
    ['is not there', 'no.txt', '', /does not exist/],
    ['is too old', 'old.txt', 'max-age: 1h', /old, more than 1 h/],
    ['says something else', 'ready.txt', 'contains: done', /does not contain "done"/],
    ['is a folder', '.', '', /not a regular file/],
  ])('%s', async (_why, name, more, reason) => {
    const folder = workspace({ 'ready.txt': 'not yet', 'old.txt': '' })
    utimesSync(join(folder, 'old.txt'), 1, 1)
    const step = await healthCheck({
      checks: `- { name: f, url: "${url(folder, name)}"${more === '' ? '' : `, ${more}`} }`,
    })
    expectConclusion(step, 'failure')
    expect(checkOf(step)).toMatchObject({ class: 'file', reason: expect.stringMatching(reason) })
  })
})

describe('exec', () => {
  const node = JSON.stringify(process.execPath)
  const program = (script: string, more = ''): string =>
    `- { name: p, exec: [${node}, -e, ${JSON.stringify(script)}]${more} }`

  test('exit code 0, and what it prints', async () => {
    const step = await healthCheck({
      checks: program(
        'console.log(JSON.stringify({ version: "3.1", state: "done" }))',
        ', expect-version: "3.1", expect-json: { state: done }',
      ),
      timeout: '20s',
    })
    expectConclusion(step, 'success')
    expect(step.outputs['versions']).toBe('{"p":"3.1"}')
  })

  test('another exit code can be expected', async () => {
    expectConclusion(
      await healthCheck({ checks: program('process.exit(3)', ', expect-exit: 3'), timeout: '20s' }),
      'success',
    )
  })

  test('a wrong exit code, with what it said', async () => {
    const step = await healthCheck({
      checks: program('console.error("2 unapplied migrations"); process.exit(1)'),
      timeout: '1s',
    })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(/^p: exit code 1, expected exit code 0: 2 unapplied migrations/)
  })

  test('is never given to a shell', async () => {
    const folder = workspace({ 'a.txt': '' })
    const script = 'process.exit(process.argv[1] === "; touch pwned" ? 0 : 1)'
    const checks = `- exec: [${node}, -e, ${JSON.stringify(script)}, "; touch pwned"]`
    expectConclusion(await healthCheck({ checks, timeout: '20s' }, { workspace: folder }), 'success')
  })

  test('a program that does not exist ends the waiting at once', async () => {
    const step = await healthCheck({ checks: '- { exec: [no-such-program-anywhere] }', timeout: '5m' })
    expectConclusion(step, 'failure')
    expect(checkOf(step)).toMatchObject({ attempts: 1, class: 'config' })
  })

  test('a program that hangs is ended with all that it started', async () => {
    const script =
      'require("child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"]); setInterval(() => {}, 1e6)'
    const step = await healthCheck({ checks: program(script), timeout: '1s' })
    expectConclusion(step, 'failure')
    expect(checkOf(step).class).toBe('timeout')
    expect(checkOf(step).reason).toMatch(/^it did not end within (1 s|\d+ ms) \(/)
    expect(step.orphans).toEqual([])
  })

  test('the input expect-version is for HTTP checks', async () => {
    const server = await stage(lying.startHonest({ version: '3.1' }))
    const step = await healthCheck({
      checks: `- ${server.url}\n${program('console.log("done")')}`,
      'expect-version': '3.1',
      timeout: '20s',
    })
    expectConclusion(step, 'success')
  })
})
