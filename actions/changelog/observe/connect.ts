import type { RunContext } from '../../../shared/action/context.ts'
import { log } from '../../../shared/action/log.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { formatDuration } from '../../../shared/text/duration.ts'

/** All waiting for GitHub together ends here, in ms. */
const PATIENCE_MS = 300_000

/** Gives the API; the first call loads what talks to GitHub. */
export type Connect = () => Promise<GitHub>

/** The API, when there is a token for it. */
export function connector(
  token: string | undefined,
  { repository, apiUrl, graphqlUrl }: RunContext,
  signal: AbortSignal,
): Connect | undefined {
  if (token === undefined || repository === '') return undefined
  const deadline = performance.now() + PATIENCE_MS
  const onWait = (why: string, ms: number): void => log.info(`Waiting ${formatDuration(ms)}: ${why}.`)
  let connected: Promise<GitHub> | undefined
  return () => {
    connected ??= import('../../../shared/github/client.ts').then(({ connectGitHub }) =>
      connectGitHub({ token, repository, apiUrl, graphqlUrl, deadline, signal, onWait }),
    )
    return connected
  }
}
