import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { atEnd } from '../../test/support/runner/cleanup.ts'

export interface ServiceOptions {
  version: string
  /** 0 is any free port. */
  port?: number
  warmUpMs?: number
  /** `redis=unhealthy: timeout` */
  broken?: string
}

export interface Service {
  version: string
  /** `http://127.0.0.1:41234` */
  url: string
  port: number
  cachePort: number
  stop(): Promise<void>
}

/** Starts a process of the service; resolves when it listens. It ends with this process at the latest. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { version, port = 0, warmUpMs = 0, broken = '' } = options
  const child = spawn(process.execPath, [join(import.meta.dirname, 'service.ts')], {
    env: { VERSION: version, PORT: String(port), WARM_UP_MS: String(warmUpMs), BROKEN: broken },
    stdio: ['ignore', 'pipe', 'inherit'],
    windowsHide: true,
  })
  atEnd(() => child.kill('SIGKILL'))
  const exit = once(child, 'exit')
  const line = await Promise.race([
    once(createInterface(child.stdout), 'line').then(([text]) => String(text)),
    exit.then(([code]) => Promise.reject(new Error(`The service ${version} ended with exit code ${code}.`))),
  ])
  const ports = JSON.parse(line) as { port: number; cachePort: number }
  return {
    ...ports,
    version,
    url: `http://127.0.0.1:${ports.port}`,
    stop: async () => {
      child.kill('SIGTERM')
      await exit
    },
  }
}
