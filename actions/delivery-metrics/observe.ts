import { ActionError } from '../../shared/action/errors.ts'
import { log } from '../../shared/action/log.ts'
import type { Step } from '../../shared/action/step.ts'
import type { GitHub } from '../../shared/github/client.ts'
import type { Attempt, Commit, Facts, Incident, Inputs, Observation, SourceKind } from './model.ts'
import { type Asking, tolerate } from './observe/budget.ts'
import { readCommits } from './observe/commits.ts'
import { type Read, readDeployments } from './observe/deployments.ts'
import { readIncidents } from './observe/incidents.ts'
import { readReleases, readTags } from './observe/releases.ts'
import { type About, meantEnvironments, readAbout } from './observe/repository.ts'
import {
  buildOf,
  deploymentOf,
  findCancelled,
  type RunRow,
  readBuildTimes,
  readEarlierAttempts,
  readRuns,
} from './observe/runs.ts'

/** What public repositories keep at most; the runner tells the setting of its own repository. */
const RETENTION_DAYS = 90
const DAY_MS = 86_400_000

/**
 * Reads what GitHub has recorded, repository by repository; writes nothing.
 *
 * @throws ActionError for a repository that cannot be seen, or where not even the first answer came
 */
export async function observe(inputs: Inputs, step: Step): Promise<Observation> {
  const connect = step.connect(inputs.token, inputs.timeout)
  if (connect === undefined) throw new ActionError('No token', 'GitHub cannot be asked without a token.')
  const github = await connect()
  const all: Facts[] = []
  for (const repository of inputs.repositories) {
    const facts = await observeOne(repository, inputs, step, github)
    log.info(
      `${repository}: ${facts.attempts.length} attempts to deploy by ${facts.source} (${facts.sourceReason}), ${facts.commits.size} commits, ${facts.runs.length} builds, ${facts.calls} calls.`,
    )
    all.push(facts)
  }
  return all
}

async function observeOne(repository: string, inputs: Inputs, step: Step, github: GitHub): Promise<Facts> {
  const [owner = '', name = ''] = repository.split('/')
  const before = github.calls
  const asking: Asking = { github, owner, name, maxCalls: inputs.maxCalls, partial: [] }
  const about = await readAbout(asking)
  const branch = inputs.branch ?? about.defaultBranch
  const runRows = new Map<number, RunRow>()
  const notes: string[] = []
  const found = await readAttempts(asking, { inputs, step, about, branch, notes, runRows })
  const runs = await readBuilds(asking, inputs, branch, runRows)
  if (found.source === 'deployments') {
    const relevant = found.read.attempts.filter(
      ({ at }) => at >= inputs.comparison.since && at < inputs.period.until,
    )
    await tolerate(asking, 'Whether failed deployments were cancelled', () =>
      findCancelled(asking, relevant, runRows),
    )
  }
  const commits = new Map<string, Commit>()
  const commitsComplete = await tolerate(asking, 'Commits', () =>
    readCommits(asking, wantedCommits(found.read.attempts, inputs), commits),
  )
  const incidents: Incident[] = []
  const { incidents: rule } = inputs
  if (rule !== undefined)
    await tolerate(asking, 'Incidents', () => readIncidents(asking, rule, inputs.comparison.since, incidents))
  return {
    repository,
    source: found.source,
    sourceReason: found.reason,
    attempts: found.read.attempts,
    attemptsSince: found.read.since,
    commits,
    commitsComplete,
    runs: runs.list,
    runsSince: runs.since,
    incidents,
    partial: asking.partial,
    notes,
    calls: github.calls - before,
  }
}

interface Sources {
  inputs: Inputs
  step: Step
  about: About
  branch: string
  notes: string[]
  runRows: Map<number, RunRow>
}

