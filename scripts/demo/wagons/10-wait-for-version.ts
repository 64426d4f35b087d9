import type { Wagon } from '../train.ts'

export const wagon: Wagon = {
  title: 'Wait for the new version',
  story:
    'Version 1.4.2 is live and perfectly healthy, so a plain check would be green at once, and wrong. While the step waits, 1.4.2 is replaced by 2.0.0 on the same port: connections are refused, then 2.0.0 answers 503 while its migrations run.',
  async run(train) {
    const old = await train.start('orders', { version: '1.4.2' })
    const step = await train.step({
      name: 'Wait until 2.0.0 is live',
      action: 'health-check',
      inputs: { url: `${old.url}/health`, 'expect-version': '2.0.0', timeout: '60s' },
      expected: 'success',
      meanwhile: async (handle) => {
        await handle.waitForLog(/1\.4\.2/)
        train.say('1.4.2 is taken down, 2.0.0 takes its port')
        await old.stop()
        await train.start('orders', { version: '2.0.0', port: old.port, warmUpMs: 1_200 })
      },
    })
    const { outputs, log } = step.result
    return {
      steps: [step],
      claims: {
        'the healthy old version did not pass': log.includes('version "1.4.2", expected "2.0.0"'),
        'versions says 2.0.0': Object.values(JSON.parse(outputs['versions'] ?? '{}')).join() === '2.0.0',
      },
    }
  },
}
