import type { RunContext } from '../../shared/action/context.ts'
import { log } from '../../shared/action/log.ts'
import { setOutputs, setResult } from '../../shared/action/outputs.ts'
import { failed, type Outcome, passed } from '../../shared/action/run.ts'
import { writeSummary } from '../../shared/action/summary.ts'
import { escapeMarkdown } from '../../shared/text/markdown.ts'
import type { Inputs } from './inputs.ts'
import { markdownBlocks } from './message/markdown.ts'
import { plainText } from './message/plain.ts'
import type { Observed } from './observe.ts'
import { type Delivery, hasSink, type Plan } from './plan.ts'
import type { Delivered } from './sinks/delivery.ts'
import { slackPayload } from './sinks/slack-payload.ts'

export type Result = Delivered & { delivery: Delivery }

const NO_SINK = 'Give "webhook-url", or "bot-token" and "channel" (or another sink).'

/** Says what came of the messages: log, annotation, summary, and (in main only) outputs. */
export function report(
  plan: Plan,
  inputs: Inputs,
  observed: Observed,
  results: readonly Result[],
  context: RunContext,
  phase: 'main' | 'post',
): Outcome {
  const { message, noSink, heldBack } = plan
  const bad = results.filter(({ ok }) => !ok)
  const slack = results.filter(({ ok, delivery }) => ok && delivery.to === 'slack-api')
  const joined = (pick: (result: Result) => string | undefined): string =>
    slack.map((result) => pick(result) ?? '').join('\n')
  const facts = {
    delivered: results.length > 0 && bad.length === 0,
    notified: !heldBack && !noSink && !inputs.dryRun,
    error: noSink ? 'no_sink' : (bad[0]?.error ?? ''),
  }
  if (phase === 'main') {
    const sinks = Object.fromEntries(results.map((result) => [result.delivery.name, sinkOf(result)]))
    setOutputs({
      ...facts,
      sinks: JSON.stringify(sinks),
      ts: joined(({ ts }) => ts),
      'thread-ts': joined(({ threadTs }) => threadTs),
      'channel-id': joined(({ channelId }) => channelId),
      'message-url': joined(({ url }) => url),
    })
    const result = {
      dryRun: inputs.dryRun,
      status: message.look.status,
      statusFrom: plan.source,
      template: inputs.template,
      ...facts,
      sinks,
      problems: observed.problems,
      jobs: observed.jobs,
      text: plainText(message),
    }
    setResult('slack-notify', result, context.temp)
  }
  for (const problem of observed.problems) log.warning('Part of the message is missing', problem)
  // What a job starts with is finished by the post step, which writes it once.
  if (plan.turn !== 'start' && (inputs.dryRun || results.length > 0))
    writeSummary(summaryOf(plan, inputs, results))
  if (inputs.dryRun) {
    log.group('The message as it would look', plainText(message).split('\n'))
    printSlack(plan, inputs)
    log.info('Dry run: nothing was sent.')
    return passed
  }
  for (const result of results) if (result.ok) log.info(`${result.delivery.name}: delivered${where(result)}.`)
  // Said by main already.
  if (noSink) return phase === 'post' && inputs.lifecycle === 'true' ? passed : withoutSink(inputs, observed)
  if (inputs.comment && observed.pullNumber === undefined)
    log.info('comment: this run is for no pull request.')
  if (bad.length === 0) return passed
  const lines = bad.map((result) => `${result.delivery.name}: ${result.message}`).join('\n')
  const title = `Not delivered: ${bad.map((result) => result.error).join(', ')}`
  if (inputs.failOnError) return failed(title, lines)
  log.warning(title, lines)
  return passed
}

/** What a dry run prints of the parts that only Slack has: own blocks, as they would go out, and who is called. */
function printSlack({ message, mentions }: Plan, { blocks }: Inputs): void {
  const names = mentions.map((mention) =>
    'id' in mention ? mention.id : `@${'name' in mention ? mention.name : mention.kind}`,
  )
  if (names.length > 0) log.info(`Slack names or calls: ${names.join(', ')}.`)
  if (blocks === undefined) return
  const own = slackPayload(message, mentions, blocks).blocks
  log.group('In Slack, these blocks stand in its place', JSON.stringify(own, null, 2).split('\n'))
}

/** Main has nothing to send: the post step will. */
export function reportWaiting(inputs: Inputs, context: RunContext): Outcome {
  const error = hasSink(inputs) ? '' : 'no_sink'
  setOutputs({
    ...{ delivered: false, sinks: '{}', ts: '', 'thread-ts': '', 'channel-id': '', 'message-url': '' },
    ...{ error, notified: false },
  })
  setResult(
    'slack-notify',
    { dryRun: inputs.dryRun, lifecycle: inputs.lifecycle, delivered: false, error },
    context.temp,
  )
  log.info('The post step of this step sends the message, with the final status of the job.')
  return passed
}

/** Forks and Dependabot get no secrets; that is nothing to worry about. */
function withoutSink({ failOnError }: Inputs, { withoutSecrets }: Observed): Outcome {
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

function where({ status, url }: Delivered): string {
  return `${status === undefined ? '' : ` (${status})`}${url ? ` ${url}` : ''}`
}

function sinkOf({ ok, status, error }: Delivered): object {
  return { ok, status: status ?? null, error }
}

/** The message as it was sent, and above it what was not delivered. */
function summaryOf({ message }: Plan, { dryRun }: Inputs, results: readonly Result[]): string[] {
  const head = dryRun
    ? ['> [!NOTE]\n> Dry run: nothing was sent. This is what would have been.']
    : results.map(({ ok, delivery: { name }, message: said, url }) =>
        ok
          ? `✅ ${escapeMarkdown(name)}${url ? `: [message](<${url}>)` : ''}`
          : `⚠️ ${escapeMarkdown(name)}: ${escapeMarkdown(said)}`,
      )
  return [head.join('  \n'), ...markdownBlocks(message)].filter((block) => block !== '')
}
