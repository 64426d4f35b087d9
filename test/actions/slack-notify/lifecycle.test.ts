import { describe, expect, test } from '@jest/globals'
import type { JobStatus } from '../../support/runner/contexts.ts'
import { expectConclusion, runAction, runPost, type StepResult, startAction } from '../../support/runner.ts'
import { mentionsOf, readable } from '../../support/slack/limits.ts'
import { BOT_TOKEN, type Slack } from '../../support/slack/slack.ts'
import { expectNoLeak, notify, said, slack } from './stage.ts'

const JOB: readonly JobStatus[] = ['success', 'failure', 'cancelled']
const HEADLINE = {
  success: '✅ release succeeded on main',
  failure: '❌ release failed on main',
  cancelled: '🚫 release was cancelled on main',
}

async function finish(main: StepResult, jobStatus: JobStatus): Promise<StepResult> {
  const post = await runPost(main, { jobStatus })
  expectNoLeak(post)
  // Outputs belong to main: a post step has nobody to read them.
  expect(post.outputs).toEqual({})
  return post
}

describe('lifecycle false', () => {
  test.each(JOB)('main says all, post nothing: %s', async (jobStatus) => {
    const server = await slack()
    const main = await notify({ 'webhook-url': server.webhookUrl })
    const post = await finish(main, jobStatus)
    expectConclusion(post, 'success')
    expect(server.messages).toHaveLength(1)
    expect(post.log).toBe('Nothing to do: main left nothing.')
  })

  test('cancelled while it sends: green, with one warning', async () => {
    const server = await slack(() => 'silence')
    const handle = startAction({ action: 'slack-notify', inputs: { 'webhook-url': server.webhookUrl } })
    await handle.waitForLog(/To: slack/)
    const main = await handle.cancel()
    expectNoLeak(main)
    expect(main.exitCode).toBe(0)
    expect(said(main, 'warning')).toEqual([expect.stringContaining('cancelled')])
  })

  test('a refused input is told once', async () => {
    const main = await notify({ template: 'x', lifecycle: 'final' })
    expectConclusion(main, 'failure')
    const post = await finish(main, 'failure')
    expectConclusion(post, 'success')
    expect(post.annotations).toEqual([])
  })
})

describe('lifecycle final', () => {
  test.each(JOB)('only post sends, with the final status: %s', async (jobStatus) => {
    const server = await slack()
    const main = await notify({ 'webhook-url': server.webhookUrl, lifecycle: 'final' })
    expectConclusion(main, 'success')
    expect(server.received).toEqual([])
    expect(main.outputs).toMatchObject({ delivered: 'false', notified: 'false', error: '' })
    const post = await finish(main, jobStatus)
    expectConclusion(post, 'success')
    expect(server.messages).toHaveLength(1)
    const text = readable(server.messages[0]?.payload)
    expect(text).toContain(HEADLINE[jobStatus])
    expect(text).toMatch(/Took\*?\n\d/)
    expect(post.summary).toContain(HEADLINE[jobStatus])
    expect(main.summary).toBe('')
  })

  test('a message that does not arrive leaves the job green, with one warning', async () => {
    const server = await slack(() => ({ status: 404, body: 'no_service' }))
    const main = await notify({ 'webhook-url': server.webhookUrl, lifecycle: 'final' })
    const post = await finish(main, 'success')
    expectConclusion(post, 'success')
    expect(said(post, 'warning')).toEqual([expect.stringContaining('no_service')])
  })

  test('red with fail-on-error', async () => {
    const server = await slack(() => ({ status: 404, body: 'no_service' }))
    const main = await notify({
      'webhook-url': server.webhookUrl,
      lifecycle: 'final',
      'fail-on-error': 'true',
    })
    expectConclusion(await finish(main, 'success'), 'failure')
  })

  test('notify-on is about the final status', async () => {
    const server = await slack()
    const main = await notify({
      'webhook-url': server.webhookUrl,
      lifecycle: 'final',
      'notify-on': 'failure',
    })
    await finish(main, 'success')
    expect(server.messages).toEqual([])
    await finish(main, 'failure')
    expect(server.messages).toHaveLength(1)
  })

  test('without a sink it is said once', async () => {
    const main = await notify({ lifecycle: 'final' })
    expect(said(main, 'warning')).toEqual([])
    expect(said(await finish(main, 'success'), 'warning')).toEqual([expect.stringContaining('no_sink')])
  })
})

