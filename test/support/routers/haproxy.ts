import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { closedPort } from '../lying-servers.ts'
import { tempFolder } from '../runner/cleanup.ts'
import { startService, until } from '../services/service.ts'
import type { Pair, Router } from './router.ts'

export interface Haproxy extends Router {
  /** The runtime API over TCP, `127.0.0.1:9999`; the unix socket is `targetConfig.socket`. */
  tcpSocket: string
  /** One line of the runtime API, and its answer. */
  say(line: string): Promise<string>
}

/** A real HAProxy, backend `app` with the servers `blue` and `green`. @param program path of haproxy */
export async function startHaproxy(
  program: string,
  { blue, green }: Pair,
  options: { /** Loads weights from `state` in its folder when it starts. */ stateFile?: boolean } = {},
): Promise<Haproxy> {
  const folder = tempFolder('nexus-haproxy-')
  const [port, api] = [await closedPort(), await closedPort()]
  const [socket, state] = [join(folder, 'admin.sock'), join(folder, 'state')]
  writeFileSync(
    join(folder, 'haproxy.cfg'),
    `global
  nbthread 1
  stats socket ${socket} mode 600 level admin
  stats socket ipv4@127.0.0.1:${api} level admin
  stats timeout 5s
  ${options.stateFile === true ? `server-state-file ${state}` : ''}
defaults
  mode http
  ${options.stateFile === true ? 'load-server-state-from-file global' : ''}
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  retries 0
frontend front
  bind 127.0.0.1:${port}
  default_backend app
backend app
  balance roundrobin
  http-request set-header X-Through haproxy
  server blue ${blue.address} weight 100
  server green ${green.address} weight 0
`,
  )
  const service = await startService({
    argv: [program, '-db', '-f', join(folder, 'haproxy.cfg')],
    port,
    stopSignal: 'SIGTERM',
  })
  // The runtime API is there a moment after the port.
  const answering = (): Promise<void> =>
    until(
      () => ask(socket, 'show info').then(Boolean, () => false),
      () => 'HAProxy has no runtime API',
    )
  await answering()
  const url = `http://127.0.0.1:${port}`
  return {
    ...service,
    ...{ url, folder, tcpSocket: `127.0.0.1:${api}` },
    targetConfig: {
      ...{ socket, backend: 'app', servers: { blue: 'blue', green: 'green' } },
      ...(options.stateFile === true ? { 'persist-file': state } : {}),
    },
    say: (line) => ask(socket, line),
    restart: async () => {
      await service.stop()
      service.start()
      await service.ready()
      await answering()
    },
  }
}

function ask(socket: string, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const connection = connect(socket, () => connection.end(`${line}\n`))
    connection.on('data', (chunk) => {
      said += chunk.toString('utf8')
    })
    connection.on('error', reject).on('close', () => resolve(said))
  })
}
