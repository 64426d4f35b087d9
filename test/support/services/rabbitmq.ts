import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { closedPort } from '../lying-servers.ts'
import { tempFolder } from '../runner/cleanup.ts'
import { writeCertificate } from './files.ts'
import { type Service, startService } from './service.ts'

/** Debian's rabbitmq-server changes to a user and a folder of its own; the script behind it does as it is told. */
const SCRIPTS = '/usr/lib/rabbitmq/bin'

export interface RabbitOptions {
  /** Name → password. */
  users: Readonly<Record<string, string>>
  /** Virtual host → the users who may use it. */
  vhosts: Readonly<Record<string, readonly string[]>>
}

export interface Rabbit extends Service {
  tlsPort: number
  /** Turns the alarm on or off that makes it take no messages. */
  alarm(on: boolean): Promise<void>
}

/** A RabbitMQ node with an Erlang port mapper of its own. It takes 10 s and more: share one in a test file. */
export async function startRabbitmq({ users, vhosts }: RabbitOptions): Promise<Rabbit> {
  const folder = tempFolder('nexus-rabbitmq-')
  const [port, tlsPort, distribution, epmdPort] = await Promise.all([
    closedPort(),
    closedPort(),
    closedPort(),
    closedPort(),
  ])
  const { ca, cert, key } = await writeCertificate(folder)
  const definitions = join(folder, 'definitions.json')
  writeFileSync(definitions, JSON.stringify(definitionsOf(users, vhosts)))
  writeFileSync(
    join(folder, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      `listeners.ssl.1 = 127.0.0.1:${tlsPort}`,
      `ssl_options.cacertfile = ${ca}`,
      `ssl_options.certfile = ${cert}`,
      `ssl_options.keyfile = ${key}`,
      'ssl_options.verify = verify_none',
      'log.console = true',
      'log.file = false',
      'disk_free_limit.absolute = 1MB',
      `load_definitions = ${definitions}`,
    ].join('\n'),
  )
  writeFileSync(join(folder, 'enabled_plugins'), '[].\n')
  writeFileSync(join(folder, 'env.conf'), '')
  const env = {
    HOME: folder,
    ERL_EPMD_PORT: String(epmdPort),
    RABBITMQ_NODENAME: `nexus${port}@localhost`,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'env.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_SCHEMA_DIR: join(folder, 'schema'),
  }
  // Otherwise the node starts one, which outlives it.
  await startService({
    argv: ['epmd', '-port', String(epmdPort), '-address', '127.0.0.1'],
    env,
    port: epmdPort,
  })
  const node = await startService({
    argv: [join(SCRIPTS, 'rabbitmq-server')],
    env,
    port,
    says: /Server startup complete/,
    patienceMs: 90_000,
  })
  return {
    ...node,
    tlsPort,
    alarm: async (on) => {
      const call = on
        ? 'rabbit_alarm:set_alarm({{resource_limit, memory, node()}, []}).'
        : 'rabbit_alarm:clear_alarm({resource_limit, memory, node()}).'
      await promisify(execFile)(join(SCRIPTS, 'rabbitmqctl'), ['eval', call], {
        env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...env },
      })
    },
  }
}

/** @see https://www.rabbitmq.com/docs/passwords#computing-password-hash */
function definitionsOf(users: RabbitOptions['users'], vhosts: RabbitOptions['vhosts']): object {
  return {
    users: Object.entries(users).map(([name, password]) => {
      const salt = randomBytes(4)
      const hash = createHash('sha256').update(salt).update(password).digest()
      return {
        name,
        password_hash: Buffer.concat([salt, hash]).toString('base64'),
        hashing_algorithm: 'rabbit_password_hashing_sha256',
        tags: '',
      }
    }),
    vhosts: Object.keys(vhosts).map((name) => ({ name })),
    permissions: Object.entries(vhosts).flatMap(([vhost, names]) =>
      names.map((user) => ({ user, vhost, configure: '.*', write: '.*', read: '.*' })),
    ),
  }
}
