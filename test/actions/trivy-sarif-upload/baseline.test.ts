import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type CacheService, startCacheService } from '../../support/cache-service.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, runAction, type StepResult } from '../../support/runner.ts'
import { type Result, report, said } from './scene.ts'

const A: Result = { rule: 'sql-injection', path: 'src/db.py', message: 'built of input' }
const B: Result = { rule: 'eval', path: 'src/app.py', message: 'eval of input' }

interface Run {
  results: readonly Result[]
  inputs?: Record<string, string>
  /** As on a pull request; a push to main otherwise. */
  pull?: boolean
  /** SHA of the base of the pull request. */
  base?: string
}

/** Jobs of one repository, at the same place, as on GitHub's runners. */
function jobs(service?: CacheService) {
  const temp = tempFolder('nexus-baseline-temp-')
  const workspace = tempFolder('nexus-baseline-')
  let run = 0
  const step = ({ results, inputs = {}, pull = false, base = 'a'.repeat(40) }: Run): Promise<StepResult> => {
    rmSync(join(temp, 'nexus-trivy-baseline'), { recursive: true, force: true })
    writeFileSync(join(workspace, 'report.sarif'), report(results))
    run += 1
    const repository = { full_name: 'octo/demo', default_branch: 'main', private: true }
    const pullRequest = { number: 7, base: { ref: 'main', sha: base }, head: { repo: repository } }
    return runAction({
      action: 'trivy-sarif-upload',
      inputs: {
        'sarif-file': 'report.sarif',
        category: 'app',
        upload: 'never',
        'fail-on': 'high',
        ...inputs,
      },
      event: {
        name: pull ? 'pull_request' : 'push',
        payload: pull ? { repository, pull_request: pullRequest } : { repository },
      },
      context: { ref: pull ? 'refs/pull/7/merge' : 'refs/heads/main', sha: 'b'.repeat(40) },
      env: { ...service?.env, GITHUB_RUN_ID: String(run) },
      ...{ temp, workspace },
    })
  }
  return { step, temp, workspace }
}

describe('a baseline in the Actions cache', () => {
  const inputs = { baseline: 'cache' }

  test('is kept by the default branch, and only what it does not have fails a pull request', async () => {
    const service = await startCacheService()
    const { step } = jobs(service)
    const first = await step({ results: [A], inputs })
    expectConclusion(first, 'failure')
    expect(said(first, 'notice')).toContain('no baseline in the Actions cache yet: every finding is new')
    expect(service.entries).toHaveLength(1)

    const known = await step({ results: [A], inputs, pull: true })
    expectConclusion(known, 'success')
    expect(known.outputs).toMatchObject({ gate: 'passed', total: '1', new: '0' })
    expect(known.summary).toContain('nothing new, 1 in all')

    const fresh = await step({ results: [A, B], inputs, pull: true })
    expectConclusion(fresh, 'failure')
    expect(fresh.outputs).toMatchObject({ total: '2', new: '1' })
    // A pull request does not decide what is known.
    expect(service.entries).toHaveLength(1)
  })

  test('is written again only when it changed, and counts each finding once', async () => {
    const service = await startCacheService()
    const { step } = jobs(service)
    await step({ results: [A], inputs })
    await step({ results: [A], inputs })
    expect(service.entries).toHaveLength(1)
    const twice = await step({ results: [A, { ...A, line: 90 }], inputs, pull: true })
    expect(twice.outputs).toMatchObject({ total: '2', new: '1' })
    await step({ results: [B], inputs })
    expect(service.entries).toHaveLength(2)
    const gone = await step({ results: [A, B], inputs, pull: true })
    expect(gone.outputs).toMatchObject({ new: '1' })
  })

  test('is of its category alone, and stays on a dry run or when a report is missing', async () => {
    const service = await startCacheService()
    const { step } = jobs(service)
    await step({ results: [A], inputs: { ...inputs, 'dry-run': 'true' } })
    await step({
      results: [A],
      inputs: { ...inputs, 'sarif-file': 'report.sarif, gone.sarif', 'if-missing': 'warn' },
    })
    expect(service.entries).toEqual([])
    await step({ results: [A], inputs })
    const other = await step({ results: [A], inputs: { ...inputs, category: 'web' }, pull: true })
    expect(other.outputs).toMatchObject({ new: '1' })
  })

  test('that cannot be had is a notice, and every finding is new', async () => {
    const service = await startCacheService()
    service.status = 403
    const broken = await jobs(service).step({ results: [A], inputs, pull: true })
    expectConclusion(broken, 'failure')
    expect(said(broken, 'notice')).toContain('every finding is new')
    const none = await jobs().step({ results: [A], inputs })
    expect(none.outputs).toMatchObject({ gate: 'failed', new: '1' })
  })
})

