import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { REPOSITORY, ROOT } from '../../../scripts/actions.ts'
import { releaseTree } from '../../../scripts/tree.ts'
import { describeWith } from '../../support/real-parts.ts'
import { readable } from '../../support/slack/limits.ts'
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
})
