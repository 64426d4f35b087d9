import type { RunContext } from '../../../shared/action/context.ts'
import { ActionError, messageOf } from '../../../shared/action/errors.ts'
import { log } from '../../../shared/action/log.ts'
import type { Connect, Step } from '../../../shared/action/step.ts'
import { GitError } from '../../../shared/git/errors.ts'
import type { Repository } from '../../../shared/git/model.ts'
import { openRepository } from '../../../shared/git/repository.ts'
import { isObjectName, resolveCommit } from '../../../shared/git/revision.ts'
import type { Inputs } from '../model.ts'
import { gitSource } from './git.ts'
import type { Source } from './source.ts'

/** All waiting for GitHub together ends here, in ms. */
export const PATIENCE_MS = 300_000

/**
 * Where history is read: in the checkout when it is complete; a shallow one is completed by one fetch into a repository
 * of its own; else through the API.
 *
 * @throws ActionError when none of them can tell
 */
export async function findSource(inputs: Inputs, step: Step): Promise<Source> {
  const { context, signal } = step
  const connect = step.connect(inputs.token, PATIENCE_MS)
  let repository: Repository
  try {
    repository = openRepository(context.workspace || process.cwd())
  } catch (error) {
    if (connect === undefined || !(error instanceof GitError)) throw error
    return throughApi(connect, 'there is no checkout')
  }
  if (!repository.shallow) return gitSource(repository, signal)
  // What is completed elsewhere has no HEAD, or another one.
  const isAsked = [inputs.to, inputs.from].includes('HEAD')
  const head = isAsked ? await resolveCommit(repository, 'HEAD', { signal }) : undefined
  const known = (name: string): string => (name === 'HEAD' ? (head ?? name) : name)
  const withHead = (source: Source): Source => ({
    ...source,
    resolve: (names) => source.resolve(names.map(known)),
  })
  try {
    const ends = [inputs.to, inputs.from ?? inputs.to].map(known)
    return withHead(gitSource(await complete(inputs, ends, step), signal))
  } catch (error) {
    if (!(error instanceof GitError) || error.kind === 'cancelled') throw error
    if (connect === undefined) throw tooShallow(messageOf(error))
    return withHead(
      await throughApi(
        connect,
        `the checkout is shallow, and fetching the rest failed (${messageOf(error)})`,
      ),
    )
  }
}

/** Treeless, because only commits are read, unless it is about paths. */
async function complete(
  inputs: Inputs,
  ends: readonly string[],
  { context, signal }: Step,
): Promise<Repository> {
  const url = repositoryUrl(context)
  if (url === undefined) throw tooShallow('the runner says neither which repository this is nor where')
  log.info(`The checkout is shallow: fetching the history of ${context.repository}, without files.`)
  // Loaded on use: most checkouts of a release are complete.
  const { fetchHistory } = await import('../../../shared/git/fetch.ts')
  return fetchHistory({
    url,
    token: inputs.token,
    commits: [...new Set(ends)].filter(isObjectName),
    withBranches: ends.some((name) => !isObjectName(name)),
    withTrees: inputs.path.length > 0,
    temp: context.temp,
    signal,
  })
}

/** From the API's address and never from the checkout, whose configuration anybody may have changed. */
export function repositoryUrl({
  apiUrl,
  repository,
}: Pick<RunContext, 'apiUrl' | 'repository'>): string | undefined {
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository) || !URL.canParse(apiUrl)) return undefined
  const url = new URL(apiUrl)
  // https://api.github.com, https://api.octo.ghe.com, https://host/api/v3
  const host = url.host.replace(/^api\.(?=github\.com$|[^.]+\.ghe\.com$)/, '')
  const path = url.pathname.replace(/\/api\/v3\/?$/, '').replace(/\/$/, '')
  return `${url.protocol}//${host}${path}/${repository}.git`
}

async function throughApi(connect: Connect, why: string): Promise<Source> {
  log.info(`History is read through the API: ${why}.`)
  const { apiSource } = await import('./api.ts')
  return apiSource(await connect())
}

function tooShallow(why: string): ActionError {
  return new ActionError(
    'Shallow checkout',
    `The checkout does not have the whole history, and it could not be completed: ${why} Check out with \`fetch-depth: 0\`.`,
  )
}
