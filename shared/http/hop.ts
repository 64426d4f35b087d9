import type { Body } from './body.ts'
import type { Certificate } from './certificate.ts'
import type { Timings } from './errors.ts'
import type { KeepAlive } from './keep-alive.ts'
import type { Limits } from './limits.ts'
import type { LineOptions } from './line.ts'
import type { Asked } from './redirect.ts'

/** One request to one origin, and how to get there. */
export interface Hop extends Asked, Limits, LineOptions {
  maxBody: number
  /** Then the body of a redirect is not read. */
  followsRedirects: boolean
  keepAlive: KeepAlive | undefined
  /** What the whole request was given, in ms; for messages. */
  timeout: number
}

export interface Reply extends Body {
  status: number
  statusText: string
  /** Lower-case names; a repeated header is joined with `, `. */
  headers: Record<string, string>
  trailers: Record<string, string>
  httpVersion: string
  address: string
  certificate: Certificate | undefined
  /** Of this exchange alone. */
  timings: Timings
}
