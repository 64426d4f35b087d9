import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { REPOSITORY, ROOT } from '../../../scripts/actions.ts'
import { releaseTree } from '../../../scripts/tree.ts'
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
  })
})
