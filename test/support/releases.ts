import { createServer, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * What a release does to requests that come through the router. Straight requests, such as those of a gate, find a
 * healthy service in any case, unless it is dead: a release that only fails under live traffic is the hard case.
 */
export type Behaviour =
  | 'good'
  /** Every answer is a 500. */
  | 'errors'
  /** Every answer takes {@link Release.slowMs}. */
  | 'slow'
  /** The version that it tells is another one than it should be. */
  | 'wrong-version'
  /** Ends with the first request through the router, as a process that crashes under load. */
  | 'dies'

export interface Release {
  colour: string
  version: string
  port: number
  /** `127.0.0.1:8081` */
  address: string
  url: string
  behaviour: Behaviour
  slowMs: number
  /** Requests so far. */
  requests: { through: number; straight: number }
  /** `Date.now()` when it first answered a request through the router badly. */
  firstBadAt: number | undefined
  /** Stops listening and cuts every connection. */
  die(): void
  /** The same address again. */
  revive(): Promise<void>
  close(): Promise<void>
}

/** The request header by which the routers of the tests mark what comes through them. */
export const THROUGH = 'x-through'

/**
 * A release on loopback. It answers every path with its colour in `X-Color` and with
 * `{"status":"healthy","version":…,"color":…}`.
 */
export async function startRelease(colour: string, version = '1.0.0'): Promise<Release> {
  const server = createServer((request, response) => {
    const through = request.headers[THROUGH] !== undefined
    release.requests[through ? 'through' : 'straight']++
    answer(through, response).catch(() => response.destroy())
  })
  // Longer than any router keeps an idle connection: else the two race for closing it.
  server.keepAliveTimeout = 60_000
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', () => resolve())
    })
  await listen(0)
  const { port } = server.address() as AddressInfo
  const release: Release = {
    ...{ colour, version, port, address: `127.0.0.1:${port}`, url: `http://127.0.0.1:${port}` },
    ...{ behaviour: 'good', slowMs: 2_000, requests: { through: 0, straight: 0 }, firstBadAt: undefined },
    die() {
      server.close()
      server.closeAllConnections()
    },
    revive: () => (server.listening ? Promise.resolve() : listen(port)),
    close: async () => {
      if (!server.listening) return
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
  return release

  async function answer(through: boolean, response: ServerResponse): Promise<void> {
    const behaviour = through ? release.behaviour : 'good'
    if (behaviour !== 'good') release.firstBadAt ??= Date.now()
    if (behaviour === 'dies') return release.die()
    if (behaviour === 'slow') await delay(release.slowMs)
    const told = behaviour === 'wrong-version' ? `${release.version}-wrong` : release.version
    response.writeHead(behaviour === 'errors' ? 500 : 200, {
      'content-type': 'application/json',
      'x-color': colour,
      'cache-control': 'no-store',
    })
    response.end(JSON.stringify({ status: 'healthy', version: told, color: colour }))
  }
}

/** A way to each release by the name of its colour, as a network with names has it: `{url}/blue/health`. */
export interface Doors {
  url: string
  close(): Promise<void>
}

/** Opens it on loopback; what goes through it reaches the release straight. */
export async function startDoors(releases: readonly Release[]): Promise<Doors> {
  const server = createServer((asked, response) => {
    const [, colour = '', ...rest] = (asked.url ?? '').split('/')
    const release = releases.find((one) => one.colour === colour)
    const onward = request(`${release?.url ?? 'http://127.0.0.1:1'}/${rest.join('/')}`, { agent: false })
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.writeHead(502).end())
    onward.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
