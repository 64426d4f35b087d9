// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the runner

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { fixtureAction } from '../support/runner/fixture-action.ts'
import { expectConclusion, describe as explain, runAction, runPost, startAction } from '../support/runner.ts'

const onPosix = process.platform === 'win32' ? test.skip : test
const onLinux = process.platform === 'linux' ? test : test.skip

/** Prints the variables that a test asks for. */
const PRINT = `import { env } from 'node:process'
for (const name of env.SHOW.split(' ')) console.log(name + '=' + JSON.stringify(env[name]))`

const shown = (log: string): Record<string, string> =>
  Object.fromEntries(
    log.split('\n').flatMap((line) => {
      const [, name = '', value = ''] = /^([\w-]+)=(.*)$/.exec(line) ?? []
      return name === '' ? [] : [[name, value === 'undefined' ? undefined : JSON.parse(value)]]
    }),
  )

describe('what a step gets', () => {
  test('inputs: given, default, expression, without one, names with spaces and dashes, no case', async () => {
    const action = fixtureAction(PRINT, {
      inputs: {
        'fail-on': { default: 'error' },
        'with space': { default: '${{ github.sha }}/${{ job.status }}' },
        number: { default: 2 },
        flag: { default: true },
        nothing: {},
        token: { default: '${{ github.token }}' },
        matrix: { default: '${{ toJSON(matrix) }}' },
      },
    })
    const result = await runAction({
      action,
      inputs: { 'FAIL-ON': 'warning' },
      env: {
        SHOW: 'INPUT_FAIL-ON INPUT_WITH_SPACE INPUT_NUMBER INPUT_FLAG INPUT_NOTHING INPUT_TOKEN INPUT_MATRIX',
      },
      context: { sha: 'c0ffee', token: 'ghs_secret' },
      matrix: { os: 'linux' },
    })
    expectConclusion(result, 'success')
    expect(shown(result.stdout)).toEqual({
      'INPUT_FAIL-ON': 'warning',
      INPUT_WITH_SPACE: 'c0ffee/success',
      INPUT_NUMBER: '2',
      INPUT_FLAG: 'true',
      INPUT_NOTHING: '',
      INPUT_TOKEN: 'ghs_secret',
      INPUT_MATRIX: '{\n  "os": "linux"\n}',
    })
    expect(result.log).toContain('INPUT_TOKEN="***"')
  })

  test('inputs that action.yml does not know are named in a warning, deprecated ones too', async () => {
    const action = fixtureAction('', { inputs: { url: {}, old: { deprecationMessage: 'Use url.' } } })
    const result = await runAction({ action, inputs: { ulr: 'x', old: 'y' } })
    expect(result.annotations).toEqual([
      { level: 'warning', title: '', message: "Input 'old' has been deprecated with message: Use url." },
      { level: 'warning', title: '', message: "Unexpected input(s) 'ulr', valid inputs are ['url', 'old']" },
    ])
    expect(result.conclusion).toBe('success')
  })

  test('a default that cannot be evaluated is an error of the test, not an empty input', async () => {
    const action = fixtureAction('', { inputs: { token: { default: '${{ secrets.TOKEN }}' } } })
    await expect(runAction({ action })).rejects.toThrow('"secrets" is no context')
  })

  test('the context in variables, the event in a file, and a working directory', async () => {
    const action = fixtureAction(`import { readFileSync } from 'node:fs'
      ${PRINT}
      console.log('EVENT=' + readFileSync(env.GITHUB_EVENT_PATH))
      console.log('CWD=' + JSON.stringify(process.cwd()))`)
    const result = await runAction({
      action,
      event: { name: 'release', payload: { action: 'published' } },
      context: { repository: 'me/it', ref: 'refs/tags/v1', apiUrl: 'https://ghe.example/api/v3' },
      debug: true,
      env: {
        SHOW: 'GITHUB_REPOSITORY GITHUB_REPOSITORY_OWNER GITHUB_REF_NAME GITHUB_REF_TYPE GITHUB_EVENT_NAME GITHUB_GRAPHQL_URL GITHUB_TOKEN GITHUB_ACTIONS CI RUNNER_DEBUG RUNNER_TEMP GITHUB_WORKSPACE',
      },
    })
    expect(shown(result.stdout)).toEqual({
      GITHUB_REPOSITORY: 'me/it',
      GITHUB_REPOSITORY_OWNER: 'me',
      GITHUB_REF_NAME: 'v1',
      GITHUB_REF_TYPE: 'tag',
      GITHUB_EVENT_NAME: 'release',
      GITHUB_GRAPHQL_URL: 'https://ghe.example/api/graphql',
      GITHUB_TOKEN: undefined,
      GITHUB_ACTIONS: 'true',
      CI: 'true',
      RUNNER_DEBUG: '1',
      RUNNER_TEMP: result.folders.temp,
      GITHUB_WORKSPACE: result.folders.workspace,
      EVENT: { action: 'published' },
      CWD: result.folders.workspace,
    })
  })

  test('nothing of the caller’s variables', async () => {
    process.env['NEXUS_LEAK'] = 'leaked'
    const result = await runAction({ action: fixtureAction(PRINT), env: { SHOW: 'NEXUS_LEAK NODE_OPTIONS' } })
    delete process.env['NEXUS_LEAK']
    expect(shown(result.stdout)).toEqual({ NEXUS_LEAK: undefined, NODE_OPTIONS: undefined })
  })

  test('hashFiles of the workspace', async () => {
    const action = fixtureAction(PRINT, {
      inputs: { key: { default: "${{ hashFiles('**/*.lock', '!skip/**') }}" } },
    })
    const empty = await runAction({ action, env: { SHOW: 'INPUT_KEY' } })
    expect(shown(empty.stdout)).toEqual({ INPUT_KEY: '' })
    const { workspace } = empty.folders
    mkdirSync(join(workspace, 'skip'))
    writeFileSync(join(workspace, 'a.lock'), 'a')
    writeFileSync(join(workspace, 'skip', 'b.lock'), 'b')
    const result = await runAction({ action, workspace, env: { SHOW: 'INPUT_KEY' } })
    // sha256(sha256('a'))
    expect(shown(result.stdout)).toEqual({
      INPUT_KEY: 'bf5d3affb73efd2ec6c36ad3112dd933efed63c4e1cbffcfa88e2759c144f2d8',
    })
  })
})

