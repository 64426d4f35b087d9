import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { type RunContext, readEvent } from '../../shared/action/context.ts'
import { ActionError, messageOf } from '../../shared/action/errors.ts'
import { log } from '../../shared/action/log.ts'
import type { GitHub } from '../../shared/github/client.ts'
import { formatDuration } from '../../shared/text/duration.ts'
import { oneLine } from '../../shared/text/untrusted.ts'
import { issuesRefusal } from './code-scanning/issues-refusal.ts'
import type { Inputs, KnownIssue, Observation, Target, Trouble } from './model.ts'
import type { EventPayload } from './observe/event.ts'
import { targetFacts } from './observe/facts.ts'
import { prepare } from './observe/prepare.ts'
import { readReports, withResults } from './observe/reports/read.ts'
import { readSarif } from './observe/sarif-file.ts'
import { targetOf } from './observe/target.ts'
import { defaultCategory } from './sarif/category.ts'
import type { ReadLog } from './sarif/model.ts'

/** Gives the API; the first call loads what talks to GitHub. */
export type Connect = () => Promise<GitHub>

/** Around the waiting for the verdict, ms: everything else that GitHub is asked for. */
const PATIENCE_MS = 600_000

/** The API, when there is a token for it. */
export function connector(
  { token, waitTimeout }: Inputs,
  { repository, apiUrl, graphqlUrl }: RunContext,
  signal: AbortSignal,
): Connect | undefined {
  if (token === undefined || repository === '') return undefined
  const onWait = (why: string, ms: number): void => log.info(`Waiting ${formatDuration(ms)}: ${why}.`)
  let connected: Promise<GitHub> | undefined
  return () => {
    connected ??= import('../../shared/github/client.ts').then(({ connectGitHub }) => {
      const deadline = performance.now() + PATIENCE_MS + waitTimeout
      return connectGitHub({ token, repository, apiUrl, graphqlUrl, deadline, signal, onWait })
    })
    return connected
  }
}

/**
 * Scans, reads the reports and makes them ready, and asks GitHub what it has: the base and the issues, when they matter.
 *
 * @throws ActionError when a scan fails, a report is missing or not valid, or it is not clear what it belongs to
 */
export async function observe(
  inputs: Inputs,
  context: RunContext,
  connect: Connect | undefined,
  signal: AbortSignal,
): Promise<Observation> {
  const workspace = context.workspace || process.cwd()
  const checkout = resolve(workspace, inputs.checkoutPath ?? '.')
  // Before a scan that takes minutes: this may be refused.
  const target = await whereTo(inputs, context, checkout, connect)
  const scanned = await runScan(inputs, workspace, context, signal)
  const read = await readReports(inputs, workspace)
  const logs = [...(scanned === undefined ? [] : [scanned.log]), ...read.logs]
  const { workflow, job } = context
  const category = inputs.category ?? defaultCategory(workflow, job, inputs.matrix)
  const made = prepare(logs, { category, roots: rootsOf(checkout, workspace) })
  const prepared = { ...made, notes: [...made.notes, ...read.notes] }
  const troubles: Trouble[] = []
  const { analyses } = prepared
  let base: Observation['base']
  if (inputs.onlyNew && analyses.length > 0) {
    if (connect === undefined) {
      base = {
        known: [],
        without: analyses,
        said: ['Without a token there is no base: every finding is new.'],
      }
    } else {
      const { baseFindings } = await import('./observe/base.ts')
      base = await baseFindings(await connect(), target, analyses, signal)
    }
  }
  const issues = await issuesOf(inputs, target, connect, troubles)
  const today = new Date().toISOString().slice(0, 10)
  return {
    prepared,
    missing: read.missing,
    scan: scanned?.facts,
    database: scanned?.database,
    target,
    base,
    issues,
    today,
    troubles,
  }
}

/** What the results belong to. Where GitHub hears nothing of them, that need not be known. */
async function whereTo(
  inputs: Inputs,
  context: RunContext,
  checkout: string,
  connect: Connect | undefined,
): Promise<Target> {
  const { ref, sha } = context
  if (inputs.upload === 'never' && !inputs.onlyNew && inputs.issues === 'none') {
    const unknown = { pullRequest: undefined, isPublic: undefined, readOnly: undefined }
    return { ref, sha, baseRef: ref, onDefaultBranch: false, ...unknown }
  }
  const event = readEvent() as EventPayload
  const asks = inputs.issues === 'sync' ? connect : undefined
  return targetOf(inputs, context, event, await targetFacts(checkout, event, asks))
}

/** What Trivy found, when there is a scan. */
async function runScan(
  { scan: settings }: Inputs,
  workspace: string,
  { temp }: RunContext,
  signal: AbortSignal,
): Promise<{ log: ReadLog; facts: Observation['scan']; database: Observation['database'] } | undefined> {
  if (settings === undefined) return undefined
  // Loaded on use: many steps only take reports.
  const { scan } = await import('./observe/scan.ts')
  const { path, facts, database } = await scan(settings, { workspace, temp, env: process.env, signal })
  const read = readSarif(path, 'the report of Trivy', workspace)
  if (!read.found) throw new Error(`Trivy's report ${path} is gone.`)
  const { runs, empty } = withResults(read.value)
  if (runs.length === 0 || empty.length > 0) {
    const why = empty[0]?.reason ?? 'it has no runs.'
    throw new ActionError(
      'Trivy reported nothing',
      `trivy ${settings.kind} of "${oneLine(settings.target, 200)}" left a report without results: ${why} That is no clean scan. Look at what Trivy said above.`,
    )
  }
  return { log: { log: read.value, source: 'scan', origin: 'scan' }, facts, database }
}

async function issuesOf(
  inputs: Inputs,
  target: Target,
  connect: Connect | undefined,
  troubles: Trouble[],
): Promise<readonly KnownIssue[] | undefined> {
  if (inputs.issues === 'none') return undefined
  if (connect === undefined || issuesRefusal(inputs, target) !== undefined) return []
  try {
    const { knownIssues } = await import('./observe/known-issues.ts')
    return await knownIssues(await connect(), inputs.issueLabels[0])
  } catch (error) {
    troubles.push({ title: 'Issues cannot be read', message: messageOf(error) })
    return undefined
  }
}

/** What absolute paths in reports begin with when they mean the checkout; containers of jobs see it elsewhere. */
function rootsOf(checkout: string, workspace: string): string[] {
  const roots = [checkout]
  try {
    roots.push(realpathSync(checkout))
  } catch {
    // A report may belong to sources that are not here.
  }
  if (checkout === resolve(workspace)) roots.push('/github/workspace')
  return [...new Set(roots.map((root) => root.replaceAll('\\', '/').replace(/\/+$/, '')))]
}
