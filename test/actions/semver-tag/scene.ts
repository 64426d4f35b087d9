import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { loadRepository } from '../../support/github/load.ts'
import { type Stage, type StageOptions, startGitHub } from '../../support/github/server.ts'
import { peeled } from '../../support/github/state.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { type RunOptions, runAction, type StepResult } from '../../support/runner.ts'

/** One commit of a history; a text is its message. */
export interface Change {
  message: string
  /** `main`, when not given. */
  branch?: string
  /** Where the branch begins, by the name of a tag; only for the first commit of a branch. */
  from?: string
  /** A branch that is merged. */
  merge?: string
  paths?: readonly string[]
  /** Lightweight tags on it. */
  tags?: readonly string[]
  /** Annotated tags on it, with their messages. */
  annotated?: Readonly<Record<string, string>>
}

/** A real repository, made with fast-import. */
export interface Repository {
  path: string
  /** The commit that a revision stands for. */
  sha(revision?: string): string
}

const BEGIN = 1_767_225_600

/** A repository with this history, the oldest commit first; `main` is checked out (without files). */
export function repositoryOf(
  history: readonly (string | Change)[],
  options: readonly string[] = [],
): Repository {
  const path = join(tempFolder('nexus-semver-'), 'repo')
  execFileSync('git', ['init', '--quiet', '--initial-branch=main', ...options, path])
  const lines: string[] = []
  const marks = new Map<string, number>()
  const data = (text: string): void => {
    lines.push(`data ${Buffer.byteLength(text)}\n`, text, '\n')
  }
  history.forEach((given, index) => {
    const change: Change = typeof given === 'string' ? { message: given } : given
    const {
      message,
      branch = 'main',
      from,
      merge,
      paths = [`file-${index}`],
      tags = [],
      annotated = {},
    } = change
    const who = `Ada <ada@example.invalid> ${BEGIN + index * 60} +0000\n`
    lines.push(`commit refs/heads/${branch}\nmark :${index + 1}\ncommitter ${who}`)
    data(message)
    if (from !== undefined) lines.push(`from :${marks.get(from)}\n`)
    if (merge !== undefined) lines.push(`merge refs/heads/${merge}\n`)
    for (const file of paths) {
      lines.push(`M 100644 inline ${file}\n`)
      data(`${index}`)
    }
    for (const tag of [...tags, ...Object.keys(annotated)]) marks.set(tag, index + 1)
    for (const tag of tags) lines.push(`reset refs/tags/${tag}\nfrom :${index + 1}\n\n`)
    for (const [tag, text] of Object.entries(annotated)) {
      lines.push(`tag ${tag}\nfrom :${index + 1}\ntagger ${who}`)
      data(text)
    }
  })
  const input = lines.join('')
  execFileSync('git', ['-C', path, 'fast-import', '--quiet'], { input, stdio: ['pipe', 'ignore', 'inherit'] })
  return {
    path,
    sha: (revision = 'main') =>
      execFileSync('git', ['-C', path, 'rev-parse', `${revision}^{commit}`], { encoding: 'utf8' }).trim(),
  }
}

export interface StepOptions extends Omit<Partial<RunOptions>, 'action' | 'inputs' | 'context'> {
  /** What `github.sha` is; the tip of `main` when not given. */
  at?: string
  context?: RunOptions['context']
}

/** Runs the bundle on a checkout as on a push to `main`. */
export function step(
  repository: Repository,
  inputs: Readonly<Record<string, string>> = {},
  { at, context, ...options }: StepOptions = {},
): Promise<StepResult> {
  return runAction({
    action: 'semver-tag',
    workspace: repository.path,
    event: { name: 'push', payload: { repository: { default_branch: 'main' } } },
    inputs,
    ...options,
    context: { sha: at ?? repository.sha(), ...context },
  })
}

/** A dry run without a token: what the checkout alone says. */
export function dryRun(
  repository: Repository,
  inputs: Readonly<Record<string, string>> = {},
  options: StepOptions = {},
): Promise<StepResult> {
  return step(repository, { token: '', 'dry-run': 'true', ...inputs }, options)
}

const stages: Stage[] = []

/** A GitHub with what this repository holds. @see closeGitHubs */
export async function githubOf(repository: Repository, options: StageOptions = {}): Promise<Stage> {
  const stage = await startGitHub({ state: loadRepository(repository.path), ...options })
  stages.push(stage)
  return stage
}

/** For `afterEach`. @throws when a request or an answer was against GitHub's own description */
export async function closeGitHubs(): Promise<void> {
  for (const stage of stages.splice(0)) await stage.close()
}

/** How a step reaches a stage. */
export function at({ apiUrl, graphqlUrl, serverUrl }: Stage): NonNullable<RunOptions['context']> {
  return { apiUrl, graphqlUrl, serverUrl, repository: 'octo/demo', token: 'stage-token' }
}

/** Runs the bundle against a stage; on the checkout of the repository, or with `checkout: false` on none. */
export function publish(
  repository: Repository,
  stage: Stage,
  inputs: Readonly<Record<string, string>> = {},
  { checkout = true, context, ...options }: StepOptions & { checkout?: boolean } = {},
): Promise<StepResult> {
  const workspace = checkout ? repository.path : tempFolder('nexus-empty-')
  return step(repository, inputs, { workspace, ...options, context: { ...at(stage), ...context } })
}

/** The commit that a tag of the stage means; undefined without one. */
export function tagged({ state }: Stage, tag: string): string | undefined {
  const object = state.refs.get(`refs/tags/${tag}`)
  return object === undefined ? undefined : peeled(state, object)
}
