import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { REPOSITORY, ROOT } from '../../../scripts/actions.ts'
import { releaseTree } from '../../../scripts/tree.ts'
import { type Stage, startGitHub } from '../../support/github/server.ts'
import { jobToken } from '../../support/github/tokens.ts'
import { describeWith } from '../../support/real-parts.ts'
import { openScene, type Scene } from '../../support/routers/scene.ts'
import { runWorkflow, type WorkflowRun } from '../../workflows/act.ts'

describeWith('act', 'the example, as a whole workflow', (act) => {
  describeWith('haproxy', 'behind HAProxy', () => {
    const goLive = (scene: Scene, version: string): Promise<WorkflowRun> =>
      runWorkflow({
        act,
        files: new Map([
          ['.github/workflows/live.yml', readFileSync(join(ROOT, 'examples', 'blue-green-switch.yml'))],
        ]),
        actions: { [`${REPOSITORY}@v1`]: releaseTree('1.0.0') },
        event: 'workflow_dispatch',
        payload: { inputs: { version } },
        variables: {
          HAPROXY_SOCKET: String(scene.router.targetConfig['socket']),
          ...{ RELEASES_URL: scene.doors.url, APP_URL: scene.router.url, SOAK: '1s', DRAIN: '0s' },
        },
      })

    test('moves the traffic to the version that waits', async () => {
      const scene = await openScene('haproxy')
      try {
        const run = await goLive(scene, '2.0.0')
        expect(run).toMatchObject({ code: 0, errors: [] })
        expect(run.output).toContain('green is live, blue stays ready')
        await scene.waitForSide('green')
      } finally {
        await scene.close()
      }
    })

    test('puts it back when the smoke tests later in the job fail', async () => {
      const scene = await openScene('haproxy')
      try {
        // The gate is content: the version of the smoke test is another one only through the router.
        scene.green.behaviour = 'wrong-version'
        const run = await goLive(scene, '2.0.0')
        expect(run.code).not.toBe(0)
        expect(run.output).toContain('2.0.0-wrong')
        await scene.waitForSide('blue', 20)
      } finally {
        await scene.close()
      }
    })

    /** act gives a job no token: the stage's own stands for it. */
    const onStage = (
      scene: Scene,
      stage: Stage,
      file: string,
      given: Record<string, string>,
    ): Promise<WorkflowRun> =>
      runWorkflow({
        act,
        files: new Map([
          [
            '.github/workflows/run.yml',
            readFileSync(join(ROOT, 'examples', file), 'utf8').replace(
              /(uses: org\/nexus-actions\/blue-green-switch@v1\n( +)with:\n)/,
              '$1$2  token: stage-token\n',
            ),
          ],
        ]),
        actions: { [`${REPOSITORY}@v1`]: releaseTree('1.0.0') },
        event: 'workflow_dispatch',
        payload: { inputs: given },
        variables: {
          HAPROXY_SOCKET: String(scene.router.targetConfig['socket']),
          ...{ RELEASES_URL: scene.doors.url, APP_URL: scene.router.url, SOAK: '1s', DRAIN: '0s' },
        },
        env: {
          GITHUB_API_URL: stage.apiUrl,
          GITHUB_GRAPHQL_URL: stage.graphqlUrl,
          GITHUB_SERVER_URL: stage.serverUrl,
          GITHUB_REPOSITORY: 'octo/demo',
        },
      })

    test('two switches, the second rolled back by hand; neither again nor one that is not there', async () => {
      const stage = await startGitHub({ tokens: { 'stage-token': jobToken({ deployments: 'write' }) } })
      const scene = await openScene('haproxy')
      const back = (given: Record<string, string>) =>
        onStage(scene, stage, 'blue-green-rollback.yml', {
          ...{ reason: 'the till is wrong', confirm: 'ROLLBACK', 'deployment-id': '' },
          ...given,
        })
      try {
        for (const version of ['2.0.0', '1.0.0'])
          expect(await onStage(scene, stage, 'blue-green-switch.yml', { version })).toMatchObject({
            code: 0,
            errors: [],
          })
        await scene.waitForSide('blue')
        const second = String(stage.state.deployments[1]?.id)
        const unsure = await back({ confirm: 'yes' })
        expect([unsure.code === 0, unsure.errors.join()]).toEqual([
          false,
          expect.stringContaining('"yes" is not ROLLBACK'),
        ])
        const run = await back({})
        expect(run).toMatchObject({ code: 0, errors: [] })
        expect(run.output).toContain('green is live again')
        await scene.waitForSide('green')
        for (const id of [second, '4711']) {
          const refused = await back({ 'deployment-id': id })
          expect([refused.code === 0, refused.errors.join()]).toEqual([
            false,
            expect.stringContaining('Nothing was written'),
          ])
        }
        await scene.waitForSide('green')
      } finally {
        await scene.close()
        await stage.close()
      }
    }, 240_000)
  })
})
