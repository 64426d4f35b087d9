import { readEvent } from '../../shared/action/context.ts'
import { messageOf } from '../../shared/action/errors.ts'
import type { Step } from '../../shared/action/step.ts'
import { GitHubError } from '../../shared/github/errors.ts'
import { commentMark } from './message/comment-body.ts'
import type { Inputs, Moment, Observation } from './model.ts'
import { type Data, mapOf, textOf, wholeOf } from './observe/record.ts'
import { observeStory } from './observe/story.ts'
import { type SubjectRun, subjectOf } from './observe/subject.ts'

/**
 * Looks at the event, at files that inputs name, and where it is asked to at the run's jobs and at the last run.
 *
 * @param moment which part of the step this is; half of its time is for reading
 */
export async function observe(
  inputs: Inputs,
  step: Step,
  moment: Moment,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Observation> {
  const problems: string[] = []
  const { context } = step
  const event = eventOf(problems)
  const subject = subjectOf(inputs, context, event, env)
  const pull = mapOf(event['pull_request'])
  const issue = mapOf(event['issue'])
  const observation: Observation = {
    moment,
    run: subject.facts,
    conclusion: subject.conclusion,
    isEventRun: subject.isEvent,
    silence: subject.silence,
    jobs: inputs.needs,
    last: undefined,
    durationMs: subject.durationMs,
    pullNumber: subject.isEvent
      ? subject.facts.pull?.number
      : (wholeOf(pull['number']) ?? (issue['pull_request'] ? wholeOf(issue['number']) : undefined)),
    commentMark: commentMark(context.workflow, context.job, inputs.environment),
    withoutSecrets: isWithoutSecrets(context.actor, pull, context.repository),
    coverage: await coverageOf(inputs, step, problems),
    texts: await textsOf(inputs, step, problems),
    story: observeStory(inputs, step, moment.turn === 'start' || subject.isEvent),
    problems,
  }
  if (subject.silence === undefined) await askGitHub(inputs, step, subject, observation, problems, env)
  if (moment.turn === 'finish') observation.durationMs ??= step.clock.date() - moment.startedAt
  return observation
}

/** What only the API knows; what it does not tell is a problem, and the message goes without it. */
async function askGitHub(
  inputs: Inputs,
  step: Step,
  subject: SubjectRun,
  observation: Observation,
  problems: string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const asksLast = [...inputs.notifyOn, ...(inputs.mentions.length > 0 ? inputs.mentionOn : [])].some(
    (condition) => condition === 'change' || condition === 'recovery',
  )
  const asksConclusion = subject.isEvent && subject.conclusion === undefined
  if (!inputs.jobs && !asksLast && !asksConclusion) return
  const connect = step.connect(inputs.token, Math.ceil(inputs.timeout / 2))
  if (connect === undefined) {
    problems.push(
      'Jobs and earlier runs could not be read: "token" is empty, or this is not a run at GitHub.',
    )
    return
  }
  const attempt = async (what: string, read: () => Promise<void>): Promise<void> => {
    try {
      await read()
    } catch (error) {
      problems.push(`${what} could not be read: ${messageOf(error)}${permissionHint(error)}`)
    }
  }
  const { readConclusion, readJobs, readLast } = await import('./observe/runs.ts')
  await Promise.all([
    attempt('The jobs of the run', async () => {
      if (!inputs.jobs) return
      const self = { job: step.context.job, runnerName: env['RUNNER_NAME'] ?? '' }
      const read = await readJobs(await connect(), subject, subject.isEvent ? undefined : self)
      observation.jobs = read.jobs
      if (read.problem !== undefined) problems.push(read.problem)
      if (read.startedAt !== undefined) observation.durationMs ??= step.clock.date() - read.startedAt
    }),
    attempt('The last run', async () => {
      if (asksLast) observation.last = await readLast(await connect(), subject)
    }),
    attempt('How the run ended', async () => {
      if (asksConclusion) observation.conclusion = await readConclusion(await connect(), subject.runId)
    }),
  ])
}

/** GitHub does not say which permission is missing; when it is not reached at all, none is. */
function permissionHint(error: unknown): string {
  if (!(error instanceof GitHubError)) return '.'
  return [401, 403, 404].includes(error.status ?? 0) && error.kind !== 'rate-limit'
    ? ' The job needs the permission "actions: read".'
    : ''
}

function eventOf(problems: string[]): Data {
  try {
    return mapOf(readEvent())
  } catch (error) {
    problems.push(`The event could not be read: ${messageOf(error)}.`)
    return {}
  }
}

/** GitHub gives secrets neither to runs for forks nor to those of Dependabot. */
function isWithoutSecrets(actor: string, pull: Data, repository: string): boolean {
  if (actor === 'dependabot[bot]') return true
  if (Object.keys(pull).length === 0) return false
  return textOf(mapOf(mapOf(pull['head'])['repo'])['full_name']) !== repository
}

async function coverageOf(
  { coverage }: Inputs,
  { context }: Step,
  problems: string[],
): Promise<Observation['coverage']> {
  const { files, threshold, previous, maxDrop } = coverage
  if (files.length === 0 && threshold === undefined && previous === undefined && maxDrop === undefined)
    return undefined
  const { observeCoverage } = await import('./observe/coverage.ts')
  return observeCoverage(coverage, context, problems)
}

/** `text` and `changelog`, or what their files hold. */
async function textsOf(
  { text, textFile, changelog, changelogFile }: Inputs,
  { context }: Step,
  problems: string[],
): Promise<Observation['texts']> {
  if (textFile === '' && changelogFile === '') return { text, changelog }
  const { readText, refusalOf } = await import('./observe/files.ts')
  const read = (input: string, path: string, otherwise: string): string => {
    if (path === '') return otherwise
    try {
      return readText(path, context)
    } catch (error) {
      problems.push(`${input} could not be read: ${refusalOf(error)}.`)
      return ''
    }
  }
  return {
    text: read('text-file', textFile, text).trim(),
    changelog: read('changelog-file', changelogFile, changelog),
  }
}
