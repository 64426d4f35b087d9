import { type RunOptions, runAction, type StepResult } from '../../support/runner.ts'
import type { Repository } from '../semver-tag/scene.ts'

export interface StepOptions extends Omit<Partial<RunOptions>, 'action' | 'inputs' | 'context'> {
  /** What `github.sha` is; the tip of `main` when not given. */
  at?: string
  context?: RunOptions['context']
}

/** Runs the bundle on a checkout as on a push, without a token unless one is given. */
export function notes(
  repository: Repository,
  inputs: Readonly<Record<string, string>> = {},
  { at, context, ...options }: StepOptions = {},
): Promise<StepResult> {
  return runAction({
    action: 'changelog',
    workspace: repository.path,
    event: { name: 'push', payload: {} },
    inputs: { token: '', 'pull-requests': 'false', ...inputs },
    ...options,
    context: { sha: at ?? repository.sha(), repository: 'octo/demo', ...context },
  })
}

export interface ResultEntry {
  type: string | null
  scope: string | null
  subject: string
  breaking: string[] | null
  shas: string[]
  pullRequest?: { number: number; title?: string }
  references: { number: number; owner?: string; action?: string }[]
  authors: { name: string; login: string | null; bot: boolean }[]
}

export interface Result {
  counts: Record<'range' | 'listed' | 'reverted' | 'merged' | 'excluded', number>
  decisions: string[]
  notices: string[]
  releases: {
    version: string | null
    tag?: string
    from?: string
    to: string
    date: string
    excluded: Record<string, number>
    counts: Result['counts']
    groups: { title: string; entries: ResultEntry[] }[]
  }[]
}

/** The document of a step. */
export function resultOf({ outputs }: StepResult): Result {
  return JSON.parse(outputs['result'] ?? '{}') as Result
}

/** Title → subjects, of one version; the first one when not said otherwise. */
export function groupsOf(result: StepResult, version = 0): Record<string, string[]> {
  const groups = resultOf(result).releases[version]?.groups ?? []
  return Object.fromEntries(
    groups.map(({ title, entries }) => [title, entries.map(({ subject }) => subject)]),
  )
}
