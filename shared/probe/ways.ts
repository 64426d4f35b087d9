import { type Reading, rules, shown } from '../action/inputs.ts'
import { bareHost } from '../http/host.ts'
import type { Destination, HttpVersion } from '../http/line.ts'

/** `host:port`, `[::1]:8443`; what curl's --connect-to ignores silently is refused here. */
export function readDestination(given: unknown): Reading<Destination> {
  const problem = {
    problem: `${shown(given)} is not a host and a port. Write 10.0.0.7:8443, [::1]:8443 or green.internal:443.`,
  }
  const text = typeof given === 'string' ? given.trim() : ''
  const [, host = '', digits = ''] = /^(\[[0-9a-f:.]+\]|[^\s:/?#@[\]{}|,]+):(\d{1,5})$/i.exec(text) ?? []
  const port = Number(digits)
  if (host === '' || port < 1 || port > 65_535 || !URL.canParse(`http://${host}:${port}/`)) return problem
  return { value: { host: bareHost(new URL(`http://${host}/`).hostname), port } }
}

/** The name in a TLS handshake: RFC 6066 section 3 allows no addresses and no ports. */
export function readServerName(given: unknown): Reading<string> {
  const text = typeof given === 'string' ? given.trim().replace(/\.$/, '') : ''
  const url =
    /^[^\s:/?#@[\]{}|,%]+$/.test(text) && URL.canParse(`http://${text}/`)
      ? new URL(`http://${text}/`)
      : undefined
  if (url === undefined || text.length > 253 || /^[\d.]+$/.test(url.hostname)) {
    return {
      problem: `${shown(given)} is not a host name such as api.example.com (without scheme and port).`,
    }
  }
  return { value: url.hostname }
}

export function readHttpVersion(given: unknown): Reading<HttpVersion> {
  // YAML reads 2.0 as 2, and 1.10 is nobody's version.
  const word = String(given)
    .trim()
    .replace(/^HTTP\//i, '')
    .replace(/^2\.0$/, '2')
  return rules.choice(word, ['auto', '1.1', '2'])
}

/** A text that no message shows. */
export function readSecretText(given: unknown): Reading<string> {
  if (typeof given === 'object') return { problem: 'it is not a text. Give the path of a PEM file.' }
  return { value: String(given) }
}
