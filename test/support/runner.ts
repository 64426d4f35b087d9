import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from './runner/commands.ts'
import type { Folders, GitHubContext, JobStatus } from './runner/contexts.ts'
import type { Value } from './runner/expressions.ts'
import { readCommandFiles } from './runner/file-commands.ts'
import { prepareStep, type Step } from './runner/step.ts'
import { type Annotation, type StepLog, stepLog } from './runner/step-log.ts'
import { type ProcessEnd, type StepProcess, startProcess } from './runner/step-process.ts'

/** How a step is run. Only `action` is needed; the rest has the values of an ordinary push to main. */
export interface RunOptions {
  /** The name of one of this repository's actions, or a folder with an action.yml. */
  action: string | { folder: string }
  /** `main` unless said otherwise; see {@link runPost} for `post`. */
  phase?: 'pre' | 'main' | 'post'
  inputs?: Readonly<Record<string, string>>
  event?: { name: string; payload: unknown }
  context?: Partial<GitHubContext>
  matrix?: { readonly [key: string]: Value }
  /** `${{ job.status }}` while this step runs. */
  jobStatus?: JobStatus
  /** Step variables; unlike on GitHub they win over the runner's own, so that a test can break those. */
  env?: Readonly<Record<string, string>>
  /** Masked from the start, as the runner does with secrets. */
  secrets?: readonly string[]
  workspace?: string
  temp?: string
  debug?: boolean
  /** An earlier step of this action: its state, variables, masks and folders carry over. */
  after?: StepResult
  /** Gets each masked log line when it is written, with the annotation when it shows one. */
  onLine?: (line: string, annotation?: Annotation) => void
  /** A step that takes longer than this is killed, and the promise rejects. 60 s unless said otherwise. */
  deadlineMs?: number
  /** The program of another Node than the runner's own. */
  node?: string
}

export interface StepResult {
  phase: 'pre' | 'main' | 'post'
  conclusion: 'success' | 'failure' | 'cancelled' | 'skipped'
  exitCode: number | null
  signal: NodeJS.Signals | null
  pid: number
  outputs: Record<string, string>
  state: Record<string, string>
  /** What it wrote to GITHUB_ENV, on top of what it was given by the step before. */
  env: Record<string, string>
  path: string[]
  /** As written by the action; empty when the runner dropped it. */
  summary: string
  annotations: readonly Annotation[]
  /** Every workflow command that the runner recognised in the output. */
  commands: readonly Command[]
  masks: readonly string[]
  /** Raw, with workflow commands and without masks. */
  stdout: string
  stderr: string
  /** What a person sees: commands obeyed, secrets masked. */
  log: string
  /** Processes that outlived the step (Linux); the runner kills them, and so does this. */
  orphans: number[]
  durationMs: number
  folders: Folders
  options: RunOptions
}

/** A running step, for tests that send signals. */
export interface StepHandle {
  pid: number
  stdout(): string
  log(): string
  sendSignal(name: NodeJS.Signals): boolean
  /** Resolves with the first log line that matches, be it written already; rejects when none comes in time. */
  waitForLog(pattern: RegExp, deadlineMs?: number): Promise<string>
  /** As the runner cancels: SIGINT, 7.5 s, SIGTERM, 2.5 s, then the tree is killed. The milliseconds can be set. */
  cancel(patience?: { sigint: number; sigterm: number }): Promise<StepResult>
  finished: Promise<StepResult>
}

/**
 * Runs one step as the GitHub runner does, to its end, whatever that is.
 *
 * @throws Error when the action cannot be run at all, or does not end before the deadline
 */
export async function runAction(options: RunOptions): Promise<StepResult> {
  const step = prepareStep(options)
  return step.skipped ? skippedResult(options, step) : start(options, step).finished
}

/** Runs the post phase after a step, when the job has ended as `jobStatus` says (by default as the step did). */
export function runPost(
  previous: StepResult,
  options: Partial<RunOptions> & { jobStatus?: JobStatus } = {},
): Promise<StepResult> {
  const jobStatus = previous.conclusion === 'skipped' ? 'success' : previous.conclusion
  return runAction({ ...previous.options, jobStatus, ...options, phase: 'post', after: previous })
}

/** Starts a step and returns at once. @throws Error when it cannot be run, or its condition is false */
export function startAction(options: RunOptions): StepHandle {
  const step = prepareStep(options)
  if (step.skipped) throw new Error(`The ${options.phase} phase is skipped: its condition is false.`)
  return start(options, step)
}

/** @throws Error that shows the whole step, unless it ended as expected */
export function expectConclusion(result: StepResult, expected: StepResult['conclusion']): void {
  if (result.conclusion === expected) return
  const error = new Error(`Expected ${expected}, got ${result.conclusion}.\n${describe(result)}`)
  Error.captureStackTrace(error, expectConclusion)
  throw error
}

