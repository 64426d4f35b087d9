import type { ClientIdentity } from '../http/tls.ts'
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

/**
 * Why a try was bad. `dns`, `connect`, `tls`, `timeout` and `protocol`: there was no whole answer. `authentication`:
 * the service refused the credentials. The others: there was an answer, and it is not the one that was asked for.
 */
export type FailureClass =
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'protocol'
  | 'authentication'
  | 'redirect'
  | 'status'
  | 'header'
  | 'body'
  | 'json'
  | 'health'
  | 'version'
  | 'certificate'
  | 'latency'
  | 'regression'
  | 'exit'
  | 'file'
  | 'config'
  | 'up'
  | 'cancelled'

/** Milliseconds per phase; a phase that did not take place is absent. */
export interface PhaseTimings {
  dns?: number
  connect?: number
  tls?: number
  firstByte?: number
  total: number
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

/** A try that got no whole answer, or one that a scheme itself found wrong. */
export class ProbeFailure extends Error {
  readonly failure: FailureClass
  /** Waiting cannot heal it. */
  readonly permanent: boolean
  readonly address: string | undefined
  readonly timings: PhaseTimings | undefined

  constructor(
    failure: FailureClass,
    message: string,
    more: { permanent?: boolean; address?: string | undefined; timings?: PhaseTimings | undefined } = {},
  ) {
    super(message)
    this.name = 'ProbeFailure'
    this.failure = failure
    this.permanent = more.permanent ?? false
    this.address = more.address
    this.timings = more.timings
  }
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
