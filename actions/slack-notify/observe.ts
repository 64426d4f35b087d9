import { type RunContext, readEvent } from '../../shared/action/context.ts'
import { messageOf } from '../../shared/action/errors.ts'
import type { Inputs } from './inputs.ts'
import type { Job } from './message/jobs.ts'
import type { StatusClass } from './message/status.ts'
import type { RunFacts } from './message/templates.ts'

/** What is true now. */
export interface Observed {
  run: RunFacts
  /** Of `needs`, or of the API without this one. */
  jobs: readonly Job[]
  /** How the last run ended; undefined when there was none, or when nobody asked. */
  last: StatusClass | undefined
  durationMs: number | undefined
  /** The pull request that a comment belongs to. */
  pullNumber: number | undefined
  /** A fork or Dependabot: GitHub gives them no secrets. */
  withoutSecrets: boolean
  /** What could not be read, in words; the message is sent without it. */
  problems: readonly string[]
}

/** The parts of an event that are read. */
interface Event {
  head_commit?: { message?: unknown } | null
  number?: unknown
  pull_request?: {
    number?: unknown
    title?: unknown
    html_url?: unknown
    head?: { sha?: unknown; repo?: { full_name?: unknown } | null }
  }
  issue?: { number?: unknown; pull_request?: unknown }
}

/**
 * Looks at the event, and where it is asked to at the run's jobs and at the last run.
 *
 * @param deadline of the whole step, on the clock of `performance.now()`; half of what is left is for reading
 */
export async function observe(
  inputs: Inputs,
  context: RunContext,
  deadline: number,
  signal: AbortSignal,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Observed> {
  const problems: string[] = []
  const event = eventOf(problems)
  const pull = event.pull_request
  const branch = env['GITHUB_HEAD_REF'] || context.refName
  const observed: Observed = {
    run: runFacts(context, event, branch),
    jobs: inputs.needs,
    last: undefined,
    durationMs: undefined,
    pullNumber:
      numberOf(pull?.number) ?? (event.issue?.pull_request ? numberOf(event.issue.number) : undefined),
    withoutSecrets:
      context.actor === 'dependabot[bot]' ||
      (pull !== undefined && pull.head?.repo?.full_name !== context.repository),
    problems,
  }
  const asksLast = [...inputs.notifyOn, ...(inputs.mentions.length > 0 ? inputs.mentionOn : [])].some(
    (condition) => condition === 'change' || condition === 'recovery',
  )
  if (!inputs.jobs && !asksLast) return observed

  const { readJobs, readLast } = await import('./github/runs.ts')
  const now = performance.now()
  const github = { apiUrl: context.apiUrl, token: inputs.token, deadline: now + (deadline - now) / 2, signal }
  const attempt = async (what: string, read: () => Promise<void>): Promise<void> => {
    try {
      await read()
    } catch (error) {
      problems.push(
        `${what} could not be read: ${messageOf(error)}. The job needs the permission "actions: read".`,
      )
    }
  }
  await Promise.all([
    attempt('The jobs of this run', async () => {
      if (!inputs.jobs) return
      const self = { job: context.job, runnerName: env['RUNNER_NAME'] ?? '' }
      const { jobs, startedAt } = await readJobs(github, context, self)
      observed.jobs = jobs
      if (startedAt !== undefined) observed.durationMs = Date.now() - startedAt
    }),
    attempt('The last run', async () => {
      if (!asksLast) return
      const workflowFile = /\/([^/@]+)@/.exec(env['GITHUB_WORKFLOW_REF'] ?? '')?.[1] ?? context.workflow
      observed.last = await readLast(github, context, { workflowFile, branch })
    }),
  ])
  return observed
}

function eventOf(problems: string[]): Event {
  try {
    return readEvent() as Event
  } catch (error) {
    problems.push(`The event could not be read: ${messageOf(error)}.`)
    return {}
  }
}

function runFacts(context: RunContext, event: Event, branch: string): RunFacts {
  const pull = event.pull_request
  const number = numberOf(pull?.number)
  const commit = event.head_commit?.message
  return {
    repository: context.repository,
    serverUrl: context.serverUrl,
    workflow: context.workflow,
    runUrl: context.runUrl,
    branch,
    // Of a pull request the commit of the person, not the merge that GitHub tries out.
    sha: typeof pull?.head?.sha === 'string' ? pull.head.sha : context.sha,
    commitTitle: typeof commit === 'string' ? (commit.split('\n', 1)[0] ?? '') : '',
    actor: context.actor,
    pull:
      number === undefined
        ? undefined
        : { number, title: String(pull?.title ?? ''), url: String(pull?.html_url ?? '') },
  }
}

function numberOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? Number(value) : undefined
}
