import { closedPort } from '../lying-servers.ts'
import { tempFolder } from '../runner/cleanup.ts'
import { writeCertificate } from './files.ts'
import { type Service, serviceOf } from './service.ts'

export interface FerretdbOptions {
  user?: string
  password?: string
  tls?: true
}

/** FerretDB, which speaks MongoDB's protocol on top of SQLite. @param program path of ferretdb */
export async function startFerretdb(program: string, options: FerretdbOptions = {}): Promise<Service> {
  const folder = tempFolder('nexus-ferretdb-')
  const port = await closedPort()
  const { user, password = '' } = options
  const files = options.tls === true ? await writeCertificate(folder) : undefined
  const server = serviceOf({
    argv: [
      program,
      ...['--handler=sqlite', `--sqlite-url=file:${folder}/`, `--state-dir=${folder}`, '--telemetry=disable'],
      ...['--debug-addr=-', '--log-level=error'],
      ...(files === undefined
        ? [`--listen-addr=127.0.0.1:${port}`]
        : [
            '--listen-addr=',
            `--listen-tls=127.0.0.1:${port}`,
            `--listen-tls-cert-file=${files.cert}`,
            `--listen-tls-key-file=${files.key}`,
          ]),
      ...(user === undefined
        ? []
        : [
            '--test-enable-new-auth',
            '--setup-database=admin',
            `--setup-username=${user}`,
            `--setup-password=${password}`,
          ]),
    ],
    port,
    patienceMs: 40_000,
  })
  server.start()
  await server.ready()
  return server
}
