import type { Destination } from '../../http/line.ts'
import type { TlsTrust } from '../../http/tls.ts'
import type { Check } from '../check.ts'
import type { Attempt } from '../probe.ts'

/** Whom to trust, by which name, and what to show of oneself. */
export function tlsOf({ settings, identity }: Check, { ca }: Attempt): TlsTrust {
  return { verify: settings['tls-verify'], ca, identity, servername: settings['server-name'] }
}

/** What is connected to: `connect-to`, or what the URL says. */
export function destinationOf({ settings }: Check, url: URL): Destination {
  return settings['connect-to'] ?? { host: url.hostname, port: Number(url.port) }
}
