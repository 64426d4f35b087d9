import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { emptyWorld } from '../../support/delivery/world.ts'
import { expectConclusion } from '../../support/runner.ts'
import { measure, stage } from './stage.ts'
import { worldOfNovember } from './world-of-november.ts'

describe('November through the bundle', () => {
  test('has exactly the figures worked out by hand', async () => {
    const github = await stage(worldOfNovember())
    const step = await measure(github)
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({
      deployments: '25',
      'deployments-per-week': '5.37',
      'change-lead-time-p50-hours': '15',
      'change-lead-time-p90-hours': '27',
      'change-fail-rate': '0.12',
      'recovery-time-p50-hours': '22',
      'rework-rate': '0.04',
      // 40 builds, every tenth red; p50 and p95 of 1 to 40 seconds by nearest rank.
      'build-success-rate': '0.9',
      'build-duration-p50-seconds': '20',
      'build-duration-p95-seconds': '38',
      missed: '',
    })
    expect(step.log).toContain(
      '25 deployments in 30 days, half of the changes live within 15.0 h, 3 of 25 failed, back in 22.0 h, 1 still open.',
    )
    const fields = parse(step.outputs['fields'] ?? '') as Record<string, string>
    expect(fields['Deployment frequency']).toBe('5.37 a week (better)')
    expect(Object.keys(fields).length).toBeLessThanOrEqual(10)
  })

  test('the summary lists every deployment with its verdict, failures first', async () => {
    const step = await measure(await stage(worldOfNovember()))
    const { summary } = step
    expect(summary).toMatch(/^### 📈 25 deployments in 30 days/)
    expect(summary).toContain('xychart-beta')
    expect(summary.indexOf('D28')).toBeLessThan(
      summary.indexOf('D1\\)') === -1 ? summary.length : summary.indexOf('D1\\)'),
    )
    expect(summary).toContain('still open')
    expect(summary).toContain(
      'Not counted: 1 redeployments of what was live, 1 twins of the same run and commit, 1 cancelled, 2 not done.',
    )
  })

  test('with incidents and hotfixes', async () => {
    const github = await stage(worldOfNovember())
    const step = await measure(github, {
      failures: 'status, rollback, incident, hotfix',
      incidents: '{label: incident}',
    })
    expect(step.outputs).toMatchObject({
      'change-fail-rate': '0.16',
      'rework-rate': '0.08',
      'recovery-time-p50-hours': '22',
    })
  })

  test('asks no more than the contract says', async () => {
    const github = await stage(worldOfNovember())
    await measure(github)
    const { deployments, commits } = worldOfNovember()
    const runs = 40
    const most =
      Math.ceil(deployments.length / 50) +
      Math.ceil(commits.length / 100) +
      Math.ceil(runs / 100) +
      Math.ceil(runs / 25) +
      1 +
      5
    expect(github.log.length).toBeLessThanOrEqual(most)
  })
})

describe('unknown is never zero', () => {
  test('nothing at all: frequency 0, everything else empty', async () => {
    const step = await measure(await stage(emptyWorld()))
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({
      deployments: '0',
      'deployments-per-week': '0',
      'change-lead-time-p50-hours': '',
      'change-fail-rate': '',
      'recovery-time-p50-hours': '',
      'rework-rate': '',
      'build-success-rate': '',
    })
    expect(step.log).toContain('let blue-green-switch record its switches')
  })

  test('deployments that could not be read to the start of the period: frequency is unknown', async () => {
    const github = await stage(worldOfNovember())
    github.fault({
      about: 'deployments(',
      status: 403,
      body: { message: 'Resource not accessible by integration' },
      times: 9,
    })
    const step = await measure(github)
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({
      deployments: '',
      'deployments-per-week': '',
      'change-fail-rate': '',
    })
    expect(step.annotations.map(({ level, title }) => `${level} ${title}`)).toEqual([
      'warning Partial figures',
    ])
  })
})

describe('a GitHub that has had enough', () => {
  test.each([
    [
      'RESOURCE_LIMITS_EXCEEDED',
      {
        status: 200,
        body: {
          data: { repository: null },
          errors: [{ type: 'RESOURCE_LIMITS_EXCEEDED', message: 'Resource limits for this query exceeded.' }],
        },
      },
    ],
    ['502', { status: 502, body: { message: 'We couldn’t respond to your request in time.' } }],
  ])('%s: less is asked for, and the figures are whole', async (_, fault) => {
    const github = await stage(worldOfNovember())
    github.fault({ about: 'deployments(', ...fault })
    github.fault({ about: 'history(', ...fault })
    const step = await measure(github)
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ deployments: '25', 'change-lead-time-p50-hours': '15' })
    expect(step.annotations).toEqual([])
  })

  test('no builds to be read: their figures are unknown, the others are there', async () => {
    const github = await stage(worldOfNovember())
    github.fault({
      about: '/actions/runs',
      status: 403,
      body: { message: 'Resource not accessible by integration' },
      times: 99,
    })
    const step = await measure(github)
    expect(step.outputs).toMatchObject({
      deployments: expect.stringMatching(/^2[56]$/),
      'build-success-rate': '',
    })
    expect(step.annotations[0]).toMatchObject({ level: 'warning', title: 'Partial figures' })
  })

  test('max-calls: what was read counts, the rest is said', async () => {
    const github = await stage(worldOfNovember())
    const step = await measure(github, { 'max-calls': '2' })
    expectConclusion(step, 'success')
    expect(github.log).toHaveLength(2)
    expect(step.annotations[0]?.message).toContain('the 2 calls of max-calls are used up')
  })

  test('a repository that the token does not see is red, in words', async () => {
    const step = await measure(await stage(worldOfNovember()), { repositories: 'octo/other' })
    expectConclusion(step, 'failure')
    expect(step.annotations).toEqual([
      { level: 'error', title: 'Repository not found', message: expect.stringContaining('octo/other') },
    ])
    expect(step.outputs).toMatchObject({ deployments: '', 'change-fail-rate': '' })
  })
})

