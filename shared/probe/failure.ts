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
