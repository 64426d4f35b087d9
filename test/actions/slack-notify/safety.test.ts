import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { runAction, runPost, startAction } from '../../support/runner.ts'
import { startGitHub } from '../../support/slack/github.ts'
import { readable } from '../../support/slack/limits.ts'
import { ROUTING_KEY, startPagerDuty } from '../../support/slack/services.ts'
import { BOT_TOKEN } from '../../support/slack/slack.ts'
import { notify, said, slack, stage } from './stage.ts'

describe('main that was killed before it left a record', () => {
  test.each([0, 5, 20, 60])('after %d ms: post does not pretend that all is well', async (ms) => {
    const server = await slack()
    const handle = startAction({
      action: 'slack-notify',
      inputs: { 'webhook-url': server.webhookUrl, lifecycle: 'final' },
    })
    await new Promise((resolve) => setTimeout(resolve, ms))
    handle.sendSignal('SIGKILL')
    const main = await handle.finished
    const post = await runPost(main, { jobStatus: 'failure' })
    // Whether it had left one by then is a matter of luck: either the message is there, or the step is red.
    const isTold = server.messages.length === 1
    expect(post.conclusion).toBe(isTold ? 'success' : 'failure')
    if (!isTold)
      expect(said(post, 'error')).toEqual([expect.stringMatching(/Nobody was told.*ended before it left/s)])
  })

  test.each(['false', ''])('with lifecycle "%s" main had said all: post does nothing', async (lifecycle) => {
    const server = await slack()
    const post = await runAction({
      action: 'slack-notify',
      phase: 'post',
      inputs: { 'webhook-url': server.webhookUrl, lifecycle },
    })
    expect(post.conclusion).toBe('success')
    expect(server.received).toEqual([])
  })
})

describe('state that somebody else wrote', () => {
  const forged = {
    value: JSON.stringify({
      turn: 'start',
      startedAt: 0,
      sent: [{ channel: 'C0123456', channelId: 'C0EVIL', ts: '1.1' }],
    }),
    proof: 'x',
  }
  test.each<[string, Record<string, string>]>([
    ['a record without a proof', { STATE_left: JSON.stringify(forged) }],
    ['a record as it was once', { STATE_left: JSON.stringify({ startedAt: 1, sent: [] }) }],
    ['garbage', { STATE_left: '{' }],
    ['a phase', { STATE_phase: 'post' }],
  ])('%s changes nothing in main', async (_, env) => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl }, { env })
    expect(result.conclusion).toBe('success')
    expect(server.messages).toHaveLength(1)
  })

  test('and in post no message of somebody else is replaced', async () => {
    const server = await slack()
    const main = await notify(
      { 'bot-token': BOT_TOKEN, channel: 'C0123456' },
      { env: { SLACK_API_URL: server.apiUrl } },
    )
    const post = await runPost(main, {
      env: { SLACK_API_URL: server.apiUrl, STATE_left: JSON.stringify(forged) },
    })
    expect(post.conclusion).toBe('success')
    expect(server.messages).toHaveLength(1)
    expect(said(post, 'warning')).toEqual([expect.stringMatching(/Not our state/)])
  })
})

