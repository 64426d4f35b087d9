import { describe, expect, test } from '@jest/globals'
import { closedPort } from '../../support/lying-servers.ts'
import type { RunOptions, StepResult } from '../../support/runner.ts'
import { type GitHubState, startGitHub } from '../../support/slack/github.ts'
import {
  DISCORD_PATH,
  ROUTING_KEY,
  type SmtpFaults,
  startDiscord,
  startPagerDuty,
  startSmtp,
} from '../../support/slack/services.ts'
import { expectNoLeak, notify, said, slack, stage } from './stage.ts'

describe('Discord', () => {
  const send = async (result: Promise<StepResult>): Promise<StepResult> => {
    expectNoLeak(await result, DISCORD_PATH, 'pLaNtEdDiscordSecret0123')
    return result
  }

  test('gets an embed, and nothing in it is markup or a mention', async () => {
    const discord = await stage(startDiscord())
    const result = await send(
      notify(
        {
          'discord-webhook-url': discord.url + DISCORD_PATH,
          title: '@everyone **bold** <@1>',
          text: '[x](https://evil.example) @here `code`',
          changelog: '- **api**: fixed ([#1](https://example.com/1))',
        },
        { jobStatus: 'failure' },
      ),
    )
    expect(result.outputs).toMatchObject({
      delivered: 'true',
      sinks: '{"discord":{"ok":true,"status":204,"error":""}}',
    })
    const { embeds, allowed_mentions: allowed } = discord.received[0]?.json ?? {}
    expect(allowed).toEqual({ parse: [] })
    expect(embeds[0]).toMatchObject({ title: '❌ @everyone **bold** <@1>', color: 0xcf222e })
    expect(embeds[0].description).toContain('\\[x\\]\\(https\\://evil.example\\) \\@here \\`code\\`')
    expect(embeds[0].description).toContain('• **api**\\: fixed \\([\\#1](<https://example.com/1>)\\)')
  })

  test('a long changelog is cut to 6,000 characters, and it is said', async () => {
    const discord = await stage(startDiscord())
    const changelog = '- a change that matters & more_of_it\n'.repeat(2_000)
    const result = await send(notify({ 'discord-webhook-url': discord.url + DISCORD_PATH, changelog }))
    expect(result.outputs['delivered']).toBe('true')
    expect(discord.received[0]?.json.embeds[0].description).toMatch(/… \d+ more lines/)
  })

  test.each<[number, object, string, RegExp]>([
    [400, { code: 50035, message: 'Invalid Form Body' }, 'http_400', /Invalid Form Body.*defect/],
    [401, { message: 'x' }, 'http_401', /new webhook/],
    [404, { message: 'Unknown Webhook', code: 10015 }, 'http_404', /Unknown Webhook.*new webhook/],
    [500, {}, 'http_500', /500/],
  ])('HTTP %d', async (status, body, word, remedy) => {
    const discord = await stage(startDiscord(() => ({ status, body })))
    const result = await send(notify({ 'discord-webhook-url': discord.url + DISCORD_PATH }))
    expect(result.conclusion).toBe('success')
    expect(said(result, 'warning')).toEqual([expect.stringMatching(remedy)])
    expect(result.outputs).toMatchObject({ delivered: 'false', error: word })
  })

  test('429 is obeyed', async () => {
    const discord = await stage(
      startDiscord((_, nth) =>
        nth === 1 ? { status: 429, body: { retry_after: 0.1 }, headers: { 'retry-after': '1' } } : undefined,
      ),
    )
    const result = await send(notify({ 'discord-webhook-url': discord.url + DISCORD_PATH }))
    expect(result.outputs['delivered']).toBe('true')
    expect(discord.received).toHaveLength(2)
  })
})

