// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the runner

import { describe, expect, test } from '@jest/globals'
import { expectConclusion, runAction, runPost } from '../../support/runner.ts'
import { houseAction } from './house-action.ts'

const main = (body: string): { folder: string } => houseAction(`run({ main: async (signal) => { ${body} } })`)

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
  const phases = (post: string): { folder: string } =>
    houseAction(
      `run({
        main: async () => { saveState('lock', { id: 7, name: 'a b' }); return passed },
        post: async () => { ${post} },
      })`,
      { runs: { post: 'main.mjs' }, inputs: { status: { default: '${{ job.status }}' } } },
    )

  test('post gets what main kept, and the status of the job', async () => {
    const action = phases(
      `log.info(JSON.stringify(readState('lock')) + inputReader().text('status')); return passed`,
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

  test('an entry named pre.js is the pre phase, and main still runs after it', async () => {
    const code = `run({ pre: async () => { log.info('pre'); saveState('seen', true); return passed },
      main: async () => { log.info('main ' + readState('seen')); return passed } })`
    const { folder } = houseAction(code)
    const action = houseAction(code, {
      runs: { pre: 'pre.js' },
      files: { 'pre.js': `import '${folder}/main.mjs'`, 'package.json': '{"type": "module"}' },
    })
    const pre = await runAction({ action, phase: 'pre' })
    expect(pre.stdout).toBe('pre\n')
    const step = await runAction({ action, after: pre })
    expect(step.stdout).toBe('main true\n')
  })

  test('an action without that phase: nothing to do', async () => {
    const action = houseAction('run({ main: async () => passed })', {
      runs: { pre: 'pre.js' },
      files: { 'pre.js': '' },
    })
    expectConclusion(await runAction({ action, phase: 'pre' }), 'success')
  })

  test('state that cannot be written is red with the reason', async () => {
    const result = await runAction({
      action: phases('return passed'),
      env: { GITHUB_STATE: '/nowhere/state' },
    })
    expect(result.conclusion).toBe('failure')
    expect(result.annotations).toEqual([
      { level: 'error', title: 'Unexpected error', message: expect.stringContaining('/nowhere/state') },
    ])
  })
})