describe('a baseline in a file', () => {
  test.each([
    ['with the category of this run', report([A], 'Semgrep OSS', 'app')],
    ['without a category', report([A])],
    ['with one other category', report([A], 'Semgrep OSS', 'nightly/scan')],
  ])('%s makes its findings known', async (_, text) => {
    const { step, temp } = jobs()
    writeFileSync(join(temp, 'known.sarif'), text)
    const done = await step({ results: [A, B], inputs: { baseline: join(temp, 'known.sarif') }, pull: true })
    expect(done.outputs).toMatchObject({ gate: 'failed', total: '2', new: '1' })
    expect(done.summary).toContain('1 new finding')
  })

  test('takes nothing of another tool, or of two categories that this run does not have', async () => {
    const { step, temp } = jobs()
    const baseline = join(temp, 'known.sarif')
    writeFileSync(baseline, report([A], 'Bandit', 'app'))
    expect((await step({ results: [A], inputs: { baseline } })).outputs).toMatchObject({ new: '1' })
    const log = JSON.parse(report([A], 'Semgrep OSS', 'one')) as { runs: unknown[] }
    log.runs.push(...(JSON.parse(report([A], 'Semgrep OSS', 'two')) as { runs: unknown[] }).runs)
    writeFileSync(baseline, JSON.stringify(log))
    expect((await step({ results: [A], inputs: { baseline } })).outputs).toMatchObject({ new: '1' })
  })

  test('that is not there is a notice; one that is not SARIF is red, and hides nothing', async () => {
    const { step, workspace } = jobs()
    const none = await step({ results: [], inputs: { baseline: 'known.sarif' } })
    expectConclusion(none, 'success')
    expect(said(none, 'notice')).toContain('There is no baseline "known.sarif": every finding is new.')
    writeFileSync(join(workspace, 'known.sarif'), '{"runs":')
    const broken = await step({ results: [A], inputs: { baseline: 'known.sarif', 'fail-on': 'critical' } })
    expectConclusion(broken, 'failure')
    expect(broken.outputs).toMatchObject({ gate: 'passed', total: '1', new: '1' })
    expect(said(broken, 'error')).toContain('"known.sarif" is not JSON')
  })

  test('is the one of the base commit on a pull request: a change does not bring its own', async () => {
    const { step, workspace } = jobs()
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-C', workspace, ...args], {
        encoding: 'utf8',
      })
    mkdirSync(join(workspace, 'security'))
    const file = join(workspace, 'security', 'known.sarif')
    writeFileSync(file, report([A]))
    git('init', '-q')
    git('add', 'security')
    git('commit', '-qm', 'base')
    const base = git('rev-parse', 'HEAD').trim()
    writeFileSync(file, report([A, B]))
    const inputs = { baseline: 'security/known.sarif' }
    const pull = await step({ results: [A, B], inputs, pull: true, base })
    expectConclusion(pull, 'failure')
    expect(pull.outputs).toMatchObject({ total: '2', new: '1' })
    expect(pull.summary).toMatch(/differs from the base commit/)
    const push = await step({ results: [A, B], inputs })
    expect(push.outputs).toMatchObject({ new: '0' })
  })
})
