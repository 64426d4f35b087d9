import { readEvent } from '../../shared/action/context.ts'
import { ActionError } from '../../shared/action/errors.ts'
import { log } from '../../shared/action/log.ts'
import type { Connect, Step } from '../../shared/action/step.ts'
import { GitError } from '../../shared/git/errors.ts'
import { openRepository } from '../../shared/git/repository.ts'
import type { Inputs, Observation, UnreleasedCommit } from './model.ts'
import { gitSource } from './observe/git.ts'
import { type History, readHistory } from './observe/history.ts'
import type { Source } from './observe/source.ts'

/** All waiting for GitHub together ends here, in ms. */
export const PATIENCE_MS = 600_000

/**
 * Reads what is there; writes and fetches nothing.
 *
 * @param again when another run came in between: what the checkout says is no longer true then. `made` is the tag that
 * this very process has created, which a lightweight one does not tell
 * @throws ActionError when neither the checkout nor the API can tell
 */
export async function observe(
  inputs: Inputs,
  step: Step,
  again?: { made: string | undefined },
): Promise<Observation> {
  const connect = step.connect(inputs.token, PATIENCE_MS)
  const facts = await factsOf(inputs, step, connect)
  if (inputs.source !== 'api' && again === undefined) {
    const local = await fromCheckout(inputs, step, connect)
    if (local !== undefined) return { ...facts, ...local }
  }
  if (connect === undefined)
    throw new ActionError('No token', 'The API needs a token: leave the input token at its default.')
  // Loaded on use, as all that talks to GitHub.
  const { apiSource } = await import('./observe/api.ts')
  const source = apiSource(await connect(), inputs.sha, inputs.tagPrefixes)
  return { ...facts, ...(await read(source, inputs, { step, connect, made: again?.made })) }
}

/** What is known of the run before any history is read. */
export async function factsOf(
  inputs: Inputs,
  { context }: Step,
  connect: Connect | undefined,
): Promise<Pick<Observation, 'sha' | 'ref' | 'event' | 'runId' | 'defaultBranch' | 'pullRequest'>> {
  const event = eventOf()
  return {
    sha: inputs.sha,
    ref: context.ref,
    event: context.eventName,
    runId: context.runId,
    ...(await defaultBranch(inputs, context.ref, event, connect)),
    ...(event.pullRequest === undefined ? {} : { pullRequest: event.pullRequest }),
  }
}

/** What the payload of the event says, whatever its shape. */
function eventOf(): { defaultBranch?: string; pullRequest?: number } {
  const event = readEvent() as { repository?: unknown; pull_request?: unknown } | null
  const branch = (event?.repository as { default_branch?: unknown } | null | undefined)?.default_branch
  const number = (event?.pull_request as { number?: unknown } | null | undefined)?.number
  return {
    ...(typeof branch === 'string' && branch !== '' ? { defaultBranch: branch } : {}),
    ...(typeof number === 'number' ? { pullRequest: number } : {}),
  }
}

type Local = History & Pick<Observation, 'isTip'>

/** What the checkout says; undefined when the API has to be asked instead. */
async function fromCheckout(
  inputs: Inputs,
  step: Step,
  connect: Connect | undefined,
): Promise<Local | undefined> {
  const mayAsk = inputs.source === 'auto' && connect !== undefined
  try {
    const repository = openRepository(step.context.workspace || process.cwd())
    if (repository.shallow) {
      if (mayAsk) return instead('the checkout is shallow')
      const nothing = { tags: [], elsewhere: [], floating: [], commits: [], sincePrerelease: [] }
      return { source: 'git', shallow: true, ...nothing }
    }
    const source = gitSource(repository, inputs.sha, step.signal)
    const tags = await source.tags()
    if (tags.length === 0 && mayAsk) return instead('the checkout has no tags')
    return await read({ ...source, tags: async () => tags }, inputs, { step, connect })
  } catch (error) {
    if (mayAsk && error instanceof GitError && error.kind !== 'cancelled') {
      return instead(error.kind === 'not-a-repository' ? 'there is no checkout' : error.message)
    }
    throw error
  }
}

export function instead(why: string): undefined {
  log.info(`History is read through the API: ${why}.`)
}

/** Only asked for when it decides something and the event does not tell. */
async function defaultBranch(
  { branches, latestOn }: Inputs,
  ref: string,
  { defaultBranch: told }: { defaultBranch?: string },
  connect: Connect | undefined,
): Promise<Pick<Observation, 'defaultBranch'>> {
  if (told !== undefined) return { defaultBranch: told }
  const matters = ref.startsWith('refs/heads/') && (branches.length === 0 || latestOn === 'default-branch')
  if (!matters || connect === undefined) return {}
  const { readRepository } = await import('../../shared/github/repository.ts')
  return { defaultBranch: (await readRepository(await connect())).defaultBranch }
}

interface Means {
  step: Step
  connect: Connect | undefined
  made?: string | undefined
}

async function read(source: Source, inputs: Inputs, { step, connect, made }: Means): Promise<Local> {
  const history = await readHistory(source, { inputs, runId: step.context.runId, made })
  const isTip = await isAtTip(source, inputs, { step, connect })
  if (!inputs.labels) return { ...history, isTip }
  const commits = await labelled(history.commits, connect)
  const sincePrerelease = await labelled(history.sincePrerelease, connect)
  return { ...history, isTip, commits, sincePrerelease }
}

/**
 * Whether the branch of this run is still at the commit. A checkout for a run that is started again moves the branch of
 * its remote back to the old commit, so that only GitHub knows then.
 */
async function isAtTip(
  source: Source,
  { sha }: Inputs,
  { step: { context }, connect }: Means,
): Promise<boolean | undefined> {
  if (!context.ref.startsWith('refs/heads/')) return undefined
  const tip = await source.tip(context.ref.slice('refs/heads/'.length))
  if (tip !== undefined && tip !== sha) return false
  if (source.kind === 'api' || Number(context.runAttempt) < 2 || connect === undefined)
    return tip === sha || undefined
  const { getRef } = await import('../../shared/github/refs.ts')
  const there = await getRef(await connect(), context.ref).catch(() => undefined)
  return there === undefined ? undefined : there.object === sha
}

/** Commits with the labels of the pull requests that brought them in. @throws ActionError without a token */
export async function labelled(
  commits: readonly UnreleasedCommit[],
  connect: Connect | undefined,
): Promise<readonly UnreleasedCommit[]> {
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