describe('lifecycle true', () => {
  const start = (server: Slack, more: Record<string, string> = {}): Promise<StepResult> =>
    notify(
      { 'bot-token': BOT_TOKEN, channel: 'C0123456', lifecycle: 'true', ...more },
      { env: { SLACK_API_URL: server.apiUrl } },
    )

  test.each(JOB)('one message that begins with started and ends with %s', async (jobStatus) => {
    const server = await slack()
    const main = await start(server)
    expectConclusion(main, 'success')
    expect(readable(server.messages[0]?.payload)).toContain('🚀 release started on main')
    expect(main.outputs).toMatchObject({
      delivered: 'true',
      ts: server.messages[0]?.ts,
      'channel-id': 'C0123456',
      'message-url': expect.stringContaining('/archives/C0123456/p'),
    })
    const post = await finish(main, jobStatus)
    expectConclusion(post, 'success')
    expect(server.messages).toHaveLength(1)
    expect(server.messages[0]?.updates).toBe(1)
    expect(readable(server.messages[0]?.payload)).toContain(HEADLINE[jobStatus])
  })

  test('channels by name are finished by id, each of them', async () => {
    const server = await slack()
    const main = await start(server, { channel: '#general, ops' })
    expect(main.outputs['channel-id']).toBe('C0GENERAL\nC0OPS')
    await finish(main, 'failure')
    expect(server.messages.map(({ channel, updates }) => [channel, updates])).toEqual([
      ['C0GENERAL', 1],
      ['C0OPS', 1],
    ])
  })

  test('who is to be called is called in the thread, because a change calls nobody', async () => {
    const server = await slack()
    const main = await start(server, { mention: 'here' })
    expect(mentionsOf(server.messages[0]?.payload)).toEqual([])
    await finish(main, 'failure')
    const [first, second] = server.messages
    expect(mentionsOf(second?.payload)).toEqual(['!here'])
    expect(second?.threadTs).toBe(first?.ts)
  })

  test('a start that was not delivered is made up for', async () => {
    const server = await slack((_, nth) => (nth === 1 ? { status: 500, body: 'internal_error' } : undefined))
    const main = await start(server)
    expect(main.outputs['error']).toBe('internal_error')
    await finish(main, 'success')
    expect(server.messages).toHaveLength(1)
    expect(readable(server.messages[0]?.payload)).toContain(HEADLINE.success)
  })

  test('a start that was cancelled is made up for', async () => {
    const server = await slack((_, nth) => (nth === 1 ? 'silence' : undefined))
    const handle = startAction({
      action: 'slack-notify',
      inputs: { 'bot-token': BOT_TOKEN, channel: 'C0123456', lifecycle: 'true' },
      env: { SLACK_API_URL: server.apiUrl },
    })
    await handle.waitForLog(/To: slack/)
    await finish(await handle.cancel(), 'cancelled')
    expect(server.messages).toHaveLength(1)
    expect(readable(server.messages[0]?.payload)).toContain(HEADLINE.cancelled)
  })

  test('with notify-on: failure there is no start, and one message when it fails', async () => {
    const server = await slack()
    const main = await start(server, { 'notify-on': 'failure' })
    expect(main.outputs).toMatchObject({ notified: 'false', delivered: 'false' })
    expect(server.messages).toEqual([])
    await finish(main, 'failure')
    expect(server.messages).toHaveLength(1)
  })

  test('a message that was started is finished whatever notify-on says', async () => {
    const server = await slack()
    const main = await start(server)
    const options = { ...main.options, inputs: { ...main.options.inputs, 'notify-on': 'failure' } }
    await runPost({ ...main, options }, { jobStatus: 'success' })
    expect(server.messages).toHaveLength(1)
    expect(readable(server.messages[0]?.payload)).toContain(HEADLINE.success)
  })

  test('main says already that there is no sink', async () => {
    const main = await notify({ lifecycle: 'final' })
    expect(main.outputs).toMatchObject({ error: 'no_sink', delivered: 'false' })
    expect(main.annotations).toEqual([])
  })

  test('a dry run sends nothing in either phase', async () => {
    const server = await slack()
    const main = await start(server, { 'dry-run': 'true' })
    expect(main.log).toContain('release started on main')
    const post = await finish(main, 'success')
    expect(post.log).toContain('release succeeded on main')
    expect(server.received).toEqual([])
  })

  test('without a credential (a fork) it is said once', async () => {
    const main = await runAction({
      action: 'slack-notify',
      inputs: { channel: 'C0123456', lifecycle: 'true' },
    })
    expect(said(main, 'warning')).toEqual([expect.stringContaining('no_sink')])
    expect((await finish(main, 'failure')).annotations).toEqual([])
  })
})