describe('PagerDuty', () => {
  const page = async (
    jobStatus: 'success' | 'failure' | 'cancelled',
    inputs: Record<string, string> = {},
    faults?: Parameters<typeof startPagerDuty>[0],
  ) => {
    const server = await stage(startPagerDuty(faults))
    const env = { PAGERDUTY_EVENTS_URL: `${server.url}/v2/enqueue` }
    const result = await notify({ 'pagerduty-routing-key': ROUTING_KEY, ...inputs }, { jobStatus, env })
    expectNoLeak(result, ROUTING_KEY)
    return { result, events: server.received.map(({ json }) => json) }
  }

  test('a failure triggers', async () => {
    const { result, events } = await page('failure', { environment: 'production' })
    expect(result.outputs).toMatchObject({ delivered: 'true', notified: 'true' })
    expect(events).toEqual([
      expect.objectContaining({
        event_action: 'trigger',
        routing_key: ROUTING_KEY,
        dedup_key: 'octo-org/octo-repo/release/main/production',
        payload: expect.objectContaining({
          summary: 'release failed on main',
          source: 'octo-org/octo-repo',
          severity: 'error',
        }),
      }),
    ])
  })

  test('a success resolves what was triggered, whatever notify-on says', async () => {
    const { result, events } = await page('success', { environment: 'production', 'notify-on': 'failure' })
    expect(events).toEqual([
      {
        event_action: 'resolve',
        routing_key: ROUTING_KEY,
        dedup_key: 'octo-org/octo-repo/release/main/production',
      },
    ])
    expect(result.outputs).toMatchObject({ delivered: 'true', notified: 'false' })
  })

  test('a cancelled run is neither', async () => {
    const { result, events } = await page('cancelled')
    expect(events).toEqual([])
    expect(result.outputs['delivered']).toBe('false')
    expect(result.annotations).toEqual([])
  })

  test('a key of one’s own, even a long one', async () => {
    const { events } = await page('failure', { 'dedup-key': 'x'.repeat(400) })
    expect(events[0].dedup_key).toHaveLength(255)
  })

  test('an event that it does not take', async () => {
    const { result } = await page('failure', {}, () => ({
      status: 400,
      body: { status: 'invalid event', errors: ["Length of 'routing_key' is incorrect (should be 32)"] },
    }))
    expect(said(result, 'warning')).toEqual([expect.stringMatching(/routing_key.*integration key/)])
  })
})

describe('e-mail', () => {
  const mail = async (faults: SmtpFaults = {}, more: Record<string, string> = {}) => {
    const server = await stage(startSmtp(faults))
    const email = JSON.stringify({
      smtp: server.url,
      ...{
        user: 'ci',
        password: 'pLaNtEdSmtpPassword',
        from: 'CI <ci@example.com>',
        to: ['a@example.com', 'b@example.com'],
      },
    })
    const result = await notify({ email, timeout: '10s', ...more }, { jobStatus: 'failure' })
    expectNoLeak(result, 'pLaNtEdSmtpPassword')
    return { result, server }
  }

  test('is handed in with subject, text and HTML', async () => {
    const { result, server } = await mail(
      {},
      { title: 'Broken\r\nBcc: evil@example.com', text: '<script>x</script>' },
    )
    expect(said(result, 'warning')).toEqual([])
    expect(result.outputs).toMatchObject({
      delivered: 'true',
      sinks: '{"email":{"ok":true,"status":250,"error":""}}',
    })
    expect(server.mails).toHaveLength(1)
    expect(server.mails[0]).toMatchObject({
      from: 'ci@example.com',
      to: ['a@example.com', 'b@example.com'],
      user: 'ci',
    })
    const { text = '' } = server.mails[0] ?? {}
    expect(text).toMatch(/^Subject: =\?UTF-8\?/m)
    expect(text.split('\r\n\r\n', 1)[0]).not.toMatch(/^Bcc/im)
    expect(text).toContain('multipart/alternative')
    expect(text.slice(text.indexOf('text/html'))).not.toContain('<script>')
  })

  test.each<[string, SmtpFaults, string, RegExp]>([
    ['a wrong password', { auth: '535 5.7.8 Bad credentials' }, 'eauth', /535.*"user" and "password"/],
    ['a recipient that is not taken', { rcpt: '550 5.1.1 No such user' }, 'eenvelope', /550.*"from"/],
    ['a mail that is not taken', { data: '554 5.7.1 Spam' }, 'emessage', /554/],
    [
      'a connection that is gone after the mail',
      { behaviour: 'gone-after-data' },
      'econnection',
      /not sent again/,
    ],
  ])('%s', async (_, faults, word, words) => {
    const { result, server } = await mail(faults)
    expect(result.conclusion).toBe('success')
    expect(said(result, 'warning')).toEqual([expect.stringMatching(words)])
    expect(result.outputs).toMatchObject({ delivered: 'false', error: word })
    // Taken in at most once: what may have arrived is not sent again.
    expect(server.mails.length).toBeLessThanOrEqual(1)
  })

  test('a server that says nothing', async () => {
    const { result } = await mail({ behaviour: 'silence' }, { timeout: '1s' })
    expect(result.conclusion).toBe('success')
    expect(said(result, 'warning')).toHaveLength(1)
  })

  test('nobody at the port', async () => {
    const email = JSON.stringify({
      smtp: `smtp://127.0.0.1:${await closedPort()}`,
      from: 'a@b.c',
      to: 'd@e.f',
    })
    const result = await notify({ email, timeout: '1s' })
    expect(said(result, 'warning')).toEqual([
      expect.stringMatching(/connect: email: .*ECONNREFUSED.*reach it/),
    ])
  })
})

