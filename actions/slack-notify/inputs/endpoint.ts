import type { Problems } from '../../../shared/action/inputs.ts'

/** A shorter end of a path is rather a word than a secret. */
const MIN_TAIL = 8
/** The secret of Teams is `sig`, those of Google Chat are `key` and `token`. */
const SECRET_PARAMETERS = /^(?:sig|key|token|secret|code|api[-_]?key|access[-_]?token|apikey|password)$/i

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

/**
 * Masks the address of a webhook: the whole, the end of its path however short that path is (other services have
 * `/hooks/<secret>`), and what is secret in its query, as it is written and decoded.
 */
export function maskEndpoint(value: string, mask: (secret: string) => void): void {
  mask(value)
  const tail = /^\w+:\/\/[^/?#]+\/(?:[^?#]*\/)?([^/?#]+)/.exec(value)?.[1] ?? ''
  if (tail.length >= MIN_TAIL && !/^(?:invoke|messages|enqueue|webhook|slack)$/i.test(tail)) mask(tail)
  const query = /\?([^#]*)/.exec(value)?.[1] ?? ''
  for (const pair of query.split('&')) {
    const [, name = '', secret = ''] = /^([^=]*)=(.*)$/s.exec(pair) ?? []
    if (!SECRET_PARAMETERS.test(name)) continue
    mask(secret)
    try {
      mask(decodeURIComponent(secret.replaceAll('+', ' ')))
    } catch {
      // A bare percent sign: it is masked as it stands.
    }
  }
}

/** Whether a host is this machine. */
export function isLoopback(hostname: string): boolean {
  return /(?:^|\.)localhost\.?$|^\[::1\]$|^127\.\d+\.\d+\.\d+$/i.test(hostname)
}

/** Whether a host is one of these domains, or below it. */
export function isBelow(hostname: string, ...domains: readonly string[]): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '')
  return domains.some((domain) => host === domain || host.endsWith(`.${domain}`))
}

/** Which input a URL of a well-known service belongs in; undefined for any other. */
export function homeOf(url: URL): 'slack' | 'discord' | 'teams' | 'google-chat' | 'pagerduty' | undefined {
  const { hostname, pathname } = url
  if (isBelow(hostname, 'slack.com', 'slack-gov.com')) return 'slack'
  if (isBelow(hostname, 'discord.com', 'discordapp.com') && pathname.startsWith('/api/')) return 'discord'
  if (isBelow(hostname, 'logic.azure.com', 'logic.azure.us', 'webhook.office.com', 'outlook.office.com'))
    return 'teams'
  if (/(?:^|\.)(?:power|apps)platform\.[a-z.]+$/i.test(hostname)) return 'teams'
  if (isBelow(hostname, 'chat.googleapis.com')) return 'google-chat'
  return isBelow(hostname, 'pagerduty.com') ? 'pagerduty' : undefined
}
