import { afterEach, expect } from '@jest/globals'
import { RequestError } from '../../../shared/http/errors.ts'
import type { Answer, RequestOptions } from '../../../shared/http/request.ts'
import { request } from '../../../shared/http/request.ts'
import type { LyingServer } from '../../support/lying-servers.ts'

const running: LyingServer[] = []
const closing: (() => void)[] = []

// Whatever happened, the client has left no connection behind: then the servers are closed.
afterEach(async () => {
  for (const close of closing.splice(0)) close()
  const servers = running.splice(0)
  try {
    for (const server of servers) await until(() => server.openSockets === 0, `no socket at ${server.url}`)
  } finally {
    await Promise.all(servers.map((server) => server.close()))
  }
})

/** Keeps a server until the end of the test. */
export async function stage(starting: Promise<LyingServer>): Promise<LyingServer> {
  const server = await starting
  running.push(server)
  return server
}

/** Closes something of the client at the end of the test, before its servers are looked at. */
export function closeAtEnd<T extends { close(): void }>(thing: T): T {
  closing.push(() => thing.close())
  return thing
}

export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 10_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** A request with generous limits and no proxies. */
export function get(url: string, options: Partial<RequestOptions> = {}): Promise<Answer> {
  return request({ url: new URL(url), timeout: 10_000, maxBody: 100_000, env: {}, ...options })
}

/** The error of something that must fail. */
export async function failure(promise: Promise<unknown>): Promise<RequestError> {
  const outcome = await promise.then(
    (value) => value,
    (error: unknown) => error,
  )
  expect(outcome).toBeInstanceOf(RequestError)
  return outcome as RequestError
}

/** On the clock of connections. */
export function soon(ms = 10_000): number {
  return performance.now() + ms
}
