import { RequestError } from '../http/errors.ts'
import { isHtml } from '../text/json.ts'
import { oneLine } from '../text/untrusted.ts'
import type { GitHubFailure } from './errors.ts'

/** What went wrong with one request, as facts. */
export interface Failed {
  kind: GitHubFailure
  status: number | undefined
  /** GitHub's own words, or those of the connection. */
  words: string
  /** What the answer is, when it is not one of GitHub's API: `an HTML page`. */
  strange?: string
  headers: Readonly<Record<string, string>>
  /** It is certain that GitHub did not carry it out. */
  notApplied: boolean
  /** Asking again may help. */
  transient: boolean
  /** ms that GitHub asks to wait. */
  wait: number | undefined
}

interface Thrown {
  status?: number
  message?: string
  cause?: unknown
  response?: { status: number; headers: Record<string, string | number | undefined>; data: unknown }
}

/** Judges what Octokit threw; pure. */
export function judge(thrown: unknown): Failed {
  const { response, cause, message = '' } = (thrown ?? {}) as Thrown
  if (response === undefined) return connectionFailed(cause ?? thrown, message)
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]),
  )
  // Every answer of the API is JSON, also where it refuses: a page was written by something else, or in trouble.
  if (isPage(response.data)) return strangeAnswer(response.status, headers, 'an HTML page')
  return judgeAnswer(response.status, headers, wordsOf(response.data))
}

/** What is not one of GitHub's answers, such as a page of a proxy: nobody can say whether GitHub was asked; pure. */
export function strangeAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  strange: string,
): Failed {
  const again = status < 400 || status >= 500 || status === 408 || status === 429
  return {
    kind: 'server',
    status,
    words: '',
    strange,
    headers,
    notApplied: !again,
    transient: again,
    wait: askedWait(headers),
  }
}

/** Octokit leaves what is not JSON as text or as bytes. */
export function isPage(data: unknown): boolean {
  if (data instanceof ArrayBuffer)
    return isHtml(Buffer.from(data, 0, Math.min(1_000, data.byteLength)).toString())
  return typeof data === 'string' && isHtml(data)
}

/** Judges an answer that is no success; pure. */
export function judgeAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  words: string,
): Failed {
  const failed = (kind: GitHubFailure, more: Partial<Failed> = {}): Failed => ({
    ...{ kind, status, words, headers, notApplied: true, transient: false, wait: undefined },
    ...more,
  })
  if ((status === 403 || status === 429) && isRateLimit(status, headers, words)) {
    return failed('rate-limit', { transient: true, wait: askedWait(headers) })
  }
  if (status >= 500) return failed('server', { notApplied: false, transient: true, wait: askedWait(headers) })
  if (status === 408) return failed('server', { notApplied: false, transient: true })
  if (RULES.test(words)) return failed('refused-by-rule')
  if (status === 401) return failed('credentials')
  if (status === 403) return failed(/\bworkflows?\b/i.test(words) ? 'workflow-files' : 'permission')
  if (status === 404 || status === 410 || status === 451) return failed('not-found')
  return failed('validation')
}

/** Rulesets and branch protection, immutable releases. */
const RULES =
  /repository rule violations|protected (?:ref|tag|branch)|GH013|GH006|immutable release|release is immutable|cannot (?:update|delete|create) (?:this )?(?:protected|immutable)/i

function connectionFailed(cause: unknown, message: string): Failed {
  const error = cause instanceof RequestError ? cause : undefined
  const kind = error?.kind
  return {
    kind: kind === 'cancelled' ? 'cancelled' : 'network',
    status: undefined,
    words: oneLine(error?.message ?? message),
    headers: {},
    // Nothing was sent before the connection, and its TLS, stood.
    notApplied: error !== undefined && /^(?:resolve|connect|tls)$/.test(error.phase),
    transient: error !== undefined && !error.permanent && kind !== 'invalid' && kind !== 'cancelled',
    wait: undefined,
  }
}

/** @see https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit */
function isRateLimit(status: number, headers: Readonly<Record<string, string>>, words: string): boolean {
  return (
    status === 429 ||
    headers['retry-after'] !== undefined ||
    headers['x-ratelimit-remaining'] === '0' ||
    /rate limit|abuse detection/i.test(words)
  )
}

/** Retry-After first, then the reset of an exhausted limit, measured on GitHub's own clock (the Date header). */
export function askedWait(headers: Readonly<Record<string, string>>): number | undefined {
  const after = headers['retry-after']
  const now = Date.parse(headers['date'] ?? '') || Date.now()
  if (after !== undefined) {
    const ms = /^\d+$/.test(after) ? Number(after) * 1_000 : Date.parse(after) - now
    if (Number.isFinite(ms)) return Math.max(0, ms)
  }
  if (headers['x-ratelimit-remaining'] !== '0') return undefined
  const reset = Number(headers['x-ratelimit-reset'])
  return Number.isFinite(reset) && reset > 0 ? Math.max(1_000, reset * 1_000 - now) : undefined
}

/** `message`, and what `errors` has to say. */
function wordsOf(data: unknown): string {
  if (typeof data === 'string') return oneLine(data, 300)
  const { message, errors } = (data ?? {}) as { message?: unknown; errors?: unknown }
  const details = Array.isArray(errors) ? errors.map(detailOf).filter((text) => text !== '') : []
  const text = typeof message === 'string' ? message : ''
  return oneLine(details.length === 0 ? text : `${text}: ${details.join(', ')}`, 600)
}

function detailOf(error: unknown): string {
  if (typeof error === 'string') return error
  const { message, field, code } = (error ?? {}) as Record<string, unknown>
  if (typeof message === 'string') return message
  return [field, code].filter((part) => typeof part === 'string').join(' ')
}
