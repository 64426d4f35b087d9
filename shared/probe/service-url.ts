import type { Reading } from '../action/inputs.ts'
import { joinWords } from '../text/list.ts'
import { didYouMean } from '../text/nearest.ts'
import { oneLine } from '../text/untrusted.ts'

/** What the URL of a database or broker holds beside host and credentials. */
export interface ServiceUrl {
  /** Its usual port. */
  port: number
  /** What may follow the slash after the host; nothing when absent. */
  path?: RegExp
  /** Parameters, with the words that they accept; any word when there are none. */
  query?: Readonly<Record<string, readonly string[]>>
}

/**
 * Reads the URL of a database or broker and puts its usual port into it. A password with unencoded characters is the
 * usual mistake, and such a URL means something else: no problem shows what comes after the host.
 *
 * @param form how such a URL looks, for messages
 */
export function readServiceUrl(given: URL, form: string, rules: ServiceUrl): Reading<URL> {
  const url = new URL(given)
  if (`${url.pathname}${url.search}${url.hash}`.includes('@')) {
    // What looks like its host may be the beginning of the password.
    const codes = '/ as %2F, ? as %3F, # as %23 and @ as %40'
    return {
      problem: `a ${url.protocol} URL has an @ behind its host. In a user name or password, write ${codes}.`,
    }
  }
  const problem = problemOf(url, form, rules)
  if (problem !== undefined) return { problem: `${url.protocol}//${url.host}: ${problem}` }
  if (url.port === '') url.port = String(rules.port)
  return { value: url }
}

function problemOf(url: URL, form: string, { path = /^$/, query = {} }: ServiceUrl): string | undefined {
  const credentials = [decoded(url.username), decoded(url.password)]
  if (credentials.some((part) => part === undefined || part.includes('\0'))) {
    return 'its user name or password holds a % that encodes no character. Write % as %25.'
  }
  if (/[%,]/.test(url.hostname)) return `it does not name one host. Write ${form}.`
  const segment = decoded(url.pathname.slice(1))
  if (url.hash !== '' || segment === undefined || segment.includes('\0')) {
    return `what follows its host is not understood. Write ${form}.`
  }
  if (!path.test(url.pathname.slice(1))) {
    const slash = path.test('a') ? ', with a / in the name as %2F' : ''
    return `its path is not understood. Write ${form}${slash}.`
  }
  for (const [name, value] of url.searchParams) {
    const problem = wrongParameter(name, value, query)
    if (problem !== undefined) return problem
  }
  return undefined
}

function wrongParameter(
  name: string,
  value: string,
  query: Readonly<Record<string, readonly string[]>>,
): string | undefined {
  const known = Object.keys(query)
  const words = Object.hasOwn(query, name) ? query[name] : undefined
  if (words === undefined) {
    const there = known.length === 0 ? 'There are none.' : `There are ${joinWords(known)}.`
    return `its parameter "${oneLine(name, 40)}" is not known. ${there}${didYouMean(name, known)}`
  }
  if (words.length === 0 || words.includes(value)) return undefined
  return `its ${name} is "${oneLine(value, 40)}". Write ${joinWords(words, 'or')}.${didYouMean(value, words)}`
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
