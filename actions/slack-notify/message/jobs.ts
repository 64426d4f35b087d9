import { plural } from '../../../shared/text/list.ts'
import { type Line, link, type Span, text } from '../../../shared/text/rich.ts'
import { lookOf, rank, worst } from './status.ts'

/** One job of the run, from the API or from `needs`. */
export interface Job {
  name: string
  /** A conclusion; `in_progress` and `queued` while it has none. */
  status: string
  /** Its page; empty when it is not known. */
  url: string
  /** Names of the steps that failed. */
  failedSteps: readonly string[]
}

/** Members of a matrix that are named one by one. */
const MAX_NAMED = 8
const WAITING: ReadonlySet<string> = new Set(['in_progress', 'queued', 'waiting', 'pending', 'requested'])

/** Statuses of the jobs that have ended. */
export function endedStatuses(jobs: readonly Job[]): string[] {
  return jobs.map(({ status }) => status).filter((status) => !WAITING.has(status))
}

/** `3 of 12 jobs failed`, `12 jobs, all succeeded`. */
export function countJobs(jobs: readonly Job[]): string {
  const counts = [...Map.groupBy(jobs, ({ status }) => status)].sort(([a], [b]) => rank(a) - rank(b))
  const [first] = counts
  if (first === undefined) return ''
  if (counts.length === 1)
    return `${plural(jobs.length, 'job')}, ${jobs.length > 1 ? 'all ' : ''}${past(first[0])}`
  return `${plural(jobs.length, 'job')}: ${counts.map(([status, same]) => `${same.length} ${past(status)}`).join(', ')}`
}

/**
 * One line for each job, and one for all members of a matrix: the worst first, the failed members by name with the
 * steps that failed, the others counted.
 */
export function jobLines(jobs: readonly Job[]): Line[] {
  const groups = [...Map.groupBy(jobs, ({ name }) => familyName(name))].map(([name, members]) => ({
    name,
    members: members.toSorted((a, b) => rank(a.status) - rank(b.status)),
  }))
  return groups
    .toSorted((a, b) => worstRank(a.members) - worstRank(b.members))
    .map(({ name, members }) => (members.length === 1 ? jobLine(members) : groupLine(name, members)))
}

/** `test` of `test (ubuntu-latest, 24)`. */
function familyName(name: string): string {
  return /^(.+?) \(.*\)$/s.exec(name)?.[1] ?? name
}

function worstRank(jobs: readonly Job[]): number {
  return Math.min(...jobs.map(({ status }) => rank(status)))
}

function jobLine([job]: readonly Job[]): Line {
  if (job === undefined) return []
  return [text(`${emojiOf(job.status)} `), named(job, job.name), ...after(job)]
}

function groupLine(name: string, members: readonly Job[]): Line {
  const bad = members.filter(({ status }) => ['failure', 'cancelled'].includes(lookOf(status).class))
  const failed = bad
    .slice(0, MAX_NAMED)
    .flatMap((job, index): Span[] => [
      text(index === 0 ? ': ' : ', '),
      named(job, job.name.slice(name.length).trim()),
      ...after(job),
    ])
  const more = bad.length > MAX_NAMED ? [text(` and ${bad.length - MAX_NAMED} more`)] : []
  const status = worst(members.map((job) => job.status)) ?? ''
  return [text(`${emojiOf(status)} ${name} (${countJobs(members)})`), ...failed, ...more]
}

function named(job: Job, name: string): Span {
  return job.url === '' ? text(name) : link(name, job.url)
}

function after({ status, failedSteps }: Job): Span[] {
  if (failedSteps.length > 0) return [text(` at ${failedSteps.slice(0, 3).join(', ')}`)]
  return ['success', 'failure'].includes(status) ? [] : [text(` ${past(status)}`)]
}

function emojiOf(status: string): string {
  return WAITING.has(status) ? '⏳' : lookOf(status).emoji
}

function past(status: string): string {
  if (WAITING.has(status)) return status === 'in_progress' ? 'running' : 'waiting'
  return lookOf(status).verb.replace(/^was /, '')
}
