import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { addCommit } from '../../support/github/state.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, runAction } from '../../support/runner.ts'
import '../../support/seed.ts'
import { at, pullRequest, type Result, report, repositoryJson, said, scene } from './scene.ts'

const HIGH: Result = { rule: 'sql-injection' }

describe('the same tool and category for the same commit', () => {
  test.each<[string, object]>([
    ['of another job', { context: { job: 'other' } }],
    ['of another workflow', { context: { workflow: 'nightly' } }],
    ['of another job of a matrix', { matrix: { shard: '2' } }],
    [
      'of a reusable workflow that is called twice',
      { env: { ACTIONS_ORCHESTRATION_ID: '8f14e45f-ceea-4672-a6c9-f0f1f4b0c111.second.scan.__default' } },
    ],
    ['of another runner in the same attempt', { env: { RUNNER_NAME: 'GitHub Actions 99' } }],
  ])('%s is not overwritten, and the step is red', async (_, other) => {
    const { stage, step } = await scene()
    expectConclusion(await step([HIGH]), 'success')
    const second = await step([{ rule: 'another' }], { ...other, inputs: { 'fail-on': 'critical' } })
    expectConclusion(second, 'failure')
    expect(said(second, 'error')).toContain(
      'Duplicate category: Another job has uploaded Semgrep OSS in category "app"',
    )
    expect(second.outputs).toMatchObject({ gate: 'passed', uploaded: 'false', 'skipped-reason': 'duplicate' })
    expect(stage.state.codeScanning.analyses).toHaveLength(1)
    expect(stage.state.codeScanning.alerts[0]?.refs.get('refs/heads/main')).toBe('open')
  })

  test('of the same job again takes its place, and says since when it is there', async () => {
    const { stage, step } = await scene()
    expectConclusion(await step([HIGH]), 'success')
    const again = await step([{ rule: 'another' }])
    expectConclusion(again, 'success')
    expect(said(again, 'notice')).toContain('has an analysis of this commit already, of 20')
    expect(again.outputs['fixed']).toBe('1')
    expect(stage.state.codeScanning.analyses).toHaveLength(2)
  })

  test('of another commit is the next one', async () => {
    const { stage, step } = await scene()
    expectConclusion(await step([HIGH]), 'success')
    addCommit(stage.state, { message: 'fix: it' })
    const next = await step([], { context: { job: 'renamed' } })
    expectConclusion(next, 'success')
    expect(next.outputs).toMatchObject({ uploaded: 'true', fixed: '1' })
  })
})

describe('a report that covers far less than the one before', () => {
  const covering = (files: number, results: readonly Result[]): string => {
    const document = JSON.parse(report(results)) as { runs: [Record<string, unknown>] }
    document.runs[0]['artifacts'] = Array.from({ length: files }, (_, index) => ({
      location: { uri: `src/${index}.py` },
    }))
    return JSON.stringify(document)
  }

  test('is told, and closes nothing, unless it is meant', async () => {
    const { stage, step } = await scene()
    expectConclusion(await step(covering(100, [HIGH])), 'success')
    addCommit(stage.state, { message: 'feat: next' })
    const small = await step(covering(9, []), { inputs: { 'fail-on': 'any' } })
    expectConclusion(small, 'success')
    expect(small.outputs).toMatchObject({ gate: 'passed', uploaded: 'false', 'skipped-reason': 'shrunk' })
    expect(said(small, 'notice')).toContain('covers 9 files and packages')
    expect(stage.state.codeScanning.alerts[0]?.refs.get('refs/heads/main')).toBe('open')
    const meant = await step(covering(9, []), { inputs: { 'allow-shrink': 'true' } })
    expectConclusion(meant, 'success')
    expect(stage.state.codeScanning.alerts[0]?.refs.get('refs/heads/main')).toBe('fixed')
  })

  test('a tenth is enough, and so is a report that has fixed everything', async () => {
    const { stage, step } = await scene()
    expectConclusion(await step(covering(100, [HIGH])), 'success')
    addCommit(stage.state, { message: 'feat: next' })
    const tenth = await step(covering(10, []))
    expect(tenth.outputs).toMatchObject({ uploaded: 'true', fixed: '1' })
  })
})

describe('merge queues', () => {
  test.each([
    ['merge_group', true],
    ['push', false],
  ])('are gated as always, and nothing is uploaded: %s', async (name, hasGroup) => {
    const { stage, main, step } = await scene()
    const ref = `refs/heads/gh-readonly-queue/main/pr-7-${main}`
    const result = await step([HIGH], {
      inputs: { 'fail-on': 'high', upload: 'always' },
      context: { ref },
      event: {
        name,
        payload: {
          repository: repositoryJson(stage),
          ...(hasGroup ? { merge_group: { base_ref: 'refs/heads/main', base_sha: main } } : {}),
        },
      },
    })
    expectConclusion(result, 'failure')
    expect(result.outputs).toMatchObject({
      gate: 'failed',
      uploaded: 'false',
      'skipped-reason': 'merge-queue',
    })
    expect(said(result, 'error')).toMatch(/^Gate failed/)
    expect(stage.log.filter(({ operation }) => operation.startsWith('POST'))).toEqual([])
  })
})

describe('weeks of reports that come and go', () => {
  /** One day: which findings each file of the tool has; a file may be gone. */
  const day = fc.record({
    branch: fc.constantFrom<'main' | 'pull'>('main', 'main', 'pull'),
    files: fc.array(
      fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }), { freq: 3 }),
      {
        minLength: 2,
        maxLength: 3,
      },
    ),
  })

  test('open is what is there, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(day, { minLength: 2, maxLength: 5 }), async (days) => {
        const one = await scene()
        const { stage } = one
        for (const { branch, files } of days) {
          const workspace = tempFolder('nexus-weeks-')
          mkdirSync(join(workspace, 'reports'))
          const there = new Set<string>()
          for (const [index, findings] of files.entries()) {
            if (findings === null) continue
            const results = findings.map((finding) => ({
              rule: `r${finding}`,
              path: `part-${index}/a.py`,
              message: `f${finding}`,
            }))
            for (const { rule, path } of results) there.add(`${rule} ${path}`)
            writeFileSync(join(workspace, 'reports', `${index}.sarif`), report(results))
          }
          if (files.every((findings) => findings === null)) continue
          const sha = addCommit(stage.state, { message: 'feat: a day' })
          const pull = branch === 'pull' ? pullRequest(one) : undefined
          const step = await runAction({
            action: 'trivy-sarif-upload',
            event: { name: 'push', payload: { repository: repositoryJson(stage) } },
            ...pull,
            workspace,
            inputs: {
              'sarif-file': 'reports/*.sarif',
              category: 'app',
              'only-new': 'true',
              'fail-on': 'none',
            },
            context: { ...at(stage), ...(pull?.context ?? { sha }) },
          })
          expectConclusion(step, 'success')
          const ref = pull === undefined ? 'refs/heads/main' : 'refs/pull/7/merge'
          const open = stage.state.codeScanning.alerts
            .filter(({ refs }) => refs.get(ref) === 'open')
            .map(({ rule, path }) => `${rule} ${path}`)
          expect(open.sort()).toEqual([...there].sort())
          rmSync(workspace, { recursive: true, force: true })
        }
      }),
      { numRuns: 6 },
    )
  }, 240_000)
})
