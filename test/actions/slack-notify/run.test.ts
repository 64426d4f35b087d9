import { describe, expect, test } from '@jest/globals'
import type { RunOptions } from '../../support/runner.ts'
import {
  type GitHubRun,
  type GitHubStandIn,
  type GitHubState,
  startGitHub,
} from '../../support/slack/github.ts'
import { mentionsOf, readable, slackProblems } from '../../support/slack/limits.ts'
import { notify, said, slack, stage } from './stage.ts'

const github = (state: Partial<GitHubState> = {}): Promise<GitHubStandIn> => stage(startGitHub(state))

const on = (api: GitHubStandIn, more: Partial<RunOptions> = {}): Partial<RunOptions> => ({
  ...more,
  context: { apiUrl: api.url, job: 'notify', ...more.context },
})

interface ApiJob {
  name: string
  conclusion: string | null
  steps?: object[]
  runner_name?: string
}

function job(
  { name, conclusion, steps = [], runner_name = 'GitHub Actions 2' }: ApiJob,
  index: number,
): object {
  return {
    ...{
      id: index,
      name,
      conclusion,
      steps,
      runner_name,
      status: conclusion === null ? 'in_progress' : 'completed',
    },
    html_url: `https://github.com/octo-org/octo-repo/actions/runs/1658821493/job/${index}`,
    started_at: '2026-01-01T00:00:00Z',
  }
}

const OWN = { name: 'notify', conclusion: null, runner_name: 'nexus-local' }

describe('needs', () => {
  const needs = (results: Record<string, string>): string =>
    JSON.stringify(
      Object.fromEntries(
        Object.entries(results).map(([name, result]) => [
          name,
          { result, outputs: { secret: 'NEVER-READ' } },
        ]),
      ),
    )

  test.each<[Record<string, string>, string, string]>([
    [{ build: 'success', test: 'success' }, 'success', '✅ release succeeded'],
    [{ build: 'success', test: 'failure' }, 'failure', '❌ release failed'],
    [{ build: 'cancelled', test: 'failure' }, 'failure', '❌ release failed'],
    [{ build: 'cancelled', test: 'skipped' }, 'cancelled', '🚫 release was cancelled'],
    [{ build: 'success', test: 'skipped' }, 'success', '✅ release succeeded'],
    [{ build: 'skipped', test: 'skipped' }, 'skipped', '⏭️ release was skipped'],
    [{ build: 'success', test: 'odd' }, 'odd', '⚪ release ended as odd'],
  ])('%j is %s', async (results, status, headline) => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, needs: needs(results) })
    expect(JSON.parse(result.outputs['result'] ?? '')).toMatchObject({
      status,
      statusFrom: 'the worst of needs',
    })
    const text = readable(server.messages[0]?.payload)
    expect(text).toContain(headline)
    for (const name of Object.keys(results)) expect(text).toContain(name)
    expect(text + JSON.stringify(result)).not.toMatch(/NEVER-READ.*NEVER-READ.*NEVER-READ/) // only in the input itself
    expect(JSON.stringify(server.messages)).not.toContain('NEVER-READ')
  })

  test('status wins over needs, needs over this job', async () => {
    const server = await slack()
    const given = { 'webhook-url': server.webhookUrl, needs: needs({ a: 'cancelled' }) }
    const first = await notify({ ...given, status: 'success' })
    expect(JSON.parse(first.outputs['result'] ?? '').status).toBe('success')
    const second = await notify(given)
    expect(JSON.parse(second.outputs['result'] ?? '').status).toBe('cancelled')
  })

  test('what the job needed ranks above what it did itself', async () => {
    const server = await slack()
    const result = await notify(
      { 'webhook-url': server.webhookUrl, needs: needs({ a: 'success' }) },
      { jobStatus: 'failure' },
    )
    expect(JSON.parse(result.outputs['result'] ?? '').status).toBe('success')
  })
})

