import { isAbsolute, resolve } from 'node:path'
import { type InputReader, inputReader, type Reading, rules, shown } from '../../shared/action/inputs.ts'
import { maskSecret } from '../../shared/action/secrets.ts'
import { contains } from '../../shared/files/regular.ts'
import { parseList } from '../../shared/text/list.ts'
import { readPeriods } from './inputs/period.ts'
import { readExclusion, readIncidents, readTargets } from './inputs/rules.ts'
import { choices, DAY_MS, repositoryList, share } from './inputs/values.ts'
import type { FailureRule, Inputs, OutputFile } from './model.ts'

const SOURCES = ['auto', 'deployments', 'releases', 'workflow', 'tags'] as const
const FILE_KINDS = ['json', 'csv', 'prom', 'svg'] as const
const RULES = ['status', 'rollback', 'incident', 'hotfix', 'revert'] as const

/** @throws InputError with every problem of every input; nothing was asked of GitHub then */
export async function readInputs(env: NodeJS.ProcessEnv = process.env, now = Date.now()): Promise<Inputs> {
  const inputs = inputReader(env)
  const token = inputs.text('token')
  if (token !== undefined) maskSecret(token)
  const { period, comparison } = readPeriods(inputs, now)
  const deployments = inputs.read('deployments', (text) => rules.choice(text, SOURCES), 'auto')
  const workflow = inputs.text('workflow')
  const failures = inputs.read<FailureRule[]>('failures', choices(RULES), ['status', 'rollback'])
  const incidents = readIncidents(inputs, await inputs.yaml('incidents'))
  const here = env['GITHUB_REPOSITORY'] ?? ''
  const repositories = inputs.read('repositories', repositoryList, here === '' ? [] : [here])
  const window = (text: string): Reading<number> => rules.duration(text, { max: 30 * DAY_MS })
  const read: Inputs = {
    token,
    repositories,
    deployments,
    environments: inputs.read('environment', names, ['production']),
    workflow,
    branch: inputs.text('branch'),
    period,
    comparison,
    failures,
    incidents,
    incidentWindow: inputs.read('incident-window', window, DAY_MS),
    hotfixWindow: inputs.read('hotfix-window', window, DAY_MS),
    leadTimeFrom: inputs.read(
      'lead-time-from',
      (text) => rules.choice(text, ['commit', 'pull-request', 'merge']),
      'commit',
    ),
    exclude: readExclusion(inputs),
    targets: readTargets(inputs, await inputs.yaml('targets')),
    failOn: inputs.read('fail-on', failOn, []),
    tolerance: inputs.read('tolerance', share, 0.1),
    minSamples: inputs.read('min-samples', (text) => rules.integer(text, { min: 1, max: 10_000 }), 5),
    files: readFiles(inputs, env),
    maxCalls: inputs.read('max-calls', (text) => rules.integer(text, { min: 1, max: 100_000 }), 500),
    timeout: inputs.read('timeout', (text) => rules.duration(text, { min: 1_000, max: DAY_MS }), 120_000),
    dryRun: inputs.read('dry-run', rules.boolean, false),
  }
  if (repositories.length === 0)
    inputs.add('repositories', 'there is none: GITHUB_REPOSITORY is not set. Name one as owner/name.')
  if (deployments === 'workflow' && workflow === undefined)
    inputs.add(
      'workflow',
      '"deployments: workflow" needs the workflow whose runs are deployments, such as deploy.yml.',
    )
  if (failures.includes('incident') && incidents === undefined)
    inputs.add(
      'incidents',
      '"failures: incident" needs to know which issues are incidents, such as {label: incident}.',
    )
  if (read.failOn.includes('targets') && read.targets.length === 0)
    inputs.add('targets', '"fail-on: targets" needs targets, such as {change-fail-rate: 15%}.')
  if (!read.dryRun && token === undefined)
    inputs.add('token', 'GitHub cannot be asked without a token. Leave it at its default, or give one.')
  inputs.finish()
  return read
}

/** Paths to write to, each by its ending, inside the workspace or RUNNER_TEMP. */
function readFiles(inputs: InputReader, env: NodeJS.ProcessEnv): OutputFile[] {
  const workspace = env['GITHUB_WORKSPACE'] ?? ''
  const folders = [workspace, env['RUNNER_TEMP'] ?? ''].filter((folder) => folder !== '')
  return parseList(inputs.text('format-file') ?? '').flatMap((text) => {
    const kind = FILE_KINDS.find((ending) => text.toLowerCase().endsWith(`.${ending}`))
    const path = isAbsolute(text) ? text : resolve(workspace || '.', text)
    if (kind === undefined) {
      inputs.add('format-file', `${shown(text)} does not end in .json, .csv, .prom or .svg.`)
      return []
    }
    if (folders.length > 0 && !folders.some((folder) => contains(folder, path))) {
      inputs.add('format-file', `${shown(text)} lies outside the workspace.`)
      return []
    }
    return [{ path, kind }]
  })
}

function names(text: string): Reading<string[]> {
  const list = parseList(text)
  return list.length > 20 ? { problem: `${list.length} environments are more than 20.` } : { value: list }
}

function failOn(text: string): Reading<Inputs['failOn']> {
  const words = parseList(text)
  if (words.includes('none'))
    return words.length === 1 ? { value: [] } : { problem: `${shown(text)}: "none" stands alone.` }
  return choices(['targets', 'regression'] as const)(text)
}
