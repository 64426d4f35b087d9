import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closedPort } from '../lying-servers.ts'
import { tempFolder } from '../runner/cleanup.ts'
import { type TlsFiles, writeCertificate } from './files.ts'
import { type Service, serviceOf } from './service.ts'

export interface RedisOptions {
  /** Of the default user. */
  password?: string
  /** More users: name → rules, such as `on >secret ~* +ping`. */
  users?: Readonly<Record<string, string>>
  /** TLS instead of plain TCP; `clients` when it demands a certificate of its clients. */
  tls?: true | 'clients'
  /** Further arguments. */
  args?: readonly string[]
  /** It is a sentinel, with these lines in its configuration. */
  sentinel?: string
  /** Where it keeps its data; a new folder unless said otherwise. */
  folder?: string
}

/** A Redis that has not been started yet. @param program path of redis-server */
export async function redisOf(program: string, options: RedisOptions = {}): Promise<Service> {
  const folder = options.folder ?? tempFolder('nexus-redis-')
  const port = await closedPort()
  const files = options.tls === undefined ? undefined : await writeCertificate(folder)
  if (options.sentinel !== undefined) {
    // It writes into its configuration, so that cannot be arguments.
    const file = join(folder, 'sentinel.conf')
    writeFileSync(file, `bind 127.0.0.1\nport ${port}\ndir ${folder}\n${options.sentinel}\n`)
    return serviceOf({ argv: [program, file, '--sentinel'], port })
  }
  return serviceOf({
    argv: [
      program,
      ...['--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', '--databases', '4'],
      ...(files === undefined
        ? ['--port', String(port)]
        : tlsArguments(port, files, options.tls === 'clients')),
      ...(options.password === undefined ? [] : ['--requirepass', options.password]),
      ...Object.entries(options.users ?? {}).flatMap(([name, rules]) => [
        '--user',
        name,
        ...rules.split(' '),
      ]),
      ...(options.args ?? []),
    ],
    port,
  })
}

export async function startRedis(program: string, options: RedisOptions = {}): Promise<Service> {
  const redis = await redisOf(program, options)
  redis.start()
  await redis.ready()
  return redis
}

function tlsArguments(port: number, { ca, cert, key }: TlsFiles, clients: boolean): string[] {
  return [
    ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', clients ? 'yes' : 'no'],
    ...['--tls-ca-cert-file', ca, '--tls-cert-file', cert, '--tls-key-file', key],
  ]
}
