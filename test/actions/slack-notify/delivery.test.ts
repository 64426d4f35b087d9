import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { pauseBefore } from '../../../actions/slack-notify/apply/retry.ts'
import { authority } from '../../support/certificates.ts'
import {
  closedPort,
  startDrippingBody,
  startHttp,
  startSilent,
  startTcp,
} from '../../support/lying-servers.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, type StepResult } from '../../support/runner.ts'
import { BOT_TOKEN, startSlack, WEBHOOK_PATH } from '../../support/slack/slack.ts'
import type { Reply } from '../../support/slack/stand-in.ts'
import { notify, said, slack, stage } from './stage.ts'

/** Green, one warning with the word, outputs that say so. */
function expectWarning(result: StepResult, word: string, remedy: RegExp): void {
  expectConclusion(result, 'success')
  expect(said(result, 'error')).toEqual([])
  const warnings = said(result, 'warning')
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain(`Not delivered: ${word}`)
  expect(warnings[0]).toMatch(remedy)
  expect(result.outputs).toMatchObject({ delivered: 'false', notified: 'true', error: word })
  expect(JSON.parse(result.outputs['sinks'] ?? '')).toMatchObject({ slack: { ok: false, error: word } })
  expect(result.summary).toContain('⚠️ slack')
}

describe('what Slack answers', () => {
  test.each<[number, string, string, RegExp]>([
    [400, 'invalid_payload', 'invalid_payload', /HTTP 400.*defect/],
    [400, 'user_not_found', 'user_not_found', /somebody who has left/],
    [400, 'invalid_blocks', 'invalid_blocks', /"blocks"/],
    [400, 'invalid_blocks_format', 'invalid_blocks_format', /"blocks"/],
    [400, 'no_text', 'no_text', /defect/],
    [400, 'too_many_attachments', 'too_many_attachments', /defect/],
    [403, 'action_prohibited', 'action_prohibited', /administrator/],
    [403, 'invalid_token', 'invalid_token', /new incoming webhook/],
    [403, '', 'http_403', /administrator/],
    [404, 'channel_not_found', 'channel_not_found', /id of the channel/],
    [404, 'no_service', 'no_service', /new incoming webhook/],
    [404, 'no_team', 'no_team', /new incoming webhook/],
    [410, 'channel_is_archived', 'channel_is_archived', /Unarchive/],
    [410, '<html>Gone</html>', 'http_410', /archived/],
    [500, 'rollup_error', 'rollup_error', /slack-status/],
    [500, '<h1>oops</h1>', 'http_500', /slack-status/],
    [503, '', 'http_503', /slack-status/],
    [200, '{"ok":false,"error":"invalid_auth"}', 'invalid_auth', /new bot token/],
  ])('HTTP %d %s', async (status, body, word, remedy) => {
    const server = await slack(() => ({ status, body }))
    const result = await notify({ 'webhook-url': server.webhookUrl })
    expectWarning(result, word, remedy)
    expect(server.received).toHaveLength(1)
  })

  test('fail-on-error makes it red, with one error', async () => {
    const server = await slack(() => ({ status: 404, body: 'no_service' }))
    const result = await notify({ 'webhook-url': server.webhookUrl, 'fail-on-error': 'true' })
    expectConclusion(result, 'failure')
    expect(said(result, 'error')).toEqual([expect.stringContaining('no_service')])
    expect(said(result, 'warning')).toEqual([])
    expect(result.outputs).toMatchObject({ delivered: 'false', error: 'no_service' })
  })

  test('a redirect is refused, and nothing goes there', async () => {
    const elsewhere = await slack()
    const server = await slack(() => ({ status: 302, headers: { location: elsewhere.webhookUrl } }))
    const result = await notify({ 'webhook-url': server.webhookUrl })
    expectWarning(result, 'redirect_refused', /Is the URL right/)
    expect(elsewhere.received).toEqual([])
  })

  test('what it says can be no command', async () => {
    const server = await slack(() => ({ status: 500, body: '::error::x\n##[error]y ::set-output name=a::b' }))
    const result = await notify({ 'webhook-url': server.webhookUrl })
    expectWarning(result, 'http_500', /slack-status/)
    expect(result.annotations).toHaveLength(1)
  })
})

