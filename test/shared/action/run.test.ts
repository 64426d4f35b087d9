// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the runner

import { chmodSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { expectConclusion, runAction, runPost } from '../../support/runner.ts'
import { houseAction } from './house-action.ts'

const main = (body: string): { folder: string } =>
  houseAction(`run('main', async ({ signal, context, clock }) => { ${body} })`)

describe('exactly one outcome', () => {
  test('green only after an outcome that says so', async () => {
    const result = await runAction({ action: main('log.info("working"); return passed') })
    expectConclusion(result, 'success')
    expect(result.stdout).toBe('working\n')
    expect(result.stderr).toBe('')
    expect(result.commands).toEqual([])
  })

  test.each([
    ['a failure', 'return failed("Not healthy", "api: HTTP 503")', 'Not healthy', 'api: HTTP 503'],
    ['an error for people', 'throw new ActionError("No token", "Give one.")', 'No token', 'Give one.'],
    [
      'a thrown error',
      'throw new TypeError("x is not a function")',
      'Unexpected error',
      'x is not a function',
    ],
    ['a thrown string', 'throw "odd"', 'Unexpected error', 'odd'],
    [
      'a promise that never settles',
      'await new Promise(() => {})',
      'No outcome',
      'The main step ended before',
    ],
    [
      'a rejection nobody sees',
      'Promise.reject(new Error("lost")); await new Promise((done) => setTimeout(done, 5_000)); return passed',
      'Unexpected error',
      'lost',
    ],
    [
      'an error in a callback',
      'setImmediate(() => { throw new Error("late") }); await new Promise((done) => setTimeout(done, 5_000)); return passed',
      'Unexpected error',
      'late',
    ],
    ['an early exit', 'process.exit(0)', 'No outcome', 'The main step ended before'],
    ['no outcome', 'return undefined', 'No outcome', 'The main step returned no outcome.'],
    ['another value', 'return { fine: true }', 'No outcome', 'The main step returned no outcome.'],
  ])('%s is red, with one annotation', async (_, body, title, message) => {
    const result = await runAction({ action: main(body) })
    expect(result).toMatchObject({ conclusion: 'failure', exitCode: 1 })
    expect(result.annotations).toEqual([{ level: 'error', title, message: expect.stringContaining(message) }])
    expect(result.stderr).toBe('')
  })

  test('an outcome stands: what goes wrong after it changes nothing', async () => {
    const action = main(
      'setTimeout(() => { throw new Error("late") }, 0); return failed("First", "the reason")',
    )
    const result = await runAction({ action })
    expect(result.annotations.map(({ title }) => title)).toEqual(['First'])
  })

  test('process.exit(0) does not turn a recorded failure green', async () => {
    const hook = 'process.on("unhandledRejection", () => process.exit(0))'
    const body = `${hook}; Promise.reject(new Error("lost")); await new Promise((done) => setTimeout(done, 5_000))`
    const result = await runAction({ action: main(body) })
    expect(result).toMatchObject({ exitCode: 1, annotations: [{ title: 'Unexpected error' }] })
  })

  test('programs that still run do not outlive an early exit', async () => {
    const result = await runAction({
      action: main(`runProgram([process.execPath, '-e', 'setInterval(() => {}, 1_000)'], { timeout: 60_000 })
        await new Promise((done) => setTimeout(done, 50))
        process.exit(0)`),
    })
    expect(result).toMatchObject({ exitCode: 1, orphans: [] })
  })

  test('open handles do not keep a step alive', async () => {
    const result = await runAction({
      action: main('setInterval(() => {}, 1_000); return passed'),
      deadlineMs: 20_000,
    })
    expectConclusion(result, 'success')
  })

  test('a large log arrives whole before the end', async () => {
    const result = await runAction({
      action: main('for (let i = 0; i < 20_000; i++) log.info("line " + i + " of many"); return passed'),
    })
    expect(result.stdout.split('\n')).toHaveLength(20_001)
  })

  test('the stack shows with debug logging only', async () => {
    const action = main('throw new Error("with stack")')
    expect((await runAction({ action })).stdout).not.toContain('    at ')
    expect((await runAction({ action, debug: true })).stdout).toContain('    at ')
  })

  test('a defect while the action loads is told by Node and red', async () => {
    const result = await runAction({ action: houseAction('undefinedName()') })
    expect(result.conclusion).toBe('failure')
    expect(result.stderr).toContain('undefinedName is not defined')
  })
})

describe('phases', () => {
  /** Main keeps a record; post is an entry file of its own. */
  const phases = (post: string, main = `keepRecord('lock', { id: 7, name: 'a b' })`): { folder: string } => {
    const { folder } = houseAction(`run('post', async ({ context }) => { ${post} })`)
    return houseAction(`run('main', async ({ context }) => { ${main}; return passed })`, {
      runs: { post: 'post.js' },
      inputs: { status: { default: '${{ job.status }}' } },
      files: { 'post.js': `import '${folder}/main.mjs'`, 'package.json': '{"type": "module"}' },
    })
  }
  const SHOW = `log.info('record ' + JSON.stringify(readRecord('lock'))); return passed`

  test('post gets what main kept, and the status of the job', async () => {
    const action = phases(
      `log.info(JSON.stringify(readRecord('lock')) + inputReader(process.env).text('status')); return passed`,
    )
    const step = await runAction({ action })
    expectConclusion(step, 'success')
    const post = await runPost(step, { jobStatus: 'failure' })
    expectConclusion(post, 'success')
    expect(post.stdout).toBe('{"id":7,"name":"a b"}failure\n')
  })

  test('a post phase that throws is red', async () => {
    const step = await runAction({ action: phases('throw new Error("no")') })
    expect((await runPost(step)).annotations[0]?.message).toContain('no (run the job again')
  })

  test.each(['post', 'main', '"post"', 'true', '{}'])('STATE_phase=%s changes nothing', async (word) => {
    const step = await runAction({ action: phases(SHOW), env: { STATE_phase: word } })
    expectConclusion(step, 'success')
    expect(Object.keys(step.state)).toEqual(['lock'])
    expect((await runPost(step, { env: { STATE_phase: word } })).stdout).toContain('record {"id":7')
  })

  test.each(['pre.js', 'post.js'])(
    'an action without a phase is red when it is started as %s',
    async (name) => {
      const { folder } = houseAction(`run('main', async () => passed)`)
      const phase = name === 'pre.js' ? 'pre' : 'post'
      const action = houseAction(`run('main', async () => passed)`, {
        runs: { [phase]: name },
        files: { [name]: `import '${folder}/main.mjs'`, 'package.json': '{"type": "module"}' },
      })
      const step =
        phase === 'pre' ? await runAction({ action, phase }) : await runPost(await runAction({ action }))
      expect(step.annotations).toEqual([
        { level: 'error', title: `No ${phase} phase`, message: expect.stringContaining(name) },
      ])
    },
  )

  describe('a record that main of this very step did not write is as if it were not there', () => {
    const kept = async () => {
      const step = await runAction({ action: phases(SHOW) })
      return { step, text: step.state['lock'] ?? '' }
    }
    const notBelieved = (post: {
      stdout: string
      annotations: readonly { title?: string | undefined }[]
    }) => {
      expect(post.stdout).toContain('record undefined')
      expect(post.annotations.map(({ title }) => title)).toEqual(['Not our state'])
    }

    test.each([
      ['plain JSON', '{"id":7}'],
      ['a word', 'post'],
      ['null', 'null'],
      ['a number', '7'],
      ['cut', '{"value":"{'],
      ['no proof', '{"value":"{}"}'],
      ['a proof of another type', '{"value":"{}","proof":{"length":64}}'],
      ['an empty proof', '{"value":"{}","proof":""}'],
      ['a wrong proof', `{"value":"{}","proof":"${'0'.repeat(64)}"}`],
    ])('%s', async (_, text) => {
      const { step } = await kept()
      notBelieved(await runPost(step, { env: { STATE_lock: text } }))
    })

    test('its value changed', async () => {
      const { step, text } = await kept()
      notBelieved(await runPost(step, { env: { STATE_lock: text.replace('7', '8') } }))
    })

    test('its name changed', async () => {
      const action = phases(SHOW, `keepRecord('other', { id: 7 })`)
      const step = await runAction({ action })
      notBelieved(await runPost(step, { env: { STATE_lock: step.state['other'] ?? '' } }))
    })

    test.each(['GITHUB_ACTION', 'GITHUB_RUN_ID', 'GITHUB_RUN_ATTEMPT', 'GITHUB_JOB', 'GITHUB_REPOSITORY'])(
      'of another %s',
      async (name) => {
        const step = await runAction({ action: phases(SHOW), env: { [name]: 'another' } })
        notBelieved(await runPost(step, { env: { [name]: 'this' } }))
      },
    )

    test('with the secret gone, and with one that others can read', async () => {
      const { step } = await kept()
      const key = join(step.folders.temp, 'nexus-actions.key')
      expect(statSync(key).mode & 0o777).toBe(0o600)
      chmodSync(key, 0o644)
      notBelieved(await runPost(step))
      rmSync(key)
      notBelieved(await runPost(step))
    })

    test('a secret that is a link is not taken, by main either', async () => {
      const { step } = await kept()
      const key = join(step.folders.temp, 'nexus-actions.key')
      renameSync(key, `${key}.mine`)
      symlinkSync(`${key}.mine`, key)
      notBelieved(await runPost(step))
      const again = await runAction({ action: phases(SHOW), temp: step.folders.temp })
      expect(again.annotations[0]?.title).toBe('State could not be saved')
    })
  })

  test('two steps of a job share the secret; each has its own record', async () => {
    const first = await runAction({ action: phases(SHOW), env: { GITHUB_ACTION: 'one' } })
    const second = await runAction({
      action: phases(SHOW),
      env: { GITHUB_ACTION: 'two' },
      temp: first.folders.temp,
    })
    expect((await runPost(second)).stdout).toContain('record {"id":7')
    expect((await runPost(first)).stdout).toContain('record {"id":7')
  })

  test('state that cannot be written is red with the reason', async () => {
    const result = await runAction({
      action: phases('return passed'),
      env: { GITHUB_STATE: '/nowhere/state' },
    })
    expect(result.conclusion).toBe('failure')
    expect(result.annotations).toEqual([
      {
        level: 'error',
        title: 'State could not be saved',
        message: expect.stringContaining('/nowhere/state'),
      },
    ])
  })
})
