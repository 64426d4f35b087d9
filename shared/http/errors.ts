/** What went wrong, as a class of failure. */
export type FailureKind =
  | 'dns'
  | 'connect'
  | 'tls'
  | 'timeout'
  | 'protocol'
  | 'refused-address'
  | 'redirect'
  | 'invalid'
  | 'cancelled'

/** How far it had come. */
export type Phase = 'resolve' | 'connect' | 'tls' | 'send' | 'headers' | 'body'

/** How long each phase took, in ms; a phase that was not gone through (a kept connection, an IP address) is absent. */
export interface Timings {
  dns?: number
  connect?: number
  tls?: number
  /** From sending the request to the whole head of the answer. */
  firstByte?: number
  /** From the call to the end, all redirects included. */
  total?: number
}

export interface FailureDetails {
  phase: Phase
  /** Of the system, OpenSSL or the HTTP parser, such as ECONNREFUSED. */
  code?: string | undefined
  /** Waiting cannot heal it. */
  permanent?: boolean | undefined
  /** `127.0.0.1:8080`, when it is about one address. */
  address?: string | undefined
  timings?: Timings | undefined
}

/**
 * A connection or a request that failed. The message is in plain words and holds host, port and addresses, but no
 * other part of a URL: paths, queries and user names may be secrets. For the same reason it has no `cause`.
 */
export class RequestError extends Error {
  readonly kind: FailureKind
  readonly phase: Phase
  readonly code: string | undefined
  readonly permanent: boolean
  readonly address: string | undefined
  readonly timings: Timings

  constructor(kind: FailureKind, message: string, details: FailureDetails) {
    super(message)
    this.name = 'RequestError'
    this.kind = kind
    this.phase = details.phase
    this.code = details.code
    this.permanent = details.permanent ?? false
    this.address = details.address
    this.timings = details.timings ?? {}
  }
}

/** The `code` of a system error, or undefined. */
export function codeOf(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
