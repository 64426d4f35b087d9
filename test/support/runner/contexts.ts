import { createHash } from 'node:crypto'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Scope, Value } from './expressions.ts'

/** The parts of the `github` context that a test may set; the rest follows from them. */
export interface GitHubContext {
  repository: string
  sha: string
  ref: string
  headRef: string
  baseRef: string
  actor: string
  workflow: string
  job: string
  runId: string
  runNumber: string
  runAttempt: string
  serverUrl: string
  apiUrl: string
  graphqlUrl: string
  /** `github.token`; masked from the start, as the runner does. */
  token: string
}

export type JobStatus = 'success' | 'failure' | 'cancelled'

export interface Folders {
  workspace: string
  /** RUNNER_TEMP: lives as long as the job. */
  temp: string
  tools: string
  home: string
}

const GITHUB: GitHubContext = {
  repository: 'octo-org/octo-repo',
  sha: '4f1e2d3c5b6a79880716253443526170f1e2d3c4',
  ref: 'refs/heads/main',
  headRef: '',
  baseRef: '',
  actor: 'octocat',
  workflow: 'release',
  job: 'build',
  runId: '1658821493',
  runNumber: '7',
  runAttempt: '1',
  serverUrl: 'https://github.com',
  apiUrl: 'https://api.github.com',
  graphqlUrl: '',
  token: 'ghs_16C7e42F292c6912E7710c838347Ae178B4a',
}

/** The whole `github` context with the names of expressions (`run_id`), and the event payload. */
export function githubContext(
  overrides: Partial<GitHubContext>,
  event: { name: string; payload: unknown },
  folders: Folders,
): Record<string, Value> {
  const github = { ...GITHUB, ...overrides }
  const named = Object.entries(github).map(([key, value]) => [
    key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
    value,
  ])
  const [, kind = '', name = github.ref] = /^refs\/(heads|tags|pull)\/(.*)$/s.exec(github.ref) ?? []
  return {
    ...Object.fromEntries(named),
    graphql_url: github.graphqlUrl || github.apiUrl.replace(/\/v3$/, '').replace(/\/*$/, '/graphql'),
    ref_name: name,
    ref_type: kind === 'tags' ? 'tag' : 'branch',
    ref_protected: 'false',
    repository_owner: github.repository.split('/')[0] ?? '',
    repository_id: '1296269',
    repository_owner_id: '9919',
    actor_id: '583231',
    triggering_actor: github.actor,
    workflow_ref: `${github.repository}/.github/workflows/${github.workflow}.yml@${github.ref}`,
    workflow_sha: github.sha,
    retention_days: '90',
    action: '__self',
    action_ref: '',
    action_repository: '',
    event_name: event.name,
    event: event.payload as Value,
    workspace: folders.workspace,
  }
}

export function runnerContext(folders: Folders, debug: boolean): Record<string, string> {
  return {
    os: { linux: 'Linux', darwin: 'macOS', win32: 'Windows' }[process.platform as string] ?? 'Linux',
    arch: { x64: 'X64', arm64: 'ARM64', arm: 'ARM', ia32: 'X86' }[process.arch as string] ?? 'X64',
    name: 'nexus-local',
    environment: 'self-hosted',
    tool_cache: folders.tools,
    temp: folders.temp,
    workspace: join(folders.workspace, '..'),
    ...(debug ? { debug: '1' } : {}),
  }
}

/** What input defaults and `post-if` may use. Secrets, env, needs and steps are not among it. */
export function expressionScope(
  contexts: { github: Value; runner: Value; matrix: Value },
  jobStatus: JobStatus,
  workspace: string,
): Scope {
  return {
    contexts: {
      ...contexts,
      job: { status: jobStatus },
      strategy: { 'fail-fast': true, 'job-index': 0, 'job-total': 1, 'max-parallel': 1 },
    },
    closed: ['github', 'runner', 'job', 'strategy'],
    functions: { hashFiles: (...patterns) => hashFiles(workspace, patterns.map(String)) },
  }
}

/** For `pre-if` and `post-if` only. */
export function statusFunctions(jobStatus: JobStatus): Scope['functions'] {
  return {
    always: () => true,
    success: () => jobStatus === 'success',
    failure: () => jobStatus === 'failure',
    cancelled: () => jobStatus === 'cancelled',
  }
}

function hashFiles(workspace: string, patterns: string[]): string {
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'))
  const exclude = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1))
  const files = globSync(wanted, { cwd: workspace, exclude })
    .map((file) => join(workspace, file))
    .filter((file) => statSync(file).isFile())
    .sort()
  if (files.length === 0) return ''
  const whole = createHash('sha256')
  for (const file of files) whole.update(createHash('sha256').update(readFileSync(file)).digest())
  return whole.digest('hex')
}
