import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach } from '@jest/globals'
import { type Stage, type StageOptions, startGitHub } from '../../support/github/server.ts'
import { addCommit } from '../../support/github/state.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { type RunOptions, runAction, type StepResult } from '../../support/runner.ts'

/** One result of a report. */
export interface Result {
  rule: string
  /** CVSS, as `security-severity`; 8.1 (high) when not given. */
  cvss?: string
  path?: string
  line?: number
  message?: string
  suppressed?: boolean
}

/** A report of one run, as scanners write them. */
export function report(results: readonly Result[], tool = 'Semgrep OSS', category?: string): string {
  const rules = new Map(results.map(({ rule, cvss = '8.1' }) => [rule, cvss]))
  return JSON.stringify({
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: tool,
            rules: [...rules].map(([id, cvss]) => ({
              id,
              shortDescription: { text: `about ${id}` },
              helpUri: `https://rules.example/${id}`,
              properties: { 'security-severity': cvss },
            })),
          },
        },
        ...(category === undefined ? {} : { automationDetails: { id: `${category}/` } }),
        results: results.map(({ rule, path = 'src/app.py', line = 3, message = 'm', suppressed }) => ({
          ruleId: rule,
          message: { text: message },
          locations: [{ physicalLocation: { artifactLocation: { uri: path }, region: { startLine: line } } }],
          ...(suppressed === true ? { suppressions: [{ kind: 'inSource' }] } : {}),
        })),
      },
    ],
  })
}

export interface StepOptions extends Omit<Partial<RunOptions>, 'action' | 'inputs'> {
  inputs?: Readonly<Record<string, string>>
}

export interface Scene {
  stage: Stage
  /** The commit of main. */
  main: string
  /** Pull request 7 with its merge commit. */
  pull: { head: string; merge: string }
  /** How the bundle is run on a report, as on a push to main. */
  options(results: readonly Result[] | string, options?: StepOptions): RunOptions
  /** Runs it. */
  step(results: readonly Result[] | string, options?: StepOptions): Promise<StepResult>
}

const open: Stage[] = []

// A stage also fails here when a request or an answer was against GitHub's own description.
afterEach(async () => {
  for (const stage of open.splice(0)) await stage.close()
})

/** A repository at GitHub with a main branch and a pull request. */
export async function scene(options: StageOptions = {}): Promise<Scene> {
  const stage = await startGitHub(options)
  open.push(stage)
  const { state } = stage
  addCommit(state, { message: 'feat: a' })
  const main = addCommit(state, { message: 'feat: b' })
  const head = addCommit(state, { message: 'feat: c', branch: 'feature', parents: [main] })
  const merge = addCommit(state, { message: 'Merge', branch: '', parents: [main, head] })
  state.refs.set('refs/pull/7/head', head)
  state.refs.set('refs/pull/7/merge', merge)
  const optionsOf: Scene['options'] = (results, { inputs = {}, context, ...more } = {}) => {
    const workspace = more.workspace ?? tempFolder('nexus-sarif-')
    writeFileSync(join(workspace, 'report.sarif'), typeof results === 'string' ? results : report(results))
    return {
      action: 'trivy-sarif-upload',
      event: { name: 'push', payload: { repository: repositoryJson(stage) } },
      ...more,
      workspace,
      inputs: { 'sarif-file': 'report.sarif', category: 'app', ...inputs },
      context: { ...at(stage), sha: state.refs.get('refs/heads/main') ?? main, ...context },
    }
  }
  return {
    ...{ stage, main, pull: { head, merge }, options: optionsOf },
    step: (results, given) => runAction(optionsOf(results, given)),
  }
}

/** As a payload has it. */
export function repositoryJson({ state }: Stage): Record<string, unknown> {
  const { owner, name, defaultBranch, private: isPrivate } = state
  return { full_name: `${owner}/${name}`, default_branch: defaultBranch, private: isPrivate }
}

/** How a step reaches a stage. */
export function at(stage: Stage): NonNullable<RunOptions['context']> {
  const { apiUrl, graphqlUrl, serverUrl, state } = stage
  return { apiUrl, graphqlUrl, serverUrl, repository: `${state.owner}/${state.name}`, token: 'stage-token' }
}

/** A run for pull request 7. */
export function pullRequest({ stage, pull, main }: Scene, from?: string): StepOptions {
  const repository = repositoryJson(stage)
  return {
    context: { ref: 'refs/pull/7/merge', sha: pull.merge },
    event: {
      name: 'pull_request',
      payload: {
        repository,
        pull_request: {
          ...{ number: 7, base: { ref: 'main', sha: main } },
          head: { sha: pull.head, ref: 'feature', repo: { full_name: from ?? repository['full_name'] } },
        },
      },
    },
  }
}

/** What was asked of a stage, without the path of the repository. */
export function calls({ log }: Stage, only = /./): string[] {
  return log
    .map(({ operation }) => operation.replace('/repos/{owner}/{repo}', ''))
    .filter((one) => only.test(one))
}

/** Titles and messages of the annotations of a level. */
export function said(result: StepResult, level: 'error' | 'warning' | 'notice'): string {
  return result.annotations
    .filter((annotation) => annotation.level === level)
    .map(({ title, message }) => `${title}: ${message}`)
    .join('\n')
}
