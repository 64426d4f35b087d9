import { groupBy } from '../../../shared/text/group.ts'
import { plural } from '../../../shared/text/list.ts'
import { type Line, link, type Span, text } from '../../../shared/text/rich.ts'
import { lookOf, rank, statusOf, worst } from './status.ts'

/** One job of the run, from the API or from `needs`. */
export interface Job {
  /** Empty when only results were given. */
  name: string
  /** A conclusion; `in_progress` and `queued` while it has none. */
  status: string
  /** Its page; empty when it is not known. */
  url: string
  /** Names of the steps that failed. */
  failedSteps: readonly string[]
  /** What the failed step said, when it could be read. */
  reason?: string | undefined
}

/** Members of a matrix that are named one by one, for each step that failed. */
const MAX_NAMED = 8
const MAX_STEPS = 3
const WAITING: ReadonlySet<string> = new Set(['in_progress', 'queued', 'waiting', 'pending', 'requested'])

/** Statuses of the jobs that have ended. */
export function endedStatuses(jobs: readonly Job[]): string[] {
  return jobs.map(({ status }) => status).filter((status) => !WAITING.has(status))
}

/** `3 of 12 jobs failed`, `12 jobs, all succeeded`. */
export function countJobs(jobs: readonly Job[]): string {
  const counts = [...groupBy(jobs, ({ status }) => (WAITING.has(status) ? status : statusOf(status)))].sort(
    ([a], [b]) => rank(a) - rank(b),
  )
  const [first] = counts
  if (first === undefined) return ''
  if (counts.length === 1)
    return `${plural(jobs.length, 'job')}, ${jobs.length > 1 ? 'all ' : ''}${past(first[0])}`
  return `${plural(jobs.length, 'job')}: ${counts.map(([status, same]) => `${same.length} ${past(status)}`).join(', ')}`
}

/**
 * One line for each job, and one for all members of a matrix: the worst first, the failed members by the step that
 * failed, the others counted. Jobs without a name have no line.
 */
export function jobLines(jobs: readonly Job[]): Line[] {
  const named = jobs.filter(({ name }) => name !== '')
  const groups = [...groupBy(named, ({ name }) => familyName(name))].map(([name, members]) => ({
    name,
    members: members.toSorted((a, b) => rank(a.status) - rank(b.status)),
  }))
  return groups
    .toSorted((a, b) => worstRank(a.members) - worstRank(b.members))
    .flatMap(({ name, members }) => (members.length === 1 ? members.map(jobLine) : groupLines(name, members)))
}

/** Names of the jobs that failed. */
export function failedJobs(jobs: readonly Job[]): string[] {
  return jobs.filter(({ status }) => lookOf(status).class === 'failure').map(({ name }) => name)
}

/** `test` of `test (ubuntu-latest, 24)`. */
function familyName(name: string): string {
  return /^(.+?) \(.*\)$/s.exec(name)?.[1] ?? name
}

function worstRank(jobs: readonly Job[]): number {
  return Math.min(...jobs.map(({ status }) => rank(status)))
}

function jobLine(job: Job): Line {
  return [text(`${emojiOf(job.status)} `), pageOf(job, job.name), text(after(job)), ...said(job)]
}

function groupLines(name: string, members: readonly Job[]): Line[] {
  const bad = members.filter(({ status }) => ['failure', 'cancelled'].includes(lookOf(status).class))
  const steps = [...groupBy(bad, (job) => after(job) || ` ${past(job.status)}`)]
  const head = text(
    `${emojiOf(worst(members.map((job) => job.status)) ?? '')} ${name} (${countJobs(members)})`,
  )
  const lines = steps.map(([words, same]) => stepLine(name, words, same))
  if (lines.length < 2) return [lines.length === 0 ? [head] : [head, text(': '), ...lines.flat()]]
  return [[head], ...lines.map((line): Line => [text('\u00a0\u00a0\u00a0'), ...line])]
}

/** Members that failed at the same step: `(a) at Run tests`, `40 at Run tests: (a), (b) … and 32 more`. */
function stepLine(family: string, words: string, jobs: readonly Job[]): Line {
  const label = (job: Job): Span => pageOf(job, job.name.slice(family.length).trim())
  const [first] = jobs
  if (jobs.length === 1 && first !== undefined) return [label(first), text(words), ...said(first)]
  const named = jobs
    .slice(0, MAX_NAMED)
    .flatMap((job, index) => [...(index === 0 ? [] : [text(', ')]), label(job)])
  const more = jobs.length > MAX_NAMED ? [text(` and ${jobs.length - MAX_NAMED} more`)] : []
  const reason = jobs.find((job) => job.reason !== undefined)
  return [text(`${jobs.length}${words}: `), ...named, ...more, ...(reason === undefined ? [] : said(reason))]
}

function pageOf(job: Job, name: string): Span {
  return job.url === '' ? text(name) : link(name, job.url)
}

function after({ status, failedSteps }: Job): string {
  if (failedSteps.length > 0) return ` at ${failedSteps.slice(0, MAX_STEPS).join(', ')}`
  return ['success', 'failure'].includes(statusOf(status)) ? '' : ` ${past(status)}`
}

function said({ reason = '' }: Job): Span[] {
  return reason === '' ? [] : [text(`: ${reason}`)]
}

function emojiOf(status: string): string {
  return WAITING.has(status) ? '⏳' : lookOf(status).emoji
}

function past(status: string): string {
  if (WAITING.has(status)) return status === 'in_progress' ? 'running' : 'waiting'
  return lookOf(status).verb.replace(/^was /, '')
}
