import { afterEach, expect } from '@jest/globals'
import { connectGitHub, type GitHub, type GitHubOptions } from '../../../shared/github/client.ts'
import { GitHubError } from '../../../shared/github/errors.ts'
import { type Stage, type StageOptions, startGitHub } from '../../support/github/server.ts'
import { addCommit } from '../../support/github/state.ts'

const open: (() => Promise<void> | void)[] = []

// A stage also fails here when a request or an answer was against GitHub's own description.
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

export async function stage(options?: StageOptions): Promise<Stage> {
  const started = await startGitHub(options)
  open.push(() => started.close())
  return started
}

export interface Client extends GitHub {
  /** What was waited for, and how long, instead of waiting. */
  waits: number[]
}

/** A client of a stage that does not really wait. */
export function client(of: Stage, options: Partial<GitHubOptions> = {}): Client {
  const waits: number[] = []
  const github = connectGitHub({
    ...{ token: 'stage-token', repository: `${of.state.owner}/${of.state.name}`, env: {} },
    ...{ apiUrl: of.apiUrl, graphqlUrl: of.graphqlUrl, deadline: performance.now() + 3_600_000 },
    pause: async (ms) => void waits.push(ms),
    ...options,
  })
  open.push(() => github.close())
  return Object.defineProperty(github as Client, 'waits', { value: waits })
}

/** The error of something that must fail. */
export async function failure(action: Promise<unknown>): Promise<GitHubError> {
  const outcome = await action.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(outcome).toBeInstanceOf(GitHubError)
  return outcome as GitHubError
}

/** The operations that a stage was asked for, in order. */
export function asked({ log }: Stage): string[] {
  return log.map(({ operation }) => operation.replace('/repos/{owner}/{repo}', ''))
}

/** A stage with two commits on its default branch, and a client of it. */
export async function twoCommits(options?: StageOptions) {
  const github = await stage(options)
  const first = addCommit(github.state, { message: 'feat: a' })
  const second = addCommit(github.state, { message: 'feat: b' })
  return { github, one: client(github), first, second, state: github.state }
}
