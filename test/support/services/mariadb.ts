import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { closedPort } from '../lying-servers.ts'
import { tempFolder } from '../runner/cleanup.ts'
import { writeCertificate } from './files.ts'
import { type Service, serviceOf } from './service.ts'

export interface MariadbOptions {
  /** Statements that are run before it answers anybody, one a line. */
  sql?: readonly string[]
  tls?: boolean
  /** Further arguments. */
  args?: readonly string[]
}

/** A MariaDB that has not been started yet, in a folder of its own. @param program path of mariadbd */
export async function mariadbOf(program: string, options: MariadbOptions = {}): Promise<Service> {
  const folder = tempFolder('nexus-mariadb-')
  const data = join(folder, 'data')
  mkdirSync(data)
  const port = await closedPort()
  const init = join(folder, 'init.sql')
  writeFileSync(init, `${(options.sql ?? []).join('\n')}\n`)
  const files = options.tls === true ? await writeCertificate(folder) : undefined
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  // Its tables of users are made by a script that lies beside the programs.
  const install = join(dirname(program).replace(/sbin$/, 'bin'), 'mariadb-install-db')
  execFileSync(
    install,
    [
      '--no-defaults',
      ...asRoot,
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ],
    {
      stdio: 'ignore',
    },
  )
  if (process.getuid?.() === 0) chownSync(data, 0, 0)
  return serviceOf({
    argv: [
      program,
      '--no-defaults',
      ...asRoot,
      ...[`--datadir=${data}`, `--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 's')}`],
      ...[`--pid-file=${join(folder, 'pid')}`, `--init-file=${init}`, '--innodb-buffer-pool-size=16M'],
      ...[
        '--skip-log-bin',
        '--skip-name-resolve',
        '--innodb-log-file-size=4M',
        '--innodb-flush-log-at-trx-commit=0',
      ],
      ...(files === undefined
        ? []
        : [`--ssl-cert=${files.cert}`, `--ssl-key=${files.key}`, `--ssl-ca=${files.ca}`]),
      ...(options.args ?? []),
    ],
    port,
    says: /ready for connections/,
    patienceMs: 60_000,
  })
}

export async function startMariadb(program: string, options: MariadbOptions = {}): Promise<Service> {
  const server = await mariadbOf(program, options)
  server.start()
  await server.ready()
  return server
}
