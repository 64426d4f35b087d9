import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closedPort } from '../lying-servers.ts'
import { tempFolder } from '../runner/cleanup.ts'
import { startService, until } from '../services/service.ts'
import type { Pair } from './router.ts'
import type { Traefik } from './traefik.ts'

/** A real Traefik 3 with the file provider, its weighted service `app`, and its API. @param program path of traefik */
export async function startTraefik3(program: string, { blue, green }: Pair): Promise<Traefik> {
  const folder = tempFolder('nexus-traefik-3-')
  const watched = join(folder, 'dynamic')
  mkdirSync(watched)
  const [port, apiPort] = [await closedPort(), await closedPort()]
  const file = join(watched, 'app.yml')
  writeFileSync(
    file,
    `# Written by hand; the switch keeps this line.
http:
  middlewares:
    through:
      headers:
        customRequestHeaders:
          X-Through: traefik
  routers:
    front:
      rule: PathPrefix(\`/\`)
      entryPoints: [web]
      middlewares: [through]
      service: app
  services:
    app:
      weighted:
        services:
          - name: blue
            weight: 100
          - name: green
            weight: 0
    blue:
      loadBalancer:
        servers:
          - url: ${blue.url}
    green:
      loadBalancer:
        servers:
          - url: ${green.url}
`,
  )
  const config = join(folder, 'traefik.yml')
  writeFileSync(
    config,
    `global: { checkNewVersion: false, sendAnonymousUsage: false }
entryPoints:
  web: { address: "127.0.0.1:${port}" }
  traefik: { address: "127.0.0.1:${apiPort}" }
api: { insecure: true, dashboard: false }
providers:
  file: { directory: ${watched}, watch: true }
`,
  )
  const service = await startService({
    argv: [program, `--configFile=${config}`],
    port,
    stopSignal: 'SIGTERM',
  })
  const api = `http://127.0.0.1:${apiPort}`
  // The file provider is read a moment after the port is open.
  const answering = (): Promise<void> =>
    until(
      () =>
        fetch(`${api}/api/http/services/app@file`).then(
          ({ status }) => status === 200,
          () => false,
        ),
      () => 'Traefik knows no service app@file',
    )
  await answering()
  return {
    ...service,
    url: `http://127.0.0.1:${port}`,
    folder,
    api,
    file,
    targetConfig: { file, service: 'app', services: { blue: 'blue', green: 'green' }, api },
    restart: async () => {
      await service.stop()
      service.start()
      await service.ready()
      await answering()
    },
  }
}
