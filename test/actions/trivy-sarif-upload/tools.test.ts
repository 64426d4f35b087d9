import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { counts, type SentRun } from './files.ts'
import { scene } from './scene.ts'
import { PLACE, SOURCES } from './tools/sources.ts'

/** Tool as it names itself, findings by severity, and the files they are in. */
const TOOLS: [string, string, number[], string[]][] = [
  ['bandit', 'Bandit', [0, 1, 2, 2, 0], ['src/app.py']],
  ['checkov', 'Checkov', [0, 4, 0, 0, 0], ['Dockerfile']],
  ['eslint', 'ESLint', [0, 3, 2, 0, 0], ['src/server.js']],
  ['gitleaks', 'gitleaks', [0, 0, 2, 0, 0], ['my config/settings.env']],
  ['ruff', 'ruff', [0, 5, 0, 0, 0], ['src/app.py']],
  ['semgrep', 'Semgrep OSS', [1, 0, 1, 0, 0], ['src/app.py']],
  ['spectral', 'spectral', [0, 0, 7, 0, 0], ['api/openapi.yaml']],
  ['trivy', 'Trivy', [2, 3, 1, 1, 0], ['Dockerfile', 'my config/settings.env']],
  ['zizmor', 'zizmor', [0, 3, 2, 0, 0], ['.github/workflows/ci.yml']],
]

describe('a report that a tool has written', () => {
  test.each(TOOLS)('%s', async (file, tool, severities, paths) => {
    const workspace = checkout()
    const report = readFileSync(join(import.meta.dirname, 'tools', `${file}.sarif`), 'utf8')
    const { stage, step } = await scene()
    const done = await step(report.replaceAll(PLACE, workspace), { workspace })
    expectConclusion(done, 'success')
    expect(counts(done)).toEqual(severities)
    expect(done.outputs).toMatchObject({ uploaded: 'true', 'processing-status': 'complete' })
    const { alerts, analyses } = stage.state.codeScanning
    expect(analyses).toMatchObject([{ tool, category: 'app' }])
    expect(alerts).toHaveLength(severities.reduce((sum, count) => sum + count))
    const { findings } = JSON.parse(done.outputs['result'] ?? '') as {
      findings: { path: string; line: number }[]
    }
    expect([...new Set(findings.map(({ path }) => path))].sort()).toEqual(paths)
    // Every line of the sources is there, so every finding has the fingerprint of its line.
    const [{ results }] = analyses.map(({ sarif }) => sarif) as [SentRun]
    const prints = results.map(({ partialFingerprints }) => partialFingerprints?.['primaryLocationLineHash'])
    expect(prints).toEqual(prints.map(() => expect.stringMatching(/^[0-9a-f]{1,16}:\d+$/)))
    expect(results).toHaveLength(alerts.length)
  })
})

/** The sources that the tools looked at. */
function checkout(): string {
  const workspace = tempFolder('nexus-tools-')
  for (const [path, text] of Object.entries(SOURCES)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true })
    writeFileSync(join(workspace, path), text)
  }
  return workspace
}
