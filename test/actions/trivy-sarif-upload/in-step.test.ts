import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { jobToken } from '../../support/github/tokens.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { calls, pullRequest, report, said, scene } from './scene.ts'

const HIGH = { rule: 'sql-injection' }
const LOW = { rule: 'style', cvss: '2.0' }

describe('accepted findings', () => {
  const accept = (until: string) => ({
    accept: `- { rule: sql-injection, path: "src/**", reason: not reachable, until: ${until} }`,
    'fail-on': 'high',
  })

  test('are dismissed on the default branch, once, and opened again after expiry', async () => {
    const { stage, step } = await scene()
    expectConclusion(await step([HIGH], { inputs: accept('2999-12-31') }), 'success')
    const [alert] = stage.state.codeScanning.alerts
    expect(alert?.dismissed?.comment).toBe('trivy-sarif-upload: accepted until 2999-12-31: not reachable')
    stage.log.length = 0
    expectConclusion(await step([HIGH], { inputs: accept('2999-12-31') }), 'success')
    expect(calls(stage, /^PATCH/)).toEqual([])
    const expired = await step([HIGH], { inputs: accept('2020-01-31') })
    expectConclusion(expired, 'failure')
    expect(expired.outputs).toMatchObject({ gate: 'failed', high: '1' })
    expect(alert?.dismissed).toBeUndefined()
  })

  test('are left alone in a pull request, and left out with `omit`', async () => {
    const one = await scene()
    const inputs = accept('2999-12-31')
    expectConclusion(await one.step([HIGH], { ...pullRequest(one), inputs }), 'success')
    expect(calls(one.stage, /^PATCH/)).toEqual([])
    // Nobody could dismiss it there.
    expect(one.stage.state.codeScanning.alerts).toEqual([])
    one.stage.state.codeScanning.alerts.length = 0
    expectConclusion(await one.step([HIGH, LOW], { inputs: { ...inputs, 'accept-mode': 'omit' } }), 'success')
    expect(one.stage.state.codeScanning.alerts.map(({ rule }) => rule)).toEqual(['style'])
  })

  test('by a suppression in the report are dismissed, too', async () => {
    const { stage, step } = await scene()
    const result = await step([{ ...HIGH, suppressed: true }], { inputs: { 'fail-on': 'any' } })
    expectConclusion(result, 'success')
    expect(result.outputs).toMatchObject({ suppressed: '1', total: '0' })
    expect(stage.state.codeScanning.alerts[0]?.dismissed?.comment).toContain('suppressed in the report')
  })

  test('whose alerts cannot be dismissed are a warning', async () => {
    const { stage, step } = await scene()
    stage.fault({
      on: 'PATCH /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}',
      answer: { status: 403, data: { message: 'Resource not accessible by integration' } },
    })
    const result = await step([HIGH], { inputs: accept('2999-12-31') })
    expectConclusion(result, 'success')
    expect(said(result, 'warning')).toContain('Alert 1 could not be dismissed')
  })
})

