import { describe, expect, test } from '@jest/globals'
import { startAction } from '../../support/runner.ts'
import { houseAction } from './house-action.ts'

const onPosix = process.platform === 'win32' ? describe.skip : describe

const main = (body: string): { folder: string } =>
  houseAction(`import { existsSync } from 'node:fs'
    const forever = () => new Promise((done) => setTimeout(done, 60_000))
    run('main', async ({ signal, context, clock }) => { ${body} })`)

onPosix('SIGINT and SIGTERM', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: a body that obeys leaves a clean state and ends red',
    async (name) => {
      const step = startAction({
        action: main(`
        const stopped = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        log.info('waiting')
        try { await Promise.race([stopped, forever()]) } finally { setOutputs({ healthy: false }) }
        return passed`),
      })
      await step.waitForLog(/^waiting$/)
      step.sendSignal(name)
      const result = await step.finished
      expect(result).toMatchObject({ exitCode: 1, signal: null, outputs: { healthy: 'false' } })
      expect(result.stdout).toContain(`Got ${name}: stopping.\n`)
      expect(result.annotations).toEqual([
        { level: 'error', title: 'Cancelled', message: `Stopped by ${name} before it was done.` },
      ])
    },
  )

  test('a body that ends well after all keeps its outcome', async () => {
    const step = startAction({
      action: main(`log.info('waiting')
        await Promise.race([forever(), new Promise((done) => signal.addEventListener('abort', done))])
        return passed`),
    })
    await step.waitForLog(/^waiting$/)
    step.sendSignal('SIGTERM')
    expect(await step.finished).toMatchObject({ exitCode: 0, annotations: [] })
  })

  test('a body that ignores it is ended, before the runner kills it', async () => {
    const step = startAction({ action: main(`log.info('waiting'); await forever(); return passed`) })
    await step.waitForLog(/^waiting$/)
    // The runner's own patience; the step ends within it, or SIGKILL shows as the signal.
    const result = await step.cancel()
    expect(result).toMatchObject({ exitCode: 1, signal: null, conclusion: 'cancelled' })
    expect(result.annotations).toEqual([
      { level: 'error', title: 'Cancelled', message: 'SIGINT: the step did not come to an end within 7 s.' },
    ])
  })

  test('programs that it runs get the signal', async () => {
    const child = `process.on('SIGTERM', () => { console.log('child got SIGTERM'); process.exit(0) })
      setInterval(() => {}, 1_000); require('node:fs').writeFileSync('child-is-up', '')`
    const step = startAction({
      action: main(`
        const child = runProgram([process.execPath, '-e', ${JSON.stringify(child)}], { timeout: 60_000 })
        while (!existsSync('child-is-up')) await new Promise((done) => setTimeout(done, 10))
        log.info('waiting')
        const { stdout } = await child
        log.info(stdout)
        return failed('Stopped', 'as asked')`),
    })
    await step.waitForLog(/^waiting$/)
    step.sendSignal('SIGTERM')
    const result = await step.finished
    expect(result.stdout).toContain('child got SIGTERM\n')
    expect(result).toMatchObject({ exitCode: 1, orphans: [] })
  })

  test('a program that ignores the signal is killed with the step, and so is what it started', async () => {
    const grandchild = `process.on('SIGTERM', () => {}); process.on('SIGINT', () => {}); setInterval(() => {}, 1_000)`
    const child = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'ignore' })
      require('node:fs').writeFileSync('child-is-up', '')
      ${grandchild}`
    const step = startAction({
      action: main(`
        runProgram([process.execPath, '-e', ${JSON.stringify(child)}], { timeout: 60_000 })
        while (!existsSync('child-is-up')) await new Promise((done) => setTimeout(done, 10))
        log.info('waiting')
        await new Promise((done) => signal.addEventListener('abort', done))
        return failed('Stopped', 'as asked')`),
    })
    await step.waitForLog(/^waiting$/)
    step.sendSignal('SIGTERM')
    expect(await step.finished).toMatchObject({ exitCode: 1, orphans: [] })
  })
})
