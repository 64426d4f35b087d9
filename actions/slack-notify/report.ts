import { messageOf } from '../../shared/action/errors.ts'
import { log } from '../../shared/action/log.ts'
import { setOutputs, setResult } from '../../shared/action/outputs.ts'
import { failed, type Outcome, passed } from '../../shared/action/run.ts'
import type { Step } from '../../shared/action/step.ts'
import { tellStory } from '../../shared/action/story.ts'
import { writeSummary } from '../../shared/action/summary.ts'
import { escapeMarkdown } from '../../shared/text/markdown.ts'
import { markdownBlocks } from './message/markdown.ts'
import { plainText } from './message/plain.ts'
import { slackPayload } from './message/slack-payload.ts'
import type { Applied, Delivered, Inputs, Observation, Plan } from './model.ts'
import { hasSink } from './plan/deliveries.ts'

const ACTION = 'slack-notify'
const NO_SINK = 'Give "webhook-url", or "bot-token" and "channel" (or another sink).'

/** Says what came of the messages: log, annotations, summary, and (in main only) outputs. */
export function report(
  plan: Plan,
  inputs: Inputs,
  observation: Observation,
  applied: Applied,
  step: Step,
  phase: 'main' | 'post',
): Outcome {
  const facts = factsOf(plan, inputs, applied)
  if (phase === 'main')
    attempt('The outputs', () => setFacts(plan, inputs, observation, applied, step, facts))
  for (const problem of observation.problems) log.warning('Part of the message is missing', problem)
  for (const warning of warningsIn(plan, applied)) log.warning('Not as it was wanted', warning)
  // What a job starts with is finished by the post step, which writes it once.
  if (plan.turn !== 'start' && (inputs.dryRun || applied.length > 0)) {
    attempt('The job summary', () => writeSummary(summaryOf(plan, inputs, applied)))
  }
  return tell(plan, inputs, observation, applied, step, phase)
}

interface Facts {
  delivered: boolean
  notified: boolean
  error: string
}

function factsOf({ heldBack, noSink, silence }: Plan, { dryRun }: Inputs, applied: Applied): Facts {
  const bad = applied.find(({ ok }) => !ok)
  return {
    delivered: applied.length > 0 && bad === undefined,
    notified: !heldBack && !noSink && !dryRun,
    error: silence?.error ?? (noSink ? 'no_sink' : (bad?.error ?? '')),
  }
}

function setFacts(
  plan: Plan,
  inputs: Inputs,
  observation: Observation,
  applied: Applied,
  { context }: Step,
  facts: Facts,
): void {
  const slack = applied.filter(({ ok, delivery }) => ok && delivery.to === 'slack-api')
  const joined = (pick: (result: Delivered) => string | undefined): string =>
    slack.map((result) => pick(result) ?? '').join('\n')
  const sinks = Object.fromEntries(applied.map((result) => [result.delivery.name, sinkOf(result)]))
  setOutputs({
    ...facts,
    sinks: JSON.stringify(sinks),
    ts: joined(({ ts }) => ts),
    'thread-ts': joined(({ threadTs }) => threadTs),
    'channel-id': joined(({ channelId }) => channelId),
    'message-url': joined(({ url }) => url),
  })
  const { look } = plan.subject
  const result = {
    dryRun: inputs.dryRun,
    status: look.status,
    statusFrom: plan.source,
    template: inputs.template,
    ...facts,
    sinks,
    problems: observation.problems,
    warnings: warningsIn(plan, applied),
    coverage: plan.subject.coverage?.value ?? null,
    jobs: observation.jobs,
    story: observation.story.lines,
    text: plainText(plan.message),
  }
  setResult(ACTION, result, context.temp)
}

/** What was done, in the log and as annotations; and how the step ends. */
function tell(
  plan: Plan,
  inputs: Inputs,
  observation: Observation,
  applied: Applied,
  { context }: Step,
  phase: 'main' | 'post',
): Outcome {
  const { message, noSink, silence } = plan
  if (inputs.dryRun) {
    log.group('The message as it would look', plainText(message).split('\n'))
    printSlack(plan, inputs)
    log.info('Dry run: nothing was sent.')
    return passed
  }
  if (silence !== undefined) return withoutSubject(silence, inputs)
  for (const result of applied) if (result.ok) log.info(`${result.delivery.name}: ${deliveredWords(result)}.`)
  // Said by main already.
  if (noSink)
    return phase === 'post' && inputs.lifecycle === 'true' ? passed : withoutSink(inputs, observation)
  if (inputs.comment && observation.pullNumber === undefined)
    log.info('comment: this run is not for a pull request.')
  const bad = applied.filter(({ ok }) => !ok)
  if (applied.length > 0) {
    const outcome = bad.length === 0 ? 'delivered' : 'not-delivered'
    const names = (bad.length === 0 ? applied : bad).map(({ delivery }) => delivery.name).join(', ')
    tellStory(context, {
      action: ACTION,
      outcome,
      text: `${message.headline}: ${outcome.replace('-', ' ')} (${names})`,
    })
  }
  if (bad.length === 0) return passed
  const lines = bad.map((result) => `${result.delivery.name}: ${result.message}`).join('\n')
  const title = `Not delivered: ${bad.map((result) => result.error).join(', ')}`
  if (inputs.failOnError) return failed(title, lines)
  log.warning(title, lines)
  return passed
}

