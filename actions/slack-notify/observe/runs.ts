import type { GitHub } from '../../../shared/github/client.ts'
import { pages } from '../../../shared/github/pages.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Job } from '../message/jobs.ts'
import { lookOf, type StatusClass } from '../message/status.ts'
import { type Data, mapOf, mapsOf, textOf, wholeOf } from './record.ts'
import type { SubjectRun } from './subject.ts'

const MAX_PAGES = 20
/** Failed jobs whose words are asked for; each is a call. */
const MAX_REASONS = 5
const REASON = 200
/** Attempts of a run that are looked at for one that succeeded or failed. */
const MAX_ATTEMPTS = 5
/** Says that something failed, and not what. */
const EMPTY_REASON = /^Process completed with exit code \d+\.?$/

/** What names this very job among the jobs of its run. */
export interface Self {
  job: string
  runnerName: string
}

export interface JobsRead {
  jobs: Job[]
  /** When the first of them started, ms. */
  startedAt: number | undefined
  /** What is missing, in a sentence. */
  problem: string | undefined
}

/**
 * The jobs of one attempt of a run, without the one that asks. What could be read is given, also when a page fails.
 *
 * @param self undefined when the run is another one
 * @throws GitHubError when there is nothing
 * @see https://docs.github.com/rest/actions/workflow-jobs
 */
export async function readJobs(
  github: GitHub,
  { runId, facts }: SubjectRun,
  self: Self | undefined,
): Promise<JobsRead> {
  const all: Data[] = []
  let total = 0
  let problem: string | undefined
  try {
    let page = 0
    for await (const answer of pages<unknown>(github, jobsCall(runId, facts.attempt))) {
      total = Math.max(total, wholeOf(mapOf(answer)['total_count']) ?? 0)
      all.push(...mapsOf(mapOf(answer)['jobs']))
      if (++page === MAX_PAGES) break
    }
  } catch (error) {
    if (all.length === 0) throw error
    problem = `The other jobs could not be read: ${(error as Error).message}`
  }
  if (all.length < total) {
    problem = `Only ${all.length} of ${total} jobs of the run could be read.${problem === undefined ? '' : ` ${problem}`}`
  }
  const own = self === undefined ? undefined : ownJob(all, self)
  const starts = all.map((job) => Date.parse(textOf(job['started_at']))).filter((ms) => !Number.isNaN(ms))
  const others = all.filter((job) => job !== own)
  return {
    jobs: await withReasons(github, others),
    startedAt: starts.length === 0 ? undefined : Math.min(...starts),
    problem,
  }
}

function jobsCall(runId: string, attempt: number): Parameters<typeof pages>[1] {
  return {
    route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}/jobs',
    parameters: { run_id: Number(runId), attempt_number: attempt },
    about: 'the jobs of the run',
    attempts: 2,
  }
}

/** The API knows names, the runner only knows the key of the job in the workflow; both know the runner. */
function ownJob(jobs: readonly Data[], { job: key, runnerName }: Self): Data | undefined {
  const running = jobs.filter(({ status }) => status !== 'completed')
  const same = running.filter((job) => job['runner_name'] !== null && job['runner_name'] === runnerName)
  if (same.length === 1) return same[0]
  return (same.length > 1 ? same : running).find(({ name }) => {
    const label = textOf(name)
    return label === key || label.startsWith(`${key} (`)
  })
}

async function withReasons(github: GitHub, jobs: readonly Data[]): Promise<Job[]> {
  const failed = jobs
    .filter((job) => lookOf(textOf(job['conclusion'])).class === 'failure')
    .slice(0, MAX_REASONS)
  const reasons = new Map(
    await Promise.all(failed.map(async (job) => [job, await reasonOf(github, job)] as const)),
  )
  return jobs.map((job) => jobOf(job, reasons.get(job)))
}

