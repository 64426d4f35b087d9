import { type RunContext, readEvent } from '../../shared/action/context.ts'
import { ActionError } from '../../shared/action/errors.ts'
import { log } from '../../shared/action/log.ts'
import { commitsSince } from '../../shared/commits/graph.ts'
import { parseMessage } from '../../shared/commits/message.ts'
import { footerValues } from '../../shared/commits/references.ts'
import { GitError } from '../../shared/git/errors.ts'
import type { Commit } from '../../shared/git/history.ts'
import { openRepository } from '../../shared/git/repository.ts'
import type { ReachableTag } from '../../shared/git/tags.ts'
import type { GitHub } from '../../shared/github/client.ts'
import { formatDuration } from '../../shared/text/duration.ts'
import { baseOf, highestTag, lastPrereleaseOf, readVersionTags } from '../../shared/version/tags.ts'
import { compareVersions, isStable, type Version } from '../../shared/version/version.ts'
import type { FloatingTag, Inputs, Observation, UnreleasedCommit, VersionTag } from './model.ts'
import { gitSource } from './observe/git.ts'
import type { Source } from './observe/source.ts'

/** Everything that does not come from the history. */
export interface Surroundings {
  context: RunContext
  /** Absent without a token. */
  connect: Connect | undefined
  signal: AbortSignal
}

/** All waiting for GitHub together ends here, in ms. */
const PATIENCE_MS = 600_000

/** Gives the API; the first call loads what talks to GitHub. */
export type Connect = () => Promise<GitHub>

/** The API, when there is a token for it. */
export function connector({ token }: Inputs, context: RunContext, signal: AbortSignal): Connect | undefined {
  const { repository, apiUrl, graphqlUrl } = context
  if (token === undefined || repository === '') return undefined
  const deadline = performance.now() + PATIENCE_MS
  const onWait = (why: string, ms: number): void => log.info(`Waiting ${formatDuration(ms)}: ${why}.`)
  let connected: Promise<GitHub> | undefined
  return () => {
    connected ??= import('../../shared/github/client.ts').then(({ connectGitHub }) =>
      connectGitHub({ token, repository, apiUrl, graphqlUrl, deadline, signal, onWait }),
    )
    return connected
  }
}

/**
 * Reads what is there; writes and fetches nothing.
 *
 * @param again when another run came in between: what the checkout says is no longer true then. `made` is the tag that
 * this very process has created, which a lightweight one does not tell
 * @throws ActionError when neither the checkout nor the API can tell
 */
export async function observe(
  inputs: Inputs,
  { context, connect, signal }: Surroundings,
  again?: { made: string | undefined },
): Promise<Observation> {
  const event = readEvent() as EventPayload
  const facts = {
    sha: inputs.sha,
    ref: context.ref,
    event: context.eventName,
    runId: context.runId,
    ...(await defaultBranch(inputs, context, event, connect)),
    ...(event.pull_request?.number === undefined ? {} : { pullRequest: event.pull_request.number }),
  }
  if (inputs.source !== 'api' && again === undefined) {
    const local = await fromCheckout(inputs, context, connect, signal)
    if (local !== undefined) return { ...facts, ...local }
  }
  if (connect === undefined)
    throw new ActionError('No token', 'The API needs a token: leave the input token at its default.')
  // Loaded on use, as all that talks to GitHub.
  const { apiSource } = await import('./observe/api.ts')
  const source = apiSource(await connect(), inputs.sha, inputs.tagPrefixes)
  return { ...facts, ...(await read(source, inputs, connect, context, again?.made)) }
}

interface EventPayload {
  repository?: { default_branch?: string }
  pull_request?: { number?: number }
}

/** What the checkout says; undefined when the API has to be asked instead. */
async function fromCheckout(
  inputs: Inputs,
  context: RunContext,
  connect: Connect | undefined,
  signal: AbortSignal,
): Promise<History | undefined> {
  const mayAsk = inputs.source === 'auto' && connect !== undefined
  try {
    const repository = openRepository(context.workspace || process.cwd())
    if (repository.shallow) {
      if (mayAsk) return instead('the checkout is shallow')
      return { source: 'git', shallow: true, tags: [], floating: [], commits: [], sincePrerelease: [] }
    }
    const source = gitSource(repository, inputs.sha, signal)
    const tags = await source.tags()
    if (tags.length === 0 && mayAsk) return instead('the checkout has no tags')
    return await read({ ...source, tags: async () => tags }, inputs, connect, context)
  } catch (error) {
    if (mayAsk && error instanceof GitError && error.kind !== 'cancelled') {
      return instead(error.kind === 'not-a-repository' ? 'there is no checkout' : error.message)
    }
    throw error
  }
}

function instead(why: string): undefined {
  log.info(`History is read through the API: ${why}.`)
}

/** Only asked for when it decides something and the event does not tell. */
async function defaultBranch(
  { branches, latestOn }: Inputs,
  { ref }: RunContext,
  event: EventPayload,
  connect: Connect | undefined,
): Promise<Pick<Observation, 'defaultBranch'>> {
  const told = event.repository?.default_branch
  if (told !== undefined) return { defaultBranch: told }
  const matters = ref.startsWith('refs/heads/') && (branches.length === 0 || latestOn === 'default-branch')
  if (!matters || connect === undefined) return {}
  const { readRepository } = await import('../../shared/github/repository.ts')
  return { defaultBranch: (await readRepository(await connect())).defaultBranch }
}

async function labelled(
  commits: readonly Commit[],
  connect: Connect | undefined,
): Promise<UnreleasedCommit[]> {
  if (commits.length === 0) return []
  if (connect === undefined)
    throw new ActionError('No token', 'labels: true needs a token: leave the input token at its default.')
  const { pullRequestsOfCommits } = await import('../../shared/github/pulls.ts')
  const pulls = await pullRequestsOfCommits(
    await connect(),
    commits.map(({ sha }) => sha),
  )
  return commits.map((commit) => {
    const merged = (pulls.get(commit.sha) ?? []).filter((pull) => pull.merged)
    const [first] = merged
    if (first === undefined) return commit
    return { ...commit, labels: merged.flatMap(({ labels }) => labels), pullRequest: first.number }
  })
}