/** What a dry run prints of the parts that only Slack has: own blocks, as they would go out, and who is called. */
function printSlack({ message, mentions }: Plan, { blocks }: Inputs): void {
  const names = mentions.map((mention) => {
    if ('id' in mention) return mention.id
    if (mention.kind === 'email') return mention.address
    return `@${'name' in mention ? mention.name : mention.kind}`
  })
  if (names.length > 0) log.info(`Slack names or calls: ${names.join(', ')}.`)
  if (blocks === undefined) return
  const own = slackPayload(message, mentions, blocks).blocks
  log.group('In Slack, these blocks stand in its place', JSON.stringify(own, null, 2).split('\n'))
}

/** Main has nothing to send: the post step will. */
export function reportWaiting(inputs: Inputs, { context }: Step): Outcome {
  const error = hasSink(inputs) ? '' : 'no_sink'
  attempt('The outputs', () => {
    setOutputs({
      delivered: false,
      sinks: '{}',
      ts: '',
      'thread-ts': '',
      'channel-id': '',
      'message-url': '',
      error,
      notified: false,
    })
    setResult(
      ACTION,
      { dryRun: inputs.dryRun, lifecycle: inputs.lifecycle, delivered: false, error },
      context.temp,
    )
  })
  log.info('The post step of this step sends the message, with the final status of the job.')
  return passed
}

/** A disk that is full is not a reason to break a build: what could be done is done. */
function attempt(what: string, write: () => void): void {
  try {
    write()
  } catch (error) {
    const why = messageOf(error).replace(/\.$/, '')
    log.warning(
      `${what} could not be written`,
      `${why}. Is the disk of the runner full, or its folder not writable?`,
    )
  }
}

function warningsIn({ warnings }: Plan, applied: Applied): string[] {
  return [...new Set([...warnings, ...applied.flatMap((result) => result.warnings ?? [])])]
}

/** The notifier's own run is not news; an event without a run is. */
function withoutSubject({ error, message }: NonNullable<Plan['silence']>, { failOnError }: Inputs): Outcome {
  if (error === '') log.notice('Nobody was told', message)
  else if (failOnError) return failed(`Nobody was told: ${error}`, message)
  else log.warning(`Nobody was told: ${error}`, message)
  return passed
}

/** Forks and Dependabot get no secrets; that is nothing to worry about. */
function withoutSink({ failOnError }: Inputs, { withoutSecrets }: Observation): Outcome {
  if (failOnError) return failed('Nobody was told: no_sink', NO_SINK)
  if (withoutSecrets) {
    log.notice(
      'Nobody was told: no_sink',
      'Runs for forks and Dependabot get no secrets, so there is no webhook or token.',
    )
  } else
    log.warning('Nobody was told: no_sink', `${NO_SINK} Is the secret set in this repository or environment?`)
  return passed
}

function deliveredWords({ status, url, accepted }: Delivered): string {
  const code = status === undefined ? '' : ` (${status})`
  return `${accepted ? 'accepted, to be delivered later' : 'delivered'}${code}${url ? ` ${url}` : ''}`
}

function sinkOf({ ok, status, error, accepted }: Delivered): object {
  const facts = { ok, status: status ?? null, error }
  return accepted ? { ...facts, accepted } : facts
}

/** The message as it was sent, and above it what was not delivered. */
function summaryOf({ message }: Plan, { dryRun }: Inputs, applied: Applied): string[] {
  const head = dryRun
    ? ['> [!NOTE]\n> Dry run: nothing was sent. This is what would have been.']
    : applied.map(({ ok, accepted, delivery: { name }, message: said, url }) => {
        if (!ok) return `⚠️ ${escapeMarkdown(name)}: ${escapeMarkdown(said)}`
        return `✅ ${escapeMarkdown(name)}${accepted ? ' (accepted)' : ''}${url ? `: [message](<${url}>)` : ''}`
      })
  return [head.join('  \n'), ...markdownBlocks(message)].filter((block) => block !== '')
}
