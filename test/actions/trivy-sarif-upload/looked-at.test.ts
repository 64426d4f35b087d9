import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, jest, test } from '@jest/globals'
import { describeWith } from '../../support/real-parts.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { lockFile } from '../../support/trivy/database.ts'
import { realTrivy, SECRET } from './real-trivy.ts'
import { said } from './scene.ts'

// A scanner of 230 MB takes its time on a busy machine.
jest.setTimeout(240_000)

type Files = Readonly<Record<string, string>>

function folder(files: Files): string {
  const path = tempFolder('nexus-looked-')
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), content)
  }
  return path
}

const BROKEN_LOCK = '{"name":"a","lockfileVersion":3,"packages":{'
const CHART: Files = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: x\nversion: 0.1.0\n',
  'chart/templates/p.yaml': 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Values.x.y.z }}\n',
}

describeWith('trivy', 'nothing looked at is a missing report', (path) => {
  const run = realTrivy(path)

  test.each<[string, Files, Record<string, string>, string]>([
    ['an empty folder, where the checkout was forgotten', {}, {}, 'is there a checkout before this step'],
    ['a target with nothing that Trivy knows', { 'a.css': 'a {}' }, { scanners: 'vuln' }, 'no lock file'],
    [
      'no configuration',
      { 'src/app.js': 'export const answer = 42\n' },
      { scan: 'config', scanners: '' },
      'no lock file',
    ],
    [
      'a lock file that does not parse',
      { 'package-lock.json': BROKEN_LOCK },
      { scanners: 'vuln' },
      'none of its files could be read: package-lock.json (parse error',
    ],
    [
      'a lock file that does not parse, beside files that secrets are looked for in',
      { 'package-lock.json': BROKEN_LOCK, 'src/app.js': 'export const answer = 42\n' },
      { scanners: '' },
      'its packages could not be read: package-lock.json (parse error',
    ],
    [
      'a manifest that does not parse',
      { 'pom.xml': '<project><', 'src/app.js': 'export const answer = 42\n' },
      { scanners: 'vuln, secret' },
      'its packages could not be read: pom.xml',
    ],
    [
      'a Dockerfile that does not parse',
      { Dockerfile: 'FORM alpine\n' },
      { scan: 'config', scanners: '' },
      'none of its files could be read: Dockerfile',
    ],
  ])('%s', async (_, files, inputs, why) => {
    const step = await run(folder(files), { inputs: { 'fail-on': 'any', ...inputs } })
    expectConclusion(step, 'failure')
    expect(said(step, 'error')).toContain('Report missing: "." is not a report on anything')
    expect(said(step, 'error')).toContain(why)
    expect(step.outputs).toMatchObject({ gate: 'failed', uploaded: 'false' })
    const let_go = await run(folder(files), { inputs: { 'fail-on': 'any', 'if-missing': 'warn', ...inputs } })
    expectConclusion(let_go, 'success')
    expect(let_go.outputs['gate']).toBe('off')
    expect(let_go.summary).toContain('No report')
  })

  test('a target that is a link, and one that a link leads out of the workspace', async () => {
    const workspace = folder({ 'app/package-lock.json': lockFile({ lodash: '4.17.11' }) })
    symlinkSync(join(workspace, 'app'), join(workspace, 'link'))
    const step = await run(workspace, { inputs: { target: 'link', scanners: 'vuln' } })
    expectConclusion(step, 'failure')
    expect(said(step, 'error')).toContain('"link" is not a report on anything: it is a symbolic link')
    symlinkSync(folder({ 'api/package-lock.json': lockFile({ lodash: '4.17.11' }) }), join(workspace, 'out'))
    const outside = await run(workspace, { inputs: { target: 'out/api', scanners: 'vuln' } })
    expectConclusion(outside, 'failure')
    expect(said(outside, 'error')).toContain('leads out of the workspace')
  })
})

