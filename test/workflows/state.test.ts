import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { REPOSITORY } from '../../scripts/actions.ts'
import { releaseTree } from '../../scripts/tree.ts'
import { describeWith } from '../support/real-parts.ts'
import { runWorkflow } from './act.ts'

/** A commit message that sets variables of the job, by the mistake of half of all workflows. */
const TITLE = [
  'fix: a small thing',
  'STATE_phase=post',
  'STATE_isPost=true',
  'STATE_switch={"value":"{\\"weights\\":{\\"green\\":100}}","proof":"x"}',
  'STATE_started=true',
  'INPUT_DRY-RUN=true',
].join('\n')

const REPORT = JSON.stringify({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'x', rules: [{ id: 'R', properties: { 'security-severity': '9.8' } }] } },
      results: [{ ruleId: 'R', message: { text: 'm' } }],
    },
  ],
})

const WORKFLOW = `
on: push
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - name: files
        env:
          REPORT: '${REPORT}'
        run: |
          printf '%s' "$REPORT" > results.sarif
          echo '{"weights":{"blue":100,"green":0}}' > weights.json
      - name: mistake
        env:
          TITLE: \${{ github.event.head_commit.message }}
        run: |
          printf '%s\\n' "TITLE=$TITLE" >> "$GITHUB_ENV"
      - name: said
        run: echo "phase is $STATE_phase"
      - name: health
        id: health
        continue-on-error: true
        uses: ${REPOSITORY}/health-check@v1
        with:
          url: \${{ vars.SHOP_URL }}
          timeout: 1s
          interval: 100ms
      - name: scan
        id: scan
        continue-on-error: true
        uses: ${REPOSITORY}/trivy-sarif-upload@v1
        with:
          sarif-file: results.sarif
          upload: never
          fail-on: low
          token: x
      - name: switch
        id: switch
        continue-on-error: true
        uses: ${REPOSITORY}/blue-green-switch@v1
        with:
          target: command
          target-config: '{ read: [cat, weights.json], write: ["false"] }'
          checks: none
          verify: none
          watch: 0s
          record: "false"
          rollback-on-job-failure: "true"
      - name: deploy
        if: steps.health.outcome == 'success' || steps.scan.outcome == 'success' || steps.switch.outcome == 'success'
        run: echo DEPLOYED
`

let sick: Server
let url = ''

beforeAll(async () => {
  sick = createServer((_request, response) => response.writeHead(503).end('sick'))
  await new Promise<void>((resolve) => sick.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(sick.address() as AddressInfo).port}`
})
afterAll(async () => {
  sick.closeAllConnections()
  await new Promise((resolve) => sick.close(resolve))
})

describeWith('act', 'state out of the environment', (act) => {
  test('a commit message that sets STATE_phase through GITHUB_ENV opens no gate', async () => {
    const run = await runWorkflow({
      act,
      files: new Map([['.github/workflows/gate.yml', WORKFLOW]]),
      actions: { [`${REPOSITORY}@v1`]: releaseTree('1.0.0') },
      event: 'push',
      payload: { head_commit: { message: TITLE } },
      variables: { SHOP_URL: url },
    })
    // The mistake works, or this test would show nothing.
    expect(run.output).toContain('phase is post')
    expect(run.steps).toMatchObject({
      'gate/health': 'failure',
      'gate/scan': 'failure',
      'gate/switch': 'failure',
    })
    expect(run.steps['gate/deploy']).not.toBe('success')
    expect(run.output).not.toContain('DEPLOYED\n')
    // Each is red for its own reason: it has done its work.
    expect(run.errors).toEqual([
      expect.stringContaining('HTTP 503 Service Unavailable'),
      expect.stringContaining('1 finding of severity low or worse'),
      expect.stringContaining('blue has all the traffic, as read back'),
    ])
  })
})
