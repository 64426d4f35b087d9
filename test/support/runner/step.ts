import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import type { RunOptions } from '../runner.ts'
import { tempFolder } from './cleanup.ts'
import { expressionScope, type Folders, githubContext, runnerContext, statusFunctions } from './contexts.ts'
import { evaluate, interpolate, isTruthy, type Scope } from './expressions.ts'
import { type CommandFiles, createCommandFiles } from './file-commands.ts'
import { type Manifest, readManifest } from './manifest.ts'

/** Everything that is known about a step before its process starts. */
export interface Step {
  script: string
  env: Record<string, string>
  files: CommandFiles
  folders: Folders
  trackingId: string
  /** Said by the runner before the process starts. */
  warnings: string[]
  masks: Set<string>
  /** `pre-if` or `post-if` is false. */
  skipped: boolean
}

/** @throws Error when action.yml, an expression in it or its script is wrong */
export function prepareStep(options: RunOptions): Step {
  const { phase = 'main', jobStatus = 'success', after, debug = false } = options
  const manifest = readManifest(options.action)
  const folders = after?.folders ?? createFolders(options)
  const id = randomUUID()
  const files = createCommandFiles(join(folders.temp, '_runner_file_commands'), id)
  const event = options.event ?? { name: 'push', payload: {} }
  const github = githubContext(options.context ?? {}, event, folders)
  const runner = runnerContext(folders, debug)
  const scope = expressionScope(
    { github, runner, matrix: options.matrix ?? null },
    jobStatus,
    folders.workspace,
  )
  const { inputs, warnings } = resolveInputs(manifest, options.inputs ?? {}, scope)

  return {
    script: scriptOf(manifest, phase),
    env: {
      ...baseEnvironment(folders, after?.path ?? []),
      ...after?.env,
      ...prefixed('STATE_', after?.state ?? {}),
      ...prefixed('INPUT_', inputs),
      ...prefixed('GITHUB_', strings(github)),
      ...prefixed('RUNNER_', runner),
      GITHUB_EVENT_PATH: eventFile(folders, event.payload),
      GITHUB_OUTPUT: files.output,
      GITHUB_STATE: files.state,
      GITHUB_ENV: files.env,
      GITHUB_PATH: files.path,
      GITHUB_STEP_SUMMARY: files.summary,
      ...options.env,
    },
    files,
    folders,
    trackingId: `github_${id}`,
    warnings,
    masks: new Set([...(after?.masks ?? []), ...(options.secrets ?? []), String(github['token'])]),
    skipped: phase !== 'main' && !conditionHolds(manifest, phase, jobStatus, scope),
  }
}

function createFolders(options: RunOptions): Folders {
  const root = tempFolder('nexus-runner-')
  const folders = {
    workspace: resolve(options.workspace ?? join(root, 'work', 'repo', 'repo')),
    temp: resolve(options.temp ?? join(root, 'work', '_temp')),
    tools: join(root, 'work', '_tool'),
    home: join(root, 'home'),
  }
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true })
  return folders
}

/** Inputs are evaluated for every phase anew; names are compared without case. */
function resolveInputs(manifest: Manifest, given: Readonly<Record<string, string>>, scope: Scope) {
  const names = new Map([...manifest.inputs.keys()].map((name) => [name.toLowerCase(), name]))
  const inputs: Record<string, string> = {}
  const warnings: string[] = []
  for (const [name, value] of Object.entries(given)) {
    inputs[names.get(name.toLowerCase()) ?? name] = value
  }
  for (const [name, input] of manifest.inputs) {
    if (name in inputs && input.deprecationMessage !== undefined) {
      warnings.push(`Input '${name}' has been deprecated with message: ${input.deprecationMessage}`)
    }
    inputs[name] ??= interpolate(input.default, scope)
  }
  const unexpected = Object.keys(given).filter((name) => !names.has(name.toLowerCase()))
  if (unexpected.length > 0) {
    const valid = [...manifest.inputs.keys()].join("', '")
    warnings.push(`Unexpected input(s) '${unexpected.join("', '")}', valid inputs are ['${valid}']`)
  }
  return { inputs, warnings }
}

function conditionHolds(
  manifest: Manifest,
  phase: 'pre' | 'post',
  jobStatus: NonNullable<RunOptions['jobStatus']>,
  scope: Scope,
): boolean {
  const condition = phase === 'pre' ? manifest.runs.preIf : manifest.runs.postIf
  const source = /^\s*\$\{\{(.*)\}\}\s*$/s.exec(condition)?.[1] ?? condition
  return isTruthy(
    evaluate(source, { ...scope, functions: { ...scope.functions, ...statusFunctions(jobStatus) } }),
  )
}

function scriptOf(manifest: Manifest, phase: 'pre' | 'main' | 'post'): string {
  const name = manifest.runs[phase]
  if (name === undefined) throw new Error(`The action in ${manifest.folder} has no ${phase} phase.`)
  const script = join(manifest.folder, name)
  if (!existsSync(script)) throw new Error(`${script} does not exist. Is the bundle built (npm run build)?`)
  return script
}

/** Nothing of the caller but where programs are, so that no test depends on who runs it. */
function baseEnvironment(folders: Folders, path: readonly string[]): Record<string, string> {
  const windows = ['SystemRoot', 'SystemDrive', 'ComSpec', 'PATHEXT', 'windir']
  const kept = process.platform === 'win32' ? windows : []
  return {
    ...Object.fromEntries(kept.map((name) => [name, process.env[name] ?? ''])),
    PATH: [...[...path].reverse(), process.env['PATH'] ?? ''].join(delimiter),
    HOME: folders.home,
    USERPROFILE: folders.home,
    TMPDIR: folders.temp,
    TEMP: folders.temp,
    TMP: folders.temp,
    LANG: 'C.UTF-8',
    CI: 'true',
    GITHUB_ACTIONS: 'true',
  }
}

function eventFile(folders: Folders, payload: unknown): string {
  const file = join(folders.temp, '_github_workflow', 'event.json')
  mkdirSync(join(folders.temp, '_github_workflow'), { recursive: true })
  writeFileSync(file, JSON.stringify(payload))
  return file
}

/** What the runner puts into variables: neither the payload nor the token. */
function strings(github: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(github).filter(([name]) => name !== 'event' && name !== 'token')
  return Object.fromEntries(texts.map(([name, value]) => [name, String(value)]))
}

function prefixed(prefix: string, values: Readonly<Record<string, string>>): Record<string, string> {
  const name = (key: string): string => (prefix === 'STATE_' ? key : key.replaceAll(' ', '_').toUpperCase())
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [prefix + name(key), value]))
}
