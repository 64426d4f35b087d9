import { fileURLToPath } from 'node:url'
import { type Reading, shown } from '../action/inputs.ts'
import { LONGEST_SOCKET_PATH } from '../http/host.ts'
import { joinWords } from '../text/list.ts'
import { didYouMean } from '../text/nearest.ts'
import { isSecretName } from '../text/secret-names.ts'
import { oneLine } from '../text/untrusted.ts'
import type { Target } from './check.ts'
import { socketAndPath } from './schemes/socket-url.ts'
import { isScheme, SCHEMES, type SchemeName } from './schemes.ts'
import { readServiceUrl } from './service-url.ts'
import { holdsSeveral } from './several.ts'

const NEEDS_PORT = ['tcp:', 'tls:']
/** Schemes that only the input `checks` may hold. */
export const TRUSTED_ONLY: readonly SchemeName[] = ['exec', 'file']

const BY_TCP =
  'write tcp://host:port to see that it accepts connections, or "exec" in "checks" to run a client of it'
/** What serves instead of a scheme that is not there. */
const INSTEAD: Readonly<Record<string, string>> = {
  kafka:
    'write tcp://host:9092 to see that a broker accepts connections, or "exec" in "checks" to run a client such as kcat',
  'mongodb+srv': 'write mongodb://host:27017/?tls=true for one member',
  'redis+sentinel': 'write redis://host:26379 for one sentinel',
  unixs: 'TLS over a Unix socket is not spoken; write unix:///path.sock:/health',
  ...Object.fromEntries(
    [
      'elasticsearch',
      'opensearch',
      'etcd',
      'consul',
      'vault',
      'clickhouse',
      'influxdb',
      'couchdb',
      'prometheus',
      's3',
    ].map((name) => [name, 'it has an HTTP endpoint for that: write http:// or https://']),
  ),
}

/**
 * Reads the URL of a target. What may be secret in it is not shown in the problem.
 *
 * @param untrusted names only the schemes that such a list may hold
 */
export function readTarget(given: unknown, untrusted = false): Reading<Target> {
  if (typeof given !== 'string') return { problem: `${shown(given)} is not a URL.` }
  const text = given.trim()
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  const seen = shown(withoutCredentials(text))
  const known = Object.keys(SCHEMES).filter(
    (name) => !(untrusted && TRUSTED_ONLY.includes(name as SchemeName)),
  )
  if (scheme === undefined || /^[^/:]+:\d+(\/|$)/.test(text)) {
    return {
      problem: `${seen} has no scheme. Write for example http://${oneLine(withoutCredentials(text), 60) || 'host/health'}.`,
    }
  }
  if (!isScheme(scheme)) {
    const near = didYouMean(scheme, known)
    const instead = INSTEAD[scheme] ?? (near === '' ? BY_TCP : undefined)
    const hint = instead === undefined ? near : ` For ${oneLine(scheme, 30)}, ${instead}.`
    return { problem: `${seen} has an unknown scheme. Known are ${joinWords(known)}.${hint}` }
  }
  if (scheme === 'exec')
    return { problem: 'a program is given as an argument list: "exec: [program, argument]".' }
  if (holdsSeveral(text)) {
    return {
      problem: `${seen} looks like several targets. Write them into "checks", one "- http://host/health" a line; within one URL write a blank as %20 and a comma as %2C.`,
    }
  }
  if (!URL.canParse(text)) return { problem: `${seen} is not a valid URL. Write ${SCHEMES[scheme].form}.` }
  const url = scheme === 'h2c' ? likeHttp(text) : new URL(text)
  if (scheme === 'unix') return readUnixTarget(url, seen)
  if (scheme === 'file') return readFileTarget(url, seen)
  // The system's resolver is asked where none is named.
  if (url.hostname === '' && scheme !== 'dns')
    return { problem: `${seen} names no host. Write ${SCHEMES[scheme].form}.` }
  if (NEEDS_PORT.includes(url.protocol) && url.port === '') {
    return { problem: `${seen} names no port. Write ${SCHEMES[scheme].form}.` }
  }
  if (url.port === '0') return { problem: `${seen}: nothing can listen on port 0.` }
  const { service, form } = SCHEMES[scheme]
  if (service === undefined) return { value: { scheme, url } }
  const reading = readServiceUrl(url, form, service)
  return 'value' in reading ? { value: { scheme, url: reading.value } } : reading
}

