import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { serviceOf, type Wagon } from '../train.ts'

export const wagon: Wagon = {
  title: 'Five checks, one version',
  story:
    'Everything that belongs to the release is waited for at the same time: two services that must report the same version, a cache port, a marker file that the migration leaves, and a program.',
  async run(train) {
    const orders = serviceOf(train, 'orders')
    const billing = await train.start('billing', { version: '2.0.0', warmUpMs: 300 })
    const marker = join(train.workspace, 'migrations.done')
    writeFileSync(marker, 'schema 2.0.0\n')
    const step = await train.step({
      name: 'Check the whole release',
      action: 'health-check',
      inputs: {
        'same-version': 'true',
        timeout: '60s',
        checks: `- name: orders
  url: ${orders.url}/health
- name: billing
  url: ${billing.url}/health
- name: cache
  url: tcp://127.0.0.1:${orders.cachePort}
- name: migrations
  url: ${pathToFileURL(marker)}
  contains: schema 2.0.0
- name: toolchain
  exec: [node, --version]
`,
      },
      expected: 'success',
    })
    const { passed = '' } = step.result.outputs
    return {
      steps: [step],
      claims: { 'all five passed': passed === 'orders\nbilling\ncache\nmigrations\ntoolchain' },
    }
  },
}
