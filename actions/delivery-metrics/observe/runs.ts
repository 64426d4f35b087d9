import { isFailure } from '../../../shared/github/errors.ts'
import { maybe, type Shape } from '../../../shared/text/shape.ts'
import type { Attempt, Period, Run } from '../model.ts'
import { type Asking, ask, send } from './budget.ts'

export interface RunRow {
  id: number
  name: string | null
  path?: string
  event: string
  head_sha: string
  head_branch: string | null
  head_repository?: { id: number } | null
  repository?: { id: number }
  status: string | null
  conclusion: string | null
  run_attempt?: number
  created_at: string
  run_started_at?: string
  updated_at: string
  html_url: string
  check_suite_node_id?: string
}

interface Listed {
  total_count: number
  workflow_runs: RunRow[]
}

const RUN: Shape = {
  id: 'number',
  event: 'string',
  head_sha: 'string',
  created_at: 'string',
  updated_at: 'string',
  html_url: 'string',
}

/** A filtered list ends here, whatever its total says. */
const MAX_LISTED = 1_000
const HOUR_MS = 3_600_000

/**
 * The runs that were created in a period on a branch of this repository itself, once each. Where a list would be cut, the
 * period is asked for in halves.
 *
 * @param into filled page by page
 * @throws GitHubError, CallsUsedUp
 */
