import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { REPOSITORY, ROOT } from '../../../scripts/actions.ts'
import { releaseTree } from '../../../scripts/tree.ts'
import { describeWith } from '../../support/real-parts.ts'
import { readable } from '../../support/slack/limits.ts'
import { runWorkflow } from '../../workflows/act.ts'
import { slack } from '../slack-notify/stage.ts'
import { stage } from './stage.ts'
import { worldOfNovember } from './world-of-november.ts'

describeWith('act', 'the weekly report as a whole workflow', (act) => {
  const report = async (change: (workflow: string) => string) => {
    const server = await slack()
    const github = await stage(worldOfNovember())
    // act has no token and no secrets of its own; the month is fixed, because this one ends now.
    const example = readFileSync(join(ROOT, 'examples', 'delivery-metrics.yml'), 'utf8')
      .replaceAll('secrets.', 'vars.')
      .replace(
        '          failures:',
        '          token: ghs_delivery_metrics\n          since: 2026-11-01\n          until: 2026-12-01\n          repositories: octo/demo\n          failures:',
      )
    const run = await runWorkflow({
      act,
      files: new Map([['.github/workflows/metrics.yml', change(example)]]),
      actions: { [`${REPOSITORY}@v1`]: releaseTree('1.0.0') },
      event: 'workflow_dispatch',
      variables: { SLACK_WEBHOOK: server.webhookUrl },
      env: { GITHUB_API_URL: github.apiUrl, GITHUB_GRAPHQL_URL: `${github.apiUrl}/graphql` },
    })
    return { run, texts: server.messages.map(({ payload }) => readable(payload)) }
  }

  test('misses a target: red, and the team has the figures all the same', async () => {
    const { run, texts } = await report((workflow) => workflow)
    expect(run.steps).toMatchObject({ 'report/Measure': 'failure', 'report/Tell the team': 'success' })
    expect(run.errors.join('\n')).toContain('Change fail rate is 16 %; the target is at most 15%.')
    expect(texts).toHaveLength(1)
    expect(texts[0]).toContain('Deployment frequency')
    expect(texts[0]).toContain('5.37 a week')
  })

  test('meets them: green', async () => {
    const { run, texts } = await report((workflow) =>
      workflow.replace('change-fail-rate: 15%', 'change-fail-rate: 20%'),
    )
    expect(run).toMatchObject({ code: 0, errors: [] })
    expect(texts).toHaveLength(1)
  })
})
