import { isAbsolute, resolve } from 'node:path'
import { inputReader, type Reading, rules, shown } from '../../shared/action/inputs.ts'
import { maskSecret } from '../../shared/action/secrets.ts'
import { contains } from '../../shared/files/regular.ts'
import { isGlob } from '../../shared/text/glob.ts'
import { parseList } from '../../shared/text/list.ts'
import { webUrl } from '../../shared/text/rich.ts'
import { parseConditions, parseMentions, parseUsers } from './inputs/people.ts'
import type { Reader } from './inputs/reader.ts'
import { readSlack } from './inputs/slack.ts'
import { parseNeeds, percentage, readBlocks, readFields, readYaml } from './inputs/values.ts'
import { percentOf } from './message/coverage.ts'
import { TEMPLATES } from './message/templates.ts'
import type { CoverageInputs, Inputs, Lifecycle, Sinks } from './model.ts'

const SECRETS = ['bot-token', 'pagerduty-routing-key']
/** What reads them is loaded on use: most steps have Slack alone. */
const CHANNELS = [
  'discord-webhook-url',
  'teams-webhook-url',
  'webhooks',
  'pagerduty-routing-key',
  'pagerduty-events-url',
  'dedup-key',
]

/** @throws InputError with every problem of every input; nothing has been sent then */
export async function readInputs(env: NodeJS.ProcessEnv = process.env): Promise<Inputs> {
  const inputs: Reader = Object.assign(inputReader(env), { env, mask: maskSecret })
  for (const secret of [...SECRETS.map(inputs.text), evaluated(inputs, 'token')])
    if (secret) maskSecret(secret)
  const lifecycle = inputs.read(
    'lifecycle',
    (text) => rules.choice(text.toLowerCase(), ['false', 'final', 'true']),
    'false',
  )
  const users = parseUsers(await readYaml(inputs, 'users'), inputs)
  const file = filePath(inputs)
  const read: Inputs = {
    ...(await readSinks(inputs, lifecycle)),
    subject: inputs.read(
      'subject',
      (text) => rules.choice(text.toLowerCase(), ['auto', 'this-run', 'workflow-run']),
      'auto',
    ),
    template: inputs.read('template', (text) => rules.choice(text, TEMPLATES), 'ci-summary'),
    status: inputs.text('status') ?? '',
    jobStatus: evaluated(inputs, 'job-status') || 'unknown',
    title: inputs.text('title') ?? '',
    text: inputs.text('text') ?? '',
    textFile: inputs.read('text-file', file, ''),
    reason: inputs.text('reason') ?? '',
    environment: inputs.text('environment') ?? '',
    version: inputs.text('version') ?? '',
    url: inputs.read('url', webAddress, ''),
    fields: await readFields(inputs),
    changelog: inputs.raw('changelog') ?? '',
    changelogFile: inputs.read('changelog-file', file, ''),
    blocks: await readBlocks(inputs),
    needs: inputs.read('needs', parseNeeds, []),
    jobs: inputs.read('jobs', rules.boolean, false),
    coverage: readCoverage(inputs),
    story: inputs.read('story', rules.boolean, true),
    lifecycle,
    mentions: parseMentions(inputs.text('mention') ?? '', users),
    mentionOn: inputs.read('mention-on', parseConditions, ['failure']),
    notifyOn: inputs.read('notify-on', parseConditions, ['always']),
    failOnError: inputs.read('fail-on-error', rules.boolean, false),
    timeout: inputs.read('timeout', (text) => rules.duration(text, { min: 100, max: 600_000 }), 30_000),
    token: evaluated(inputs, 'token'),
    dryRun: inputs.read('dry-run', rules.boolean, false),
  }
  checkTogether(inputs, read)
  inputs.finish()
  return read
}

async function readSinks(inputs: Reader, lifecycle: Lifecycle): Promise<Sinks> {
  const sinks: Sinks = {
    slack: readSlack(inputs, lifecycle),
    discord: [],
    teams: [],
    webhooks: [],
    pagerduty: undefined,
    email: undefined,
    comment: inputs.read('comment', rules.boolean, false),
  }
  const given = CHANNELS.filter((name) => inputs.text(name) !== undefined)
  if (given.length > 0) {
    const { readEndpoints, readPagerDuty, readTeams, readWebhooks } = await import('./inputs/webhooks.ts')
    sinks.discord = readEndpoints(inputs, 'discord-webhook-url')
    sinks.teams = readTeams(inputs)
    sinks.webhooks = await readWebhooks(inputs)
    sinks.pagerduty = readPagerDuty(inputs)
  }
  if (inputs.text('email') !== undefined) {
    const { readEmail } = await import('./inputs/email.ts')
    sinks.email = await readEmail(inputs)
  }
  return sinks
}

function readCoverage(inputs: Reader): CoverageInputs {
  const file = filePath(inputs)
  const files = parseList(inputs.text('coverage-file') ?? '').flatMap((each) => {
    const reading = file(each)
    if ('problem' in reading) inputs.add('coverage-file', reading.problem)
    return 'problem' in reading ? [] : [isGlob(each) ? each : reading.value]
  })
  return {
    files,
    threshold: inputs.read('coverage-threshold', percentage, undefined),
    previous: inputs.read(
      'coverage-previous',
      (text) => (percentOf(text) === undefined ? file(text) : percentage(text)),
      undefined as number | string | undefined,
    ),
    maxDrop: inputs.read('coverage-max-drop', percentage, undefined),
  }
}

/** What one input alone cannot tell. */
function checkTogether(inputs: Reader, read: Inputs): void {
  if (read.template === 'rollback' && read.reason === '') {
    inputs.add('reason', 'the template "rollback" needs it: say why it was rolled back.')
  }
  if (read.subject === 'workflow-run' && inputs.env['GITHUB_EVENT_NAME'] !== 'workflow_run') {
    inputs.add('subject', '"workflow-run" is for workflows that run on "workflow_run". Use "auto".')
  }
  if (read.text !== '' && read.textFile !== '') inputs.add('text-file', 'give either "text" or "text-file".')
  if (read.changelog !== '' && read.changelogFile !== '') {
    inputs.add('changelog-file', 'give either "changelog" or "changelog-file".')
  }
}

function webAddress(text: string): { value: string } | { problem: string } {
  const url = webUrl(text)
  return url === undefined
    ? { problem: `${shown(text)} is not an http or https URL of at most 1,000 characters.` }
    : { value: url }
}

/** The input, unless nothing has evaluated the expression that is its default. */
function evaluated(inputs: Reader, name: string): string {
  const text = inputs.text(name) ?? ''
  return /^\$\{\{.*\}\}$/s.test(text) ? '' : text
}

/** The path of a file in the workspace or in RUNNER_TEMP; whether it is there is seen when it is read. */
function filePath({ env }: Reader): (text: string) => Reading<string> {
  return (text) => {
    const workspace = env['GITHUB_WORKSPACE'] ?? ''
    const path = isAbsolute(text) ? text : resolve(workspace || '.', text)
    const folders = [workspace, env['RUNNER_TEMP'] ?? ''].filter((folder) => folder !== '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no path has them
    const isOdd = /[\u0000-\u001f]|^[A-Za-z]:(?![\\/])/.test(text)
    if (!isOdd && (folders.length === 0 || folders.some((folder) => contains(folder, path))))
      return { value: path }
    return { problem: `${shown(text)} is not a file in the workspace or in RUNNER_TEMP.` }
  }
}