export async function readRuns(
  asking: Asking,
  { branch, workflow, period }: { branch: string; workflow: string | undefined; period: Period },
  into: Map<number, RunRow>,
): Promise<void> {
  const route =
    workflow === undefined
      ? 'GET /repos/{owner}/{repo}/actions/runs'
      : 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs'
  const list = (since: number, until: number, page: number) =>
    send<Listed>(asking, {
      route,
      parameters: {
        ...(workflow === undefined ? {} : { workflow_id: workflow.replace(/^.*\//, '') }),
        branch,
        // Both ends belong to it, with a grain of a second.
        created: `${seconds(since)}..${seconds(until - 1_000)}`,
        exclude_pull_requests: true,
        per_page: 100,
        page,
      },
      about: workflow === undefined ? `the runs on ${branch}` : `the runs of ${workflow}`,
      shape: { total_count: 'number', workflow_runs: [RUN] },
    })
  const readBetween = async (since: number, until: number): Promise<void> => {
    const halve = async (): Promise<void> => {
      const middle = Math.floor((since + until) / 2_000) * 1_000
      await readBetween(middle, until)
      await readBetween(since, middle)
    }
    for (let page = 1; ; page++) {
      let data: Listed
      try {
        data = (await list(since, until, page)).data
      } catch (error) {
        if (!isFailure(error, 'validation') || until - since <= HOUR_MS) throw error
        return halve()
      }
      if (page === 1 && data.total_count >= MAX_LISTED && until - since > HOUR_MS) return halve()
      for (const run of data.workflow_runs) if (isOwn(run)) into.set(run.id, run)
      if (data.workflow_runs.length < 100 || page * 100 >= MAX_LISTED) return
    }
  }
  await readBetween(period.since, period.until)
}

/** A fork's `main` passes for ours by its name alone. */
function isOwn({ event, head_repository, repository }: RunRow): boolean {
  if (/^pull_request/.test(event)) return false
  return head_repository === undefined || head_repository?.id === repository?.id
}

/** A run as a build. */
export function buildOf(row: RunRow): Run {
  return {
    id: String(row.id),
    workflow: row.name ?? row.path ?? 'unknown',
    outcome: outcomeOf(row),
    failedBefore: undefined,
    attempts: row.run_attempt ?? 1,
    createdAt: Date.parse(row.created_at),
    buildMs: undefined,
  }
}

/** A run as a deployment: when it ended is when it was live. */
export function deploymentOf(row: RunRow, environment: string): Attempt {
  const outcome = outcomeOf(row)
  return {
    id: String(row.id),
    name: `run ${row.id}`,
    environment,
    sha: row.head_sha,
    hasCommit: true,
    createdAt: Date.parse(row.created_at),
    outcome: outcome === 'other' ? 'unknown' : outcome,
    at: Date.parse(row.updated_at),
    failedAt: undefined,
    run: String(row.id),
    url: row.html_url,
    record: undefined,
  }
}

function outcomeOf({ status, conclusion }: RunRow): Run['outcome'] {
  if (status !== 'completed') return 'pending'
  if (conclusion === 'success') return 'success'
  if (conclusion === 'failure' || conclusion === 'timed_out' || conclusion === 'startup_failure')
    return 'failure'
  return conclusion === 'cancelled' ? 'cancelled' : 'other'
}

interface Suite {
  id?: string
  checkRuns?: {
    nodes:
      | ({ startedAt: string | null; completedAt: string | null; conclusion: string | null } | null)[]
      | null
  } | null
}

const SUITES = `query($ids:[ID!]!){nodes(ids:$ids){...on CheckSuite{id checkRuns(first:50,filterBy:{checkType:LATEST}){
  nodes{startedAt completedAt conclusion}}}}}`

/** How long the jobs of each run ran, 25 runs a call. Needs `checks: read`. @throws GitHubError, CallsUsedUp */
export async function readBuildTimes(
  asking: Asking,
  rows: readonly RunRow[],
  runs: ReadonlyMap<string, Run>,
): Promise<void> {
  const bySuite = new Map<string, { run: Run; startedAt: number }>()
  for (const { id, check_suite_node_id, run_started_at, created_at } of rows) {
    const run = runs.get(String(id))
    if (run === undefined || check_suite_node_id === undefined) continue
    if (run.outcome === 'success' || run.outcome === 'failure')
      bySuite.set(check_suite_node_id, { run, startedAt: Date.parse(run_started_at ?? created_at) })
  }
  const ids = [...bySuite.keys()]
  for (let at = 0; at < ids.length; at += 25) {
    const { nodes } = await ask<{ nodes: (Suite | null)[] }>(asking, {
      text: SUITES,
      variables: { ids: ids.slice(at, at + 25) },
      about: 'the jobs of 25 runs',
      shape: { nodes: [maybe('any')] },
    })
    for (const suite of nodes) {
      const found = bySuite.get(suite?.id ?? '')
      if (found !== undefined) found.run.buildMs = busyTime(suite?.checkRuns?.nodes ?? [], found.startedAt)
    }
  }
}

/**
 * The time in which at least one job ran, in ms: waiting for a runner or an approval is a gap and does not count; pure.
 * Jobs that passed in an earlier attempt keep their old times, and skipped ones end before they start: neither counts.
 */
export function busyTime(
  jobs: readonly ({
    startedAt: string | null
    completedAt: string | null
    conclusion: string | null
  } | null)[],
  from: number,
): number | undefined {
  const spans = jobs
    .flatMap((job) => {
      const [start, end] = [Date.parse(job?.startedAt ?? ''), Date.parse(job?.completedAt ?? '')]
      return job === null || job.conclusion === 'SKIPPED' || !(start >= from && end >= start)
        ? []
        : [{ start, end }]
    })
    .sort((a, b) => a.start - b.start)
  let [total, reached] = [0, Number.NEGATIVE_INFINITY]
  for (const { start, end } of spans) {
    total += Math.max(0, end - Math.max(start, reached))
    reached = Math.max(reached, end)
  }
  return spans.length === 0 ? undefined : total
}

/** Whether runs that turned green in a later attempt had failed before it, a call each. @throws GitHubError, CallsUsedUp */
export async function readEarlierAttempts(asking: Asking, runs: Iterable<Run>): Promise<void> {
  for (const run of runs) {
    if (run.attempts < 2 || run.outcome !== 'success') continue
    const { data } = await send<RunRow>(asking, {
      route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}',
      parameters: { run_id: Number(run.id), attempt_number: run.attempts - 1 },
      about: `attempt ${run.attempts - 1} of run ${run.id}`,
      shape: RUN,
    })
    run.failedBefore = outcomeOf(data) === 'failure'
  }
}

/**
 * A cancelled run leaves the status `failure` on its deployment: the run tells. A call for each failed deployment whose run
 * was not read with the builds.
 *
 * @throws GitHubError, CallsUsedUp
 */
export async function findCancelled(
  asking: Asking,
  attempts: readonly Attempt[],
  known: ReadonlyMap<number, RunRow>,
): Promise<void> {
  for (const attempt of attempts) {
    if (attempt.outcome !== 'failure' || attempt.run === undefined) continue
    const row = known.get(Number(attempt.run)) ?? (await readRun(asking, attempt.run))
    if (row?.conclusion === 'cancelled') attempt.outcome = 'cancelled'
  }
}

async function readRun(asking: Asking, id: string): Promise<RunRow | undefined> {
  try {
    const call = {
      route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
      parameters: { run_id: Number(id) },
    }
    return (await send<RunRow>(asking, { ...call, about: `run ${id}`, shape: RUN })).data
  } catch (error) {
    // Runs are kept for a while only: then nobody can tell any more.
    if (isFailure(error, 'not-found')) return undefined
    throw error
  }
}

const seconds = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
