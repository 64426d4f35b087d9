import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { type RunOptions, runAction, type StepResult } from '../../support/runner.ts'

/** One check in `result`, as the README documents it. */
export interface CheckResult {
  name: string
  target: string
  required: boolean
  passed: boolean
  class: string | null
  reason: string
  attempts: number
  durationMs: number
  status: number | null
  version: string | null
  degraded: string[]
  address: string | null
  timingsMs: Record<string, number> | null
  certificate: { daysLeft: number; subject: string; issuer: string; validTo: string } | null
  body: string | null
  samples: { count: number; failed: number; p95?: number } | null
}

export interface Result {
  dryRun: boolean
  status: string
  healthy: boolean
  checks: CheckResult[]
  versions: Record<string, string>
  truncated?: boolean
}

/** Runs health-check with these inputs. Tests wait for verdicts, so pauses and timeouts are short unless given. */
export function healthCheck(
  inputs: Readonly<Record<string, string>>,
  more: Omit<RunOptions, 'action' | 'inputs'> = {},
): Promise<StepResult> {
  return runAction({ action: 'health-check', inputs: { timeout: '1s', ...inputs }, ...more })
}

export function resultOf(step: StepResult): Result {
  return JSON.parse(step.outputs['result'] ?? 'null') as Result
}

/** The only check of a step. */
export function checkOf(step: StepResult): CheckResult {
  const [check, ...others] = resultOf(step).checks
  if (check === undefined || others.length > 0) throw new Error(`not one check: ${step.outputs['result']}`)
  return check
}

/** What the error annotations say, joined. */
export function errorOf(step: StepResult): string {
  return step.annotations.flatMap(({ level, message }) => (level === 'error' ? [message] : [])).join('\n')
}

/** A workspace with these files. */
export function workspace(files: Readonly<Record<string, string>>): string {
  const folder = tempFolder('nexus-workspace-')
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}
