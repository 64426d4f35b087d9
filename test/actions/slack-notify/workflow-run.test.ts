import { describe, expect, test } from '@jest/globals'
import type { RunOptions, StepResult } from '../../support/runner.ts'
import { type GitHubState, startGitHub } from '../../support/slack/github.ts'
import { readable } from '../../support/slack/limits.ts'
import { ROUTING_KEY, startPagerDuty } from '../../support/slack/services.ts'
import { examples } from '../../support/slack/workflow-run.ts'
import { notify, said, slack, stage } from './stage.ts'

const RUN = 9_000_000_001

/** The payload of a completed run of CI on feature/x, as GitHub sends it, and what a test changes in it. */
function event(change: Readonly<Record<string, unknown>> = {}): RunOptions['event'] {
  const payload = structuredClone(examples.completed) as { workflow_run: Record<string, unknown> }
  Object.assign(payload.workflow_run, {
    id: RUN,
    name: 'CI',
    path: '.github/workflows/ci.yml',
    workflow_id: 77,
    head_branch: 'feature/x',
    head_sha: 'abcdef0123456789abcdef0123456789abcdef01',
    head_repository: { full_name: 'octo-org/octo-repo' },
    event: 'push',
    status: 'completed',
    conclusion: 'failure',
    run_attempt: 1,
    html_url: `https://github.com/octo-org/octo-repo/actions/runs/${RUN}`,
    actor: { login: 'author' },
    triggering_actor: { login: 'author' },
    run_started_at: '2026-01-01T10:00:00Z',
    updated_at: '2026-01-01T10:02:05Z',
    pull_requests: [],
    head_commit: { message: 'Break <it> all\n\nbody' },
    ...change,
  })
  Object.assign(payload, {
    workflow: { id: 77, name: 'CI' },
    repository: { full_name: 'octo-org/octo-repo' },
  })
  return { name: 'workflow_run', payload }
}

const context = { workflow: 'notify', job: 'tell' }

async function tell(
  change: Readonly<Record<string, unknown>> = {},
  inputs: Readonly<Record<string, string>> = {},
  more: Partial<RunOptions> = {},
): Promise<{ result: StepResult; text: string; payload: string }> {
  const server = await slack()
  const options = { event: event(change), context, ...more } as Partial<RunOptions>
  const result = await notify({ 'webhook-url': server.webhookUrl, ...inputs }, options)
  const payload = server.messages[0]?.payload
  return {
    result,
    text: payload === undefined ? '' : readable(payload),
    payload: JSON.stringify(payload ?? null),
  }
}