describe('variables from anywhere', () => {
  test.each([
    'https://evil.example/api/',
    'https://slack.com.evil.example/api/',
    'https://evilslack.com/api/',
    'https://slack.com@evil.example/api/',
    'https://127.0.0.1.evil.example/api/',
  ])('SLACK_API_URL=%s gets no token', async (url) => {
    const result = await notify(
      { 'bot-token': BOT_TOKEN, channel: 'C0123456' },
      { env: { SLACK_API_URL: url } },
    )
    expect(result.conclusion).toBe('failure')
    expect(said(result, 'error')).toEqual([expect.stringMatching(/SLACK_API_URL: .*"slack-api-url"/)])
  })

  test.each(['https://slack.com/api', 'https://slack-gov.com/api/', 'https://eu.slack.com/api/'])(
    'SLACK_API_URL=%s is Slack',
    async (url) => {
      const result = await notify(
        { 'bot-token': BOT_TOKEN, channel: 'C0123456', 'dry-run': 'true' },
        { env: { SLACK_API_URL: url } },
      )
      expect(result.conclusion).toBe('success')
    },
  )

  test('an input of the step may name another host', async () => {
    const server = await slack()
    const result = await notify({
      'bot-token': BOT_TOKEN,
      channel: 'C0123456',
      'slack-api-url': server.apiUrl,
    })
    expect(result.outputs['delivered']).toBe('true')
    const other = {
      'bot-token': BOT_TOKEN,
      channel: 'C0123456',
      'slack-api-url': 'https://slack.example/api',
      'dry-run': 'true',
    }
    expect((await notify(other)).conclusion).toBe('success')
  })

  test.each(['https://evil.example/v2/enqueue', 'https://events.pagerduty.com.evil.example/v2/enqueue'])(
    'PAGERDUTY_EVENTS_URL=%s gets no key',
    async (url) => {
      const result = await notify(
        { 'pagerduty-routing-key': ROUTING_KEY },
        { env: { PAGERDUTY_EVENTS_URL: url } },
      )
      expect(result.conclusion).toBe('failure')
      expect(said(result, 'error')).toEqual([
        expect.stringMatching(/PAGERDUTY_EVENTS_URL: .*"pagerduty-events-url"/),
      ])
    },
  )

  test('PagerDuty in the EU, and a host that the step names', async () => {
    const server = await stage(startPagerDuty())
    const eu = { PAGERDUTY_EVENTS_URL: 'https://events.eu.pagerduty.com/v2/enqueue' }
    const inputs = { 'pagerduty-routing-key': ROUTING_KEY }
    expect((await notify({ ...inputs, 'dry-run': 'true' }, { env: eu })).conclusion).toBe('success')
    const own = { ...inputs, 'pagerduty-events-url': `${server.url}/v2/enqueue` }
    expect((await notify(own, { env: eu })).outputs['delivered']).toBe('true')
    expect(server.received).toHaveLength(1)
  })
})

describe('big texts come from files', () => {
  const workspace = tempFolder('nexus-texts-')
  writeFileSync(
    join(workspace, 'notes.md'),
    `\ufeff### Features\n- **cart**: kept\n${'- more\n'.repeat(60_000)}`,
  )
  writeFileSync(join(workspace, 'text.txt'), 'First *line*\nsecond\n')
  mkdirSync(join(workspace, 'folder'))
  symlinkSync('/etc/passwd', join(workspace, 'link'))

  test('text-file and changelog-file', async () => {
    const server = await slack()
    const result = await notify(
      { 'webhook-url': server.webhookUrl, 'text-file': 'text.txt', 'changelog-file': 'notes.md' },
      { workspace },
    )
    expect(result.annotations).toEqual([])
    const text = readable(server.messages[0]?.payload)
    expect(text).toContain('First *line*\nsecond')
    expect(text).toContain('• *cart*: kept')
    expect(text).toMatch(/… \d+ more lines/)
  })

  test('one of RUNNER_TEMP by its whole path', async () => {
    const server = await slack()
    const temp = tempFolder('nexus-temp-')
    writeFileSync(join(temp, 'notes.md'), '- from temp')
    await notify(
      { 'webhook-url': server.webhookUrl, 'changelog-file': join(temp, 'notes.md') },
      { workspace, temp },
    )
    expect(readable(server.messages[0]?.payload)).toContain('• from temp')
  })

  test.each<[string, RegExp]>([
    ['none.md', /no such file/],
    ['folder', /text-file could not be read/],
    ['link', /symbolic link/],
  ])('%s: the message goes without it, and it is told', async (file, words) => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, 'text-file': file }, { workspace })
    expect(server.messages).toHaveLength(1)
    expect(said(result, 'warning')).toEqual([expect.stringMatching(words)])
  })

  test.each(['../outside.txt', '/etc/passwd', 'a/../../b', 'C:x.md'])(
    '%s is an input error',
    async (file) => {
      const result = await notify({ 'text-file': file, 'changelog-file': file }, { workspace })
      expect(said(result, 'error')).toEqual([expect.stringMatching(/text-file: .*changelog-file: /s)])
    },
  )

  test('either, not both', async () => {
    const result = await notify({ text: 'a', 'text-file': 'text.txt' }, { workspace })
    expect(said(result, 'error')).toEqual([expect.stringMatching(/text-file: give either/)])
  })
})

