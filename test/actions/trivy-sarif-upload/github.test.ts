import { describe, expect, test } from '@jest/globals'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { makeRepository } from '../../support/git.ts'
import type { Fault } from '../../support/github/faults.ts'
import { addCommit } from '../../support/github/state.ts'
import { jobToken } from '../../support/github/tokens.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, startAction } from '../../support/runner.ts'
import { calls, pullRequest, type Scene, type StepOptions, said, scene } from './scene.ts'

const UPLOAD = 'POST /repos/{owner}/{repo}/code-scanning/sarifs'
const LOOK = 'GET /repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}'
const HIGH = { rule: 'sql-injection' }
const LOW = { rule: 'style', cvss: '2.0' }

describe('an upload', () => {
  test('is processed, gives its ids, and becomes alerts', async () => {
    const { stage, main, step } = await scene()
    stage.state.codeScanning.pendingLooks = 1
    const result = await step([HIGH, LOW])
    expectConclusion(result, 'success')
    const [upload] = stage.state.codeScanning.uploads
    expect(upload).toMatchObject({ ref: 'refs/heads/main', commit: main })
    expect(result.outputs).toMatchObject({
      ...{ uploaded: 'true', 'skipped-reason': '', 'processing-status': 'complete', gate: 'off' },
      ...{ 'sarif-id': upload?.id, 'sarif-ids': upload?.id, high: '1', low: '1', total: '2' },
      'analysis-url': `${stage.serverUrl}/octo/demo/security/code-scanning?query=is%3Aopen%20branch%3Amain`,
    })
    expect(result.summary).toContain(`(<${result.outputs['analysis-url']}>)`)
    expect(stage.state.codeScanning.alerts.map(({ rule, category }) => [rule, category])).toEqual([
      ['sql-injection', 'app'],
      ['style', 'app'],
    ])
    expect(calls(stage)).toEqual([
      // What it takes the place of.
      'GET /code-scanning/analyses',
      // What nothing renews.
      'GET /code-scanning/analyses',
      'POST /code-scanning/sarifs',
      'GET /code-scanning/sarifs/{sarif_id}',
      'GET /code-scanning/sarifs/{sarif_id}',
      // Alerts that we dismissed and whose finding counts again.
      'GET /code-scanning/alerts',
    ])
  })

  test('of the same commit again makes no second alert, and one that is gone is fixed', async () => {
    const { stage, step } = await scene()
    for (const results of [[HIGH, LOW], [HIGH, LOW], [HIGH]]) expectConclusion(await step(results), 'success')
    expect(stage.state.codeScanning.alerts.map(({ refs }) => refs.get('refs/heads/main'))).toEqual([
      'open',
      'fixed',
    ])
  })

  test('of another step of the job, with the same category, is refused: it would close alerts', async () => {
    const { stage, step } = await scene()
    const temp = tempFolder('nexus-temp-')
    const first = { temp, env: { GITHUB_ACTION: 'first' } }
    expectConclusion(await step([HIGH], first), 'success')
    const second = { temp, env: { GITHUB_ACTION: 'second' } }
    const refused = await step([LOW], { ...second, inputs: { 'fail-on': 'low' } })
    expectConclusion(refused, 'failure')
    expect(refused.outputs).toMatchObject({ uploaded: 'false', gate: 'failed' })
    expect(said(refused, 'error')).toContain(
      'an earlier step of this job has uploaded Semgrep OSS in category "app"',
    )
    expectConclusion(await step([LOW], { ...second, inputs: { category: 'other' } }), 'success')
    expectConclusion(await step([HIGH], first), 'success')
    expect(stage.state.codeScanning.alerts.map(({ refs }) => refs.get('refs/heads/main'))).toEqual([
      'open',
      'open',
    ])
  })

  test('nowhere is red: there is no repository', async () => {
    const { main, step } = await scene()
    const context = { repository: '' }
    const result = await step([HIGH], { context, inputs: { ref: 'refs/heads/main', sha: main } })
    expectConclusion(result, 'failure')
    expect(said(result, 'error')).toContain('GITHUB_REPOSITORY')
    expect(result.outputs).toMatchObject({ uploaded: 'false', total: '1' })
  })

  test.each(['after', 'body', 'before'] as const)(
    'is there once although the reply is cut %s',
    async (cut) => {
      const { stage, step } = await scene()
      stage.fault({ on: UPLOAD, cut })
      const result = await step([HIGH])
      expectConclusion(result, 'success')
      expect(result.outputs['processing-status']).toBe('complete')
      expect(stage.state.codeScanning.alerts).toHaveLength(1)
    },
  )

  test('goes to an Enterprise Server as well', async () => {
    const { stage, step } = await scene({ enterprise: true })
    expectConclusion(await step([HIGH]), 'success')
    expect(stage.state.codeScanning.alerts).toHaveLength(1)
  })

  test('of a matrix has a category for each job', async () => {
    const { stage, step } = await scene()
    for (const component of ['api', 'web']) {
      expectConclusion(await step([HIGH], { matrix: { component }, inputs: { category: '' } }), 'success')
    }
    const { alerts } = stage.state.codeScanning
    expect(new Set(alerts.map(({ category }) => category)).size).toBe(2)
    expect(alerts.map(({ refs }) => refs.get('refs/heads/main'))).toEqual(['open', 'open'])
  })

  test('in parts uploads all of them every time, so that no alert is left behind', async () => {
    const { stage, step } = await scene()
    const inputs = { oversize: 'split', 'split-parts': '3', 'only-new': 'true', 'fail-on': 'high' }
    const many = Array.from({ length: 12 }, (_, index) => ({ rule: `r${index}`, cvss: '5.0' }))
    const first = await step(many, { inputs })
    expectConclusion(first, 'success')
    expect(first.outputs['sarif-ids']?.split('\n')).toHaveLength(stage.state.codeScanning.uploads.length)
    const { alerts, analyses } = stage.state.codeScanning
    expect(new Set(analyses.map(({ category }) => category))).toEqual(
      new Set(['app/part-1', 'app/part-2', 'app/part-3']),
    )
    const next = addCommit(stage.state, { message: 'fix: all' })
    const second = await step([many[0] ?? HIGH, HIGH], { inputs, context: { sha: next } })
    expect(second.outputs).toMatchObject({ gate: 'failed', new: '1', total: '2' })
    const open = alerts.filter(({ refs }) => refs.get('refs/heads/main') === 'open')
    expect(open.map(({ rule }) => rule).sort()).toEqual(['r0', 'sql-injection'])
  })

  test('is left to GitHub when the job is cancelled; what was found is still told', async () => {
    const one = await scene()
    one.stage.state.codeScanning.pendingLooks = Number.POSITIVE_INFINITY
    const handle = startAction(one.options([HIGH], { inputs: { 'fail-on': 'high' } }))
    await handle.waitForLog(/^Uploaded /)
    const result = await handle.cancel()
    expect(result).toMatchObject({ exitCode: 1, orphans: [] })
    expect(result.outputs).toMatchObject({ gate: 'failed', 'processing-status': 'pending' })
    expect(result.log).toContain('The step was stopped while GitHub was processing')
    expect(result.summary).toContain('sql-injection')
  })

  test('answered with commands, mentions and markup obeys none of them', async () => {
    const { stage, step } = await scene()
    const words = '##[error]x ::set-output name=gate::passed @octo <img src=x> [a](https://evil.example)'
    stage.fault({ on: UPLOAD, answer: { status: 400, data: { message: words } } })
    const result = await step([{ ...HIGH, message: words, path: 'src/::error::.py' }])
    expectConclusion(result, 'failure')
    // One annotation of the finding, one of the step.
    const names = result.commands.map(({ name }) => name).filter((name) => name !== 'add-mask')
    expect(names).toEqual(['warning', 'error'])
    expect(result.outputs['gate']).toBe('off')
    const html = micromark(result.summary, {
      allowDangerousHtml: true,
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
    })
    expect(html).not.toMatch(/<img|href="https:\/\/evil/)
    expect(html.replace(/<code>.*?<\/code>/g, '')).not.toContain('@octo')
    const printed = result.stdout.replace(/^::add-mask::.*$/gm, '')
    expect(printed + result.summary + JSON.stringify(result.outputs)).not.toContain('stage-token')
  })

  test('is not made in a dry run, nor with `never`', async () => {
    const { stage, step } = await scene()
    for (const [inputs, reason] of [
      [{ 'dry-run': 'true' }, 'dry-run'],
      [{ upload: 'never' }, 'never'],
    ] as const) {
      const result = await step([HIGH], { inputs: { ...inputs, 'fail-on': 'high' } })
      expectConclusion(result, 'failure')
      expect(result.outputs).toMatchObject({
        ...{ gate: 'failed', uploaded: 'false', 'skipped-reason': reason, 'processing-status': 'skipped' },
        ...{ 'sarif-id': '', 'analysis-url': '' },
      })
    }
    expect(calls(stage, /^(POST|PATCH)/)).toEqual([])
  })
})

describe('ref and commit', () => {
  const uploaded = async (one: Scene, options: StepOptions): Promise<(string | undefined)[]> => {
    expectConclusion(await one.step([HIGH], options), 'success')
    const upload = one.stage.state.codeScanning.uploads.at(-1)
    return [upload?.ref, upload?.commit]
  }

  test('of a pull request are the merge ref and its commit', async () => {
    const one = await scene()
    expect(await uploaded(one, pullRequest(one))).toEqual(['refs/pull/7/merge', one.pull.merge])
  })

  test('of a pull request whose head is checked out are the head ref and its commit', async () => {
    const one = await scene()
    const repository = makeRepository()
    try {
      const head = repository.commit('feat: c')
      const { commits } = one.stage.state
      const known = commits.get(one.pull.head)
      if (known !== undefined) commits.set(head, { ...known, sha: head })
      one.stage.state.refs.set('refs/pull/7/head', head)
      one.pull.head = head
      const options = { ...pullRequest(one), workspace: repository.directory }
      expect(await uploaded(one, options)).toEqual(['refs/pull/7/head', head])
    } finally {
      repository.remove()
    }
  })

  test('of a tag, a schedule without a repository, and as given', async () => {
    const one = await scene()
    const { stage, main, pull } = one
    stage.state.refs.set('refs/tags/v1', main)
    expect(await uploaded(one, { context: { ref: 'refs/tags/v1' } })).toEqual(['refs/tags/v1', main])
    const schedule = { name: 'schedule', payload: { schedule: '0 4 * * 1' } }
    expect(await uploaded(one, { event: schedule })).toEqual(['refs/heads/main', main])
    const inputs = { ref: 'refs/heads/feature', sha: pull.head }
    expect(await uploaded(one, { event: schedule, inputs })).toEqual(['refs/heads/feature', pull.head])
  })

  test('are never mixed: one alone that is not of this run is an error', async () => {
    const { stage, step, pull } = await scene()
    const result = await step([HIGH], { inputs: { sha: pull.head } })
    expectConclusion(result, 'failure')
    expect(said(result, 'error')).toContain('"ref" has to be given as well')
    expect(stage.log).toEqual([])
  })
})

describe('the verdict of the gate is the same whatever becomes of the upload', () => {
  const json = (status: number, message: string): Fault => ({
    ...{ on: UPLOAD, times: 99, answer: { status, data: { message } } },
  })
  const pending = (one: Scene): void => {
    one.stage.state.codeScanning.pendingLooks = Number.POSITIVE_INFINITY
  }
  const access = (value: 'off' | 'unlicensed') => (one: Scene) => {
    one.stage.state.codeScanning.access = value
  }
  const errors = (words: string) => (one: Scene) => {
    one.stage.state.codeScanning.processingErrors = [words]
  }
  const fault = (one: Fault) => (to: Scene) => to.stage.fault(one)

  test.each<[string, (one: Scene) => void, { status: string; words: RegExp }]>([
    ['it is taken', () => undefined, { status: 'complete', words: /^$/ }],
    ['it stays pending', pending, { status: 'pending', words: /^$/ }],
    [
      'its looks are not answered',
      fault({ on: LOOK, times: 99, answer: { status: 404, data: { message: 'Not Found' } } }),
      { status: 'pending', words: /^$/ },
    ],
    [
      '400',
      fault(json(400, 'sarif field is invalid')),
      { status: 'failed', words: /HTTP 400.*output-file.*GitHub says: sarif field is invalid/ },
    ],
    ['403, code scanning is off', access('off'), { status: 'failed', words: /switched off.*upload: never/ }],
    ['403, no Code Security', access('unlicensed'), { status: 'failed', words: /need GitHub Code Security/ }],
    [
      '403, a missing permission',
      fault(json(403, 'Resource not accessible by integration')),
      { status: 'failed', words: /security-events: write/ },
    ],
    ['404', fault(json(404, 'Not Found')), { status: 'failed', words: /HTTP 404/ }],
    ['413', fault(json(413, 'Payload Too Large')), { status: 'failed', words: /HTTP 413.*oversize: split/ }],
    [
      '503',
      fault({
        ...json(503, 'Service unavailable'),
        answer: { status: 503, headers: { 'retry-after': '0' }, data: { message: 'x' } },
      }),
      { status: 'failed', words: /HTTP 503.*githubstatus/ },
    ],
    [
      'it fails in processing',
      errors('some words'),
      { status: 'failed', words: /could not process it.*GitHub says: some words/ },
    ],
    [
      'default setup',
      errors(
        'CodeQL analyses from advanced configurations cannot be processed when the default setup is enabled',
      ),
      { status: 'failed', words: /Default setup is enabled: .*advanced setup/ },
    ],
    [
      'a duplicate category',
      errors('A delivery cannot contain multiple runs with the same category'),
      { status: 'failed', words: /Duplicate category: .*a `category` of its own/ },
    ],
  ])('%s', async (_, arrange, { status, words }) => {
    const one = await scene()
    arrange(one)
    const inputs = { 'wait-timeout': '1s' }
    // Findings that pass: the colour of the step is the upload's own.
    const passing = await one.step([LOW], { inputs: { ...inputs, 'fail-on': 'high' } })
    const isTrouble = status === 'failed'
    expectConclusion(passing, isTrouble ? 'failure' : 'success')
    expect(passing.outputs).toMatchObject({ gate: 'passed', total: '1', 'processing-status': status })
    expect(said(passing, 'error')).toMatch(words)
    // Findings that do not pass: both are told.
    const failing = await one.step([HIGH], { inputs: { ...inputs, 'fail-on': 'high' } })
    expectConclusion(failing, 'failure')
    expect(failing.outputs).toMatchObject({ gate: 'failed', high: '1', 'processing-status': status })
    expect(failing.summary).toContain('sql-injection')
    if (isTrouble) expect(failing.log + failing.summary).toMatch(words)
    if (status === 'pending') expect(said(passing, 'warning')).toMatch(/still processing .* after 1 s/)
  })
})

describe('a token that cannot write', () => {
  const reader = { tokens: { 'stage-token': jobToken({ contents: 'read', 'security-events': 'read' }) } }

  test('of a fork: green with a notice and without a call, and the gate still counts', async () => {
    const one = await scene(reader)
    const options = pullRequest(one, 'mallory/demo')
    const green = await one.step([LOW], { ...options, inputs: { 'fail-on': 'high' } })
    expectConclusion(green, 'success')
    expect(green.outputs).toMatchObject({
      uploaded: 'false',
      'skipped-reason': 'fork',
      'processing-status': 'skipped',
    })
    expect(said(green, 'notice')).toContain('comes from mallory/demo')
    const red = await one.step([HIGH], { ...options, inputs: { 'fail-on': 'high' } })
    expectConclusion(red, 'failure')
    expect(red.outputs).toMatchObject({ gate: 'failed', 'skipped-reason': 'fork' })
    expect(calls(one.stage, /^POST/)).toEqual([])
  })

  test('of a fork with `upload: always` is red', async () => {
    const one = await scene(reader)
    const result = await one.step([LOW], {
      ...pullRequest(one, 'mallory/demo'),
      inputs: { upload: 'always' },
    })
    expectConclusion(result, 'failure')
    expect(said(result, 'error')).toContain('security-events: write')
  })

  test('of Dependabot: tried, then green with a notice', async () => {
    const one = await scene(reader)
    const options = pullRequest(one)
    const result = await one.step([LOW], {
      ...options,
      context: { ...options.context, actor: 'dependabot[bot]' },
    })
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({
      uploaded: 'false',
      'skipped-reason': 'dependabot',
      'processing-status': 'skipped',
    })
    expect(said(result, 'notice')).toContain('Dependabot started this run')
  })

  test('of Dependabot with permissions uploads', async () => {
    const one = await scene()
    const options = pullRequest(one)
    const result = await one.step([LOW], {
      ...options,
      context: { ...options.context, actor: 'dependabot[bot]' },
    })
    expect(result.outputs).toMatchObject({ uploaded: 'true', 'skipped-reason': '' })
  })

  test('of anybody else is red', async () => {
    const { step } = await scene(reader)
    const result = await step([LOW])
    expectConclusion(result, 'failure')
    expect(said(result, 'error')).toMatch(/Not permitted to upload.*security-events: write/)
  })
})

describe('only-new', () => {
  const gate = { 'only-new': 'true', 'fail-on': 'high' }

  test('counts what the base branch does not have', async () => {
    const one = await scene()
    expectConclusion(await one.step([HIGH, LOW]), 'success')
    const old = await one.step([HIGH, LOW], { ...pullRequest(one), inputs: gate })
    expectConclusion(old, 'success')
    expect(old.outputs).toMatchObject({ gate: 'passed', new: '0', high: '1', total: '2' })
    const worse = await one.step([HIGH, LOW, { rule: 'xss', path: 'src/b.py' }], {
      ...pullRequest(one),
      inputs: gate,
    })
    expectConclusion(worse, 'failure')
    expect(worse.outputs).toMatchObject({ gate: 'failed', new: '1', high: '2' })
    expect(worse.summary).toContain('xss')
  })

  test('without a base counts everything, and says so', async () => {
    const one = await scene()
    const result = await one.step([HIGH], { ...pullRequest(one), inputs: gate })
    expectConclusion(result, 'failure')
    expect(result.outputs).toMatchObject({ gate: 'failed', new: '1' })
    expect(result.log + result.summary).toContain('every finding is new')
  })

  test('knows what somebody dismissed', async () => {
    const one = await scene()
    const { stage, step } = one
    expectConclusion(await step([HIGH]), 'success')
    Object.assign(stage.state.codeScanning.alerts[0] ?? {}, {
      dismissed: { reason: 'false positive', comment: null, by: 'ada', at: '2026-01-01T00:00:00Z' },
    })
    // The newest analysis of main no longer has it.
    const sarif = { tool: { driver: { name: 'Semgrep OSS' } }, results: [] }
    Object.assign(stage.state.codeScanning.analyses[0] ?? {}, { sarif })
    expectConclusion(await step([HIGH], { ...pullRequest(one), inputs: gate }), 'success')
  })

  test('on a push compares with the commit before, also when the job runs again', async () => {
    const { stage, main, step } = await scene()
    const before = stage.state.commits.get(main)?.parents[0] ?? ''
    expectConclusion(await step([LOW], { context: { sha: before } }), 'success')
    for (const attempt of ['1', '2']) {
      const result = await step([LOW, HIGH], { context: { runAttempt: attempt }, inputs: gate })
      expect(result.outputs).toMatchObject({ gate: 'failed', new: '1', total: '2' })
    }
  })
})
