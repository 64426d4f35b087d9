import { type RequestOptions, request } from '../../http/request.ts'
import type { Check, Observation } from '../check.ts'
import type { Attempt } from '../probe.ts'
import { asProbeFailure } from './failure.ts'
import { socketAndPath } from './socket-url.ts'
import { tlsOf } from './way.ts'

/** One HTTP request; whatever status comes back is an observation, not a failure. */
export async function probe(check: Check, attempt: Attempt): Promise<Observation> {
  const { target, settings } = check
  if (target.scheme === 'exec') throw new TypeError('not an HTTP target')
  try {
    const answer = await request({
      ...wayTo(check, target.url),
      method: settings.method,
      headers: settings.headers,
      body: settings.body,
      timeout: attempt.timeout,
      maxBody: settings['max-body'],
      followRedirects: settings['follow-redirects'],
      tls: tlsOf(check, attempt),
      signal: attempt.signal,
      keepAlive: attempt.connections,
    })
    return { ...answer, timings: { ...answer.timings, total: answer.timings.total ?? 0 } }
  } catch (error) {
    throw asProbeFailure(error)
  }
}

/** `h2c:` and `unix:` are HTTP by another way. */
function wayTo(
  { settings }: Check,
  url: URL,
): Pick<RequestOptions, 'url' | 'version' | 'connectTo' | 'socketPath'> {
  const { 'http-version': version, 'connect-to': connectTo } = settings
  if (url.protocol === 'unix:') {
    const { socketPath, path } = socketAndPath(url)
    return { url: new URL(path, 'http://localhost'), version, socketPath }
  }
  if (url.protocol === 'h2c:') {
    return { url: new URL(url.href.replace(/^h2c:/, 'http:')), version: '2', connectTo }
  }
  return { url, version, connectTo }
}
