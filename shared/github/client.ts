import { maskSecret } from '../action/secrets.ts'
import { oneLine } from '../text/untrusted.ts'
import { GitHubError } from './errors.ts'
import { type Call, type Reply, type Sender, sendCall } from './send.ts'

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

/**
 * A client for one repository. The token is masked first.
 *
 * @throws GitHubError credentials without a token, validation for a repository that is not `owner/name`
 */
export function connectGitHub(options: GitHubOptions): GitHub {
  if (options.token === '') {
    throw new GitHubError(
      'credentials',
      'No token',
      'GitHub cannot be asked without a token. Leave the input `token` at its default, or give one.',
    )
  }
  maskSecret(options.token)
  const [, owner, repo] = /^([A-Za-z0-9][\w.-]*)\/([\w.-]+)$/.exec(options.repository) ?? []
  if (owner === undefined || repo === undefined || repo === '.' || repo === '..') {
    const given = oneLine(options.repository, 100)
    throw new GitHubError('validation', 'No repository', `"${given}" is not a repository such as owner/name.`)
  }
  const sender: Sender = { options, owner, repo, calls: 0, wroteContents: false, connection: undefined }
  return {
    ...{ owner, repo, options },
    get calls() {
      return sender.calls
    },
    send: (call) => sendCall(sender, call),
    close: () =>
      void sender.connection?.then(
        ({ close }) => close(),
        () => undefined,
      ),
  }
}
