import { describe, expect, test } from '@jest/globals'
import { runAction, startAction } from '../../support/runner.ts'
import { houseAction } from './house-action.ts'

const main = (body: string): { folder: string } => houseAction(`run('main', async () => { ${body} })`)
/** Never comes back, and lets nothing else have a turn. */
const STUCK = 'for (;;) {}'

describe('the watchdog', () => {
  test.each([
    ['a loop', STUCK],
    ['a pattern', `/^(a+)+$/.test('a'.repeat(60) + 'b')`],
    ['a synchronous wait', `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)`],
    ['a loop after a second', `await new Promise((done) => setTimeout(done, 1_100)); ${STUCK}`],
  ])('ends a main thread that is stuck in %s, with one outcome', async (_, code) => {
    const result = await runAction({ action: main(`setDeadline(50); arm(); ${code}; return passed`) })
    expect(result).toMatchObject({ conclusion: 'failure', signal: 'SIGKILL', orphans: [] })
    expect(result.annotations).toEqual([
      { level: 'error', title: 'Timed out', message: expect.stringContaining('was ended') },
    ])
  })

  test('is there after a second without being asked', async () => {
    const wait = 'await new Promise((done) => setTimeout(done, 1_500))'
    const result = await runAction({ action: main(`setDeadline(50); ${wait}; ${STUCK}`) })
    expect(result.annotations.map(({ title }) => title)).toEqual(['Timed out'])
  })

  test('takes the programs along that the step has started', async () => {
    const child = `runProgram([process.execPath, '-e', 'setInterval(() => {}, 1_000)'], { timeout: 60_000 })`
    const result = await runAction({
      action: main(
        `void ${child}; await new Promise((done) => setTimeout(done, 300)); setDeadline(50); arm(); ${STUCK}`,
      ),
    })
    expect(result).toMatchObject({ signal: 'SIGKILL', orphans: [] })
  })

  test('does nothing to a step that ends, and keeps none alive', async () => {
    const result = await runAction({ action: main(`setDeadline(60_000); arm(); return passed`) })
    expect(result).toMatchObject({ conclusion: 'success', annotations: [] })
  })

  test('waits for the later of two deadlines', async () => {
    const step = startAction({
      action: main(`setDeadline(1); arm(); setDeadline(60_000)
        await new Promise((done) => setTimeout(done, 3_500)); log.info('still here'); return passed`),
    })
    await step.waitForLog(/^still here$/)
    expect(await step.finished).toMatchObject({ conclusion: 'success' })
  })
})
