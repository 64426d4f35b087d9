import type { Wagon } from '../train.ts'

const MEMBER = 'checks.redis is "unhealthy: timeout"'

export const wagon: Wagon = {
  title: 'A broken release stops here',
  story:
    'Version 2.0.1 starts, but its Redis does not answer. The step is meant to be red: the log, the annotation and the summary name the member that is down, and nothing after this step would run.',
  async run(train) {
    const canary = await train.start('canary', { version: '2.0.1', broken: 'redis=unhealthy: timeout' })
    const step = await train.step({
      name: 'Check 2.0.1 before traffic goes to it',
      action: 'health-check',
      inputs: {
        checks: `- name: orders\n  url: ${canary.url}/health\n`,
        'expect-version': '2.0.1',
        timeout: '2s',
      },
      expected: 'failure',
    })
    const { annotations, summary, outputs } = step.result
    return {
      steps: [step],
      claims: {
        'exactly one error annotation, and it names the member':
          annotations.length === 1 && annotations[0]?.message.includes(MEMBER) === true,
        'the summary names the member': summary.includes(MEMBER),
        'the outputs say so': outputs['healthy'] === 'false' && outputs['status'] === 'unhealthy',
      },
    }
  },
}
