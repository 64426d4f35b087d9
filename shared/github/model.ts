import type { Shape } from '../text/shape.ts'
import type { Failed } from './judge.ts'

/** One thing asked of GitHub. */
export interface Call {
  /** As in GitHub's documentation: `GET /repos/{owner}/{repo}`; owner and repo are filled in. */
  route: string
  parameters?: Readonly<Record<string, unknown>>
  /** Such as `the tag v1.2.3`: what the call is about, for messages. */
  about: string
  /** The media type to ask for, when it is not GitHub's own; it has to be JSON, such as `application/sarif+json`. */
  accept?: string
  /** The media type of `parameters.data`, which is sent as it is; JSON when not given. */
  contentType?: string
  /**
   * Whether it may be sent again after a failure that leaves its outcome open. When not given: GET may, anything else
   * may not, and then the error is `uncertain`.
   */
  repeatable?: boolean
  /** Times it is sent at most; 5 when not given, and always 5 for what a rate limit refuses. */
  attempts?: number
  /** What is looked for in the answer. One of another shape is no answer of GitHub's API. */
  shape?: Shape
  /** What is wrong with an answer whose status is good (GraphQL). */
  check?: (reply: Reply<unknown>) => Failed | undefined
}

export interface Reply<T> {
  status: number
  headers: Record<string, string>
  data: T
}

export interface GitHubOptions {
  token: string
  /** `owner/name` */
  repository: string
  /** From the run context: `https://api.github.com`, or `https://host/api/v3`. */
  apiUrl: string
  /** From the run context. */
  graphqlUrl: string
  /** When all waiting and retrying is over, on the clock of `performance.now()`, in ms. */
  deadline: number
  signal?: AbortSignal | undefined
  /** Told before each wait: why, and for how many ms. */
  onWait?: ((why: string, ms: number) => void) | undefined
  /** Where proxies are looked up. */
  env?: NodeJS.ProcessEnv | undefined
  /** Instead of the clock: waits that many ms, or until the signal aborts. */
  pause?: ((ms: number, signal: AbortSignal | undefined) => Promise<void>) | undefined
}

/** One repository at GitHub. Nothing is loaded or connected before the first call. */
export interface GitHub {
  readonly owner: string
  readonly repo: string
  readonly options: GitHubOptions
  /** Requests sent so far, retries included. */
  readonly calls: number
  /** One REST call, or a GraphQL one by {@link query}. For the files of this folder. */
  send<T>(call: Call): Promise<Reply<T>>
  /** Closes kept connections. */
  close(): void
}
