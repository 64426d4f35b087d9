import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { readManifest } from '../../../scripts/actions.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, runAction, type StepResult } from '../../support/runner.ts'

/** A workspace with all reports of the fixtures. */
const workspace = tempFolder('nexus-reports-')
cpSync(join(import.meta.dirname, 'reports'), join(workspace, 'reports'), { recursive: true })
cpSync(join(import.meta.dirname, 'trivy'), join(workspace, 'trivy'), { recursive: true })

function step(inputs: Record<string, string>): Promise<StepResult> {
  return runAction({ action: 'trivy-sarif-upload', inputs: { upload: 'never', ...inputs }, workspace })
}

interface Result {
  findings: {
    rule: string
    severity: string
    package: { name: string; installed?: string; fixed?: string } | null
  }[]
}

describe('native reports', () => {
  test('become SARIF, are counted, and say package and versions', async () => {
    const done = await step({
      'report-file':
        'bandit=reports/bandit.json\nsafety=reports/safety.json, pip-audit=reports/pip-audit.json\nnpm-audit=reports/npm-audit.json',
      'fail-on': 'critical',
    })
    expectConclusion(done, 'failure')
    expect(done.outputs).toMatchObject({ critical: '2', high: '2', medium: '6', low: '4', gate: 'failed' })
    const { findings } = JSON.parse(done.outputs['result'] ?? '') as Result
    expect(findings.slice(0, 2)).toEqual([
      expect.objectContaining({
        rule: 'SAFETY-36546',
        severity: 'critical',
        package: { name: 'requests', installed: '2.19.0', fixed: '2.20.0' },
      }),
      expect.objectContaining({
        rule: 'GHSA-xvch-5gv4-984h',
        package: { name: 'minimist', fixed: 'mkdirp 0.5.6' },
      }),
    ])
    expect(done.summary).toContain('| Bandit | ')
  })

  test.each([
    ['a file that is not there', 'bandit=reports/nothing.json', 'reports/nothing.json'],
    [
      'a report of another tool',
      'bandit=reports/npm-audit.json',
      'reports/npm-audit.json: $.results is not there, expected a list',
    ],
    ['no JSON', 'bandit=reports/make.ts', 'reports/make.ts'],
  ])('%s is an error that names it', async (_, reportFile, message) => {
    const done = await step({ 'report-file': reportFile })
    expectConclusion(done, 'failure')
    expect(
      done.annotations
        .filter(({ level }) => level === 'error')
        .map((each) => each.message)
        .join(),
    ).toContain(message)
    expect(done.outputs).toMatchObject({ uploaded: 'false', total: '', 'processing-status': 'skipped' })
  })

  test('one that may be missing closes nothing and is told', async () => {
    const done = await step({
      'report-file': 'bandit=nothing.json, safety=reports/safety.json',
      'if-missing': 'warn',
    })
    expectConclusion(done, 'success')
    expect(done.outputs['total']).toBe('2')
    expect(done.summary).toContain('⚠️ missing')
  })
})

describe('SARIF that Trivy wrote', () => {
  test('of an image: the word of each package counts, not the score; package and versions are told', async () => {
    const done = await step({ 'sarif-file': 'trivy/image.sarif' })
    expectConclusion(done, 'success')
    // CVE-2024-0727 is low in libssl3 and medium in openssl, and its score would be high.
    expect(done.outputs).toMatchObject({
      critical: '1',
      high: '1',
      medium: '1',
      low: '1',
      unknown: '0',
      total: '4',
    })
    expect(done.summary).toContain(
      '| 🟥 Critical | [`CVE-2023-45853`](<https://avd.aquasec.com/nvd/cve-2023-45853>) | `zlib1g` | `1:1.2.13.dfsg-1` |  |',
    )
    expect(done.summary).toContain('| `lodash` | `4.17.15` | `4.17.21` |')
  })

  test('of nothing is a clean report', async () => {
    const done = await step({ 'sarif-file': 'trivy/clean.sarif', 'fail-on': 'any' })
    expectConclusion(done, 'success')
    expect(done.outputs).toMatchObject({ total: '0', gate: 'passed' })
  })
})

describe('what a step leaves', () => {
  test('every output of action.yml, green or red', async () => {
    const names = Object.keys(readManifest('trivy-sarif-upload').outputs ?? {}).sort()
    const green = await step({ 'sarif-file': 'trivy/clean.sarif' })
    const red = await step({ 'sarif-file': 'nothing.sarif' })
    expect(Object.keys(green.outputs).sort()).toEqual(names)
    expect(Object.keys(red.outputs).sort()).toEqual(names)
    expect(JSON.parse(readFileSync(green.outputs['result-file'] ?? '', 'utf8'))).toEqual(
      JSON.parse(green.outputs['result'] ?? ''),
    )
  })

  test('annotations beside the lines, the worst first, as many as asked for', async () => {
    const done = await step({
      'sarif-file': 'trivy/lock-file.sarif\nreports/*.sarif',
      'report-file': 'bandit=reports/bandit.json',
      'if-missing': 'ignore',
      annotations: '3',
    })
    expectConclusion(done, 'success')
    const placed = done.annotations.filter(({ file }) => file !== undefined)
    expect(placed.map(({ level, title, file, line }) => [level, title, file, line])).toEqual([
      ['warning', 'high: CVE-2021-23337', 'web/package-lock.json', 14],
      ['warning', 'high: B602', 'app/handler.py', 13],
      ['warning', 'medium: B301', 'app/handler.py', 9],
    ])
    expect(placed[0]?.message).toBe(
      'lodash 4.17.15, fixed in 4.17.21: nodejs-lodash: command injection via template\nhttps://avd.aquasec.com/nvd/cve-2021-23337',
    )
    const none = await step({ 'sarif-file': 'trivy/lock-file.sarif', annotations: '0' })
    expect(none.annotations.filter(({ file }) => file !== undefined)).toEqual([])
  })

  test('findings of an image stand on their own: their paths are not of this repository', async () => {
    const done = await step({ 'sarif-file': 'trivy/image.sarif', annotations: '1' })
    expect(done.annotations).toContainEqual({
      level: 'warning',
      title: 'critical: CVE-2023-45853',
      message:
        'zlib1g 1:1.2.13.dfsg-1, no fix yet: zlib: integer overflow\nregistry.example/team/api\nhttps://avd.aquasec.com/nvd/cve-2023-45853',
    })
  })
})
