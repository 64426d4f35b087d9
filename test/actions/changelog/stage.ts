import { afterEach } from '@jest/globals'
import { makeRepository, type TestRepository } from '../../support/git.ts'
import { loadRepository } from '../../support/github/load.ts'
import { type Stage, type StageOptions, startGitHub } from '../../support/github/server.ts'
import type { StagePull } from '../../support/github/state.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { type RunOptions, runAction, type StepResult } from '../../support/runner.ts'

const open: (() => Promise<void> | void)[] = []

// A stage also fails here when a request or an answer was against GitHub's own description.
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

/** A change of a history: a message, or a tag on the one before. */
export type Change = string | { tag: string }

export function repositoryOf(changes: readonly Change[]): TestRepository {
  const repository = makeRepository()
  open.push(() => repository.remove())
  for (const change of changes) {
    if (typeof change === 'string') repository.commit(change)
    else repository.tag(change.tag)
  }
  return repository
}

/** A GitHub with what this repository holds. */
export async function githubOf(repository: TestRepository, options: StageOptions = {}): Promise<Stage> {
  const stage = await startGitHub({ state: loadRepository(repository.directory), ...options })
  open.push(() => stage.close())
  return stage
}

/** Adds a merged pull request; its squash is the commit that names it. */
export function addPull({ state }: Stage, number: number, more: Partial<StagePull> = {}): void {
  const pull = { title: `Title ${number}`, author: 'ada', labels: [], merged: true, base: 'main', body: '' }
  const squash = [...state.commits.values()].find(({ message }) =>
    message.split('\n')[0]?.endsWith(`(#${number})`),
  )
  state.pulls.push({ ...pull, number, commits: squash === undefined ? [] : [squash.sha], ...more })
}

export interface StepOptions extends Partial<Omit<RunOptions, 'action' | 'inputs'>> {
  /** False: the workspace is empty. */
  checkout?: boolean
}

/** Runs the bundle on the tip of `main`, with a GitHub or with none and no token. */
export function step(
  repository: TestRepository,
  stage: Stage | undefined,
  inputs: Readonly<Record<string, string>> = {},
  { checkout = true, context, ...options }: StepOptions = {},
): Promise<StepResult> {
  const workspace = checkout ? repository.directory : tempFolder('nexus-empty-')
  const { apiUrl, graphqlUrl, serverUrl } = stage ?? {}
  const addresses = {
    ...(apiUrl && { apiUrl }),
    ...(graphqlUrl && { graphqlUrl }),
    ...(serverUrl && { serverUrl }),
  }
  return runAction({
    ...{ action: 'changelog', inputs, workspace },
    event: { name: 'push', payload: {} },
    ...options,
    context: {
      ...{
        sha: repository.git(['rev-parse', 'main^{commit}']),
        ref: 'refs/heads/main',
        repository: 'octo/demo',
      },
      ...{ token: stage === undefined ? '' : 'stage-token', ...addresses, ...context },
    },
  })
}

/** What a stage was asked to do. */
export function asked({ log }: Stage): string[] {
  return log.map(({ operation }) => operation.replace('/repos/{owner}/{repo}', ''))
}
