import { afterEach } from '@jest/globals'
import type { LyingServer } from '../../support/lying-servers.ts'

const open: LyingServer[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()))
})

/** Starts a server that is closed when the test ends. */
export async function stage(server: Promise<LyingServer>): Promise<LyingServer> {
  const started = await server
  open.push(started)
  return started
}
