import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@actions/core'
import { fitJson } from '../text/fit-json.ts'
import { ActionError, messageOf } from './errors.ts'
import { redact } from './secrets.ts'

/** A longer document is for programs alone. */
const PRETTY_LIMIT = 1_048_576

/**
 * Of a `result`, in bytes. Outputs are carried on in variables, where Linux takes 128 KiB in all of `toJSON(needs)` and
 * Windows 32 KiB.
 */
export const RESULT_LIMIT = 16_384

/**
 * Sets the outputs of this step, redacted. Names are constants of the action; values are strings, numbers, booleans.
 *
 * @throws ActionError when the runner's output file cannot be written
 */
export function setOutputs(outputs: Readonly<Record<string, string | number | boolean>>): void {
  for (const [name, value] of Object.entries(outputs)) writeOutput(name, redact(String(value)))
}

/**
 * Sets `result` (one JSON document, at most 16 KiB, `"truncated": true` when something had to go) and `result-file`
 * (the path of the whole document below RUNNER_TEMP; empty when there is no such folder).
 *
 * @param short what `result` begins from, when the whole is so large that fitting it would take long
 * @throws ActionError when either cannot be written
 */
export function setResult(
  action: string,
  result: Readonly<Record<string, unknown>>,
  temp: string,
  short: Readonly<Record<string, unknown>> = result,
): void {
  const text = JSON.stringify(result)
  const isClean = redact(text) === text
  const path = join(temp, stamped(`nexus-${action}.json`))
  const whole = (): unknown => (isClean ? result : redacted(JSON.parse(text)))
  const file =
    temp === '' ? '' : written(path, isClean && text.length > PRETTY_LIMIT ? text : pretty(whole()))
  const clean = redacted(JSON.parse(JSON.stringify(short))) as Record<string, unknown>
  writeOutput('result', fitJson(clean, RESULT_LIMIT))
  writeOutput('result-file', file)
}

/**
 * Sets an output to the path of a file below RUNNER_TEMP that holds a text, redacted; to an empty one without such a
 * folder. For texts that a later step should not interpolate.
 *
 * @throws ActionError when either cannot be written
 */
export function setOutputFile(name: string, text: string, file: string, temp: string): void {
  writeOutput(name, temp === '' ? '' : written(join(temp, stamped(file)), redact(text)))
}

function pretty(document: unknown): string {
  return `${JSON.stringify(document, null, 2)}\n`
}

function written(path: string, text: string): string {
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    throw new ActionError('Outputs could not be written', `${path}: ${messageOf(error)}.`, { cause: error })
  }
  return path
}

/** A name that no other step of the job has taken: `nexus-a-42-kx.json` of `nexus-a.json`. */
function stamped(file: string): string {
  const dot = file.lastIndexOf('.')
  return `${file.slice(0, dot)}-${process.pid}-${Date.now().toString(36)}${file.slice(dot)}`
}

/** Text by text, not as one document: a secret such as `1234` or `true` would break its numbers and literals. */
function redacted(value: unknown): unknown {
  if (typeof value === 'string') return redact(value)
  if (Array.isArray(value)) return value.map(redacted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [redact(key), redacted(each)]))
}

function writeOutput(name: string, text: string): void {
  try {
    core.setOutput(name, text)
  } catch (error) {
    throw new ActionError(
      'Outputs could not be written',
      `The output "${name}" could not be written to GITHUB_OUTPUT: ${messageOf(error)}. ` +
        'Free space on the runner’s disk, or give it a writable work folder, and run the job again.',
      { cause: error },
    )
  }
}
