import { createConnection } from 'node:net'
import { formatDuration } from '../text/duration.ts'
import type { TcpConnection } from './connect.ts'
import { codeOf, RequestError } from './errors.ts'
import { type Limits, onLimit } from './limits.ts'

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'this user may not connect to the socket',
  ECONNREFUSED: 'nobody listens on the socket',
  ENOENT: 'there is no such socket',
  ENOTSOCK: 'it is not a socket',
  EPROTOTYPE: 'it is not a stream socket',
}

/**
 * A connection to a Unix socket.
 *
 * @throws RequestError connect, timeout, cancelled
 */
export async function connectUnix(path: string, limits: Limits): Promise<TcpConnection> {
  const begun = performance.now()
  const address = `unix:${path}`
  return await new Promise((resolve, reject) => {
    const socket = createConnection({ path })
    const fail = (error: RequestError): void => {
      forget()
      socket.destroy()
      reject(error)
    }
    const forget = onLimit(limits, (why) => {
      const within = formatDuration(performance.now() - begun)
      const message = why === 'cancelled' ? 'cancelled' : `no connection to ${address} within ${within}`
      fail(new RequestError(why, message, { phase: 'connect', address }))
    })
    socket.on('error', (error) => {
      const code = codeOf(error) ?? 'unknown error'
      fail(
        new RequestError('connect', `${WORDS[code] ?? code} (${address})`, {
          phase: 'connect',
          code,
          address,
        }),
      )
    })
    socket.once('connect', () => {
      forget()
      resolve({ socket, address, timings: { connect: performance.now() - begun } })
    })
  })
}