describe('on workflow_run', () => {
  test('the run of the event is told: name, branch, commit, actor, page, duration', async () => {
    const { result, text, payload } = await tell()
    expect(result.annotations).toEqual([])
    expect(text).toContain('❌ CI failed on feature/x')
    expect(text).toContain('abcdef0 Break <it> all')
    expect(text).toContain('*By*\nauthor')
    expect(text).toContain('*Took*\n2 min 5 s')
    expect(payload).toContain(`/actions/runs/${RUN}|View run>`)
    expect(text).not.toMatch(/notify|tell|main/)
    expect(JSON.parse(result.outputs['result'] ?? '')).toMatchObject({
      status: 'failure',
      statusFrom: 'the run of the event',
    })
  })

  test.each<[string, string]>([
    ['success', '✅ CI succeeded on feature/x'],
    ['cancelled', '🚫 CI was cancelled on feature/x'],
    ['timed_out', '⏰ CI timed out on feature/x'],
    ['startup_failure', '❌ CI failed to start on feature/x'],
    ['action_required', '✋ CI needs somebody to act on feature/x'],
    ['neutral', '⚪ CI ended neutral on feature/x'],
    ['skipped', '⏭️ CI was skipped on feature/x'],
    ['something_new', '⚪ CI ended as something_new on feature/x'],
  ])('that ended as %s', async (conclusion, headline) => {
    // The job of the notifier succeeds, whatever it tells.
    expect((await tell({ conclusion }, {}, { jobStatus: 'success' })).text).toContain(headline)
  })

  test('notify-on and PagerDuty are about that run, with a key of its own', async () => {
    const pagerduty = await stage(startPagerDuty())
    const env = { PAGERDUTY_EVENTS_URL: `${pagerduty.url}/v2/enqueue` }
    const inputs = { 'notify-on': 'failure', 'pagerduty-routing-key': ROUTING_KEY }
    expect((await tell({}, inputs, { env })).text).toContain('CI failed')
    expect((await tell({ conclusion: 'success' }, inputs, { env })).text).toBe('')
    expect((await tell({ conclusion: 'cancelled' }, inputs, { env })).text).toBe('')
    const key = 'octo-org/octo-repo/CI/feature/x'
    expect(pagerduty.received.map(({ json }) => [json.event_action, json.dedup_key])).toEqual([
      ['trigger', key],
      ['resolve', key],
    ])
  })

  test('of a fork: its branch is not one of ours', async () => {
    const pagerduty = await stage(startPagerDuty())
    const { text } = await tell(
      {
        head_branch: 'main',
        head_repository: { full_name: 'someone/fork', fork: true },
        event: 'pull_request',
      },
      { 'pagerduty-routing-key': ROUTING_KEY },
      { env: { PAGERDUTY_EVENTS_URL: `${pagerduty.url}/v2/enqueue` } },
    )
    expect(text).toContain('❌ CI failed on someone:main')
    expect(pagerduty.received[0]?.json.dedup_key).toBe('octo-org/octo-repo/CI/someone:main')
  })

  test('run again by somebody else', async () => {
    const { text } = await tell({ run_attempt: 3, triggering_actor: { login: 'helper' } })
    expect(text).toContain('*By*\nhelper again, after author')
    expect(text).toContain('*Attempt*\n3')
  })

  test('of a pull request, the one with that commit', async () => {
    const pulls = [
      { number: 5, head: { sha: 'other' } },
      { number: 7, head: { sha: 'abcdef0123456789abcdef0123456789abcdef01' } },
    ]
    const { text } = await tell({ event: 'pull_request', pull_requests: pulls, display_title: 'Add *stars*' })
    expect(text).toContain('#7 Add *stars*')
  })

  test.each<[string, Record<string, unknown>]>([
    [
      'names that are missing',
      { name: '', head_branch: null, head_commit: null, actor: null, triggering_actor: null },
    ],
    ['a payload of another shape', { head_repository: [], pull_requests: {}, run_attempt: 'x', html_url: 7 }],
  ])('%s', async (_, change) => {
    const { result, text } = await tell(change)
    expect(result.conclusion).toBe('success')
    expect(text).toContain('❌ CI failed')
  })

  test('jobs are those of that run and attempt, all of them', async () => {
    const jobs = [
      {
        id: 1,
        name: 'tell',
        status: 'completed',
        conclusion: 'failure',
        steps: [{ name: 'Lint', conclusion: 'failure' }],
      },
    ]
    const github = await stage(startGitHub({ jobs }))
    const { text } = await tell(
      { run_attempt: 2 },
      { jobs: 'true' },
      { context: { ...context, apiUrl: github.url } },
    )
    expect(github.received[0]?.path).toContain(`/actions/runs/${RUN}/attempts/2/jobs`)
    expect(text).toContain('❌ tell at Lint')
  })

  test('a conclusion that the event does not have yet is asked for', async () => {
    const github = await stage(
      startGitHub({}, ({ path }) =>
        path.endsWith(`/actions/runs/${RUN}`)
          ? { status: 200, body: { id: RUN, conclusion: 'timed_out' } }
          : undefined,
      ),
    )
    const { text } = await tell({ conclusion: null }, {}, { context: { ...context, apiUrl: github.url } })
    expect(text).toContain('⏰ CI timed out')
  })

  test('that only begins', async () => {
    expect((await tell({ conclusion: null, status: 'in_progress' })).text).toContain(
      '🚀 CI started on feature/x',
    )
  })
})

