import { RequestError } from './errors.ts'
import { broken, isStale, type Trace } from './failures.ts'
import type { Hop, Reply } from './hop.ts'
import { askHttp1 } from './http1.ts'
import { askHttp2, startSession } from './http2.ts'
import { dropIdle, hasIdle, openSession } from './keep-alive.ts'
import { openLine } from './line.ts'

/**
 * One request and its answer. What was certainly not looked at by the server is asked once more on a new connection: a
 * kept connection that turns out to be closed, when the request is safe to repeat (RFC 9110 section 9.2.2), and what
 * HTTP/2 says was not processed (RFC 9113 sections 6.8 and 8.7).
 *
 * @throws RequestError
 */
export async function exchange(hop: Hop): Promise<Reply> {
  const trace = newTrace(hop)
  try {
    return await attempt(hop, trace)
  } catch (thrown) {
    if (!isStale(thrown, trace)) throw broken(thrown, trace)
    if (hop.keepAlive !== undefined) dropIdle(hop.keepAlive)
  }
  const again = newTrace(hop)
  return await attempt(hop, again).catch((thrown: unknown) => {
    throw broken(thrown, again)
  })
}

function newTrace({ timeout, method }: Hop): Trace {
  return { timeout, method, received: 0 }
}

/** Which HTTP it is turns out while connecting, unless it is clear before. */
async function attempt(hop: Hop, trace: Trace): Promise<Reply> {
  const { version, url, keepAlive } = hop
  const secure = url.protocol === 'https:'
  const kept = keepAlive === undefined ? undefined : openSession(keepAlive)
  if (kept !== undefined) return await askHttp2(hop, trace, kept)
  if (
    version === '1.1' ||
    (version === 'auto' && !secure) ||
    (keepAlive !== undefined && hasIdle(keepAlive))
  ) {
    return await askHttp1(hop, trace)
  }
  const line = await openLine(hop)
  if (line.protocol === 'h2' || !secure) return await askHttp2(hop, trace, startSession(hop, line))
  if (version === '2') {
    line.socket.destroy()
    throw new RequestError('protocol', `the server does not speak HTTP/2 (${line.address})`, {
      phase: 'tls',
      code: 'NO_HTTP2',
      address: line.address,
      timings: line.timings,
    })
  }
  return await askHttp1(hop, trace, line)
}
