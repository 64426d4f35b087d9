import { maskSecret } from '../action/secrets.ts'
import { oneLine } from '../text/untrusted.ts'
import { GitHubError } from './errors.ts'
import type { GitHub, GitHubOptions } from './model.ts'
import { type Sender, sendCall } from './send.ts'

export type { GitHub, GitHubOptions } from './model.ts'

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
