// The service that the release train ships: a few lines of Node that answer as a real one would.
//
//   VERSION=2.0.0 WARM_UP_MS=1500 BROKEN='redis=unhealthy: timeout' node service.ts
//
// It prints one line of JSON with its ports when it listens. `/health` reports status, version and members, `/ready` is
// for load balancers, `/orders` takes a while, and a second port speaks a line of text as a cache would.
import { createServer } from 'node:http'
import { createServer as createTcpServer, type Server } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const { VERSION = '1.0.0', PORT = '0', WARM_UP_MS = '0', BROKEN = '' } = process.env
const [brokenMember = '', brokenStatus = 'unhealthy'] = BROKEN.split('=')
const startedAt = performance.now()

const isWarm = (): boolean => performance.now() - startedAt >= Number(WARM_UP_MS)

function health(): { status: string; version: string; checks: Record<string, string> } {
  const checks: Record<string, string> = {
    database: isWarm() ? 'healthy' : 'starting: migrations run',
    redis: 'healthy',
    queue: 'healthy',
  }
  if (brokenMember !== '') checks[brokenMember] = brokenStatus
  const good = Object.values(checks).every((check) => check === 'healthy')
  return { status: good ? 'healthy' : 'unhealthy', version: VERSION, checks }
}

/** Milliseconds that an order takes: mostly few, sometimes many, the same row in every run. */
let seed = 42
function orderTime(): number {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296
  const chance = seed / 4_294_967_296
  return chance > 0.95 ? 30 + 300 * (chance - 0.95) : 4 + 12 * chance
}

const http = createServer(async (request, response) => {
  const report = health()
  const isUp = report.status === 'healthy'
  response.setHeader('server', `orders/${VERSION}`)
  if (request.url === '/health') {
    response.writeHead(isUp ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(report))
  } else if (request.url === '/ready') {
    response
      .writeHead(isUp ? 200 : 503, { 'content-type': 'text/plain' })
      .end(isUp ? 'ready\n' : 'not ready\n')
  } else if (request.url === '/orders') {
    await delay(orderTime())
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"orders":[]}')
  } else {
    response.writeHead(404).end()
  }
})
const cache = createTcpServer((socket) => {
  socket.on('error', () => socket.destroy()).end('+READY\r\n')
})

const [port, cachePort] = await Promise.all([listen(http, Number(PORT)), listen(cache, 0)])
console.log(JSON.stringify({ port, cachePort }))

function listen(server: Server, wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(wanted, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}