describe('jobs', () => {
  test('says which jobs failed, at which step, and leaves itself out', async () => {
    const api = await github({
      jobs: [
        job({ name: 'build', conclusion: 'success' }, 1),
        job(
          {
            name: 'test',
            conclusion: 'failure',
            steps: [
              { name: 'Set up job', conclusion: 'success' },
              { name: 'Run <tests> & more', conclusion: 'failure' },
            ],
          },
          2,
        ),
        job(OWN, 3),
      ],
    })
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, jobs: 'true' }, on(api))
    const text = readable(server.messages[0]?.payload)
    expect(text).toContain('❌ release failed')
    expect(text).toContain('❌ test at Run <tests> & more')
    expect(text).toContain('2 jobs: 1 failed, 1 succeeded')
    expect(text).not.toContain('notify')
    expect(JSON.stringify(server.messages[0]?.payload)).toContain(
      '/actions/runs/1658821493/job/2","text":"test"',
    )
    expect(result.annotations).toEqual([])
    expect(api.received.map(({ path }) => path)).toEqual([
      '/repos/octo-org/octo-repo/actions/runs/1658821493/attempts/1/jobs?per_page=100',
    ])
  })

  test('200 matrix jobs are one message, grouped', async () => {
    const matrix = Array.from({ length: 200 }, (_, index) => ({
      name: `test (os-${index % 10}, ${Math.floor(index / 10)})`,
      conclusion: index % 40 === 7 ? 'failure' : index === 100 ? 'cancelled' : 'success',
      steps: [{ name: 'Run tests', conclusion: 'failure' }].slice(index % 40 === 7 ? 0 : 1),
    }))
    const api = await github({ jobs: [...matrix, { name: 'lint', conclusion: 'success' }, OWN].map(job) })
    const server = await slack()
    await notify({ 'webhook-url': server.webhookUrl, jobs: 'true' }, on(api))
    expect(api.received).toHaveLength(3)
    expect(server.messages).toHaveLength(1)
    const payload = server.messages[0]?.payload
    expect(slackProblems(payload)).toEqual([])
    const text = readable(payload)
    expect(text).toContain('201 jobs: 5 failed, 1 cancelled, 195 succeeded')
    expect(text).toContain('❌ test (200 jobs: 5 failed, 1 cancelled, 194 succeeded)\n')
    expect(text).toContain('5 at Run tests: (os-7, 0), (os-7, 4), (os-7, 8), (os-7, 12), (os-7, 16)\n')
    expect(text).toContain('(os-0, 10) cancelled\n')
    expect(text).toContain('✅ lint')
    expect(payload.blocks.length).toBeLessThan(10)
  })

  test('200 jobs that all failed fit, and the rest is counted', async () => {
    const jobs = Array.from({ length: 200 }, (_, index) => ({
      name: `job-${index} ${'x'.repeat(80)}`,
      conclusion: 'failure',
    }))
    const api = await github({ jobs: jobs.map(job) })
    const server = await slack()
    await notify({ 'webhook-url': server.webhookUrl, jobs: 'true' }, on(api))
    expect(slackProblems(server.messages[0]?.payload)).toEqual([])
    expect(readable(server.messages[0]?.payload)).toMatch(/… \d+ more lines, see the run/)
  })

  test.each([
    'success',
    'failure',
    'neutral',
    'cancelled',
    'timed_out',
    'action_required',
    'stale',
    'skipped',
    'startup_failure',
    'something_new',
  ])('the conclusion %s is shown', async (conclusion) => {
    const api = await github({ jobs: [job({ name: 'build', conclusion }, 1), job(OWN, 2)] })
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, jobs: 'true' }, on(api))
    expect(JSON.parse(result.outputs['result'] ?? '').status).toBe(conclusion)
    expect(result.outputs['delivered']).toBe('true')
    expect(readable(server.messages[0]?.payload)).toContain('build')
  })

  test('without permission the message comes all the same, with a warning', async () => {
    const api = await github({ token: 'another' })
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, jobs: 'true' }, on(api))
    expect(server.messages).toHaveLength(1)
    expect(said(result, 'warning')).toEqual([expect.stringMatching(/HTTP 401.*actions: read/)])
    expect(result.outputs['delivered']).toBe('true')
  })

  test('a GitHub that never answers does not use up the time', async () => {
    const api = await stage(startGitHub({}, () => 'silence'))
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, jobs: 'true', timeout: '1s' }, on(api))
    expect(result.outputs['delivered']).toBe('true')
  })

  test('502 is read again', async () => {
    const api = await stage(
      startGitHub({ jobs: [job({ name: 'build', conclusion: 'success' }, 1)] }, (_, nth) =>
        nth === 1 ? { status: 502 } : undefined,
      ),
    )
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, jobs: 'true' }, on(api))
    expect(result.annotations).toEqual([])
    expect(readable(server.messages[0]?.payload)).toContain('build')
  })
})

