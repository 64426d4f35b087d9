import { worldOfNovember } from '../../../test/actions/delivery-metrics/world-of-november.ts'
import { startDeliveryGitHub } from '../../../test/support/delivery/github.ts'
import type { Wagon } from '../train.ts'

export const wagon: Wagon = {
  title: 'Are we getting faster and safer?',
  story:
    'A made-up month of 30 deployments, with a re-run, a rollback, a cancelled run, a force-push and a hotfix in it, is read from a stand-in for GitHub on this machine. The figures are those that were worked out by hand.',
  async run(train) {
    const github = await startDeliveryGitHub(worldOfNovember())
    const measured = await train.step({
      name: 'November',
      action: 'delivery-metrics',
      inputs: {
        repositories: 'octo/demo',
        since: '2026-11-01',
        until: '2026-12-01',
        failures: 'status, rollback, hotfix',
        targets: '{change-fail-rate: 20%, change-lead-time-p50: 1d}',
      },
      context: { apiUrl: github.apiUrl, graphqlUrl: `${github.apiUrl}/graphql` },
      expected: 'success',
    })
    await github.close()
    const { outputs } = measured.result
    return {
      steps: [measured],
      claims: {
        '25 deployments were counted, each once': outputs['deployments'] === '25',
        'half of the changes were live within 15 hours': outputs['change-lead-time-p50-hours'] === '15',
        '4 of 25 failed, one of them by a hotfix that followed': outputs['change-fail-rate'] === '0.16',
        'every query is valid by GitHub’s own schema': github.violations.length === 0,
      },
    }
  },
}