describe('the comment', () => {
  const comment = async (
    state: Partial<GitHubState> = {},
    inputs: Record<string, string> = {},
    more: Partial<RunOptions> = {},
  ) => {
    const github = await stage(startGitHub(state))
    const pull = { number: 7, head: { repo: { full_name: 'octo-org/octo-repo' } } }
    const result = await notify(
      { comment: 'true', ...inputs },
      {
        event: { name: 'pull_request', payload: { pull_request: pull } },
        context: { apiUrl: github.url },
        ...more,
      },
    )
    return { result, github }
  }

  test('is written, and brought up to date in place', async () => {
    const first = await comment()
    expect(first.result.outputs['delivered']).toBe('true')
    expect(first.github.state.comments).toHaveLength(1)
    expect(first.github.state.comments[0]?.body).toContain('### ✅ release succeeded on main')
    const second = await comment({ comments: first.github.state.comments }, { status: 'failure' })
    expect(second.github.state.comments).toHaveLength(1)
    expect(second.github.state.comments[0]?.body).toContain('### ❌ release failed on main')
  })

  test('is found behind hundreds of others, and never taken for that of a stranger', async () => {
    const first = await comment()
    const own = first.github.state.comments[0]
    const stranger = { ...own, id: 5, user: { type: 'User', login: 'evil' }, author_association: 'NONE' }
    const others = Array.from({ length: 250 }, (_, id) => ({ ...stranger, id: id + 10, body: 'me too' }))
    const { github } = await comment(
      { comments: [stranger, ...others, own] as GitHubState['comments'] },
      { status: 'failure' },
    )
    expect(github.state.comments).toHaveLength(252)
    expect(own?.body).toContain('❌')
    expect(stranger.body).not.toContain('❌')
  })

  test('nothing in it is HTML or a mention', async () => {
    const { github } = await comment({}, { title: '<img src=x> @octocat --> [x](https://evil.example)' })
    const body = github.state.comments[0]?.body ?? ''
    expect(body).toContain('&lt;img src=x&gt;')
    expect(body).not.toMatch(/<img|@octocat/)
    expect(body).not.toContain('](https://evil')
  })

  test('without permission', async () => {
    const { result } = await comment({ token: 'another' })
    expect(result.conclusion).toBe('success')
    expect(said(result, 'warning')).toEqual([expect.stringMatching(/HTTP 401/)])
    expect(result.outputs['error']).toBe('http_401')
  })

  test('outside a pull request there is nothing to write on', async () => {
    const { result, github } = await comment({}, {}, { event: { name: 'push', payload: {} } })
    expect(result.annotations).toEqual([])
    expect(github.received).toEqual([])
  })
})

test('all sinks in one step, and one that fails is no matter of the others', async () => {
  const server = await slack(() => ({ status: 404, body: 'no_service' }))
  const discord = await stage(startDiscord())
  const pagerduty = await stage(startPagerDuty())
  const smtp = await stage(startSmtp())
  const result = await notify(
    {
      'webhook-url': server.webhookUrl,
      'discord-webhook-url': discord.url + DISCORD_PATH,
      'pagerduty-routing-key': ROUTING_KEY,
      email: JSON.stringify({ smtp: smtp.url, from: 'a@b.c', to: 'd@e.f' }),
    },
    { jobStatus: 'failure', env: { PAGERDUTY_EVENTS_URL: `${pagerduty.url}/v2/enqueue` } },
  )
  expect(JSON.parse(result.outputs['sinks'] ?? '')).toEqual({
    slack: { ok: false, status: 404, error: 'no_service' },
    discord: { ok: true, status: 204, error: '' },
    email: { ok: true, status: 250, error: '' },
    pagerduty: { ok: true, status: 202, error: '' },
  })
  expect(result.outputs).toMatchObject({ delivered: 'false', error: 'no_service' })
  expect(said(result, 'warning')).toHaveLength(1)
  expect(discord.received.length + pagerduty.received.length + smtp.mails.length).toBe(3)
})
