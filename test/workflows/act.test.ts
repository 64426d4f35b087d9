import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { REPOSITORY, ROOT } from '../../scripts/actions.ts'
import { filesBelow, releaseTree } from '../../scripts/tree.ts'
import { describeWith } from '../support/real-parts.ts'
import { runWorkflow } from './act.ts'

const SHA = '4f1c2d3e4f1c2d3e4f1c2d3e4f1c2d3e4f1c2d3e'

/** The shop of the example: every service reports a version of its own choice. */
const versions: Record<string, string> = {}
let shop: Server
let url: string

beforeAll(async () => {
  shop = createServer((request, response) => {
    const service = /^\/(?:(\w+)\/)?health$/.exec(request.url ?? '')?.[1] ?? 'front'
    const checks = { redis: service === 'broken' ? 'unhealthy: timeout' : 'healthy' }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: 'healthy', version: versions[service] ?? SHA, checks }))
  })
  await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`
})

afterAll(async () => {
  shop.closeAllConnections()
  await new Promise((resolve) => shop.close(resolve))
})

describeWith('act', 'whole workflows', (act) => {
  const example = readFileSync(join(ROOT, 'examples', 'health-check.yml'), 'utf8')
  const shopRun = (workflow: string) =>
    runWorkflow({
      act,
      files: new Map([['.github/workflows/verify.yml', workflow]]),
      actions: { [`${REPOSITORY}@v1`]: releaseTree('1.0.0') },
      event: 'deployment_status',
      payload: { deployment: { sha: SHA }, deployment_status: { state: 'success' } },
      variables: { SHOP_URL: url },
    })

  test('the example passes against the release tree', async () => {
    const run = await shopRun(example)
    expect(run).toMatchObject({ code: 0, errors: [] })
    expect(run.output).toMatch(/Healthy after \d+ attempts and \d+ ms\./)
    expect(run.output).toContain(`healthy {"catalog":"${SHA}","cart":"${SHA}"`)
  })

  test('the example fails when one service is left behind', async () => {
    versions['cart'] = 'old'
    try {
      const run = await shopRun(example.replace('timeout: 30s', 'timeout: 1s'))
      expect(run).toMatchObject({
        code: 1,
        steps: {
          'ready/Wait for the deployed version': 'success',
          'versions/Compare versions': 'failure',
          'versions/List them': 'success',
        },
      })
      expect(run.errors.join('\n')).toContain('cart')
    } finally {
      delete versions['cart']
    }
  })

  test('an action of a checkout passes, and fails with the name of the member', async () => {
    const files = new Map<string, Buffer | string>()
    for (const folder of ['actions', 'dist']) {
      for (const path of filesBelow(join(ROOT, folder))) {
        files.set(`${folder}/${path}`, readFileSync(join(ROOT, folder, path)))
      }
    }
    const step = (name: string, target: string): string =>
      [`- name: ${name}`, '  uses: ./actions/health-check', `  with: {url: '${target}', timeout: 1s}`].join(
        '\n        ',
      )
    files.set(
      '.github/workflows/local.yml',
      `on: push
jobs:
  local:
    runs-on: ubuntu-latest
    steps:
        - uses: actions/checkout@v7
        ${step('good', `${url}/health`)}
        ${step('bad', `${url}/broken/health`)}
`,
    )
    const run = await runWorkflow({ act, files, event: 'push' })
    expect(run).toMatchObject({ code: 1, steps: { 'local/good': 'success', 'local/bad': 'failure' } })
    expect(run.errors).toEqual([expect.stringContaining('checks.redis is "unhealthy: timeout"')])
  })

  test('the root of the release tree names the right paths', async () => {
    const run = await runWorkflow({
      act,
      files: new Map([
        [
          '.github/workflows/root.yml',
          `on: push\njobs:\n  root:\n    runs-on: ubuntu-latest\n    steps:\n      - name: root\n        uses: ${REPOSITORY}@v1\n`,
        ],
      ]),
      actions: { [`${REPOSITORY}@v1`]: releaseTree('1.0.0') },
      event: 'push',
    })
    expect(run.steps).toEqual({ 'root/root': 'failure' })
    expect(run.errors.join('\n')).toContain(`uses: ${REPOSITORY}/health-check@v1`)
  })
})