/** All that helps to understand a step, as text. */
export function describe(result: StepResult): string {
  const end = result.signal === null ? `exit code ${result.exitCode}` : `ended by ${result.signal}`
  return [
    `${result.phase} of ${JSON.stringify(result.options.action)}: ${result.conclusion}, ${end}, pid ${result.pid}, ${Math.round(result.durationMs)} ms`,
    `inputs: ${JSON.stringify(result.options.inputs ?? {})}`,
    `outputs: ${JSON.stringify(result.outputs, null, 2)}`,
    `--- stdout\n${result.stdout}`,
    `--- stderr\n${result.stderr}`,
    `--- summary\n${result.summary}`,
  ].join('\n')
}

function start(options: RunOptions, step: Step): StepHandle {
  const watchers = new Set<(line: string) => void>()
  const onLine = (line: string, annotation?: Annotation): void => {
    options.onLine?.(line, annotation)
    for (const watch of watchers) watch(line)
  }
  const log = stepLog(step.masks, options.debug ?? false, onLine)
  for (const warning of step.warnings) log.issue('warning', warning)
  const startedAt = performance.now()
  const child = startProcess(
    step.script,
    step.folders.workspace,
    step.env,
    step.trackingId,
    log.read,
    options.node,
  )
  let cancelled = false

  const finish = async (): Promise<StepResult> => {
    const limit = options.deadlineMs ?? 60_000
    let overran = false
    const timer = setTimeout(() => {
      overran = true
      child.killTree()
    }, limit)
    const end = await child.finished.finally(() => clearTimeout(timer))
    const durationMs = performance.now() - startedAt
    const result = resultOf(options, step, log, child, { ...end, cancelled, durationMs })
    if (overran)
      throw new Error(`The step did not end within ${limit} ms and was killed.\n${describe(result)}`)
    return result
  }
  const finished = finish()
  // Whoever holds the handle may look at the log only; then nobody waits for this promise.
  finished.catch(() => undefined)

  return {
    pid: child.pid,
    stdout: child.stdout,
    log: log.text,
    sendSignal: child.signal,
    waitForLog: (pattern, deadlineMs = 10_000) => {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      const look = (line: string): void => {
        if (line.search(pattern) >= 0) resolve(line)
      }
      const giveUp = (why: string): void =>
        reject(
          new Error(
            `${pattern} did not show up in the log: ${why}.\n${log.text()}\n--- stderr\n${child.stderr()}`,
          ),
        )
      const timer = setTimeout(() => giveUp(`${deadlineMs} ms have passed`), deadlineMs)
      watchers.add(look)
      log.text().split('\n').forEach(look)
      finished.then(
        () => giveUp('the step has ended'),
        () => giveUp('the step was killed'),
      )
      return promise.finally(() => {
        clearTimeout(timer)
        watchers.delete(look)
      })
    },
    cancel: async ({ sigint, sigterm } = { sigint: 7_500, sigterm: 2_500 }) => {
      cancelled = true
      for (const [name, patience] of [
        ['SIGINT', sigint],
        ['SIGTERM', sigterm],
      ] as const) {
        child.signal(name)
        const timer = new AbortController()
        await Promise.race([
          child.exited,
          delay(patience, undefined, { signal: timer.signal }).catch(() => undefined),
        ])
        timer.abort()
      }
      child.killTree()
      return finished
    },
    finished,
  }
}

function resultOf(
  options: RunOptions,
  step: Step,
  log: StepLog,
  child: StepProcess,
  end: ProcessEnd & { cancelled: boolean; durationMs: number },
): StepResult {
  const { cancelled, ...rest } = end
  const said = readCommandFiles(step.files, log)
  const green = end.exitCode === 0 && !log.failed
  return {
    ...rest,
    phase: options.phase ?? 'main',
    conclusion: cancelled ? 'cancelled' : green ? 'success' : 'failure',
    pid: child.pid,
    outputs: said.outputs,
    state: { ...options.after?.state, ...said.state },
    env: { ...options.after?.env, ...said.env },
    path: [...(options.after?.path ?? []), ...said.path],
    summary: said.summary,
    annotations: log.annotations,
    commands: log.commands,
    masks: [...step.masks],
    stdout: child.stdout(),
    stderr: child.stderr(),
    log: log.text(),
    folders: step.folders,
    options,
  }
}

function skippedResult(options: RunOptions, step: Step): StepResult {
  return {
    phase: options.phase ?? 'main',
    conclusion: 'skipped',
    exitCode: null,
    signal: null,
    pid: 0,
    outputs: {},
    state: options.after?.state ?? {},
    env: options.after?.env ?? {},
    path: options.after?.path ?? [],
    summary: '',
    annotations: [],
    commands: [],
    masks: [...step.masks],
    stdout: '',
    stderr: '',
    log: '',
    orphans: [],
    durationMs: 0,
    folders: step.folders,
    options,
  }
}
