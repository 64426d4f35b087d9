import type { Message } from './message.ts'
import { plainText } from './plain.ts'
import type { Subject } from './subject.ts'

/**
 * The message as data, for programs; pure. The shape is a promise (`version`), and stands in the README.
 *
 * @param step names the step among those of its run, so that two equal messages of two steps are two
 */
export function jsonDocument(message: Message, subject: Subject, step: string): object {
  const { look, headline } = message
  const { run, coverage } = subject
  return {
    version: 1,
    type: 'nexus.notification',
    step,
    status: look.status,
    class: look.class,
    headline: headline.toWellFormed(),
    text: plainText(message).toWellFormed(),
    title: subject.title,
    body: subject.text,
    reason: subject.reason,
    environment: subject.environment,
    release: subject.version,
    url: subject.url,
    fields: Object.fromEntries(subject.fields.map(({ name, value }) => [name, value])),
    repository: run.repository,
    workflow: run.workflow,
    branch: run.branch,
    isTag: run.isTag,
    sha: run.sha,
    actor: run.actor,
    triggeringActor: run.triggeringActor,
    attempt: run.attempt,
    runUrl: run.runUrl,
    pullRequest: run.pull ?? null,
    durationMs: subject.durationMs ?? null,
    coverage: coverage?.value ?? null,
    jobs: subject.jobs.map(({ name, status, url, failedSteps }) => ({ name, status, url, failedSteps })),
    story: subject.story,
  }
}
