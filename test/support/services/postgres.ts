import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { closedPort } from '../lying-servers.ts'
import { tempFolder } from '../runner/cleanup.ts'
import { writeCertificate } from './files.ts'
import { type Service, startService } from './service.ts'

/** Debian keeps the programs of each version in a folder of its own, which is on nobody's PATH. */
const DEBIAN = '/usr/lib/postgresql'
if (existsSync(DEBIAN)) {
  const folders = readdirSync(DEBIAN).map((version) => join(DEBIAN, version, 'bin'))
  process.env['PATH'] = [process.env['PATH'], ...folders].join(delimiter)
}

export interface PostgresOptions {
  /** Lines of pg_hba.conf; by default everybody is let in. */
  access?: readonly string[]
  /** SQL run before it starts, one statement a line. */
  sql?: string
  tls?: boolean
  settings?: Readonly<Record<string, string>>
  /** A standby that answers no queries until it is promoted: it says what a server says that is starting up. */
  standby?: boolean
}

export interface Postgres extends Service {
  /** Makes a standby a primary. */
  promote(): void
}

/** A PostgreSQL cluster of its own. @param program path of postgres */
export async function startPostgres(program: string, options: PostgresOptions = {}): Promise<Postgres> {
  const bin = dirname(realpathSync(program))
  const folder = tempFolder('nexus-postgres-')
  const data = join(folder, 'data')
  mkdirSync(data)
  const port = await closedPort()
  own(folder)
  own(data)
  run(
    join(bin, 'initdb'),
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '--no-sync',
    '-E',
    'UTF8',
    '--locale',
    'C',
  )
  const config: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    logging_collector: 'off',
    ...(options.standby ? { hot_standby: 'off' } : {}),
    ...options.settings,
  }
  if (options.tls) {
    const { cert, key } = await writeCertificate(data)
    own(key)
    Object.assign(config, { ssl: 'on', ssl_cert_file: cert, ssl_key_file: key })
  }
  const lines = Object.entries(config).map(([name, value]) => `${name} = '${value}'`)
  appendFileSync(join(data, 'postgresql.conf'), `${lines.join('\n')}\n`)
  if (options.sql !== undefined) {
    run(join(bin, 'postgres'), '--single', '-D', data, 'postgres', { input: options.sql })
  }
  writeFileSync(join(data, 'pg_hba.conf'), (options.access ?? ['host all all 127.0.0.1/32 trust']).join('\n'))
  if (options.standby) writeFileSync(join(data, 'standby.signal'), '')
  const service = await startService({
    argv: asPostgres(join(bin, 'postgres'), '-D', data),
    port,
    says: options.standby ? /entering standby mode/ : /ready to accept connections/,
    // Immediate shutdown: its children go with it.
    stopSignal: 'SIGQUIT',
  })
  return {
    ...service,
    promote: () => run(join(bin, 'pg_ctl'), 'promote', '--no-wait', '-D', data),
  }
}

const isRoot = process.getuid?.() === 0

/** PostgreSQL refuses to run as root. */
function asPostgres(...argv: [string, ...string[]]): [string, ...string[]] {
  return isRoot
    ? ['setpriv', '--reuid', 'postgres', '--regid', 'postgres', '--clear-groups', '--', ...argv]
    : argv
}

function run(program: string, ...rest: [...string[], { input: string }] | string[]): void {
  const options = typeof rest.at(-1) === 'object' ? (rest.pop() as unknown as { input: string }) : {}
  const [command, ...args] = asPostgres(program, ...(rest as string[]))
  execFileSync(command, args, { stdio: ['pipe', 'pipe', 'pipe'], cwd: '/', ...options })
}

function own(path: string): void {
  if (!isRoot) return
  const id = (kind: 'u' | 'g'): number =>
    Number(execFileSync('id', [`-${kind}`, 'postgres'], { encoding: 'utf8' }))
  chownSync(path, id('u'), id('g'))
}
