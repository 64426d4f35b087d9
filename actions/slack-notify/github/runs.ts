import type { RunContext } from '../../../shared/action/context.ts'
import type { Job } from '../message/jobs.ts'
import { lookOf, type StatusClass } from '../message/status.ts'
import { type GitHub, get, getAll } from './rest.ts'

/** Fields of a job that are read; see https://docs.github.com/rest/actions/workflow-jobs */
interface ApiJob {
  name?: string
  status?: string
  conclusion?: string | null
  html_url?: string
  runner_name?: string | null
  started_at?: string | null
  steps?: { name?: string; conclusion?: string | null }[]
}

/** See https://docs.github.com/rest/actions/workflow-runs */
interface ApiRun {
  id?: number
  event?: string
  conclusion?: string | null
  run_number?: number
  head_repository?: { full_name?: string } | null
}

/** What names this very job among the jobs of its run. */
export interface Self {
  job: string
  runnerName: string
}

/**
 * The jobs of this attempt of this run, without the one that asks, and when the first of them started (ms).
 *
 * @throws GitHubError
 */
export async function readJobs(
  github: GitHub,
  { repository, runId, runAttempt }: RunContext,
  self: Self,
): Promise<{ jobs: Job[]; startedAt: number | undefined }> {
  const path = `/repos/${repository}/actions/runs/${runId}/attempts/${runAttempt || '1'}/jobs?per_page=100`
  const all = await getAll(github, path, (page) => (page as { jobs?: ApiJob[] }).jobs ?? [])
  const own = ownJob(all, self)
  const starts = all.map((job) => Date.parse(job.started_at ?? '')).filter((ms) => !Number.isNaN(ms))
  return {
    jobs: all.filter((job) => job !== own).map(jobOf),
    startedAt: starts.length === 0 ? undefined : Math.min(...starts),
  }
}

/** The API knows names, the runner only knows the key of the job in the workflow; both know the runner. */
function ownJob(jobs: readonly ApiJob[], { job: key, runnerName }: Self): ApiJob | undefined {
  const running = jobs.filter(({ status }) => status !== 'completed')
  const same = running.filter((job) => job.runner_name !== null && job.runner_name === runnerName)
  if (same.length === 1) return same[0]
  return (same.length > 1 ? same : running).find(({ name }) => name === key || name?.startsWith(`${key} (`))
}

function jobOf(job: ApiJob): Job {
  const failed = (job.steps ?? []).filter(
    ({ conclusion }) => conclusion === 'failure' || conclusion === 'timed_out',
  )
  return {
    name: job.name ?? '',
    status: job.conclusion ?? job.status ?? 'unknown',
    url: job.html_url ?? '',
    failedSteps: failed.map(({ name }) => name ?? ''),
  }
}

/**
 * How the last run of this workflow and branch ended that ended well or badly; cancelled and skipped runs say
 * nothing. Of a repeated run it is the attempt before. Undefined when there is none.
 *
 * @throws GitHubError
 */
export async function readLast(
  github: GitHub,
  { repository, runId, runAttempt, eventName }: RunContext,
  { workflowFile, branch }: { workflowFile: string; branch: string },
): Promise<StatusClass | undefined> {
  if (Number(runAttempt) > 1) {
    const path = `/repos/${repository}/actions/runs/${runId}/attempts/${Number(runAttempt) - 1}`
    const last = classOf((await get(github, path)) as ApiRun)
    if (last !== undefined) return last
  }
  const query = new URLSearchParams({ branch, status: 'completed', per_page: '50' })
  const path = `/repos/${repository}/actions/workflows/${encodeURIComponent(workflowFile)}/runs?${query}`
  const runs = ((await get(github, path)) as { workflow_runs?: ApiRun[] }).workflow_runs ?? []
  return runs
    .filter((run) => String(run.id) !== runId && Number(run.id) < Number(runId))
    .filter((run) => isPull(run.event) === isPull(eventName))
    .filter((run) => (run.head_repository?.full_name ?? repository) === repository || isPull(eventName))
    .map(classOf)
    .find((found) => found !== undefined)
}

function classOf({ conclusion }: ApiRun): 'success' | 'failure' | undefined {
  const found = lookOf(conclusion ?? '').class
  return found === 'success' || found === 'failure' ? found : undefined
}

/** A fork may call its branch main too. */
function isPull(event: string | undefined): boolean {
  return event?.startsWith('pull_request') === true
}
