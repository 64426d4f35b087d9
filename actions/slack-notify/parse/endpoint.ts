import type { Problems } from '../../../shared/action/inputs.ts'
import { bareHost, isLocalhost } from '../../../shared/http/addresses.ts'

/**
 * The URL of a service: https, or http to this machine. The value may be a secret and is never shown.
 *
 * @param name of the input or variable
 */
export function parseEndpoint(name: string, value: string, problems: Problems): URL | undefined {
  const given = value.trim()
  if (!URL.canParse(given)) {
    problems.add(name, 'it is not a URL. Is it the whole of it, from `https://` on?')
    return undefined
  }
  const url = new URL(given)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url
  problems.add(
    name,
    url.protocol === 'http:'
      ? 'it is an http URL to another machine: everybody on the way could read it. Use https.'
      : `it begins with "${url.protocol}", and only https is accepted.`,
  )
  return undefined
}

/** Whether a host is this machine. */
export function isLoopback(hostname: string): boolean {
  const host = bareHost(hostname)
  return isLocalhost(host) || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
