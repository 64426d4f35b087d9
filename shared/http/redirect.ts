import { RequestError } from './errors.ts'

const STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** What is asked for, and from whom. */
export interface Asked {
  url: URL
  method: string
  body: string | Uint8Array | undefined
  /** Given by the user, credentials included. */
  headers: Readonly<Record<string, string>>
}

export function isRedirect(status: number | undefined, location: string | undefined): location is string {
  return status !== undefined && STATUSES.has(status) && location !== undefined
}

/**
 * What to ask next. Stricter than RFC 9110 section 15.4: nothing that the user gave (headers, credentials, a body)
 * goes to another origin, and https stays https.
 *
 * @throws RequestError redirect
 */
export function redirected(asked: Asked, status: number, location: string): Asked {
  const { url: from, method } = asked
  if (!URL.canParse(location, from.href)) throw refused('leads to an impossible URL')
  const url = new URL(location, from)
  url.username = ''
  url.password = ''
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(`leads to ${url.protocol}`)
  if (from.protocol === 'https:' && url.protocol === 'http:') throw refused('leads from https to http', url)
  const toGet = status === 303 ? method !== 'HEAD' : status < 303 && method === 'POST'
  const sameOrigin = url.origin === from.origin
  if (!sameOrigin && !toGet && asked.body !== undefined)
    throw refused('would take the body to another origin', url)
  const headers = sameOrigin ? asked.headers : {}
  if (!toGet) return { ...asked, url, headers }
  // What describes the body goes with it.
  const kept = Object.entries(headers).filter(([name]) => !/^content-/i.test(name))
  return { url, method: 'GET', body: undefined, headers: Object.fromEntries(kept) }
}

/** @param url only its host is told */
export function refused(words: string, url?: URL): RequestError {
  const where = url === undefined ? '' : ` (${url.host})`
  return new RequestError('redirect', `the redirect ${words}${where}`, { phase: 'headers' })
}