describe('429', () => {
  test('is tried again after Retry-After', async () => {
    const server = await slack((_, nth) =>
      nth === 1 ? { status: 429, body: 'rate_limited', headers: { 'retry-after': '1' } } : undefined,
    )
    const result = await notify({ 'webhook-url': server.webhookUrl })
    expect(result.outputs['delivered']).toBe('true')
    expect(server.received).toHaveLength(2)
    expect(server.messages).toHaveLength(1)
    expect(result.annotations).toEqual([])
  })

  test('is given up when Retry-After is beyond the deadline', async () => {
    const server = await slack(() => ({
      status: 429,
      body: 'rate_limited',
      headers: { 'retry-after': '60' },
    }))
    const result = await notify({ 'webhook-url': server.webhookUrl, timeout: '5s' })
    expectWarning(result, 'rate_limited', /one message per second/)
    expect(server.received).toHaveLength(1)
  })
})

describe('no answer', () => {
  test.each<[string, Reply, string]>([
    ['silence', 'silence', 'timeout'],
    ['a body that drips', 'drip', 'timeout'],
    ['a reset after the body', 'reset', 'no_answer'],
  ])('%s: sent once, whatever became of it', async (_, reply, word) => {
    const server = await slack(() => reply)
    const result = await notify({ 'webhook-url': server.webhookUrl, timeout: '1s' })
    expectWarning(result, word, /may have arrived, so it was not sent again/)
    expect(server.received).toHaveLength(1)
    expect(server.messages).toHaveLength(0)
  })

  test('a reset before the whole of it was read', async () => {
    const server = await stage(startTcp((socket) => socket.once('data', () => socket.resetAndDestroy())))
    const result = await notify({ 'webhook-url': `${server.url}${WEBHOOK_PATH}`, timeout: '1s' })
    expectWarning(result, 'no_answer', /not sent again/)
    expect(server.requests).toBe(1)
  })

  test('a server that never reads', async () => {
    const server = await stage(startSilent())
    expectWarning(
      await notify({ 'webhook-url': `${server.url}${WEBHOOK_PATH}`, timeout: '1s' }),
      'timeout',
      /./,
    )
  })

  test('an answer that never ends', async () => {
    const server = await stage(startDrippingBody())
    expectWarning(
      await notify({ 'webhook-url': `${server.url}${WEBHOOK_PATH}`, timeout: '1s' }),
      'timeout',
      /./,
    )
  })

  test('nobody at the port', async () => {
    const url = `http://127.0.0.1:${await closedPort()}${WEBHOOK_PATH}`
    expectWarning(
      await notify({ 'webhook-url': url, timeout: '1s' }),
      'connect',
      /connection refused.*reach it/i,
    )
  })

  test('a name that does not exist', async () => {
    const url = `https://hooks.slack.invalid${WEBHOOK_PATH}`
    expectWarning(await notify({ 'webhook-url': url, timeout: '1s' }), 'dns', /host of the URL/)
  })
})

describe('TLS and proxies', () => {
  test('a certificate that nobody trusts is refused', async () => {
    const server = await stage(startSlack(undefined, { tls: 'self-signed' }))
    const result = await notify({ 'webhook-url': server.webhookUrl, timeout: '2s' })
    expectWarning(result, 'tls', /NODE_EXTRA_CA_CERTS/)
    expect(server.received).toEqual([])
  })

  test('one that NODE_EXTRA_CA_CERTS knows is fine', async () => {
    const server = await stage(startSlack(undefined, { tls: 'good' }))
    const result = await notify(
      { 'webhook-url': server.webhookUrl },
      { env: { NODE_EXTRA_CA_CERTS: await trusted() } },
    )
    expect(result.outputs['delivered']).toBe('true')
    expect(server.messages).toHaveLength(1)
  })

  test('goes through the proxy', async () => {
    const server = await stage(startSlack(undefined, { tls: 'wrong-name' })) // it is for other.example
    const tunnels: string[] = []
    const proxy = createServer()
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url ?? '')
      const onward = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        onward.pipe(socket).pipe(onward)
      })
      for (const end of [socket, onward]) end.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as AddressInfo
    try {
      const env = { https_proxy: `http://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: await trusted() }
      const result = await notify({ 'webhook-url': `https://other.example${WEBHOOK_PATH}` }, { env })
      expect(said(result, 'warning')).toEqual([])
      expect(result.outputs['delivered']).toBe('true')
      expect(tunnels).toEqual(['other.example:443'])
      expect(server.messages).toHaveLength(1)
    } finally {
      proxy.closeAllConnections()
      proxy.close()
    }
  })

  test('says when the proxy refuses', async () => {
    const proxy = await stage(startHttp((_request, response) => response.end()))
    const url = `https://hooks.slack.example${WEBHOOK_PATH}`
    const result = await notify({ 'webhook-url': url, timeout: '1s' }, { env: { https_proxy: proxy.url } })
    expectWarning(result, 'connect', /proxy/)
  })
})

