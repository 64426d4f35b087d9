import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@actions/core'
import { fitJson } from '../text/fit-json.ts'
import { ActionError, messageOf } from './errors.ts'
import { redact } from './secrets.ts'

/** GitHub keeps 1 MiB of outputs per job; a `result` takes at most this much of it. */
export const RESULT_LIMIT = 65_536

/**
 * Sets the outputs of this step, redacted. Names are constants of the action; values are strings, numbers, booleans.
 *
 * @throws ActionError when the runner's output file cannot be written
 */
export function setOutputs(outputs: Readonly<Record<string, string | number | boolean>>): void {
  for (const [name, value] of Object.entries(outputs)) writeOutput(name, redact(String(value)))
}

/**
 * Sets `result` (one JSON document, at most 64 KiB, `"truncated": true` when something had to go) and `result-file`
 * (the path of the whole document below RUNNER_TEMP; empty when there is no such folder).
 *
 * @throws ActionError when either cannot be written
 */
export function setResult(action: string, result: Readonly<Record<string, unknown>>, temp: string): void {
  const clean = redacted(JSON.parse(JSON.stringify(result))) as Record<string, unknown>
  let file = ''
  if (temp !== '') {
    file = join(temp, `nexus-${action}-${process.pid}-${Date.now().toString(36)}.json`)
    try {
      writeFileSync(file, `${JSON.stringify(clean, null, 2)}\n`, { flag: 'wx' })
    } catch (error) {
      throw new ActionError('Outputs could not be written', `${file}: ${messageOf(error)}.`, { cause: error })
    }
  }
  writeOutput('result', fitJson(clean, RESULT_LIMIT))
  writeOutput('result-file', file)
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