/** URL knows the rules of http (names in lower case, IDN, a path of at least `/`), but not that h2c has the same. */
function likeHttp(text: string): URL {
  return new URL(new URL(text.replace(/^h2c:/i, 'http:')).href.replace(/^http:/, 'h2c:'))
}

function readUnixTarget(url: URL, seen: string): Reading<Target> {
  const form = SCHEMES.unix.form
  const parts = url.host === '' ? decodedSocket(url) : undefined
  if (parts === undefined || parts.socketPath.length < 2 || /[\0]/.test(parts.socketPath)) {
    return { problem: `${seen} does not name a socket by its absolute path. Write ${form}.` }
  }
  const length = Buffer.byteLength(parts.socketPath)
  if (length > LONGEST_SOCKET_PATH) {
    const limit = `the path of a Unix socket has at most ${LONGEST_SOCKET_PATH} bytes`
    return {
      problem: `${seen}: ${limit}, and this one has ${length}. Give the socket a shorter path, for example by a symbolic link.`,
    }
  }
  return { value: { scheme: 'unix', url } }
}

function decodedSocket(url: URL): { socketPath: string } | undefined {
  try {
    return socketAndPath(url)
  } catch {
    return undefined
  }
}

function readFileTarget(url: URL, seen: string): Reading<Target> {
  try {
    fileURLToPath(url)
    return { value: { scheme: 'file', url } }
  } catch {
    return { problem: `${seen} is not a local file. Write file:///absolute/path.` }
  }
}

/** Reads the argument list of a program. */
export function readArgv(given: unknown): Reading<Target> {
  const isList = Array.isArray(given) && given.every((word) => word !== undefined && typeof word !== 'object')
  const words = isList ? given.map(String) : []
  const [program, ...rest] = words
  if (program === undefined || program === '') {
    const seen = typeof given === 'string' ? withoutCredentials(given) : given
    return {
      problem: `${shown(seen)} is not an argument list such as [python, manage.py, check]. There is no shell.`,
    }
  }
  if (words.some((word) => word.includes('\0'))) return { problem: 'an argument holds a NUL character.' }
  return { value: { scheme: 'exec', argv: [program, ...rest] } }
}

/** The target for people: no user information, no values of secret-looking query parameters. */
export function displayTarget(target: Target): string {
  if (target.scheme === 'exec') return oneLine(`exec: ${target.argv.map(withoutCredentials).join(' ')}`, 200)
  const url = new URL(target.url)
  url.username = ''
  url.password = ''
  url.hash = ''
  for (const name of [...url.searchParams.keys()]) {
    if (isSecretName(name)) url.searchParams.set(name, '***')
  }
  return oneLine(url.href, 200)
}

/** The name of a check that has none: its target without scheme and trivial path. */
export function defaultName(target: Target): string {
  if (target.scheme === 'exec') return oneLine(target.argv[0], 60)
  if (target.scheme === 'file' || target.scheme === 'unix') return oneLine(target.url.pathname, 60)
  const path = target.url.pathname === '/' ? '' : target.url.pathname
  return oneLine(`${target.url.host}${path}`, 60)
}

/**
 * Any text for people, also one that is not quite a URL (`http://user:pa/ss@ho st/`, `user:pass@host`): everything
 * between the scheme and the last `@` is hidden, and so are secret-looking query values.
 */
export function withoutCredentials(text: string): string {
  const at = text.lastIndexOf('@')
  const scheme = /^(?:[a-z][a-z0-9+.-]*:)?[/\\]+/i.exec(text)?.[0] ?? ''
  const hides = at > scheme.length && (scheme !== '' || text.lastIndexOf(':', at) >= 0)
  const hidden = hides ? `${scheme}***${text.slice(at)}` : text
  return hidden.replace(/([?&]([^?&=#]*)=)[^&?#\s]*/g, (whole, lead: string, name: string) =>
    isSecretName(name) ? `${lead}***` : whole,
  )
}
