import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { closedPort } from '../lying-servers.ts'
import { tempFolder } from '../runner/cleanup.ts'
import { startService } from '../services/service.ts'
import type { Pair, Router } from './router.ts'

export interface CaddyRouter extends Router {
  /** The admin API. */
  admin: string
}

/** A real Caddy, its reverse proxy under the id `app_proxy`. @param program path of caddy */
export async function startCaddy(program: string, { blue, green }: Pair): Promise<CaddyRouter> {
  const folder = tempFolder('nexus-caddy-')
  const [port, api] = [await closedPort(), await closedPort()]
  const handler = {
    '@id': 'app_proxy',
    handler: 'reverse_proxy',
    load_balancing: { selection_policy: { policy: 'round_robin' } },
    headers: { request: { set: { 'X-Through': ['caddy'] } } },
    upstreams: [{ dial: blue.address }],
  }
  const front = {
    listen: [`127.0.0.1:${port}`],
    automatic_https: { disable: true },
    routes: [{ handle: [handler] }],
  }
  const config = {
    admin: { listen: `127.0.0.1:${api}`, config: { persist: false } },
    apps: { http: { servers: { front } } },
  }
  writeFileSync(join(folder, 'caddy.json'), JSON.stringify(config))
  const service = await startService({
    argv: [program, 'run', '--config', join(folder, 'caddy.json')],
    env: { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    port,
  })
  const admin = `http://127.0.0.1:${api}`
  return {
    ...service,
    ...{ url: `http://127.0.0.1:${port}`, folder, admin },
    targetConfig: { admin, id: 'app_proxy', upstreams: { blue: blue.address, green: green.address } },
    restart: async () => {
      await service.stop()
      service.start()
      await service.ready()
    },
  }
}
