import { fileURLToPath } from 'node:url'
import { type Reading, shown } from '../action/inputs.ts'
import { joinWords } from '../text/list.ts'
import { didYouMean } from '../text/nearest.ts'
import { isSecretName } from '../text/secret-names.ts'
import { oneLine } from '../text/untrusted.ts'
import type { Target } from './check.ts'
import { isScheme, SCHEMES } from './schemes.ts'

const NEEDS_PORT = ['tcp:', 'tls:']

/** Reads the URL of a target. What may be secret in it is not shown in the problem. */
export function readTarget(given: unknown): Reading<Target> {
  if (typeof given !== 'string') return { problem: `${shown(given)} is not a URL.` }
  const text = given.trim()
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
  const seen = shown(withoutUserInfo(text))
  const known = Object.keys(SCHEMES)
  if (scheme === undefined || /^[^/:]+:\d+(\/|$)/.test(text)) {
    return {
      problem: `${seen} has no scheme. Write for example http://${withoutUserInfo(text) || 'host/health'}.`,
    }
  }
  if (!isScheme(scheme)) {
    return {
      problem: `${seen} has an unknown scheme. Known are ${joinWords(known)}.${didYouMean(scheme, known)}`,
    }
  }
  if (scheme === 'exec')
    return { problem: 'a program is given as an argument list: "exec: [program, argument]".' }
  if (!URL.canParse(text)) return { problem: `${seen} is not a valid URL. Write ${SCHEMES[scheme].form}.` }
  const url = new URL(text)
  if (scheme === 'file') return readFileTarget(url, seen)
  if (url.hostname === '') return { problem: `${seen} names no host. Write ${SCHEMES[scheme].form}.` }
  if (NEEDS_PORT.includes(url.protocol) && url.port === '') {
    return { problem: `${seen} names no port. Write ${SCHEMES[scheme].form}.` }
  }
  if (url.port === '0') return { problem: `${seen}: nothing can listen on port 0.` }
  return { value: { scheme, url } }
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
  const words = Array.isArray(given)
    ? given.map((word) => (typeof word === 'object' ? '' : String(word)))
    : []
  const [program, ...rest] = words
  if (program === undefined || program === '') {
    return {
      problem: `${shown(given)} is not an argument list such as [python, manage.py, check]. There is no shell.`,
    }
  }
  if (words.some((word) => word.includes('\0'))) return { problem: 'an argument holds a NUL character.' }
  return { value: { scheme: 'exec', argv: [program, ...rest] } }
}

/** The target for people: no user information, no values of secret-looking query parameters. */
export function displayTarget(target: Target): string {
  if (target.scheme === 'exec') return oneLine(`exec: ${target.argv.join(' ')}`, 200)
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
  if (target.scheme === 'file') return oneLine(target.url.pathname, 60)
  const path = target.url.pathname === '/' ? '' : target.url.pathname
  return oneLine(`${target.url.host}${path}`, 60)
}

/** Also for text that is no URL yet: `http://user:pass@ho st/` loses what stands before the last `@` of its authority. */
function withoutUserInfo(text: string): string {
  return text.replace(/^([^/]*\/\/)[^/?#]*@/, '$1')
}