describe('notify-on', () => {
  const runs = (...conclusions: string[]): GitHubRun[] =>
    conclusions.map((conclusion, index) => ({
      id: 1_000 - index,
      conclusion,
      event: 'push',
      head_repository: { full_name: 'octo-org/octo-repo' },
    }))

  test.each<[string, 'success' | 'failure' | 'cancelled', GitHubRun[], boolean]>([
    ['always', 'cancelled', [], true],
    ['success', 'success', [], true],
    ['success', 'failure', [], false],
    ['failure', 'failure', [], true],
    ['failure', 'cancelled', [], false],
    ['cancelled', 'cancelled', [], true],
    ['failure, cancelled', 'cancelled', [], true],
    ['change', 'failure', runs('success'), true],
    ['change', 'failure', runs('failure'), false],
    ['change', 'success', runs('failure'), true],
    ['change', 'success', runs('cancelled', 'skipped', 'failure'), true],
    ['change', 'success', runs('success', 'failure'), false],
    ['change', 'success', [], false],
    ['change', 'failure', [], true],
    ['change', 'cancelled', runs('success'), false],
    ['recovery', 'success', runs('failure'), true],
    ['recovery', 'success', runs('timed_out'), true],
    ['recovery', 'failure', runs('failure'), false],
    ['recovery', 'success', runs('success'), false],
    ['failure, recovery', 'failure', runs('failure'), true],
    // A run of a fork whose branch is called main too, and a newer run.
    [
      'change',
      'failure',
      [
        {
          id: 999,
          conclusion: 'failure',
          event: 'pull_request',
          head_repository: { full_name: 'evil/fork' },
        },
        ...runs('success'),
      ],
      true,
    ],
    [
      'change',
      'failure',
      [{ id: 9_999_999_999, conclusion: 'failure', event: 'push' }, ...runs('success')],
      true,
    ],
  ])('%s, %s', async (notifyOn, jobStatus, before, isTold) => {
    const api = await github({ runs: before })
    const server = await slack()
    const result = await notify(
      { 'webhook-url': server.webhookUrl, 'notify-on': notifyOn },
      on(api, { jobStatus }),
    )
    expect(server.messages).toHaveLength(isTold ? 1 : 0)
    expect(result.outputs).toMatchObject({ notified: String(isTold), delivered: String(isTold), error: '' })
    expect(result.annotations).toEqual([])
    expect(result.conclusion).toBe('success')
  })

  test('a repeated run is compared with its attempt before', async () => {
    const api = await github({
      attempts: { '1658821493/1': { id: 1658821493, conclusion: 'failure' } },
      runs: runs('success'),
    })
    const server = await slack()
    await notify(
      { 'webhook-url': server.webhookUrl, 'notify-on': 'recovery' },
      on(api, { context: { runAttempt: '2' } }),
    )
    expect(server.messages).toHaveLength(1)
  })

  test('main-broken says that it is green again', async () => {
    const api = await github({ runs: runs('failure') })
    const server = await slack()
    await notify(
      { 'webhook-url': server.webhookUrl, template: 'main-broken', 'notify-on': 'change' },
      on(api),
    )
    expect(readable(server.messages[0]?.payload)).toContain('✅ main is green again')
  })

  test('without permission a failure is told, with a warning', async () => {
    const api = await github({ token: 'another' })
    const server = await slack()
    const result = await notify(
      { 'webhook-url': server.webhookUrl, 'notify-on': 'change' },
      on(api, { jobStatus: 'failure' }),
    )
    expect(server.messages).toHaveLength(1)
    expect(said(result, 'warning')).toEqual([expect.stringContaining('actions: read')])
  })
})

describe('mention', () => {
  test.each<[Record<string, string>, 'success' | 'failure', string[]]>([
    [{ mention: 'here' }, 'failure', ['!here']],
    [{ mention: 'here' }, 'success', []],
    [{ mention: 'here', 'mention-on': 'success' }, 'success', ['!here']],
    [
      { mention: 'octocat, S0123456', users: '{octocat: U0123456}' },
      'failure',
      ['@U0123456', '!subteam^S0123456'],
    ],
    [{ mention: 'github-actions[bot]' }, 'failure', []],
    [
      { title: '<!channel> <@U0123456>', text: '<!here>', changelog: '<!everyone>', reason: '@channel' },
      'failure',
      [],
    ],
    [{ fields: '{"<!here>": "<!channel>"}' }, 'failure', []],
    [
      { blocks: '[{type: section, text: {type: mrkdwn, text: "<!here> <@U0123456> *b* <https://e.x|l>"}}]' },
      'failure',
      [],
    ],
    [{ blocks: '[{type: divider}]', mention: 'here' }, 'failure', ['!here']],
  ])('%j on %s', async (inputs, jobStatus, expected) => {
    const server = await slack()
    const result = await notify({ 'webhook-url': server.webhookUrl, ...inputs }, { jobStatus })
    expect(said(result, 'warning')).toEqual([])
    expect(mentionsOf(server.messages[0]?.payload)).toEqual(expected)
  })

  test('nothing from the event can mention or link', async () => {
    const server = await slack()
    await notify(
      { 'webhook-url': server.webhookUrl },
      {
        context: {
          ref: 'refs/heads/<!channel>',
          actor: '<@U0123456>',
          workflow: '<https://evil.example|ci>',
        },
        event: {
          name: 'push',
          payload: { head_commit: { message: '<!here> "}]} <https://evil.example|x>\nmore' } },
        },
      },
    )
    const payload = server.messages[0]?.payload
    expect(mentionsOf(payload)).toEqual([])
    expect(JSON.stringify(payload)).not.toContain('<https://evil.example')
    expect(slackProblems(payload)).toEqual([])
  })
})