describe('what a step leaves', () => {
  test('outputs, variables, paths and the summary come from its files', async () => {
    const action = fixtureAction(`import { appendFileSync } from 'node:fs'
      const { env } = process
      appendFileSync(env.GITHUB_OUTPUT, 'one=1\\nmany<<EOF\\na\\nb=c\\nEOF\\n')
      appendFileSync(env.GITHUB_ENV, 'COLOUR=red\\nNODE_OPTIONS=--inspect\\n')
      appendFileSync(env.GITHUB_PATH, '/opt/tool\\n')
      appendFileSync(env.GITHUB_STEP_SUMMARY, '# Done\\n')`)
    const result = await runAction({ action })
    expect(result).toMatchObject({
      outputs: { one: '1', many: 'a\nb=c' },
      env: { COLOUR: 'red' },
      path: ['/opt/tool'],
      summary: '# Done\n',
      conclusion: 'success',
    })
    expect(result.annotations[0]?.message).toContain("Can't store NODE_OPTIONS")
  })

  test('a malformed file turns the step red, what stood before counts', async () => {
    const action = fixtureAction(
      `import { appendFileSync } from 'node:fs'
      appendFileSync(process.env.GITHUB_OUTPUT, 'one=1\\nrubbish\\ntwo=2\\n')`,
    )
    const result = await runAction({ action })
    expect(result).toMatchObject({ conclusion: 'failure', exitCode: 0, outputs: { one: '1' } })
    expect(result.annotations[0]?.message).toBe(
      "Unable to process file command 'output' successfully. Invalid format 'rubbish'",
    )
  })

  test.each([
    [1_048_576, 1_048_576, 0],
    [1_048_577, 0, 1],
  ])('a summary of %i bytes: %i are shown', async (size, shownBytes, errors) => {
    const action = fixtureAction(`import { writeFileSync } from 'node:fs'
      writeFileSync(process.env.GITHUB_STEP_SUMMARY, 'x'.repeat(${size}))`)
    const result = await runAction({ action })
    expect(result.summary).toHaveLength(shownBytes)
    expect(result.annotations).toHaveLength(errors)
    expect(result.conclusion).toBe('success')
  })

  test('commands count on stderr as well', async () => {
    const result = await runAction({ action: fixtureAction(`console.error('x ##[error]from stderr')`) })
    expect(result.annotations).toEqual([{ level: 'error', title: '', message: 'from stderr' }])
    expect(result.stderr).toBe('x ##[error]from stderr\n')
    expect(result.conclusion).toBe('success')
  })
})

