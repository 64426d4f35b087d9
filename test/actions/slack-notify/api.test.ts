import { describe, expect, test } from '@jest/globals'
import type { StepResult } from '../../support/runner.ts'
import { readable } from '../../support/slack/limits.ts'
import { BOT_TOKEN, type Slack } from '../../support/slack/slack.ts'
import { notify, said, slack } from './stage.ts'

const send = (server: Slack, inputs: Record<string, string>): Promise<StepResult> =>
  notify(
    { 'bot-token': BOT_TOKEN, channel: 'C0123456', ...inputs },
    { env: { SLACK_API_URL: server.apiUrl } },
  )

describe('the Web API', () => {
  test('posts, and says where', async () => {
    const server = await slack()
    const result = await send(server, {})
    expect(result.outputs).toMatchObject({
      delivered: 'true',
      ts: '1700000010.000100',
      'thread-ts': '1700000010.000100',
      'channel-id': 'C0123456',
      'message-url': 'https://octo.slack.example/archives/C0123456/p1700000010000100',
    })
    expect(server.received[0]?.headers.authorization).toBe(`Bearer ${BOT_TOKEN}`)
    expect(server.received[0]?.json).toMatchObject({ channel: 'C0123456', unfurl_links: false })
  })

  test('the token wins over a webhook', async () => {
    const server = await slack()
    await send(server, { 'webhook-url': server.webhookUrl })
    expect(server.messages.map(({ channel }) => channel)).toEqual(['C0123456'])
  })

  test('the token and the channel can come from the environment of the workflow', async () => {
    const server = await slack()
    const env = { SLACK_API_URL: server.apiUrl, SLACK_BOT_TOKEN: BOT_TOKEN }
    const result = await notify({ channel: '#general' }, { env })
    expect(result.outputs['channel-id']).toBe('C0GENERAL')
  })

  test('several channels, each with its own outcome', async () => {
    const server = await slack()
    const result = await send(server, { channel: 'C0123456, #nowhere\nops' })
    expect(result.conclusion).toBe('success')
    expect(result.outputs).toMatchObject({
      delivered: 'false',
      error: 'channel_not_found',
      'channel-id': 'C0123456\nC0OPS',
    })
    expect(result.outputs['ts']?.split('\n')).toHaveLength(2)
    expect(JSON.parse(result.outputs['sinks'] ?? '')).toEqual({
      'slack C0123456': { ok: true, status: 200, error: '' },
      'slack #nowhere': { ok: false, status: 200, error: 'channel_not_found' },
      'slack ops': { ok: true, status: 200, error: '' },
    })
    expect(said(result, 'warning')).toHaveLength(1)
  })

  test('answers in a thread, and shows it in the channel', async () => {
    const server = await slack()
    const result = await send(server, { 'thread-ts': '1405894322.002768', 'reply-broadcast': 'true' })
    expect(server.received[0]?.json).toMatchObject({ thread_ts: '1405894322.002768', reply_broadcast: true })
    expect(result.outputs['thread-ts']).toBe('1405894322.002768')
  })

  test('replaces a message', async () => {
    const server = await slack()
    const first = await send(server, { status: 'started' })
    const ts = first.outputs['ts'] ?? ''
    const second = await send(server, { 'update-ts': ts, status: 'success' })
    expect(server.messages).toHaveLength(1)
    expect(readable(server.messages[0]?.payload)).toContain('✅ release succeeded')
    expect(second.outputs['ts']).toBe(ts)
  })

  test('a message that is not there', async () => {
    const server = await slack()
    const result = await send(server, { 'update-ts': '1405894322.002768' })
    expect(said(result, 'warning')).toEqual([expect.stringMatching(/message_not_found.*channel-id/)])
  })

  test('429 is obeyed', async () => {
    const server = await slack((_, nth) =>
      nth === 1
        ? { status: 429, body: { ok: false, error: 'ratelimited' }, headers: { 'retry-after': '1' } }
        : undefined,
    )
    const result = await send(server, {})
    expect(result.outputs['delivered']).toBe('true')
    expect(server.messages).toHaveLength(1)
  })

  test('without a permalink the message is delivered all the same', async () => {
    const server = await slack(({ path }) =>
      path.includes('getPermalink') ? { status: 500, body: 'oops' } : undefined,
    )
    const result = await send(server, {})
    expect(result.outputs).toMatchObject({ delivered: 'true', 'message-url': '' })
    expect(result.annotations).toEqual([])
  })

  test('an answer that is no JSON', async () => {
    const server = await slack(() => ({ status: 200, body: '<html>a portal wants you to log in</html>' }))
    const result = await send(server, {})
    expect(result.outputs).toMatchObject({ delivered: 'false', error: 'http_200' })
  })

  test('a token that is wrong is not shown', async () => {
    const server = await slack()
    const result = await send(server, { 'bot-token': 'xoxb-another-planted-secret' })
    expect(result.outputs['error']).toBe('invalid_auth')
    const lines = result.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'))
    expect(lines.join('\n')).not.toContain('another-planted-secret')
  })
})
