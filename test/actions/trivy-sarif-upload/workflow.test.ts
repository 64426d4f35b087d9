import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { expect, test } from '@jest/globals'
import { REPOSITORY, ROOT } from '../../../scripts/actions.ts'
import { releaseTree } from '../../../scripts/tree.ts'
import { describeWith } from '../../support/real-parts.ts'
import { fakeTrivy, trivySarif } from '../../support/trivy/fake.ts'
import { runWorkflow, type WorkflowRun } from '../../workflows/act.ts'
import { pullRequest, report, repositoryJson, type Scene, scene } from './scene.ts'

describeWith('act', 'whole workflows', (act) => {
  /** act knows neither the token nor the commit of the job that GitHub would give. */
  const runOn = (
    { stage, main }: Scene,
    file: string,
    change: (text: string) => string,
    event: { name: string; ref: string; sha?: string; payload?: object },
    files: Readonly<Record<string, string>> = {},
  ): Promise<WorkflowRun> => {
    const example = readFileSync(join(ROOT, 'examples', file), 'utf8').replace(
      /(uses: org\/nexus-actions\/trivy-sarif-upload@v1\n( +)with:\n)/,
      `$1$2  token: stage-token\n$2  ref: ${event.ref}\n$2  sha: ${event.sha ?? main}\n`,
    )
    return runWorkflow({
      act,
      files: new Map([['.github/workflows/security.yml', change(example)], ...Object.entries(files)]),
      actions: { [`${REPOSITORY}@v1`]: releaseTree('1.0.0') },
      event: event.name,
      payload: { repository: repositoryJson(stage), ...event.payload },
      env: {
        GITHUB_API_URL: stage.apiUrl,
        GITHUB_GRAPHQL_URL: stage.graphqlUrl,
        GITHUB_SERVER_URL: stage.serverUrl,
        GITHUB_REPOSITORY: 'octo/demo',
      },
    })
  }

  test('the example uploads each component on its own, and stops what is new', async () => {
    const one = await scene()
    const { state } = one.stage
    // What Bandit would have written.
    const files = {
      'catalog.sarif': report([{ rule: 'B301', cvss: '5.0' }], 'Bandit'),
      'cart.sarif': report([{ rule: 'B602' }], 'Bandit'),
    }
    const change = (text: string): string =>
      text.replace(/run: pipx .*$/m, 'run: cp "$COMPONENT.sarif" bandit.sarif')
    const run = await runOn(
      one,
      'trivy-sarif-upload.yml',
      change,
      { name: 'push', ref: 'refs/heads/main' },
      files,
    )
    expect(run.code).toBe(1)
    expect(run.output).toContain('gate=passed new=1 upload=complete')
    expect(run.output).toContain('gate=failed new=1 upload=complete')
    // act loses annotations of jobs that run at the same time: the log has the reason as well.
    expect(run.output).toContain('Gate: failed. 1 new finding of severity high or worse')
    expect(new Set(state.codeScanning.analyses.map(({ category }) => category)).size).toBe(2)
    // In a pull request the same findings are known, and stop nobody.
    const again = await runOn(
      ...([one, 'trivy-sarif-upload.yml', change] as const),
      {
        ...{ name: 'pull_request', ref: 'refs/pull/7/merge', sha: one.pull.merge },
        payload: pullRequest(one).event?.payload as object,
      },
      files,
    )
    expect(again).toMatchObject({ code: 0, errors: [] })
    expect(again.output.match(/gate=passed new=0 upload=complete/g)).toHaveLength(2)
  })

  test('the audit opens an issue, and closes it when all is well', async () => {
    const one = await scene()
    const { state } = one.stage
    state.private = true
    const trivy = fakeTrivy(
      { report: trivySarif({ id: 'CVE-1', severity: 'CRITICAL', file: 'go.mod' }) },
      { report: trivySarif() },
    )
    const path = process.env['PATH']
    process.env['PATH'] = `${trivy.folder}${delimiter}${path}`
    try {
      const change = (text: string): string =>
        text.replace(/^( +)scan: fs$/m, `$1scan: fs\n$1trivy-sha256: ${trivy.sha256}\n$1cache: false`)
      for (const issues of ['open', 'closed']) {
        const run = await runOn(one, 'trivy-sarif-upload-audit.yml', change, {
          ...{ name: 'schedule', ref: 'refs/heads/main' },
        })
        expect(run).toMatchObject({ code: 0, errors: [], steps: { 'audit/Scan and open issues': 'success' } })
        expect(state.issues).toMatchObject([{ title: expect.stringContaining('CVE-1'), state: issues }])
      }
    } finally {
      process.env['PATH'] = path
    }
  })
})
