import { describe, expect, test } from '@jest/globals'
import { startGitHub } from '../../support/slack/github.ts'
import { mentionsOf, readable } from '../../support/slack/limits.ts'
import { ROUTING_KEY, startPagerDuty } from '../../support/slack/services.ts'
import { BOT_TOKEN } from '../../support/slack/slack.ts'
import { notify, said, slack, stage } from './stage.ts'

describe('who is not called is told', () => {
  test.each<[Record<string, string>, RegExp]>([
    [{ mention: 'hubot' }, /mention: nobody was called for "hubot".*"users" does not know it/],
    [{ mention: 'here, hubot, octocat', users: 'octocat: U0123456' }, /"hubot"/],
    [{ mention: 'octo@example.com' }, /octo@example\.com was not called.*"bot-token" does/],
  ])('%j', async (inputs, words) => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, ...inputs }, { jobStatus: 'failure' })
    expect(result.conclusion).toBe('success')
    expect(said(result, 'warning')).toEqual([expect.stringMatching(words)])
    expect(result.outputs['delivered']).toBe('true')
  })

  test('nobody is missed when nobody was to be called', async () => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, mention: 'hubot' })
    expect(result.annotations).toEqual([])
  })
})

describe('people by their e-mail address, with a bot token', () => {
  const send = async (users: Record<string, object>, mention: string) => {
    const server = await slack(({ path, json }) => {
      if (!path.endsWith('/users.lookupByEmail')) return undefined
      const user = users[String(json?.email)]
      return { status: 200, body: user ?? { ok: false, error: 'users_not_found' } }
    })
    const result = await notify(
      { 'bot-token': BOT_TOKEN, channel: 'C0123456, C0654321', mention, users: 'octocat: octo@example.com' },
      { env: { SLACK_API_URL: server.apiUrl }, jobStatus: 'failure' },
    )
    const asked = server.received.filter(({ path }) => path.endsWith('lookupByEmail'))
    return { result, server, asked }
  }
  const known = { ok: true, user: { id: 'U0OCTOCAT', deleted: false } }

  test('are called by the id that Slack knows, asked for once', async () => {
    const { result, server, asked } = await send({ 'octo@example.com': known }, 'octo@example.com')
    expect(result.annotations).toEqual([])
    expect(server.messages.map(({ payload }) => mentionsOf(payload))).toEqual([
      ['@U0OCTOCAT'],
      ['@U0OCTOCAT'],
    ])
    expect(asked).toHaveLength(1)
  })

  test('through users, too', async () => {
    const { server } = await send({ 'octo@example.com': known }, 'octocat')
    expect(mentionsOf(server.messages[0]?.payload)).toEqual(['@U0OCTOCAT'])
  })

  test.each<[string, object, RegExp]>([
    ['nobody', { ok: false, error: 'users_not_found' }, /nobody in this workspace has that address/],
    [
      'without the scope',
      { ok: false, error: 'missing_scope', needed: 'users:read.email' },
      /users:read\.email/,
    ],
    ['who has left', { ok: true, user: { id: 'U0GONE', deleted: true } }, /deactivated/],
    ['an answer of another shape', { ok: true, user: null }, /was not called/],
  ])('%s: the message goes, and it is told', async (_, answer, words) => {
    const { result, server } = await send({ 'octo@example.com': answer }, 'octo@example.com')
    expect(server.messages).toHaveLength(2)
    expect(mentionsOf(server.messages[0]?.payload)).toEqual([])
    expect(readable(server.messages[0]?.payload)).toContain('octo@example.com')
    expect(said(result, 'warning')).toEqual([expect.stringMatching(words)])
    expect(result.outputs['delivered']).toBe('true')
  })
})

