import { treeOf } from '../../support/github/pulls.ts'
import { type Stage, type StageOptions, startGitHub } from '../../support/github/server.ts'
import { addCommit, addTag, emptyState, type StagePull, type State } from '../../support/github/state.ts'
import { jobToken } from '../../support/github/tokens.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import {
  type RunOptions,
  runAction,
  type StepHandle,
  type StepResult,
  startAction,
} from '../../support/runner.ts'
import { at } from './scene.ts'

export const BRANCH = 'nexus-release--main'

/** A project of npm that has released v1.2.3. */
export function project(): State {
  const state = emptyState()
  const released = addCommit(state, {
    message: 'feat: begin',
    content: {
      'package.json': '{\r\n  "name": "shop",\r\n  "version": "1.2.3"\r\n}\r\n',
      'package-lock.json':
        '{"name":"shop","version":"1.2.3","lockfileVersion":3,"packages":{"":{"name":"shop","version":"1.2.3"}}}\n',
      'CHANGELOG.md': '# Changelog\n\n## v1.2.3\n',
      'src/main.js': 'begin\n',
    },
  })
  addTag(state, 'v1.2.3', released)
  return state
}

export async function githubWith(state: State, options: StageOptions = {}): Promise<Stage> {
  const permissions = { contents: 'write', 'pull-requests': 'write' } as const
  return startGitHub({ state, tokens: { 'stage-token': jobToken(permissions) }, ...options })
}

export interface PushOptions {
  sha?: string
  workspace?: string
  runId?: string
  ref?: string
}

/** The step as on a push to main, without a checkout. */
export function onPush(
  stage: Stage,
  inputs: Readonly<Record<string, string>> = {},
  options: PushOptions = {},
): Promise<StepResult> {
  return runAction(pushOf(stage, inputs, options))
}

/** The same, for tests that end it early. */
export function startPush(
  stage: Stage,
  inputs: Readonly<Record<string, string>>,
  options: PushOptions = {},
): StepHandle {
  return startAction(pushOf(stage, inputs, options))
}

function pushOf(
  stage: Stage,
  inputs: Readonly<Record<string, string>>,
  {
    sha = tip(stage.state),
    workspace = tempFolder('nexus-empty-'),
    runId,
    ref = 'refs/heads/main',
  }: PushOptions,
): RunOptions {
  return {
    action: 'semver-tag',
    workspace,
    event: { name: 'push', payload: { repository: { default_branch: 'main' } } },
    inputs: { mode: 'pull-request', 'version-files': 'package.json', ...inputs },
    context: { ...at(stage), sha, ref, ...(runId === undefined ? {} : { runId }) },
  }
}

export function tip(state: State, branch = 'main'): string {
  return state.refs.get(`refs/heads/${branch}`) ?? ''
}

/** The text of a file on a branch; undefined where there is none. */
export function textAt(state: State, path: string, branch = BRANCH): string | undefined {
  const file = treeOf(state, tip(state, branch)).get(path)
  return file === undefined ? undefined : state.objects.blob(file.blob)?.toString('utf8')
}

export function openPulls({ pulls }: State): StagePull[] {
  return pulls.filter(({ open, merged }) => open === true && !merged)
}

/** Calls that change something. */
export function writesOf(stage: Stage): string[] {
  return stage.log
    .filter(({ operation, body }) => !operation.startsWith('GET ') && !/"query\(/.test(JSON.stringify(body)))
    .map(({ operation, body }) => {
      const { query = '' } = (body ?? {}) as { query?: string }
      return /\{(\w+)\(input/.exec(query)?.[1] ?? operation
    })
}
