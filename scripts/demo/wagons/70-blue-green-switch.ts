import { stringify } from 'yaml'
import { startLoad } from '../../../test/support/load.ts'
import { startDoors, startRelease } from '../../../test/support/releases.ts'
import { startHaproxy } from '../../../test/support/routers/haproxy.ts'
import { startTraefik } from '../../../test/support/routers/traefik.ts'
import { until } from '../../../test/support/services/service.ts'
import { findProgram } from '../../find-program.ts'
import type { DemoStep, Train, Wagon } from '../train.ts'

export const wagon: Wagon = {
  title: 'Live traffic moves, and comes back',
  story:
    'Two releases behind a router (HAProxy when it is installed, otherwise an embedded one that does what Traefik does), and sixteen users who never stop asking. The good release goes live by a canary and no user notices. The next one answers its health check, and only fails under live traffic: it is put back.',
  async run(train) {
    const [blue, green] = [await startRelease('blue', '1.0.0'), await startRelease('green', '2.0.0')]
    const doors = await startDoors([blue, green])
    const haproxy = findProgram('haproxy')
    const pair = { blue, green }
    const router = haproxy === undefined ? await startTraefik(pair) : await startHaproxy(haproxy, pair)
    const inputs = {
      target: haproxy === undefined ? 'traefik' : 'haproxy',
      'target-config': stringify(router.targetConfig),
      checks: `- url: ${doors.url}/{color}/health\n`,
      verify: `- url: ${router.url}/health\n`,
      identify: 'header: X-Color\n',
      ...{ 'min-samples': '10', 'probe-rate': '20/s', 'step-interval': '1s', watch: '1s', drain: '0s' },
    }
    try {
      const good = await move(train, router.url, {
        ...{ name: 'Green, 50 % first', expected: 'success' },
        inputs: { ...inputs, version: '2.0.0', steps: '50, 100' },
      })
      blue.behaviour = 'errors'
      const bad = await move(train, router.url, {
        ...{ name: 'Blue again, which is broken', expected: 'failure' },
        inputs: { ...inputs, version: '2.0.1' },
      })
      return {
        steps: [good.step, bad.step],
        traffic: [good.traffic, bad.traffic],
        claims: {
          'no request of a user failed while the good release went live': good.failed === 0,
          'the good release is live': good.step.result.outputs['live'] === 'green',
          'the bad release was put back': bad.step.result.outputs['rolled-back'] === 'true',
          'and green has the traffic again': bad.last === 'green',
        },
      }
    } finally {
      await router.stop()
      await doors.close()
      await Promise.all([blue.close(), green.close()])
    }
  },
}

interface Move {
  name: string
  expected: DemoStep['expected']
  inputs: Readonly<Record<string, string>>
}

/** One switch with users before, during and after it. */
async function move(train: Train, url: string, { name, expected, inputs }: Move) {
  const users = await startLoad(url)
  await until(
    () => users.requests() > 500,
    () => 'users before the switch',
  )
  const began = Date.now()
  const step = await train.step({ name, action: 'blue-green-switch', inputs, expected })
  const ended = Date.now()
  const after = users.requests() + 500
  await until(
    () => users.requests() > after,
    () => 'users after the switch',
  )
  const { slices, failed } = await users.stop()
  const marks = [
    { at: began, text: 'the step begins' },
    { at: ended, text: 'and ends' },
  ]
  return { step, failed, last: leader(slices.at(-1)?.bySide ?? {}), traffic: { title: name, slices, marks } }
}

const leader = (counts: Readonly<Record<string, number>>): string | undefined =>
  Object.entries(counts).sort(([, a], [, b]) => b - a)[0]?.[0]
