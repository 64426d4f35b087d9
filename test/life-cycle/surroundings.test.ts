import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { tempFolder } from '../support/runner/cleanup.ts'
import type { RunOptions } from '../support/runner.ts'
import { runAction, WHOLE_STEPS, whatIsWrong } from './steps.ts'

/** What is different from a step in which nothing is wrong. */
interface Surroundings {
  env?: Readonly<Record<string, string>>
  event?: NonNullable<RunOptions['event']>
}

const folder = tempFolder('nexus-broken-')
const at = (name: string): string => join(folder, name)
writeFileSync(at('file'), 'x')
mkdirSync(at('folder'))
execFileSync('mkfifo', [at('fifo')])
const payload = (name: string, text: string): Surroundings => {
  writeFileSync(at(name), text)
  return { env: { GITHUB_EVENT_PATH: at(name) } }
}
const pull = (value: unknown, more: object = {}): Surroundings => ({
  event: { name: 'pull_request', payload: { pull_request: value, ...more } },
})
const env = (name: string, value: string): Surroundings => ({ env: { [name]: value } })

const SURROUNDINGS: Readonly<Record<string, Surroundings>> = {
  'nothing wrong': {},
  // The event
  'an event that is null': payload('null', 'null'),
  'an event that is a list': payload('list', '[[[]]]'),
  'an event that is a text': payload('text', '"x"'),
  'an event that is cut': payload('cut', '{"pull_request": {"number": 7, "he'),
  'an event that is empty': payload('empty', ''),
  'an event of NULs': payload('nuls', '\0'.repeat(4_096)),
  'an event that is nested deeply': payload('deep', '{"a":'.repeat(200_000)),
  'an event that is not there': env('GITHUB_EVENT_PATH', at('none.json')),
  'an event that is a folder': env('GITHUB_EVENT_PATH', at('folder')),
  'an event that is a FIFO': env('GITHUB_EVENT_PATH', at('fifo')),
  'an event without end': env('GITHUB_EVENT_PATH', '/dev/zero'),
  'no event': env('GITHUB_EVENT_PATH', ''),
  'a pull request that is null': pull(null),
  'a pull request that is a text': pull('x'),
  'a pull request that is a list': pull([]),
  'a pull request without anything': pull({}),
  'a pull request of wrong types': pull({ number: '7', title: 3, head: 'x', base: [], user: 5, labels: {} }),
  'a pull request whose fork is gone': pull({
    number: 7,
    head: { sha: 'a'.repeat(40), repo: null },
    user: null,
  }),
  'a pull request whose head is null': pull({ number: 7, head: null, base: null }),
  'a repository that is null': {
    event: { name: 'push', payload: { repository: null, head_commit: null, pusher: null } },
  },
  'a workflow run that is null': { event: { name: 'workflow_run', payload: { workflow_run: null } } },
  'a workflow run of wrong types': {
    event: {
      name: 'workflow_run',
      payload: { workflow_run: { pull_requests: [null, 3], head_sha: 7, event: {} } },
    },
  },
  'an event that nobody knows': { event: { name: 'moon_phase', payload: { a: [1] } } },
  'an event without a name': env('GITHUB_EVENT_NAME', ''),
  // The runner's files
  'a summary on a full disk': env('GITHUB_STEP_SUMMARY', '/dev/full'),
  'a summary that is a folder': env('GITHUB_STEP_SUMMARY', at('folder')),
  'a summary in no folder': env('GITHUB_STEP_SUMMARY', at('none/summary')),
  'a summary that is a FIFO': env('GITHUB_STEP_SUMMARY', at('fifo')),
  'no summary': env('GITHUB_STEP_SUMMARY', ''),
  'outputs on a full disk': env('GITHUB_OUTPUT', '/dev/full'),
  'outputs that are a folder': env('GITHUB_OUTPUT', at('folder')),
  'outputs in no folder': env('GITHUB_OUTPUT', at('none/output')),
  'no outputs': env('GITHUB_OUTPUT', ''),
  'state on a full disk': env('GITHUB_STATE', '/dev/full'),
  'no state': env('GITHUB_STATE', ''),
  'a temporary folder that is not there': env('RUNNER_TEMP', at('none/temp')),
  'a temporary folder that is a file': env('RUNNER_TEMP', at('file')),
  'a temporary folder that is a device': env('RUNNER_TEMP', '/dev/null'),
  'no temporary folder': env('RUNNER_TEMP', ''),
  'a workspace that is not there': env('GITHUB_WORKSPACE', at('none/workspace')),
  'a workspace that is a file': env('GITHUB_WORKSPACE', at('file')),
  'no workspace': env('GITHUB_WORKSPACE', ''),
  // What the runner says
  'no repository': env('GITHUB_REPOSITORY', ''),
  'a repository without an owner': env('GITHUB_REPOSITORY', 'demo'),
  'a repository with a path': env('GITHUB_REPOSITORY', '../../etc'),
  'an API that is no URL': env('GITHUB_API_URL', 'not a url'),
  'an API of another scheme': env('GITHUB_API_URL', 'ftp://api.example'),
  'an API that nobody serves': env('GITHUB_API_URL', 'http://127.0.0.1:1'),
  'an API on a port that is none': env('GITHUB_API_URL', 'http://127.0.0.1:99999'),
  'a GraphQL API that is no URL': env('GITHUB_GRAPHQL_URL', '::'),
  'a server that is no URL': env('GITHUB_SERVER_URL', 'nowhere'),
  'no commit': env('GITHUB_SHA', ''),
  'a commit that is none': env('GITHUB_SHA', '--upload-pack=x'),
  'no ref': env('GITHUB_REF', ''),
  'a ref that is none': env('GITHUB_REF', 'refs/heads/..//~^:'),
  'a run that is no number': env('GITHUB_RUN_ID', 'x/../y'),
  'an attempt that is no number': env('GITHUB_RUN_ATTEMPT', 'NaN'),
  'an attempt of null': env('GITHUB_RUN_ATTEMPT', ''),
  'a workflow that has no file': env('GITHUB_WORKFLOW_REF', 'x'),
  // The machine
  'a proxy that is no URL': {
    env: { HTTPS_PROXY: '::', HTTP_PROXY: 'ht!tp://', https_proxy: '::', http_proxy: '::' },
  },
  'a proxy of another kind': { env: { ALL_PROXY: 'socks5://127.0.0.1:1080', NO_PROXY: '' } },
  'no programs': env('PATH', at('folder')),
  'no home': { env: { HOME: '', USERPROFILE: '', XDG_CONFIG_HOME: '' } },
  'a home that is a file': env('HOME', at('file')),
  'a temporary folder of the system that is not there': {
    env: { TMPDIR: at('none/tmp'), TMP: at('none/tmp') },
  },
  'a tool cache that is a file': env('RUNNER_TOOL_CACHE', at('file')),
  'a language that nobody speaks': { env: { LANG: 'xx_XX', LC_ALL: 'xx_XX.utf99' } },
  'a time zone that is none': env('TZ', 'Mars/Olympus'),
  'a phase in the state': { env: { STATE_phase: 'post', STATE_isPost: 'true' } },
  'state of somebody else': {
    env: { STATE_switch: '{', STATE_notify: 'null', STATE_started: '{"value":1}' },
  },
  'git that is told what to do': {
    env: { GIT_DIR: '/nowhere', GIT_CONFIG_COUNT: 'x', GIT_SSH_COMMAND: 'false' },
  },
  'debug logging': { env: { RUNNER_DEBUG: '1', ACTIONS_STEP_DEBUG: 'true' } },
}

describe.each(WHOLE_STEPS)('$name', ({ staysGreen, options }) => {
  test.concurrent.each(Object.entries(SURROUNDINGS))(
    '%s',
    async (name, { env: variables, event }) => {
      const result = await runAction({
        ...(await options()),
        ...(event === undefined ? {} : { event }),
        env: { NO_PROXY: '127.0.0.1', ...variables },
        deadlineMs: 50_000,
      })
      if (whatIsWrong(result).length > 0) throw new Error([...whatIsWrong(result), result.log].join('\n'))
      if (name === 'nothing wrong' || staysGreen)
        expect([result.conclusion, result.log]).toEqual(['success', result.log])
    },
    60_000,
  )
})