describe('a broken runner', () => {
  test.each<[string, string | null]>([
    ['null', 'null'],
    ['a list', '[[[]]]'],
    ['cut', '{"pull_request": {"numb'],
    ['empty', ''],
    ['pull_request: null', '{"pull_request":null,"issue":null,"head_commit":null}'],
    ['of other types', '{"pull_request":7,"head_commit":[],"issue":"x"}'],
    ['missing', null],
  ])('an event that is %s', async (_, text) => {
    const server = await slack()
    const file = join(tempFolder('nexus-event-'), 'event.json')
    if (text !== null) writeFileSync(file, text)
    const result = await notify(
      { 'webhook-url': server.webhookUrl, comment: 'true' },
      { env: { GITHUB_EVENT_PATH: file } },
    )
    expect(result.conclusion).toBe('success')
    expect(said(result, 'error')).toEqual([])
    expect(server.messages).toHaveLength(1)
    expect(result.outputs['delivered']).toBe('true')
    expect(result.log).not.toMatch(/Unexpected error|destructure|Cannot read prop/)
  })

  test.each(['a folder', 'missing'])('a summary file that is %s: green, told, outputs set', async (what) => {
    const server = await slack()
    const place = join(tempFolder('nexus-summary-'), 'x', 'summary.md')
    if (what === 'a folder') mkdirSync(place, { recursive: true })
    const result = await notify({ 'webhook-url': server.webhookUrl }, { env: { GITHUB_STEP_SUMMARY: place } })
    expect(result.conclusion).toBe('success')
    expect(said(result, 'error')).toEqual([])
    expect(server.messages).toHaveLength(1)
    expect(result.outputs['delivered']).toBe('true')
    expect(result.log).not.toContain('Unexpected error')
  })

  test('outputs that cannot be written: green, and told', async () => {
    const server = await slack()
    const file = join(tempFolder('nexus-outputs-'), 'output')
    mkdirSync(file)
    chmodSync(file, 0o500)
    const result = await notify({ 'webhook-url': server.webhookUrl }, { env: { GITHUB_OUTPUT: file } })
    expect(result.conclusion).toBe('success')
    expect(server.messages).toHaveLength(1)
    expect(said(result, 'warning')).toEqual([expect.stringMatching(/outputs could not be written/)])
  })

  test.each<[string, object]>([
    ['lists', [[[]]]],
    ['data', { data: {} }],
    ['runs of another shape', { workflow_runs: [null, 7, { id: 'x', conclusion: 7 }] }],
  ])('an answer of GitHub with %s', async (_, body) => {
    const api = await stage(startGitHub({}, () => ({ status: 200, body })))
    const server = await slack()
    const result = await notify(
      { 'webhook-url': server.webhookUrl, jobs: 'true', 'notify-on': 'change', comment: 'true' },
      {
        jobStatus: 'failure',
        context: { apiUrl: api.url },
        event: {
          name: 'pull_request',
          payload: { pull_request: { number: 7, head: { repo: { full_name: 'octo-org/octo-repo' } } } },
        },
      },
    )
    expect(result.conclusion).toBe('success')
    expect(server.messages).toHaveLength(1)
    expect(result.log).not.toMatch(/Unexpected error|destructure|Cannot read prop|not iterable/)
  })
})
