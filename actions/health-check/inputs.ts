import { realpathSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf, reasonOf } from '../../shared/action/errors.ts'
import { type InputReader, inputReader, rules, shown } from '../../shared/action/inputs.ts'
import { maskHeaders } from '../../shared/action/secrets.ts'
import { inside } from '../../shared/files/inside.ts'
import { FileRefused, readRegularFile } from '../../shared/files/regular.ts'
import type { Check } from '../../shared/probe/check.ts'
import { checkTogether, parseCheck, parseChecks, uniqueNames } from '../../shared/probe/parse.ts'
import {
  applySetting,
  defaultSettings,
  SETTINGS,
  type SettingName,
  type Settings,
  STEP_SETTINGS,
} from '../../shared/probe/settings.ts'
import { maskCheck, readCertificates } from '../../shared/probe/trust.ts'
import { oneLine } from '../../shared/text/untrusted.ts'
import { parseYaml } from '../../shared/text/yaml.ts'
import { readBaselines } from './latency/baseline.ts'
import type { Baseline, Inputs } from './model.ts'

const MAX_CHECKS = 10_000
/** As much as is read of a YAML document, and a few bytes a character. */
const MAX_CHECKS_FILE = 4_194_304
const MAX_BASELINE = 33_554_432

/** @throws InputError with every problem of every input; nothing has been probed then */
export async function readInputs(env: NodeJS.ProcessEnv = process.env): Promise<Inputs> {
  const inputs = inputReader(env)
  const defaults = await readDefaults(inputs)
  const failOnUnhealthy = inputs.read('fail-on-unhealthy', rules.boolean, true)
  const dryRun = inputs.read('dry-run', rules.boolean, false)
  const checks = uniqueNames(await readTargets(inputs, defaults, env), inputs, 'checks')
  for (const check of checks) maskCheck(check)
  const ca = readCertificates(checks, inputs, env['GITHUB_WORKSPACE'] || process.cwd())
  const baselines = readBaselineFiles(checks, inputs, env['GITHUB_WORKSPACE'] || process.cwd())
  inputs.finish()
  return { checks, ca, timeout: defaults.timeout, failOnUnhealthy, dryRun, baselines }
}

/** The inputs that are what a check has when it says nothing itself. */
async function readDefaults(inputs: InputReader): Promise<Settings> {
  const defaults: Settings = { ...defaultSettings }
  for (const name of STEP_SETTINGS) {
    const text = name === 'body' ? inputs.raw(name) : inputs.text(name)
    if (text === undefined) continue
    const value = 'yaml' in SETTINGS[name] ? await readYaml(inputs, name, text) : text
    if (value === undefined) continue
    const problem = applySetting(defaults, name, value)
    if (problem !== undefined) inputs.add(name, problem)
  }
  maskHeaders(defaults.headers)
  const given = (name: SettingName): boolean => inputs.text(name) !== undefined
  checkTogether(defaults, given, (name) => name, inputs)
  return defaults
}

/** A file that is not there is a first run; one that is something else is a mistake. */
function readBaselineFiles(
  checks: readonly Check[],
  inputs: InputReader,
  workspace: string,
): Inputs['baselines'] {
  const found = new Map<string, readonly Baseline[] | string>()
  for (const { settings } of checks) {
    const file = settings.baseline
    if (file === undefined || file === 'cache' || found.has(file)) continue
    try {
      const text = readRegularFile(resolve(workspace, file), MAX_BASELINE).toString('utf8')
      const baselines = readBaselines(JSON.parse(text))
      if (baselines === undefined) throw new Error('it is not the result-file of a run of health-check')
      found.set(file, baselines)
    } catch (error) {
      if (error instanceof FileRefused && error.kind === 'missing')
        found.set(file, `there is no file ${file}`)
      else
        inputs.add('baseline', `${shown(file)}: ${oneLine(messageOf(error), 200)}. Write "cache", or a path.`)
    }
  }
  return found
}

/** `url`, `checks` and `checks-file` may stand side by side: their targets are one list. */
async function readTargets(
  inputs: InputReader,
  defaults: Settings,
  env: NodeJS.ProcessEnv,
): Promise<Check[]> {
  const found: Check[] = []
  const url = inputs.text('url')
  if (url !== undefined) {
    // Programs and files are for `checks` only: `url` often carries a value from an earlier step.
    const check = parseCheck(url, 'url', { defaults, origin: 'url', untrusted: true }, inputs)
    if (check !== undefined) found.push(check)
  }
  const list = inputs.text('checks')
  if (list !== undefined) {
    const value = await readYaml(inputs, 'checks', list)
    if (value !== undefined)
      found.push(...parseChecks(value, { defaults, origin: 'checks', untrusted: false }, inputs))
  }
  const file = inputs.text('checks-file')
  if (file !== undefined) {
    const text = readInside(file, env['GITHUB_WORKSPACE'] || process.cwd(), inputs)
    const value = text === undefined ? undefined : await readYaml(inputs, 'checks-file', text)
    if (value !== undefined) {
      found.push(...parseChecks(value, { defaults, origin: 'checks-file', untrusted: true }, inputs))
    }
  }
  if (url === undefined && list === undefined && file === undefined) {
    inputs.add(
      'url',
      'nothing to check. Give "url" for one target, or "checks" (or "checks-file") for a list.',
    )
  }
  if (found.length > MAX_CHECKS) inputs.add('checks', `${found.length} checks are more than ${MAX_CHECKS}.`)
  return found
}

async function readYaml(inputs: InputReader, name: string, text: string): Promise<unknown> {
  const parsed = await parseYaml(text)
  if (!parsed.ok) inputs.add(name, `it is not valid YAML: ${parsed.problem}.`)
  else if (parsed.value === null) inputs.add(name, 'it holds nothing.')
  else return parsed.value
  return undefined
}

/** A file that lies inside the workspace, also after every symbolic link has been followed. */
function readInside(path: string, workspace: string, inputs: InputReader): string | undefined {
  const found = inside(path, workspace)
  if ('problem' in found) {
    inputs.add('checks-file', `${shown(path)} ${found.problem}.`)
    return undefined
  }
  try {
    // A link within the workspace is followed: it was looked at where it leads.
    return readRegularFile(realpathSync(found.path), MAX_CHECKS_FILE)
      .toString('utf8')
      .replace(/^\ufeff/, '')
  } catch (error) {
    const isMissing =
      (error instanceof FileRefused && error.kind === 'missing') ||
      (error as NodeJS.ErrnoException).code === 'ENOENT'
    const why = isMissing
      ? 'does not exist in the workspace (is there a checkout step before?)'
      : `cannot be read: ${reasonOf(error)}`
    inputs.add('checks-file', `${shown(path)} ${why}.`)
    return undefined
  }
}
