import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { parse } from 'yaml'
import { tempFolder } from '../runner/cleanup.ts'
import type { Pair, Router } from './router.ts'

export interface TraefikOptions {
  /** Between a change in the folder and its taking effect (`providersThrottleDuration`, 2 s by default). */
  throttleMs?: number
}

export interface Traefik extends Router {
  /** Base of the API, `http://127.0.0.1:8080`. */
  api: string
  /** The file in the watched folder. */
  file: string
}

interface Dynamic {
  http: { services: Record<string, Service> }
}
interface Service {
  weighted?: { services: { name: string; weight?: number }[] }
  loadBalancer?: { servers: { url: string }[] }
}

/**
 * What the file provider and the API of Traefik 3 do, as far as a switch sees it: the *folder* is watched, a change
 * takes effect after the throttle, an invalid file leaves the old configuration in force and is only logged, and the
 * API tells what is in force.
 *
 * @see https://doc.traefik.io/traefik/providers/file/
 */
export async function startTraefik(
  { blue, green }: Pair,
  { throttleMs = 100 }: TraefikOptions = {},
): Promise<Traefik> {
  const folder = tempFolder('nexus-traefik-')
  const watched = join(folder, 'dynamic')
  mkdirSync(watched)
  const file = join(watched, 'app.yml')
  writeFileSync(
    file,
    `# Written by hand; the switch keeps this line.
http:
  routers:
    front:
      rule: PathPrefix(\`/\`)
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
  let log = ''
  let frozen = false
  let inForce: Dynamic['http'] = read(watched)
  let seen = stamp(watched)
  let pending: NodeJS.Timeout | undefined
  const turns = new Map<string, number>()
  const watch = setInterval(() => {
    const now = stamp(watched)
    if (now === seen) return
    seen = now
    pending ??= setTimeout(() => {
      pending = undefined
      try {
        inForce = read(watched)
        turns.clear()
      } catch (error) {
        log += `level=error msg="Error occurred during watcher callback" error="${(error as Error).message}"\n`
      }
    }, throttleMs)
  }, 20)

  const front = createServer((request, response) => {
    if (!frozen) proxy(request, response, pick(inForce, 'app', turns))
  })
  const api = createServer((request, response) => {
    if (!frozen) answerApi(request, response, inForce)
  })
  front.keepAliveTimeout = 60_000
  for (const server of [front, api])
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const [port, apiPort] = [front, api].map((server) => (server.address() as AddressInfo).port) as [
    number,
    number,
  ]
  const stop = async (): Promise<void> => {
    clearInterval(watch)
    clearTimeout(pending)
    for (const server of [front, api]) {
      server.close()
      server.closeAllConnections()
    }
  }
  const apiUrl = `http://127.0.0.1:${apiPort}`
  return {
    ...{ url: `http://127.0.0.1:${port}`, port, folder, api: apiUrl, file, stop },
    targetConfig: { file, service: 'app', services: { blue: 'blue', green: 'green' }, api: apiUrl },
    log: () => log,
    freeze: () => {
      frozen = true
    },
    thaw: () => {
      frozen = false
    },
    restart: () => {
      inForce = read(watched)
      return Promise.resolve()
    },
  }
}

/** Changes when a file in the folder is written, replaced, added or removed. */
function stamp(folder: string): string {
  return readdirSync(folder)
    .filter(isConfiguration)
    .map((name) => {
      const { ino, mtimeMs, size } = statSync(join(folder, name))
      return [name, ino, mtimeMs, size].join()
    })
    .join(';')
}

const isConfiguration = (name: string): boolean => /^[^.].*\.ya?ml$/.test(name)

/** @throws Error when a file is not valid, as Traefik refuses the whole folder then */
function read(folder: string): Dynamic['http'] {
  const services: Record<string, Service> = {}
  for (const name of readdirSync(folder).filter(isConfiguration)) {
    const dynamic = parse(readFileSync(join(folder, name), 'utf8')) as Partial<Dynamic> | null
    Object.assign(services, dynamic?.http?.services)
  }
  for (const [name, service] of Object.entries(services)) {
    if (service.loadBalancer === undefined && service.weighted === undefined)
      throw new Error(`the service "${name}@file" does not have any type defined`)
    for (const part of service.weighted?.services ?? []) {
      if (services[part.name] === undefined) throw new Error(`the service "${part.name}@file" does not exist`)
      if (part.weight !== undefined && !Number.isInteger(part.weight))
        throw new Error(`cannot parse weight "${part.weight}" of "${part.name}"`)
    }
  }
  return { services }
}

/** The address of the service's turn, by smooth weighted round robin; undefined when all weights are 0. */
function pick(http: Dynamic['http'], name: string, turns: Map<string, number>): string | undefined {
  const parts = http.services[name]?.weighted?.services ?? []
  const total = parts.reduce((sum, { weight = 1 }) => sum + weight, 0)
  let best: string | undefined
  for (const { name: part, weight = 1 } of parts) {
    if (weight === 0) continue
    turns.set(part, (turns.get(part) ?? 0) + weight)
    if (best === undefined || (turns.get(part) ?? 0) > (turns.get(best) ?? 0)) best = part
  }
  if (best === undefined) return undefined
  turns.set(best, (turns.get(best) ?? 0) - total)
  return http.services[best]?.loadBalancer?.servers[0]?.url
}

function proxy(request: IncomingMessage, response: ServerResponse, to: string | undefined): void {
  const refuse = (status: number, text: string): void => {
    if (response.headersSent) response.destroy()
    else response.writeHead(status, { 'content-type': 'text/plain' }).end(text)
  }
  if (to === undefined) {
    refuse(503, 'no available server')
    return
  }
  const headers = { ...request.headers, 'x-through': 'traefik' }
  const onward = forward(
    new URL(request.url ?? '/', to),
    { method: request.method, headers, agent: false },
    (answer) => {
      const { connection: _, 'keep-alive': __, ...rest } = answer.headers
      response.writeHead(answer.statusCode ?? 502, rest)
      answer.pipe(response)
    },
  )
  onward.on('error', () => refuse(502, 'Bad Gateway'))
  request.pipe(onward)
}

function answerApi(request: IncomingMessage, response: ServerResponse, http: Dynamic['http']): void {
  const name = /^\/api\/http\/services\/(.+)@file$/.exec(decodeURIComponent(request.url ?? ''))?.[1]
  const service = name === undefined ? undefined : http.services[name]
  response.setHeader('content-type', 'application/json')
  if (service === undefined) {
    response.writeHead(404).end(JSON.stringify({ message: `service not found: ${name}@file` }))
    return
  }
  response.end(
    JSON.stringify({
      ...service,
      ...{ status: 'enabled', usedBy: ['front@file'], name: `${name}@file`, provider: 'file' },
      type: service.weighted === undefined ? 'loadbalancer' : 'weighted',
    }),
  )
}
