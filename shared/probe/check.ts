import type { ClientIdentity } from '../http/tls.ts'
import type { FailureClass, PhaseTimings } from './failure.ts'
import type { SchemeName } from './schemes.ts'
import type { Settings } from './settings.ts'

/** What is probed: a URL, or for `exec` a program with its arguments. */
export type Target =
  | { scheme: Exclude<SchemeName, 'exec'>; url: URL }
  | { scheme: 'exec'; argv: readonly [string, ...string[]] }

/** One thing that must be healthy. */
export interface Check {
  name: string
  target: Target
  /** The target for people: without user name, password, and the values of secret-looking query parameters. */
  display: string
  /** false: reported, does not fail. */
  required: boolean
  settings: Settings
  /** Of `client-cert` and `client-key`, read once. */
  identity?: ClientIdentity
}

export interface Certificate {
  subject: string
  issuer: string
  /** ISO 8601 */
  validTo: string
  /** Whole days that remain; negative when it has expired. */
  daysLeft: number
}

/** What a scheme saw in one try when there was an answer; expectations are judged on this alone. */
export interface Observation {
  /** HTTP */
  status?: number
  statusText?: string
  headers?: Readonly<Record<string, string>>
  /** The answer's bytes: an HTTP body, the standard output of a program. */
  body?: Buffer
  /** The body was longer than `max-body` (or its like). */
  truncated?: boolean
  /** `127.0.0.1:8080`, `[::1]:8080` */
  address?: string
  timings: PhaseTimings
  certificate?: Certificate
  /** In words, what was seen beyond the above: `PONG`, `message came back in 3 ms`. */
  note?: string
}

/** What one try came to. */
export interface Try {
  good: boolean
  failure?: FailureClass
  /** What was wrong; for a good try what was seen. Without the check's name, attempt and duration. */
  reason: string
  permanent: boolean
  /** ms from now, in which the server does not want to be asked (Retry-After of a 429 or 503 that was not accepted). */
  retryAfter?: number
  /** A rate limiter answered (429): it says nothing about the service behind it. */
  isRefusal?: boolean
  status?: number
  /** Members that call themselves degraded. */
  degraded: readonly string[]
  version?: string
  address?: string
  timings: PhaseTimings
  certificate?: Certificate
  /** The first 500 characters of the answer. */
  excerpt?: string
}
