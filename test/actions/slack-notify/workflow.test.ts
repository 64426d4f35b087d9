import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { REPOSITORY, ROOT } from '../../../scripts/actions.ts'
import { releaseTree } from '../../../scripts/tree.ts'
import { describeWith } from '../../support/real-parts.ts'
import { readable } from '../../support/slack/limits.ts'
import { examples } from '../../support/slack/workflow-run.ts'
import { runWorkflow } from '../../workflows/act.ts'
import { slack } from './stage.ts'

describeWith('act', 'a whole workflow', (act) => {
  test('the example sends one message for the deployment and one for the run', async () => {
    const server = await slack()
    // act is given variables here, and no secrets.
    const example = readFileSync(join(ROOT, 'examples', 'slack-notify.yml'), 'utf8').replaceAll(
      'secrets.',
      'vars.',
    )
    const run = await runWorkflow({
      act,
      files: new Map([['.github/workflows/build.yml', example]]),
      actions: { [`${REPOSITORY}@v1`]: releaseTree('1.0.0') },
      event: 'push',
      payload: { ref: 'refs/heads/main' },
      variables: { SLACK_WEBHOOK: server.webhookUrl },
    })
    expect(run).toMatchObject({ code: 0, errors: [] })
    const texts = server.messages.map(({ payload }) => readable(payload))
    expect(texts).toEqual([
      expect.stringContaining('✅ Deployed '),
      expect.stringContaining('✅ Build succeeded'),
    ])
    expect(run.output).toContain('delivered=true error=')
  })

  test('the notifier of all workflows tells of the run of its event', async () => {
    const server = await slack()
    const example = readFileSync(join(ROOT, 'examples', 'slack-notify-all-workflows.yml'), 'utf8')
    const payload = structuredClone(examples.completed) as { workflow_run: object }
    Object.assign(payload.workflow_run, {
      conclusion: 'timed_out',
      status: 'completed',
      path: '.github/workflows/release.yml',
      head_branch: 'release/2',
    })
    const run = await runWorkflow({
      act,
      files: new Map([['.github/workflows/notify.yml', example.replaceAll('secrets.', 'vars.')]]),
      actions: { [`${REPOSITORY}@v1`]: releaseTree('1.0.0') },
      event: 'workflow_run',
      payload,
      variables: { SLACK_WEBHOOK: server.webhookUrl },
    })
    expect(run).toMatchObject({ code: 0, errors: [] })
    expect(run.output).toContain('notified=true delivered=true')
    expect(readable(server.messages[0]?.payload)).toMatch(/⏰ .* timed out on .*release\/2/)
  })
})
