import { keepAlive } from '../http/keep-alive.ts'
import type { GitHubOptions } from './model.ts'
import { transport } from './transport.ts'

/** How one request is sent; what it throws is Octokit's. */
export type Request = (route: string, parameters: Record<string, unknown>) => Promise<OctokitAnswer>

export interface OctokitAnswer {
  status: number
  headers: Record<string, string | number | undefined>
  data: unknown
}

export interface Connection {
  request: Request
  close(): void
}

/** One request, name lookup to last byte. GitHub itself gives up after 10 s. */
const REQUEST_MS = 30_000
/** A body of 13 MB (an analysis at its limit) has longer: the slowest line that is waited for, in bytes per ms. */
const SLOWEST_LINE = 200

const silent = (): void => {}
/** Octokit would warn on the console, past the one way to the log. */
const NO_LOG = { debug: silent, info: silent, warn: silent, error: silent }

/**
 * Octokit as `@actions/github` makes it, over the transport of this suite, loaded on first use: 16 KB in bundles, which
 * hold the part of it that sends requests (bundle/stand-ins/github.js). What it does not bring (retries, rate limits) is in send.ts:
 * the plugins for it repeat writes without reading back, and know no deadline.
 */
export async function connectOctokit(options: GitHubOptions): Promise<Connection> {
  const { getOctokit } = await import('@actions/github')
  const connections = keepAlive()
  const fetch = transport({
    timeout: (bytes) =>
      Math.max(1, Math.min(REQUEST_MS + bytes / SLOWEST_LINE, options.deadline - performance.now())),
    signal: options.signal,
    env: options.env,
    keepAlive: connections,
  })
  const octokit = getOctokit(options.token, {
    baseUrl: options.apiUrl,
    userAgent: 'nexus-actions',
    log: NO_LOG,
    request: { fetch, log: NO_LOG },
  })
  return {
    request: (route, parameters) => octokit.request(route, parameters) as Promise<OctokitAnswer>,
    close: connections.close,
  }
}
