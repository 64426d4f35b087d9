import { resolve } from 'node:path'
import { type RunContext, readEvent } from '../../shared/action/context.ts'
import { ActionError, messageOf } from '../../shared/action/errors.ts'
import type { Connect, Step } from '../../shared/action/step.ts'
import { issuesRefusal } from './code-scanning/issues-refusal.ts'
import type { Earlier, KnownIssue } from './code-scanning/model.ts'
import type { Inputs, Observation, Target, Trouble } from './model.ts'
import { filesAt } from './observe/base-files.ts'
import type { Baseline, BaselineScene } from './observe/baseline.ts'
import { checkoutOf, checkoutRoot } from './observe/checkout.ts'
import type { EventPayload } from './observe/event.ts'
import { targetFacts } from './observe/facts.ts'
import { prepare } from './observe/prepare.ts'
import { readReports } from './observe/reports/read.ts'
import type { ScanOutcome, ScanScene } from './observe/run-scan.ts'
import { steeringBase } from './observe/steering-base.ts'
import { targetOf } from './observe/target.ts'
import { defaultCategory } from './sarif/category.ts'

/** Around the waiting for the verdict, ms: everything else that GitHub is asked for. */
const PATIENCE_MS = 600_000

/**
 * Scans, reads the reports and makes them ready, and asks GitHub what it has: the base and the issues, when they matter.
 *
 * @throws ActionError when a scan fails, a report is missing or not valid, or it is not clear what it belongs to
 */
export async function observe(inputs: Inputs, step: Step): Promise<Observation> {
  const { context, signal } = step
  const connect = step.connect(inputs.token, PATIENCE_MS + inputs.waitTimeout)
  const workspace = context.workspace || process.cwd()
  const checkout = resolve(workspace, inputs.checkoutPath ?? '.')
  // Before a scan that takes minutes: this may be refused.
  const target = await whereTo(inputs, context, checkout, connect)
  const event = readEvent() as EventPayload
  const root = checkoutRoot(workspace, checkout)
  const now = step.clock.date()
  const today = new Date(now).toISOString().slice(0, 10)
  const scanned = await scanWith(inputs, {
    context,
    event,
    target,
    root,
    workspace,
    today,
    connect,
    signal,
  })
  const read = await readReports(inputs, { workspace, temp: context.temp }, scanned?.missing)
  const logs = [...(scanned?.logs ?? []), ...read.logs]
  const troubles: Trouble[] = [...(scanned?.troubles ?? []), ...read.troubles]
  if (logs.length === 0 && troubles.length > 0) throw together(troubles)
  const { workflow, job } = context
  const category = inputs.category ?? defaultCategory(workflow, job, inputs.matrix)
  const place = checkoutOf(root, checkout, workspace)
  const made = prepare(logs, { category, checkout: place })
  const prepared = { ...made, notes: [...made.notes, ...read.notes] }
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
  const checked = { analyses, category, checkout: place, root, workspace, target, event, connect }
  const baseline = await baselineOf(inputs, step, checked)
  troubles.push(...(baseline?.troubles ?? []))
  const earlier = await earlierOf(inputs, step, prepared, target)
  const standing = await standingOf(inputs, target, connect, signal)
  const issues = await issuesOf(inputs, target, connect, troubles)
  return {
    category,
    prepared,
    missing: read.missing,
    scan: scanned?.facts,
    database: scanned?.database,
    target,
    repository: { name: context.repository, serverUrl: context.serverUrl },
    base,
    baseline: baseline?.base,
    baselineCache: baseline?.cache,
    earlier,
    issues,
    standing,
    now,
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
  const asked = inputs.onlyNew || inputs.comment || inputs.baseline !== undefined
  if (inputs.upload === 'never' && !asked && inputs.issues === 'none') {
    const unknown = { pullRequest: undefined, isPublic: undefined, readOnly: undefined }
    return { ref, sha, baseRef: ref, onDefaultBranch: false, ...unknown }
  }
  const event = readEvent() as EventPayload
  const asks = inputs.issues === 'sync' ? connect : undefined
  return targetOf(inputs, context, event, await targetFacts(checkout, event, asks))
}

async function scanWith(inputs: Inputs, scene: ScanScene): Promise<ScanOutcome | undefined> {
  if (inputs.scan === undefined) return undefined
  // Loaded on use: many steps only take reports.
  const { runScan } = await import('./observe/run-scan.ts')
  return runScan(inputs.scan, scene)
}

/** What the baseline needs of the rest. */
interface Checked extends Pick<BaselineScene, 'analyses' | 'category' | 'checkout' | 'root' | 'workspace'> {
  target: Target
  event: EventPayload
  connect: Connect | undefined
}

async function baselineOf(
  { baseline }: Inputs,
  { context, signal }: Step,
  { analyses, category, checkout, root, workspace, target, event, connect }: Checked,
): Promise<Baseline | undefined> {
  if (baseline === undefined || analyses.length === 0) return undefined
  const { readBaseline } = await import('./observe/baseline.ts')
  const { runId, runAttempt, temp } = context
  const steering = steeringBase(context, event, target)
  const atBase = steering.kind === 'commit' ? filesAt(steering.sha, root, connect, signal) : undefined
  const run = `${runId}-${runAttempt}-${process.env['GITHUB_ACTION'] ?? ''}`
  const place = { root, workspace, temp, run, steering, atBase }
  return readBaseline(baseline, { analyses, category, checkout, ...place })
}

/** There is nothing to judge: what went wrong is all there is to tell. */
function together(troubles: readonly Trouble[]): ActionError {
  const [first] = troubles
  if (first !== undefined && troubles.length === 1) return new ActionError(first.title, first.message)
  const lines = troubles.map(({ title, message }) => `${title}: ${message}`)
  return new ActionError(`${troubles.length} reports cannot be used`, lines.join('\n'))
}

/** What an upload takes the place of. The runs get the stamp by which a later step tells that this job wrote them. */
async function earlierOf(
  { token, waitTimeout, upload, dryRun, matrix }: Inputs,
  { context, connect: connector, signal }: Step,
  { runs, analyses }: Observation['prepared'],
  target: Target,
): Promise<readonly Earlier[]> {
  const connect = connector(token, PATIENCE_MS + waitTimeout)
  const isQueue = target.ref.startsWith('refs/heads/gh-readonly-queue/')
  if (upload === 'never' || dryRun || isQueue || connect === undefined || analyses.length === 0) return []
  if (target.readOnly !== undefined && upload === 'auto') return []
  const { stampOf, stampRun } = await import('./observe/stamp.ts')
  const { earlierAnalyses } = await import('./observe/earlier.ts')
  const stamp = stampOf(context, matrix, process.env)
  for (const analysis of analyses) {
    const run = runs[analysis.run]
    if (run !== undefined) stampRun(run, stamp, analysis)
  }
  return earlierAnalyses(await connect(), target, analyses, stamp, signal)
}

/** The analyses that stand on the default branch, where this step uploads, too. */
async function standingOf(
  { orphans, upload }: Inputs,
  { onDefaultBranch, ref }: Target,
  connect: Connect | undefined,
  signal: AbortSignal,
): Promise<Observation['standing']> {
  if (orphans === 'ignore' || upload === 'never' || !onDefaultBranch || connect === undefined)
    return undefined
  const { newestAnalyses } = await import('./observe/newest.ts')
  return newestAnalyses(await connect(), ref, signal)
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