/** The attempts to deploy, by the source that was asked for or the first that has any in the period. */
async function readAttempts(
  asking: Asking,
  sources: Sources,
): Promise<{ source: SourceKind; reason: string; read: Read }> {
  const { inputs } = sources
  const kinds: SourceKind[] =
    inputs.deployments === 'auto' ? ['deployments', 'releases', 'tags'] : [inputs.deployments]
  let last: { source: SourceKind; reason: string; read: Read } | undefined
  for (const source of kinds) {
    const read: Read = { attempts: [], since: Number.POSITIVE_INFINITY }
    const isWhole = await tolerate(asking, `Deployments by ${source}`, () =>
      readSource(source, asking, sources, read),
    )
    const reason =
      inputs.deployments === 'auto' ? `the first of ${kinds.join(', ')} that has any` : 'as given'
    last = { source, reason, read }
    const isUsed = read.attempts.some(({ at }) => at >= inputs.period.since && at < inputs.period.until)
    if (isUsed || !isWhole) return last
  }
  if (last === undefined) throw new TypeError('there is always a source')
  if (inputs.deployments !== 'auto') return last
  sources.notes.push(
    'No deployment, release or version tag was found in this period. Deploy from a job with `environment: production`, or let blue-green-switch record its switches.',
  )
  return { ...last, source: 'deployments', reason: 'none of deployments, releases, tags has any' }
}

async function readSource(source: SourceKind, asking: Asking, sources: Sources, into: Read): Promise<void> {
  const { inputs, step, about, branch, notes, runRows } = sources
  const { serverUrl } = step.context
  const from = inputs.comparison.since
  if (source === 'releases') return readReleases(asking, from, into)
  if (source === 'tags') {
    const found = { ...into, notes }
    await readTags(asking, { from, url: `${serverUrl}/${asking.owner}/${asking.name}` }, found)
    into.since = found.since
    return
  }
  if (source === 'deployments') {
    const environments = meantEnvironments(inputs.environments, about)
    return readDeployments(asking, { environments, from, serverUrl }, into)
  }
  const { workflow } = inputs
  // One period more, for what was live before the first of them.
  const period = { since: from - (from - inputs.comparison.since) - 30 * DAY_MS, until: inputs.period.until }
  const rows = new Map<number, RunRow>()
  await readRuns(asking, { branch, workflow, period }, rows)
  for (const [id, row] of rows) {
    runRows.set(id, row)
    into.attempts.push(deploymentOf(row, workflow ?? ''))
  }
  into.since = period.since
}

/** Heads newest first, so that the first walk lists nearly all; the base is what was live before the comparison. */
function wantedCommits(attempts: readonly Attempt[], { comparison, period, failures, leadTimeFrom }: Inputs) {
  const known = attempts.filter(({ outcome, hasCommit }) => outcome === 'success' && hasCommit)
  const ordered = [...known].sort((a, b) => b.at - a.at)
  const shown = ordered.filter(({ at }) => at >= comparison.since && at < period.until)
  const base = ordered.find(({ at }) => at < comparison.since) ?? shown.at(-1)
  return {
    heads: [...new Set([...shown.map(({ sha }) => sha), ...(base === undefined ? [] : [base.sha])])],
    base: base?.sha,
    pulls: leadTimeFrom !== 'commit' || failures.includes('hotfix'),
    bodies: failures.includes('revert'),
  }
}

async function readBuilds(
  asking: Asking,
  { comparison, period, workflow, deployments }: Inputs,
  branch: string,
  known: Map<number, RunRow>,
): Promise<{ list: Facts['runs']; since: number | undefined }> {
  const rows = new Map<number, RunRow>()
  const whole = { since: comparison.since, until: period.until }
  const only = deployments === 'workflow' ? undefined : workflow
  const isWhole = await tolerate(asking, 'Builds', () =>
    readRuns(asking, { branch, workflow: only, period: whole }, rows),
  )
  for (const [id, row] of rows) known.set(id, row)
  const runs = new Map([...rows.values()].map((row) => [String(row.id), buildOf(row)]))
  await tolerate(asking, 'Build durations', () => readBuildTimes(asking, [...rows.values()], runs))
  await tolerate(asking, 'Builds that turned green when they were run again', () =>
    readEarlierAttempts(asking, runs.values()),
  )
  const days = Number(process.env['GITHUB_RETENTION_DAYS']) || RETENTION_DAYS
  const kept = Date.now() - days * DAY_MS
  return {
    list: [...runs.values()],
    since: isWhole ? Math.max(comparison.since, Math.min(kept, period.until)) : undefined,
  }
}