describeWith('trivy', 'what was looked at is a fact', (path) => {
  const run = realTrivy(path)

  test('files and packages per scanner, of a clean scan too', async () => {
    const workspace = folder({
      'package-lock.json': lockFile({ lodash: '4.17.21', minimist: '1.2.8' }),
      'infra/main.tf': 'resource "null_resource" "a" {}\n',
      'src/app.js': 'export const answer = 42\n',
    })
    const step = await run(workspace, { inputs: { 'fail-on': 'any' } })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ gate: 'passed', total: '0' })
    expect(JSON.parse(step.outputs['looked-at'] ?? '')).toEqual({
      vuln: { files: 1, packages: 2 },
      misconfig: { files: 1 },
      secret: { files: 2 },
    })
    expect(step.summary).toContain('vuln: 2 packages in 1 file; misconfig: 1 file; secret: 2 files')
  })

  test.each<[string, Files, string]>([
    ['a chart that cannot be rendered', CHART, 'chart (Skipping chart'],
    [
      'one broken lock file of two',
      { 'web/package-lock.json': BROKEN_LOCK },
      'web/package-lock.json (parse error',
    ],
    [
      'Terraform that does not parse',
      { 'tf/main.tf': 'resource "a" "b" {\n  c = \n' },
      'tf/main.tf (Error parsing file',
    ],
    [
      'a name that wants to be a command',
      { '::error::x/package-lock.json': BROKEN_LOCK },
      'x/package-lock.json',
    ],
  ])('%s makes the scan unfinished', async (_, files, named) => {
    const workspace = folder({ ...files, 'package-lock.json': lockFile({ lodash: '4.17.21' }) })
    const step = await run(workspace, { inputs: { 'fail-on': 'any', scanners: 'vuln, misconfig' } })
    expectConclusion(step, 'success')
    expect(said(step, 'notice')).toContain('so this scan is unfinished')
    expect(said(step, 'notice')).toContain(named)
    expect(step.summary).toContain('but not everything was looked at')
    expect(said(step, 'error')).toBe('')
  })

  test('several targets are one analysis each under one summary; a bad one does not hide the others', async () => {
    const workspace = folder({
      'api/package-lock.json': lockFile({ lodash: '4.17.11' }),
      'web/settings.ini': SECRET,
      'web/package-lock.json': lockFile({ minimist: '1.2.8' }),
      'empty/.keep': '',
    })
    const step = await run(workspace, {
      inputs: {
        target: 'api, web, empty',
        category: 'scan',
        'fail-on': 'critical',
        'output-file': 'out.sarif',
      },
    })
    expectConclusion(step, 'failure')
    expect(said(step, 'error')).toContain('Gate failed: 2 critical, 2 high')
    expect(said(step, 'error')).toContain('"empty" is not a report on anything')
    const { analyses } = JSON.parse(step.outputs['result'] ?? '') as { analyses: { category: string }[] }
    expect(analyses.map(({ category }) => category)).toEqual(['scan/api', 'scan/web'])
  })

  test('a single file as target is at its own path', async () => {
    const workspace = folder({ 'infra/docker/Dockerfile': 'FROM alpine:latest\nUSER root\n' })
    const step = await run(workspace, {
      inputs: { scan: 'config', scanners: '', target: 'infra/docker/Dockerfile', 'output-file': 'out.sarif' },
    })
    expectConclusion(step, 'success')
    const { findings } = JSON.parse(step.outputs['result'] ?? '') as { findings: { path: string }[] }
    expect(new Set(findings.map((finding) => finding.path))).toEqual(new Set(['infra/docker/Dockerfile']))
  })

  test('what to do is told first, and a bill of materials comes from the same scan', async () => {
    const workspace = folder({
      'package-lock.json': lockFile({ lodash: '4.17.11', minimist: '1.2.0', 'left-pad': '1.0.0' }),
    })
    const step = await run(workspace, {
      inputs: { scanners: 'vuln', 'sbom-file': 'out/app.cdx.json', 'output-file': 'out/app.sarif' },
    })
    expectConclusion(step, 'success')
    const { updates } = JSON.parse(step.outputs['result'] ?? '') as { updates: object[] }
    expect(updates.slice(0, 2)).toEqual([
      {
        name: 'lodash',
        installed: '4.17.11',
        to: '4.17.21',
        where: 'package-lock.json',
        closes: { critical: 1, high: 2 },
        total: 3,
      },
      {
        name: 'minimist',
        installed: '1.2.0',
        to: '1.2.6',
        where: 'package-lock.json',
        closes: { critical: 1, medium: 1 },
        total: 2,
      },
    ])
    expect(step.summary).toContain('**Do this**')
    expect(step.summary).toContain(
      '| `lodash` | `4.17.11` | `4.17.21` | 3 (1 critical, 2 high) | `package-lock.json` |',
    )
    const { bomFormat, components } = JSON.parse(
      readFileSync(join(workspace, 'out', 'app.cdx.json'), 'utf8'),
    ) as {
      bomFormat: string
      components: { name: string }[]
    }
    expect(bomFormat).toBe('CycloneDX')
    expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining(['lodash', 'minimist']))
    const out = await run(workspace, { inputs: { scanners: 'vuln', 'sbom-file': '/etc/app.json' } })
    expectConclusion(out, 'failure')
    expect(said(out, 'error')).toContain('is neither in the workspace nor in RUNNER_TEMP')
  })
})
