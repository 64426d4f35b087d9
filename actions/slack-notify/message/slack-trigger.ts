import { cutGraphemes } from '../../../shared/text/graphemes.ts'
import { failedJobs } from './jobs.ts'
import type { Message } from './message.ts'
import type { Subject } from './subject.ts'

const TITLE = 250
const VALUE = 3_000

/**
 * The variables for a workflow of Slack's Workflow Builder: always the same, all of them texts, empty when there is
 * nothing; pure. Slack sees those that the workflow declares, and wants them flat and without dots.
 *
 * @see https://slack.com/help/articles/360041352714
 */
export function triggerVariables({ headline, look }: Message, subject: Subject): Record<string, string> {
  const { run } = subject
  const values = {
    title: cutGraphemes(`${look.emoji} ${headline}`, TITLE),
    text: subject.text,
    status: look.status,
    environment: subject.environment,
    version: subject.version,
    url: subject.url || run.runUrl,
    repository: run.repository,
    branch: run.branch,
    sha: run.sha,
    actor: run.triggeringActor || run.actor,
    reason: subject.reason,
    failed_jobs: failedJobs(subject.jobs).join(', '),
  }
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, cutGraphemes(value.toWellFormed(), VALUE)]),
  )
}