describe('change and recovery', () => {
  const earlier = (...conclusions: string[]): GitHubState['runs'] =>
    conclusions.map((conclusion, index) => ({
      id: 1_000 - index,
      conclusion,
      event: 'push',
      head_branch: 'feature/x',
      head_repository: { full_name: 'octo-org/octo-repo' },
    }))
  const fork = {
    id: 999_999,
    conclusion: 'failure',
    event: 'push',
    head_branch: 'feature/x',
    head_repository: { full_name: 'evil/fork' },
  }

  test.each<[string, string, GitHubState['runs'], boolean]>([
    ['change', 'failure', earlier('success'), true],
    ['change', 'failure', earlier('failure'), false],
    ['change', 'failure', [fork, ...earlier('success')], true],
    ['change', 'failure', earlier('cancelled', 'failure'), false],
    ['change', 'failure', earlier('action_required', 'success'), true],
    ['recovery', 'success', earlier('failure'), true],
    ['recovery', 'success', earlier('skipped', 'timed_out'), true],
    ['recovery', 'success', [fork, ...earlier('success')], false],
  ])('%s: %s', async (notifyOn, conclusion, runs, isTold) => {
    const github = await stage(startGitHub({ runs }, ({ path }) => workflowById(path, runs)))
    const { result, text } = await tell(
      { conclusion },
      { 'notify-on': notifyOn },
      { context: { ...context, apiUrl: github.url } },
    )
    expect(github.received.map(({ path }) => path).join()).toContain(
      '/actions/workflows/77/runs?branch=feature%2Fx',
    )
    expect(text !== '').toBe(isTold)
    expect(result.annotations).toEqual([])
  })

  test('of a re-run against its attempts before, over a cancelled one', async () => {
    const attempts = {
      [`${RUN}/2`]: { id: RUN, conclusion: 'cancelled' },
      [`${RUN}/1`]: { id: RUN, conclusion: 'failure' },
    }
    const github = await stage(startGitHub({ attempts, runs: earlier('success') }))
    const { text } = await tell(
      { conclusion: 'success', run_attempt: 3 },
      { 'notify-on': 'recovery' },
      { context: { ...context, apiUrl: github.url } },
    )
    expect(text).toContain('✅ CI succeeded')
  })

  /** The stand-in knows workflows by file. */
  function workflowById(path: string, runs: GitHubState['runs']) {
    return path.includes('/actions/workflows/77/runs')
      ? { status: 200, body: { total_count: runs.length, workflow_runs: runs } }
      : undefined
  }
})

describe('subject', () => {
  test('the notifier never tells of itself, in no sink', async () => {
    const pagerduty = await stage(startPagerDuty())
    const { result, text } = await tell(
      { name: 'notify', path: '.github/workflows/notify.yml' },
      { 'pagerduty-routing-key': ROUTING_KEY },
      { env: { PAGERDUTY_EVENTS_URL: `${pagerduty.url}/v2/enqueue` } },
    )
    expect(text).toBe('')
    expect(pagerduty.received).toEqual([])
    expect(result.conclusion).toBe('success')
    expect(said(result, 'notice')).toEqual([expect.stringMatching(/very workflow.*again and again/)])
    expect(result.outputs).toMatchObject({ notified: 'false', delivered: 'false', error: '' })
  })

  test('this-run tells of this run', async () => {
    const { text } = await tell({}, { subject: 'this-run' })
    expect(text).toContain('✅ notify succeeded on main')
  })

  test('workflow-run needs its event', async () => {
    const result = await notify({ subject: 'workflow-run' })
    expect(said(result, 'error')).toEqual([expect.stringMatching(/subject: .*run on "workflow_run"/)])
  })

  test.each<[string, unknown]>([
    ['no run', {}],
    ['null', null],
    ['a run that is null', { workflow_run: null }],
  ])('an event with %s: nothing is made up', async (_, payload) => {
    const server = await slack()
    const options = { event: { name: 'workflow_run', payload }, context } as Partial<RunOptions>
    const result = await notify({ 'webhook-url': server.webhookUrl }, options)
    expect(result.conclusion).toBe('success')
    expect(server.messages).toEqual([])
    expect(said(result, 'warning').join()).toMatch(/no_subject.*tells of no run/)
    expect(result.outputs).toMatchObject({ notified: 'false', error: 'no_subject' })
  })

  test.each(examples.all)('GitHub’s own example of a payload: %s', async (_, payload) => {
    const server = await slack()
    const options = { event: { name: 'workflow_run', payload }, context } as Partial<RunOptions>
    const result = await notify({ 'webhook-url': server.webhookUrl }, options)
    expect(result.conclusion).toBe('success')
    expect(result.annotations).toEqual([])
    expect(server.messages).toHaveLength(1)
  })
})
