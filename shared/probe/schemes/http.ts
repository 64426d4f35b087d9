import { request } from '../../http/request.ts'
import type { Check, Observation } from '../check.ts'
import type { Attempt } from '../schemes.ts'
import { asProbeFailure } from './failure.ts'

/** One HTTP request; whatever status comes back is an observation, not a failure. */
export async function probe({ target, settings }: Check, attempt: Attempt): Promise<Observation> {
  if (target.scheme === 'exec') throw new TypeError('not an HTTP target')
  try {
    const answer = await request({
      url: target.url,
      method: settings.method,
      headers: settings.headers,
      body: settings.body,
      timeout: attempt.timeout,
      maxBody: settings['max-body'],
      followRedirects: settings['follow-redirects'],
      tls: { verify: settings['tls-verify'], ca: attempt.ca },
      signal: attempt.signal,
      keepAlive: attempt.connections,
    })
    return { ...answer, timings: { ...answer.timings, total: answer.timings.total ?? 0 } }
  } catch (error) {
    throw asProbeFailure(error)
  }
}
