import { joinWords } from '../../../shared/text/list.ts'
import { startMosquitto } from '../../../test/support/services/mosquitto.ts'
import { startPostgres } from '../../../test/support/services/postgres.ts'
import { startRabbitmq } from '../../../test/support/services/rabbitmq.ts'
import { startRedis } from '../../../test/support/services/redis.ts'
import type { Service } from '../../../test/support/services/service.ts'
import { findProgram } from '../../find-program.ts'
import { serviceOf, type Wagon } from '../train.ts'

interface Part {
  name: string
  program: string
  start: (program: string) => Promise<Service>
  url: (port: number) => string
  /** Within the log of the step when it was really spoken to. */
  proof: RegExp
}

const PARTS: readonly Part[] = [
  {
    name: 'cache',
    program: 'redis-server',
    start: (program) => startRedis(program, { password: 'demo-redis' }),
    url: (port) => `redis://:demo-redis@127.0.0.1:${port}/0`,
    proof: /cache: healthy: PONG/,
  },
  {
    name: 'database',
    program: 'postgres',
    start: (program) => startPostgres(program),
    url: (port) => `postgres://postgres@127.0.0.1:${port}/postgres`,
    proof: /database: healthy: select 1/,
  },
  {
    name: 'control system',
    program: 'mosquitto',
    start: (program) => startMosquitto(program),
    url: (port) => `mqtt://127.0.0.1:${port}`,
    proof: /control system: healthy: .*came back/,
  },
  {
    name: 'queue',
    program: 'rabbitmq-server',
    start: () => startRabbitmq({ users: { app: 'demo-rabbit' }, vhosts: { '/': ['app'] } }),
    url: (port) => `amqp://app:demo-rabbit@127.0.0.1:${port}/`,
    proof: /queue: healthy: /,
  },
]

export const wagon: Wagon = {
  title: 'What stands behind it',
  story:
    'An endpoint may say it is well while its database sleeps. The same step speaks to the real Redis, PostgreSQL, Mosquitto and RabbitMQ, as far as they are installed on this machine.',
  async run(train) {
    const installed = PARTS.flatMap((part) => {
      const path = findProgram(part.program)
      return path === undefined ? [] : [{ ...part, path }]
    })
    const missing = PARTS.filter(({ program }) => !installed.some((part) => part.program === program))
    if (missing.length > 0) {
      train.say(`skipped, because not installed here: ${joinWords(missing.map(({ program }) => program))}`)
    }
    if (installed.length > 0) train.say(`real: ${joinWords(installed.map(({ program }) => program))}`)
    const running = await Promise.all(
      installed.map(async (part) => ({ ...part, service: await part.start(part.path) })),
    )
    try {
      const lines = running.map(({ name, url, service }) => `- name: ${name}\n  url: ${url(service.port)}\n`)
      const step = await train.step({
        name: 'Check the endpoint and what stands behind it',
        action: 'health-check',
        inputs: {
          timeout: '60s',
          checks: `- name: orders\n  url: ${serviceOf(train, 'orders').url}/health\n${lines.join('')}`,
        },
        expected: 'success',
      })
      const claims = running.map(({ program, proof }) => [
        `${program} was spoken to`,
        proof.test(step.result.log),
      ])
      return {
        steps: [step],
        claims: {
          'the endpoint is healthy': /^orders$/m.test(step.result.outputs['passed'] ?? ''),
          ...Object.fromEntries(claims),
        },
      }
    } finally {
      await Promise.all(running.map(({ service }) => service.stop()))
    }
  },
}