describe('issues: sync', () => {
  const inputs = { issues: 'sync', 'issue-labels': 'security, scan', category: 'app' }
  const secret = async () => {
    const one = await scene()
    one.stage.state.private = true
    return one
  }
  const changes = /^(POST|PATCH) \/issues/

  test('opens one, writes nothing in a second run, closes it when it is gone, opens it when it is back', async () => {
    const { stage, step } = await secret()
    const first = await step([HIGH, { ...HIGH, line: 9 }, LOW], { inputs })
    expectConclusion(first, 'success')
    expect(stage.state.issues).toMatchObject([
      {
        title: '[high] sql-injection in src/app.py: about sql-injection',
        labels: ['security', 'scan'],
        state: 'open',
      },
    ])
    expect(first.outputs['issues']).toBe('1')
    stage.log.length = 0
    const second = await step([HIGH, { ...HIGH, line: 9 }, LOW], { inputs })
    expect([calls(stage, changes), second.outputs['issues']]).toEqual([[], '1'])
    const gone = await step([LOW], { inputs })
    expect(stage.state.issues).toMatchObject([{ state: 'closed', reason: 'completed' }])
    expect([calls(stage, changes).length, gone.outputs['issues']]).toEqual([1, ''])
    await step([HIGH], { inputs })
    expect(stage.state.issues).toMatchObject([{ state: 'open', reason: 'reopened' }])
  })

  test('is there once although the reply is cut', async () => {
    const { stage, step } = await secret()
    stage.fault({ on: 'POST /repos/{owner}/{repo}/issues', cut: 'after' })
    expectConclusion(await step([HIGH], { inputs }), 'success')
    expect(stage.state.issues).toHaveLength(1)
  })

  test('has one overview beyond the limit', async () => {
    const { stage, step } = await secret()
    const many = Array.from({ length: 5 }, (_, index) => ({ rule: `r${index}` }))
    for (const _ of ['first', 'second']) {
      expectConclusion(await step(many, { inputs: { ...inputs, 'issue-limit': '2' } }), 'success')
    }
    expect(stage.state.issues.map(({ title }) => title)).toEqual([
      '[high] r0 in src/app.py: about r0',
      '[high] r1 in src/app.py: about r1',
      'Further findings of Semgrep OSS in app',
    ])
    expect(calls(stage, changes)).toHaveLength(3)
  })

  test('closes nothing when a report is missing', async () => {
    const { stage, step } = await secret()
    await step([HIGH], { inputs })
    const folder = tempFolder('nexus-sarif-')
    const missing = { 'sarif-file': 'report.sarif\nother.sarif', 'if-missing': 'warn' }
    expectConclusion(await step([LOW], { inputs: { ...inputs, ...missing }, workspace: folder }), 'success')
    expect(stage.state.issues).toMatchObject([{ state: 'open' }])
    writeFileSync(join(folder, 'other.sarif'), report([], 'Bandit'))
    await step([LOW], { inputs: { ...inputs, ...missing }, workspace: folder })
    expect(stage.state.issues).toMatchObject([{ state: 'closed' }])
  })

  test('is refused in a public repository, unless it may be read', async () => {
    const { stage, step } = await scene()
    const refused = await step([HIGH], { inputs })
    expect(refused.log + refused.summary).toContain('issues-public: true')
    expect(stage.state.issues).toEqual([])
    await step([HIGH], { inputs: { ...inputs, 'issues-public': 'true' } })
    expect(stage.state.issues).toHaveLength(1)
  })

  test('asks who may read, where the event of a schedule does not tell', async () => {
    const { stage, step } = await secret()
    const event = { name: 'schedule', payload: { schedule: '0 4 * * 1' } }
    expectConclusion(await step([HIGH], { inputs, event }), 'success')
    expect(stage.state.issues).toHaveLength(1)
  })

  test('does nothing for a pull request, in a dry run, and for issues of strangers', async () => {
    const one = await secret()
    const { stage, step } = one
    await step([HIGH], { ...pullRequest(one), inputs })
    await step([HIGH], { inputs: { ...inputs, 'dry-run': 'true' } })
    expect(calls(stage, changes)).toEqual([])
    await step([HIGH], { inputs })
    const [ours] = stage.state.issues
    // Somebody copies our issue, marker and all, to have theirs closed or ours not opened.
    Object.assign(ours ?? {}, { author: 'mallory', association: 'NONE' })
    await step([HIGH], { inputs })
    expect(stage.state.issues.map(({ author, state }) => [author, state])).toEqual([
      ['mallory', 'open'],
      ['github-actions[bot]', 'open'],
    ])
  })

  test('without the permission is red, and says which', async () => {
    const tokens = {
      'stage-token': jobToken({ contents: 'read', 'security-events': 'write', issues: 'read' }),
    }
    const { stage, step } = await scene({ tokens })
    const result = await step([HIGH], { inputs: { ...inputs, 'issues-public': 'true' } })
    expectConclusion(result, 'failure')
    expect(said(result, 'error')).toContain('issues: write')
    expect(stage.state.codeScanning.alerts).toHaveLength(1)
  })
})
