import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { EOL } from 'node:os'
import { join } from 'node:path'
import type { StepLog } from './step-log.ts'

/** The files through which a step talks to the runner; new ones for every step. */
export interface CommandFiles {
  output: string
  state: string
  env: string
  path: string
  summary: string
}

/** What a step said through its files. */
export interface FileCommands {
  outputs: Record<string, string>
  state: Record<string, string>
  env: Record<string, string>
  path: string[]
  /** As the action wrote it; empty when it was too large. */
  summary: string
}

const SUMMARY_LIMIT = 1_024 * 1_024

export function createCommandFiles(folder: string, suffix: string): CommandFiles {
  mkdirSync(folder, { recursive: true })
  const create = (prefix: string): string => {
    const file = join(folder, `${prefix}_${suffix}`)
    writeFileSync(file, '')
    return file
  }
  return {
    output: create('set_output'),
    state: create('save_state'),
    env: create('set_env'),
    path: create('add_path'),
    summary: create('step_summary'),
  }
}

/**
 * Reads what the step left; a file that breaks the rules turns the step red, what stood before the mistake counts.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Worker/FileCommandManager.cs
 */
export function readCommandFiles(files: CommandFiles, log: StepLog): FileCommands {
  const pairs = (name: 'output' | 'state' | 'env'): Record<string, string> => {
    const found: Record<string, string> = {}
    try {
      if (existsSync(files[name]))
        readPairs(readFileSync(files[name], 'utf8'), (key, value) => (found[key] = value))
    } catch (error) {
      log.fail(`Unable to process file command '${name}' successfully. ${(error as Error).message}`)
    }
    return found
  }
  const env = pairs('env')
  for (const blocked of Object.keys(env).filter((name) => name.toUpperCase() === 'NODE_OPTIONS')) {
    delete env[blocked]
    log.issue('error', `Can't store ${blocked} output parameter using '$GITHUB_ENV' command.`)
  }
  const path = existsSync(files.path) ? readFileSync(files.path, 'utf8').split(/\r\n|\n|\r/) : []
  return {
    outputs: pairs('output'),
    state: pairs('state'),
    env,
    path: path.filter((line) => line !== ''),
    summary: summaryOf(files.summary, log),
  }
}

function summaryOf(file: string, log: StepLog): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size <= SUMMARY_LIMIT) return size === 0 ? '' : readFileSync(file, 'utf8')
  const [limit, given] = [SUMMARY_LIMIT / 1_024, Math.floor(size / 1_024)]
  // An error, but it does not turn the step red.
  log.issue(
    'error',
    `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${limit}k, got ${given}k.`,
  )
  return ''
}

/**
 * Reads `name=value` lines and `name<<delimiter` blocks in the order in which they stand.
 *
 * @throws Error in the runner's words at the first thing that is neither
 */
export function readPairs(text: string, found: (name: string, value: string) => void, newline = EOL): void {
  // On Windows the runner ends a line at LF too.
  const lineEnd = newline === '\r\n' ? /\r?\n/g : /\n/g
  let index = 0
  const next = (): { line: string; from: number; to: number; end: string } | undefined => {
    if (index >= text.length) return undefined
    const from = index
    lineEnd.lastIndex = index
    const match = lineEnd.exec(text)
    const to = match?.index ?? text.length
    index = match === null ? text.length : lineEnd.lastIndex
    return { line: text.slice(from, to), from, to, end: match?.[0] ?? '' }
  }
  for (let at = next(); at !== undefined; at = next()) {
    const { line } = at
    if (line === '') continue
    const [, name = '', separator, rest = ''] = /^(.*?)(=|<<)(.*)$/su.exec(line) ?? []
    if (separator === undefined) throw new Error(`Invalid format '${line}'`)
    if (separator === '=') {
      if (name === '') throw new Error(`Value cannot be null or empty. (Parameter 'name') in '${line}'`)
      found(name, rest)
      continue
    }
    if (name === '' || rest === '') {
      throw new Error(`Invalid format '${line}'. Name must not be empty and delimiter must not be empty`)
    }
    const start = index
    let end = start
    for (let part = next(); part?.line !== rest; part = next()) {
      if (part === undefined) throw new Error(`Invalid value. Matching delimiter not found '${rest}'`)
      if (part.end === '') throw new Error('Invalid value. EOF marker missing new line.')
      end = part.to
    }
    found(name, text.slice(start, end))
  }
}
