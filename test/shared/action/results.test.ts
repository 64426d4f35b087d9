import { describe, expect, test } from '@jest/globals'
import { runAction } from '../../support/runner.ts'
import { houseAction } from './house-action.ts'

const onLinux = process.platform === 'linux' ? test : test.skip
const main = (body: string): { folder: string } =>
  houseAction(`run('main', async ({ context, clock }) => { ${body} })`)

describe('outputs', () => {
  test('arrive as they are, in several lines and with a delimiter-like text', async () => {
    const values = ['', 'a\nb\n', 'x=y', 'ghadelimiter_', 'EOF', ' spaced ', 'ü\u2028✓', '::error::x']
    const result = await runAction({
      action:
        main(`for (const [i, value] of ${JSON.stringify(values)}.entries()) setOutputs({ ['o' + i]: value })
        setOutputs({ number: 1.5, flag: false }); return passed`),
    })
    expect(result.conclusion).toBe('success')
    expect(Object.values(result.outputs)).toEqual([...values, '1.5', 'false'])
    expect(result.commands).toEqual([])
  })

  onLinux('a full disk is red, with the reason', async () => {
    const result = await runAction({
      action: main(`setOutputs({ healthy: true }); return passed`),
      env: { GITHUB_OUTPUT: '/dev/full' },
    })
    expect(result).toMatchObject({ conclusion: 'failure', exitCode: 1, outputs: {} })
    expect(result.annotations).toEqual([
      {
        level: 'error',
        title: 'Outputs could not be written',
        message: expect.stringMatching(/^The output "healthy" could not be written to GITHUB_OUTPUT: ENOSPC/),
      },
    ])
  })

  test('a file that is not there is red, with the reason', async () => {
    const result = await runAction({
      action: main(`setOutputs({ healthy: true }); return passed`),
      env: { GITHUB_OUTPUT: '/nowhere/output' },
    })
    expect(result.conclusion).toBe('failure')
    expect(result.annotations[0]?.message).toContain('/nowhere/output')
  })

  test('a result over 16 KiB is cut and whole in its file', async () => {
    const result = await runAction({
      action: main(
        `setResult('fixture', { checks: Array.from({ length: 5_000 }, (_, i) => ({ name: 'check ' + i, body: 'x'.repeat(50) })) }, process.env.RUNNER_TEMP); return passed`,
      ),
    })
    expect(Buffer.byteLength(result.outputs['result'] ?? '')).toBeLessThanOrEqual(16_384)
    expect(JSON.parse(result.outputs['result'] ?? '')).toMatchObject({ truncated: true })
    expect(result.outputs['result-file']).toContain(result.folders.temp)
  })
})

describe('the summary', () => {
  test('is capped below 1 MiB, over several calls, with a note of what was cut', async () => {
    const result = await runAction({
      action: main(`writeSummary(['# Head'])
        writeSummary(Array.from({ length: 40 }, (_, i) => 'block ' + i + ' ' + 'ü'.repeat(20_000)))
        writeSummary(['too late', 'this too']); return passed`),
    })
    expect(result.conclusion).toBe('success')
    expect(result.annotations).toEqual([])
    expect(Buffer.byteLength(result.summary)).toBeLessThanOrEqual(1_048_576)
    expect(result.summary).toMatch(/^# Head\n\nblock 0 /)
    expect(result.summary).toMatch(/\d+ more sections left out: a job summary holds 1 MiB\./)
  })

  onLinux('a full disk is a warning with the reason: what the step did stays done', async () => {
    const result = await runAction({
      action: main(`writeSummary(['# x']); return passed`),
      env: { GITHUB_STEP_SUMMARY: '/dev/full' },
    })
    expect(result.conclusion).toBe('success')
    expect(result.annotations).toEqual([
      {
        level: 'warning',
        title: 'No job summary',
        message: expect.stringContaining('the disk is full (ENOSPC)'),
      },
    ])
  })
})

test('inputs: all problems at once, and nothing was done', async () => {
  const action = houseAction(
    `run('main', async () => {
      const inputs = inputReader(process.env)
      inputs.read('timeout', rules.duration, 0)
      inputs.read('dry run', rules.boolean, false)
      inputs.read('level', (text) => rules.choice(text, ['error', 'warning']), 'error')
      inputs.finish()
      setOutputs({ done: true })
      return passed })`,
    { inputs: { timeout: {}, 'dry run': {}, level: {} } },
  )
  const result = await runAction({ action, inputs: { timeout: 'soon', 'dry run': 'yes', level: 'eror' } })
  expect(result.outputs).toEqual({})
  expect(result.annotations).toEqual([
    {
      level: 'error',
      title: '3 wrong inputs',
      message: [
        'timeout: "soon" is not a duration. Write 250ms, 30s, 5m or 1h30m (a bare number is seconds).',
        'dry run: "yes" is neither true nor false.',
        'level: "eror" is not one of "error" or "warning". Did you mean "error"?',
        'Nothing was done.',
      ].join('\n'),
    },
  ])
})
