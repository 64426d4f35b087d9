import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fixtureAction } from '../../support/runner/fixture-action.ts'

const source = (path: string): string =>
  pathToFileURL(resolve(import.meta.dirname, '../../../shared', path)).href

const PRELUDE = `
import { childEnvironment } from '${source('action/environment.ts')}'
import { ActionError } from '${source('action/errors.ts')}'
import { inputReader, rules } from '${source('action/inputs.ts')}'
import { log } from '${source('action/log.ts')}'
import { setOutputs, setResult } from '${source('action/outputs.ts')}'
import { runProgram } from '${source('action/program.ts')}'
import { failed, passed, run } from '${source('action/run.ts')}'
import { maskSecret } from '${source('action/secrets.ts')}'
import { keepRecord, readRecord } from '${source('action/record.ts')}'
import { readStory, tellStory } from '${source('action/story.ts')}'
import { arm, setDeadline } from '${source('action/watchdog.ts')}'
import { writeSummary } from '${source('action/summary.ts')}'
`

/** An action on top of shared/action, whose exports `code` may use; run by the runner of test/support. */
export function houseAction(
  code: string,
  parts: Parameters<typeof fixtureAction>[1] = {},
): { folder: string } {
  return fixtureAction(PRELUDE + code, parts)
}