describe('phases', () => {
  const scripts = {
    files: {
      'pre.mjs': `import { appendFileSync } from 'node:fs'
        appendFileSync(process.env.GITHUB_STATE, 'from=pre\\n')`,
      'post.mjs': `const { env } = process
        console.log(env.STATE_from, env.STATE_Id, env.INPUT_STATUS, env.COLOUR, env.PATH.split(':')[0])`,
    },
    inputs: { status: { default: '${{ job.status }}' } },
  }
  const main = `import { appendFileSync } from 'node:fs'
    console.log(process.env.STATE_from, process.env.INPUT_STATUS)
    appendFileSync(process.env.GITHUB_STATE, 'Id=42\\n')
    appendFileSync(process.env.GITHUB_ENV, 'COLOUR=red\\n')
    appendFileSync(process.env.GITHUB_PATH, '/opt/tool\\n')`

  onPosix('state and variables reach the later ones, defaults are evaluated again', async () => {
    const action = fixtureAction(main, { ...scripts, runs: { pre: 'pre.mjs', post: 'post.mjs' } })
    const pre = await runAction({ action, phase: 'pre' })
    const step = await runAction({ action, after: pre })
    expect(step.stdout).toBe('pre success\n')
    const post = await runPost(step, { jobStatus: 'cancelled' })
    expect(post.stdout).toBe('pre 42 cancelled red /opt/tool\n')
    expect(post.folders).toBe(pre.folders)
  })

  test.each([
    ['success()', 'failure', 'skipped'],
    ['failure()', 'failure', 'success'],
    ['${{ always() }}', 'cancelled', 'success'],
    ["cancelled() && runner.os != ''", 'cancelled', 'success'],
  ] as const)('post-if %s of a job that ends as %s: %s', async (condition, jobStatus, conclusion) => {
    const action = fixtureAction('', { ...scripts, runs: { post: 'post.mjs', 'post-if': condition } })
    const post = await runPost(await runAction({ action }), { jobStatus })
    expect(post.conclusion).toBe(conclusion)
  })

  test('an action without a post phase, a missing script and another runtime are errors', async () => {
    await expect(runPost(await runAction({ action: fixtureAction('') }))).rejects.toThrow('has no post phase')
    await expect(runAction({ action: fixtureAction('', { runs: { main: 'x.js' } }) })).rejects.toThrow(
      'does not exist',
    )
    await expect(runAction({ action: fixtureAction('', { runs: { using: 'node20' } }) })).rejects.toThrow(
      'not node24',
    )
    await expect(runAction({ action: { folder: '/nowhere' } })).rejects.toThrow('No action.yml')
  })
})

describe('how a step ends', () => {
  test.each([0, 1, 7])('exit code %i', async (code) => {
    const result = await runAction({ action: fixtureAction(`process.exit(${code})`) })
    expect(result).toMatchObject({
      exitCode: code,
      signal: null,
      conclusion: code === 0 ? 'success' : 'failure',
    })
  })

  onPosix('a signal', async () => {
    const result = await runAction({ action: fixtureAction(`process.kill(process.pid, 'SIGKILL')`) })
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGKILL', conclusion: 'failure' })
  })

  onPosix('cancelled: SIGINT is enough for an obedient one', async () => {
    const step = startAction({
      action: fixtureAction(
        `process.once('SIGINT', () => process.exit(0)); setInterval(() => {}, 1000); console.log('up')`,
      ),
    })
    await step.waitForLog(/^up$/)
    expect(await step.cancel()).toMatchObject({ conclusion: 'cancelled', exitCode: 0 })
  })

  onPosix('cancelled: a stubborn one gets SIGINT, SIGTERM, and is killed', async () => {
    const step = startAction({
      action:
        fixtureAction(`for (const name of ['SIGINT', 'SIGTERM']) process.on(name, () => console.log(name))
        setInterval(() => {}, 1000); console.log('up')`),
    })
    await step.waitForLog(/^up$/)
    const result = await step.cancel({ sigint: 300, sigterm: 300 })
    expect(result).toMatchObject({
      conclusion: 'cancelled',
      signal: 'SIGKILL',
      stdout: 'up\nSIGINT\nSIGTERM\n',
    })
  })

  onPosix('a signal that a test sends', async () => {
    const step = startAction({
      action: fixtureAction(
        `process.once('SIGTERM', () => process.exit(3)); setInterval(() => {}, 1000); console.log('up')`,
      ),
    })
    await step.waitForLog(/^up$/)
    expect(step.sendSignal('SIGTERM')).toBe(true)
    expect(await step.finished).toMatchObject({ conclusion: 'failure', exitCode: 3 })
    expect(step.sendSignal('SIGTERM')).toBe(false)
    await expect(step.waitForLog(/never/)).rejects.toThrow(
      '/never/ did not show up in the log: the step has ended.',
    )
  })

  test('too late for the deadline: killed, and the error shows the step', async () => {
    const action = fixtureAction(`console.log('stuck'); setInterval(() => {}, 1000)`)
    await expect(runAction({ action, deadlineMs: 500 })).rejects.toThrow(
      /did not end within 500 ms[\s\S]*stuck/,
    )
  })

  onLinux('what outlives the step is reported and killed', async () => {
    const result = await runAction({
      action: fixtureAction(`import { spawn } from 'node:child_process'
        spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' }).unref()`),
    })
    expect(result.conclusion).toBe('success')
    expect(result.orphans).toHaveLength(1)
    const after = await runAction({ action: fixtureAction('') })
    expect(after.orphans).toEqual([])
  })
})

test('a failed expectation shows both streams, the exit code and the process', async () => {
  const result = await runAction({
    action: fixtureAction(`console.log('to out'); console.error('to err'); process.exit(2)`),
  })
  expect(() => expectConclusion(result, 'success')).toThrow('Expected success, got failure.')
  expect(explain(result)).toMatch(/exit code 2, pid \d+[\s\S]*to out[\s\S]*to err/)
})