/** A file with the authority of the test certificates. */
async function trusted(): Promise<string> {
  const file = join(tempFolder('nexus-ca-'), 'ca.pem')
  writeFileSync(file, await authority())
  return file
}

describe('the Web API', () => {
  test.each<[string, RegExp]>([
    ['channel_not_found', /id of the channel/],
    ['not_in_channel', /\/invite/],
    ['is_archived', /Unarchive/],
    ['msg_too_long', /defect/],
    ['no_text', /defect/],
    ['restricted_action', /administrator/],
    ['missing_scope', /chat:write/],
    ['invalid_auth', /new bot token/],
    ['token_revoked', /new bot token/],
    ['account_inactive', /new bot token/],
    ['invalid_blocks', /must be less than 3001.*defect/],
    ['ratelimited', /one message per second/],
    ['a_word_from_the_future', /Slack says a_word_from_the_future/],
  ])('ok: false, %s', async (error, remedy) => {
    const body = {
      ok: false,
      error,
      needed: 'chat:write',
      response_metadata: { messages: ['must be less than 3001 characters'] },
    }
    const server = await slack(() => ({ status: 200, body }))
    const result = await notify(
      { 'bot-token': BOT_TOKEN, channel: 'C0123456' },
      { env: { SLACK_API_URL: server.apiUrl } },
    )
    expectWarning(result, error, remedy)
    expect(server.received).toHaveLength(1)
  })
})

describe('what is tried again', () => {
  const failure = (kind: string, phase: string, permanent = false) => ({ kind, phase, permanent }) as never
  test.each<[string, Parameters<typeof pauseBefore>[0], number, number, number | undefined]>([
    ['a name that did not resolve', failure('dns', 'resolve'), 1, 10_000, 400],
    ['twice, after a longer pause', failure('dns', 'resolve'), 2, 10_000, 800],
    ['no fifth time', failure('dns', 'resolve'), 4, 10_000, undefined],
    ['a name that never resolves: not', failure('dns', 'resolve', true), 1, 10_000, undefined],
    ['a refused connection', failure('connect', 'connect'), 1, 10_000, 400],
    ['a connection that took too long', failure('timeout', 'connect'), 1, 10_000, 400],
    ['without time left: not', failure('connect', 'connect'), 1, 300, undefined],
    ['a certificate: not', failure('tls', 'tls'), 1, 10_000, undefined],
    ['a body that was not taken: not', failure('timeout', 'send'), 1, 10_000, undefined],
    ['silence after the body: not', failure('timeout', 'headers'), 1, 10_000, undefined],
    ['a reset: not', failure('protocol', 'headers'), 1, 10_000, undefined],
    ['cancelled: not', failure('cancelled', 'connect'), 1, 10_000, undefined],
    ['429 with seconds', { status: 429, retryAfter: '3' }, 1, 10_000, 3_000],
    ['429 with a date', { status: 429, retryAfter: 'Thu, 01 Jan 1970 00:00:07 GMT' }, 1, 10_000, 2_000],
    ['429 with nothing', { status: 429, retryAfter: undefined }, 1, 10_000, 1_000],
    ['429 beyond the deadline: not', { status: 429, retryAfter: '11' }, 1, 10_000, undefined],
    ['500: not', { status: 500, retryAfter: '1' }, 1, 10_000, undefined],
    ['503: not', { status: 503, retryAfter: '1' }, 1, 10_000, undefined],
    ['200: not', { status: 200, retryAfter: undefined }, 1, 10_000, undefined],
  ])('%s', (_, outcome, tried, left, expected) => {
    expect(pauseBefore(outcome, tried, left, 5_000)).toBe(expected)
  })
})
