import { closedPort } from '../lying-servers.ts'
import { type Service, serviceOf } from './service.ts'

/** A resolver that knows the names in `records`, options of dnsmasq, and nobody else. @param program path of dnsmasq */
export async function startDnsmasq(program: string, records: readonly string[]): Promise<Service> {
  const port = await closedPort()
  const server = serviceOf({
    argv: [
      program,
      ...[
        '--keep-in-foreground',
        '--no-resolv',
        '--no-hosts',
        '--no-daemon',
        '--conf-file=/dev/null',
        '--pid-file=',
      ],
      ...['--bind-interfaces', '--listen-address=127.0.0.1', `--port=${port}`, '--local=/test/', ...records],
    ],
    port,
  })
  server.start()
  await server.ready()
  return server
}
