import { expect, test } from '@jest/globals'
import { childEnvironment } from '../../../shared/action/environment.ts'
import { runAction } from '../../support/runner.ts'
import { houseAction } from './house-action.ts'

const SECRET = 'not-for-children'
const FORBIDDEN = [
  'INPUT_TOKEN',
  'INPUT_HEADERS',
  'input_token',
  'INPUT_WITH-DASH',
  'STATE_switch',
  'STATE_left',
  'ACTIONS_RUNTIME_TOKEN',
  'ACTIONS_RUNTIME_URL',
  'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'ACTIONS_CACHE_URL',
  'ACTIONS_RESULTS_URL',
  'GITHUB_ENV',
  'GITHUB_OUTPUT',
  'GITHUB_PATH',
  'GITHUB_STATE',
  'GITHUB_STEP_SUMMARY',
]

test('a program sees what the author set, and nothing of the step', () => {
  const env = {
    ...Object.fromEntries(FORBIDDEN.map((name) => [name, SECRET])),
    PATH: '/bin',
    AWS_REGION: 'eu-central-1',
    GITHUB_SHA: 'abc',
    RUNNER_TEMP: '/tmp/x',
    MY_INPUT_FILE: 'kept',
  }
  expect(childEnvironment({ NEXUS_TO: 'green', AWS_REGION: undefined }, env)).toEqual({
    PATH: '/bin',
    GITHUB_SHA: 'abc',
    RUNNER_TEMP: '/tmp/x',
    MY_INPUT_FILE: 'kept',
    NEXUS_TO: 'green',
  })
})

test('runProgram gives that environment unless told otherwise', async () => {
  const show = `[process.execPath, '-e', 'console.log(Object.keys(process.env).join())'], { timeout: 20_000 }`
  const result = await runAction({
    action: houseAction(
      `run('main', async () => { log.info((await runProgram(${show})).stdout); return passed })`,
      {
        inputs: { token: { default: SECRET } },
      },
    ),
    env: { ACTIONS_RUNTIME_TOKEN: SECRET, STATE_x: SECRET, OWN: 'kept' },
  })
  const names = result.stdout.trim().split(',')
  expect(names).toContain('OWN')
  expect(
    names.filter((name) =>
      /^(INPUT|STATE|ACTIONS)_|^GITHUB_(ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)$/.test(name),
    ),
  ).toEqual([])
})