describe('gates', () => {
  test('a target that is missed is red, with the figure and the bound', async () => {
    const github = await stage(worldOfNovember())
    const step = await measure(github, {
      targets: '{change-fail-rate: 10%, change-lead-time-p50: 1d}',
      'fail-on': 'targets',
    })
    expectConclusion(step, 'failure')
    expect(step.annotations.at(-1)?.message).toBe('Change fail rate is 12 %; the target is at most 10%.')
    expect(step.outputs['missed']).toBe('change-fail-rate')
  })

  test('too few samples: shown, and not gated', async () => {
    const github = await stage(worldOfNovember())
    const step = await measure(github, { targets: '{recovery-time-p50: 1h}', 'fail-on': 'targets' })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ 'recovery-time-p50-hours': '22', missed: '' })
  })

  test('without fail-on a missed target is shown only', async () => {
    const step = await measure(await stage(worldOfNovember()), { targets: '{change-fail-rate: 10%}' })
    expectConclusion(step, 'success')
    expect(step.outputs['missed']).toBe('change-fail-rate')
    expect(step.summary).toContain('### ❌')
  })
})

test('files by their endings', async () => {
  const step = await measure(await stage(worldOfNovember()), {
    'format-file': 'out/m.json, out/m.csv, out/m.prom, out/m.svg',
  })
  expectConclusion(step, 'success')
  const read = (name: string): string => readFileSync(join(step.folders.workspace, 'out', name), 'utf8')
  expect(JSON.parse(read('m.json'))).toMatchObject({
    whole: { deployments: 25, figures: { 'change-lead-time-p50': { value: 54_000 } } },
  })
  expect(read('m.csv').split('\r\n')).toHaveLength(1 + 26 + 1)
  expect(read('m.prom')).toMatch(/nexus_change_lead_time_p50_seconds\{repository="octo\/demo"\} 54000\n/)
  expect(read('m.prom').endsWith('# EOF\n')).toBe(true)
  expect(read('m.svg')).toContain('<svg xmlns="http://www.w3.org/2000/svg"')
})

test('a dry run asks nothing', async () => {
  const github = await stage(worldOfNovember())
  const step = await measure(github, { 'dry-run': 'true', 'format-file': 'm.json' })
  expectConclusion(step, 'success')
  expect(github.log).toEqual([])
  expect(existsSync(join(step.folders.workspace, 'm.json'))).toBe(false)
  expect(step.outputs).toMatchObject({ deployments: '', 'change-fail-rate': '' })
})

test('text of strangers stays text', async () => {
  const world = worldOfNovember()
  const hostile = '<img src=x> @octocat | ::error::x ```'
  for (const commit of world.commits) commit.headline = hostile
  for (const deployment of world.deployments) deployment.ref = hostile
  const step = await measure(await stage(world))
  expectConclusion(step, 'success')
  expect(step.summary).not.toMatch(/<img|@octocat/)
  expect(step.annotations).toEqual([])
})