describe('jobs', () => {
  const job = (index: number) => ({
    id: index,
    name: `test (${index})`,
    status: 'completed',
    conclusion: 'success',
    steps: [],
  })
  const run = async (api: { url: string }) => {
    const server = await slack()
    const result = await notify(
      { 'webhook-url': server.webhookUrl, jobs: 'true', timeout: '8s' },
      { context: { apiUrl: api.url, job: 'notify' } },
    )
    expect(result.conclusion).toBe('success')
    return { result, text: readable(server.messages[0]?.payload) }
  }

  test('of which a page is missing are told', async () => {
    const jobs = Array.from({ length: 200 }, (_, index) => job(index))
    const api = await stage(
      startGitHub({ jobs }, ({ path }) =>
        /[?&]page=2/.test(path) ? { status: 404, body: { message: 'Not Found' } } : undefined,
      ),
    )
    const { result, text } = await run(api)
    expect(text).toContain('100 jobs, all succeeded')
    expect(said(result, 'warning')).toEqual([expect.stringMatching(/Only 100 of 200 jobs/)])
  })

  test('of which GitHub gives fewer than it counts are told', async () => {
    const api = await stage(
      startGitHub({}, () => ({ status: 200, body: { total_count: 3, jobs: [job(1)] } })),
    )
    expect(said((await run(api)).result, 'warning')).toEqual([expect.stringMatching(/Only 1 of 3 jobs/)])
  })

  test.each<[string, object | string]>([
    ['a list of lists', [[[]]]],
    ['data that is empty', { data: {} }],
    ['jobs that are null', { jobs: [null, 7, {}] }],
    ['a page of HTML', '<html>log in</html>'],
  ])('in an answer of another shape: %s', async (_, body) => {
    const api = await stage(startGitHub({}, () => ({ status: 200, body })))
    const { result } = await run(api)
    expect(said(result, 'error')).toEqual([])
    expect(result.outputs['delivered']).toBe('true')
    expect(result.log).not.toMatch(/Unexpected error|destructure|undefined/)
  })

  test('that cannot be reached: the remedy is about the network', async () => {
    const { result } = await run({ url: 'http://127.0.0.1:9' })
    expect(said(result, 'warning').join()).toMatch(/could not be read.*(?:network|reached)/)
    expect(said(result, 'warning').join()).not.toContain('actions: read')
  })

  test('what a failed step said is told, with checks: read', async () => {
    const failed = {
      ...job(1),
      conclusion: 'failure',
      steps: [{ name: 'Run tests', conclusion: 'failure' }],
      check_run_url: 'https://api.github.com/repos/octo-org/octo-repo/check-runs/399444496',
    }
    const words = [
      { annotation_level: 'failure', message: 'Process completed with exit code 1.' },
      { annotation_level: 'failure', message: 'expected <2>, got\n *3*' },
    ]
    const api = await stage(
      startGitHub({ jobs: [failed] }, ({ path }) =>
        path.includes('/check-runs/399444496/annotations') ? { status: 200, body: words } : undefined,
      ),
    )
    expect((await run(api)).text).toContain('❌ test (1) at Run tests: expected <2>, got *3*')
  })

  test('without checks: read names are enough, and nobody is warned', async () => {
    const failed = {
      ...job(1),
      conclusion: 'failure',
      check_run_url: 'https://api.github.com/repos/o/r/check-runs/1',
    }
    const api = await stage(startGitHub({ jobs: [failed] }))
    const { result, text } = await run(api)
    expect(text).toContain('❌ test (1)')
    expect(result.annotations).toEqual([])
  })
})

describe('40 failed members of a matrix', () => {
  const steps = (index: number) => [{ name: index < 35 ? 'Run tests' : 'Lint *.ts', conclusion: 'failure' }]
  const jobs = Array.from({ length: 48 }, (_, index) => ({
    id: index,
    name: `test (linux, ${index})`,
    status: 'completed',
    conclusion: index < 40 ? 'failure' : 'success',
    steps: index < 40 ? steps(index) : [],
    html_url: `https://github.com/octo-org/octo-repo/actions/runs/1/job/${index}`,
  }))

  test('are grouped by the step that failed', async () => {
    const api = await stage(startGitHub({ jobs }))
    const server = await slack()
    await notify(
      { 'webhook-url': server.webhookUrl, jobs: 'true' },
      { context: { apiUrl: api.url, job: 'x' } },
    )
    const text = readable(server.messages[0]?.payload)
    expect(text).toContain('❌ test (48 jobs: 40 failed, 8 succeeded)')
    expect(text).toMatch(/35 at Run tests: \(linux, 0\), .*\(linux, 7\) and 27 more/)
    expect(text).toMatch(/5 at Lint \*\.ts: \(linux, 35\), .*\(linux, 39\)/)
    expect(text.match(/at Run tests/g)).toHaveLength(1)
  })
})

describe('needs in its short form', () => {
  test.each<[string, string, string]>([
    ['["success","failure","success"]', 'failure', '3 jobs: 1 failed, 2 succeeded'],
    ['{"build":"success","test":"skipped"}', 'success', '2 jobs: 1 succeeded, 1 skipped'],
    ['["success"]', 'success', '1 job, succeeded'],
  ])('%s', async (needs, status, words) => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, needs })
    expect(JSON.parse(result.outputs['result'] ?? '').status).toBe(status)
    expect(readable(server.messages[0]?.payload)).toContain(words)
  })
})

describe('PagerDuty', () => {
  const send = async (inputs: Record<string, string>, jobStatus: 'success' | 'failure' | 'cancelled') => {
    const server = await stage(startPagerDuty())
    const result = await notify(
      { 'pagerduty-routing-key': ROUTING_KEY, ...inputs },
      { jobStatus, env: { PAGERDUTY_EVENTS_URL: `${server.url}/v2/enqueue` } },
    )
    expect(result.annotations).toEqual([])
    return server.received.map(({ path, json }) => [path, json.event_action ?? json.payload.summary]).sort()
  }

  test.each(['deploy', 'release', 'rollback'])('%s that succeeded is a change', async (template) => {
    const sent = await send({ template, version: '2.0', environment: 'production', reason: 'r' }, 'success')
    expect(sent).toEqual([
      ['/v2/change/enqueue', expect.stringMatching(/2\.0/)],
      ['/v2/enqueue', 'resolve'],
    ])
  })

  test('a deployment that failed is an alert, and not a change', async () => {
    expect(await send({ template: 'deploy' }, 'failure')).toEqual([['/v2/enqueue', 'trigger']])
  })

  test('a cancelled one is neither', async () => {
    expect(await send({ template: 'deploy' }, 'cancelled')).toEqual([])
  })
})
