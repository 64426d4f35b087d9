import { createHash } from 'node:crypto'
import type { RunContext } from '../../../shared/action/context.ts'
import type { Analysis, Run } from '../sarif/model.ts'

/** What a run carries so that a later step can tell who wrote it, and how much it covered. */
export interface Stamp {
  /** Of workflow, job and matrix. */
  job: string
  /** Of the run of the workflow and its attempt. */
  run: string
  /** Of the runner: two jobs of one attempt are never on the same. */
  runner: string
  covered?: number
}

const KEY = 'nexusActions'

/** The stamp of this job; `covered` is the analysis's. */
export function stampOf(
  { workflow, job, runId, runAttempt }: RunContext,
  matrix: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv,
): Stamp {
  // `<id of the plan>.<caller>.<job>…`: the only variable that tells two calls of a reusable workflow apart.
  const orchestration = (env['ACTIONS_ORCHESTRATION_ID'] ?? '').replace(/^[0-9a-f-]{36}\./i, '')
  return {
    job: short([workflow, job, Object.entries(matrix).sort(), orchestration]),
    run: short([runId, runAttempt]),
    runner: short([env['RUNNER_NAME'] ?? '']),
  }
}

/** Puts the stamp into a run, in place. */
export function stampRun(run: Run, stamp: Stamp, { covered }: Pick<Analysis, 'covered'>): void {
  run.properties = { ...run.properties, [KEY]: covered === undefined ? stamp : { ...stamp, covered } }
}

/** The stamp of a run that came back; undefined where there is none of ours. */
export function stampIn(run: Run): Partial<Stamp> | undefined {
  const found = run.properties?.[KEY]
  if (typeof found !== 'object' || found === null) return undefined
  const { job, run: of, runner, covered } = found as Record<string, unknown>
  return {
    ...(typeof job === 'string' ? { job } : {}),
    ...(typeof of === 'string' ? { run: of } : {}),
    ...(typeof runner === 'string' ? { runner } : {}),
    ...(typeof covered === 'number' ? { covered } : {}),
  }
}

/** Whether another job than this one wrote an analysis. */
export function isOther(found: Partial<Stamp> | undefined, own: Stamp): boolean {
  if (found?.job === undefined) return false
  return found.job !== own.job || (found.run === own.run && found.runner !== own.runner)
}

function short(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}
