import { serviceOf, type Wagon } from '../train.ts'

export const wagon: Wagon = {
  title: 'Gate on the 95th percentile',
  story:
    'Healthy is not fast. After the check passes, 200 timed requests go to a real page, four at a time; the step is red when the 95th percentile or the share of errors is over its limit.',
  async run(train) {
    const step = await train.step({
      name: 'p95 within 500 ms',
      action: 'health-check',
      inputs: {
        url: `${serviceOf(train, 'orders').url}/orders`,
        samples: '200',
        concurrency: '4',
        'max-p95': '500ms',
        'max-error-rate': '1%',
      },
      expected: 'success',
    })
    const { outputs } = step.result
    return {
      steps: [step],
      claims: {
        'the 95th percentile is an output': Number(outputs['p95-ms']) > 0,
        'no request failed': outputs['error-rate'] === '0',
      },
    }
  },
}
