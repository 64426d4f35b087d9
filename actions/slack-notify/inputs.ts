import { type InputReader, inputReader, rules, shown } from '../../shared/action/inputs.ts'
import { maskSecret } from '../../shared/action/secrets.ts'
import { webUrl } from '../../shared/text/rich.ts'
import type { Job } from './message/jobs.ts'
import type { Mention } from './message/model.ts'
import type { Condition } from './message/status.ts'
import { TEMPLATES, type TemplateName } from './message/templates.ts'
import { type EmailTarget, readEmail } from './parse/email.ts'
import { parseEndpoint } from './parse/endpoint.ts'
import { parseConditions, parseMentions, parseUsers } from './parse/people.ts'
import { type Lifecycle, readSlack, type SlackTarget, variable } from './parse/slack.ts'
import { type Block, parseNeeds, readBlocks, readFields, readYaml } from './parse/values.ts'

/** What the user asked for, checked. Texts that were not given are empty. */
export interface Inputs {
  slack: SlackTarget | undefined
  discord: URL | undefined
  pagerduty: { url: URL; routingKey: string; dedupKey: string } | undefined
  email: EmailTarget | undefined
  comment: boolean
  template: TemplateName
  status: string
  jobStatus: string
  title: string
  text: string
  reason: string
  environment: string
  version: string
  url: string
  fields: readonly { name: string; value: string }[]
  changelog: string
  blocks: readonly Block[] | undefined
  needs: readonly Job[]
  jobs: boolean
  lifecycle: Lifecycle
  mentions: readonly Mention[]
  mentionOn: readonly Condition[]
  notifyOn: readonly Condition[]
  failOnError: boolean
  /** ms */
  timeout: number
  token: string
  dryRun: boolean
}

/** @throws InputError with every problem of every input; nothing has been sent then */
export async function readInputs(env: NodeJS.ProcessEnv = process.env): Promise<Inputs> {
  const inputs = inputReader(env)
  const secrets = ['webhook-url', 'bot-token', 'discord-webhook-url', 'pagerduty-routing-key'].map(
    inputs.text,
  )
  for (const secret of [...secrets, evaluated(inputs, 'token')]) if (secret) maskSecret(secret)
  const lifecycle = inputs.read(
    'lifecycle',
    (text) => rules.choice(text.toLowerCase(), ['false', 'final', 'true']),
    'false',
  )
  const template = inputs.read('template', (text) => rules.choice(text, TEMPLATES), 'ci-summary')
  const slack = readSlack(inputs, env, lifecycle)
  const users = parseUsers(await readYaml(inputs, 'users'), inputs)
  const read: Inputs = {
    slack,
    discord: readEndpoint(inputs, 'discord-webhook-url'),
    pagerduty: readPagerDuty(inputs, env),
    email: await readEmail(inputs),
    comment: inputs.read('comment', rules.boolean, false),
    template,
    status: inputs.text('status') ?? '',
    jobStatus: evaluated(inputs, 'job-status') || 'unknown',
    title: inputs.text('title') ?? '',
    text: inputs.text('text') ?? '',
    reason: inputs.text('reason') ?? '',
    environment: inputs.text('environment') ?? '',
    version: inputs.text('version') ?? '',
    url: inputs.read('url', webAddress, ''),
    fields: await readFields(inputs),
    changelog: inputs.raw('changelog') ?? '',
    blocks: await readBlocks(inputs),
    needs: inputs.read('needs', parseNeeds, []),
    jobs: inputs.read('jobs', rules.boolean, false),
    lifecycle,
    mentions: parseMentions(inputs.text('mention') ?? '', users),
    mentionOn: inputs.read('mention-on', parseConditions, ['failure']),
    notifyOn: inputs.read('notify-on', parseConditions, ['always']),
    failOnError: inputs.read('fail-on-error', rules.boolean, false),
    timeout: inputs.read('timeout', (text) => rules.duration(text, { min: 100, max: 600_000 }), 30_000),
    token: evaluated(inputs, 'token'),
    dryRun: inputs.read('dry-run', rules.boolean, false),
  }
  if (template === 'rollback' && read.reason === '') {
    inputs.add('reason', 'the template "rollback" needs it: say why it was rolled back.')
  }
  inputs.finish()
  return read
}

function readEndpoint(inputs: InputReader, name: string): URL | undefined {
  const text = inputs.text(name)
  return text === undefined ? undefined : parseEndpoint(name, text, inputs)
}

function readPagerDuty(inputs: InputReader, env: NodeJS.ProcessEnv): Inputs['pagerduty'] {
  const routingKey = inputs.text('pagerduty-routing-key')
  const dedupKey = inputs.text('dedup-key') ?? ''
  if (routingKey === undefined) return undefined
  const given = variable(env, 'PAGERDUTY_EVENTS_URL') ?? 'https://events.pagerduty.com/v2/enqueue'
  const url = parseEndpoint('PAGERDUTY_EVENTS_URL', given, inputs)
  return url === undefined ? undefined : { url, routingKey, dedupKey }
}

function webAddress(text: string): { value: string } | { problem: string } {
  const url = webUrl(text)
  return url === undefined
    ? { problem: `${shown(text)} is not an http or https URL of at most 1,000 characters.` }
    : { value: url }
}

/** The input, unless nothing has evaluated the expression that is its default. */
function evaluated(inputs: InputReader, name: string): string {
  const text = inputs.text(name) ?? ''
  return /^\$\{\{.*\}\}$/s.test(text) ? '' : text
}