/** What the failed step said, which needs `checks: read`: without it names have to do, and nobody is warned. */
async function reasonOf(github: GitHub, job: Data): Promise<string | undefined> {
  const id = /\/check-runs\/(\d+)$/.exec(textOf(job['check_run_url']))?.[1]
  if (id === undefined) return undefined
  try {
    const { data } = await github.send<unknown>({
      route: 'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations',
      parameters: { check_run_id: Number(id), per_page: 20 },
      about: 'the words of a failed job',
      attempts: 1,
    })
    const words = mapsOf(data)
      .filter((annotation) => annotation['annotation_level'] === 'failure')
      .map((annotation) => oneLine(textOf(annotation['message']), REASON))
    return words.find((each) => each !== '' && !EMPTY_REASON.test(each))
  } catch {
    return undefined
  }
}

function jobOf(job: Data, reason: string | undefined): Job {
  const failed = mapsOf(job['steps']).filter(
    ({ conclusion }) => conclusion === 'failure' || conclusion === 'timed_out',
  )
  return {
    name: textOf(job['name']),
    status: textOf(job['conclusion']) || textOf(job['status']) || 'unknown',
    url: textOf(job['html_url']),
    failedSteps: failed.map(({ name }) => textOf(name)),
    ...(reason === undefined ? {} : { reason }),
  }
}

/**
 * How the last run of this workflow, branch, repository and kind of event ended that ended well or badly; cancelled and
 * skipped runs say nothing. Of a repeated run it is the attempt before. Undefined when there is none.
 *
 * @throws GitHubError
 * @see https://docs.github.com/rest/actions/workflow-runs
 */
export async function readLast(github: GitHub, subject: SubjectRun): Promise<StatusClass | undefined> {
  const { runId, workflow, headBranch, facts } = subject
  for (let attempt = facts.attempt - 1; attempt > Math.max(0, facts.attempt - 1 - MAX_ATTEMPTS); attempt--) {
    const { data } = await github.send<unknown>({
      route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/attempts/{attempt_number}',
      parameters: { run_id: Number(runId), attempt_number: attempt },
      about: 'the attempt before',
      attempts: 2,
    })
    const last = classOf(mapOf(data))
    if (last !== undefined) return last
  }
  const { data } = await github.send<unknown>({
    route: 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
    parameters: {
      workflow_id: workflow,
      ...(headBranch === '' ? {} : { branch: headBranch }),
      status: 'completed',
      per_page: 50,
    },
    about: `the last runs of ${workflow}`,
    attempts: 2,
  })
  return mapsOf(mapOf(data)['workflow_runs'])
    .filter((run) => isBefore(run, subject))
    .map(classOf)
    .find((found) => found !== undefined)
}

/** The list holds runs of forks whose branch has the same name, and newer runs that were quicker. */
function isBefore(run: Data, { runId, headRepository, event }: SubjectRun): boolean {
  const head = textOf(mapOf(run['head_repository'])['full_name'])
  return (
    Number(run['id']) < Number(runId) &&
    isPull(textOf(run['event'])) === isPull(event) &&
    (head === '' || head.toLowerCase() === headRepository.toLowerCase())
  )
}

/** A run that waits for an approval, or went stale, has neither succeeded nor failed. */
function classOf(run: Data): 'success' | 'failure' | undefined {
  const conclusion = textOf(run['conclusion'])
  if (conclusion === 'action_required') return undefined
  const found = lookOf(conclusion).class
  return found === 'success' || found === 'failure' ? found : undefined
}

function isPull(event: string): boolean {
  return event.startsWith('pull_request')
}

/** The conclusion of a run whose event came too early to have it. @throws GitHubError */
export async function readConclusion(github: GitHub, runId: string): Promise<string | undefined> {
  const { data } = await github.send<unknown>({
    route: 'GET /repos/{owner}/{repo}/actions/runs/{run_id}',
    parameters: { run_id: Number(runId) },
    about: 'the run of the event',
    attempts: 2,
  })
  return textOf(mapOf(data)['conclusion']) || undefined
}
