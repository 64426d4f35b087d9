import { describe, expect, test } from '@jest/globals'
import { runAction, runPost, type StepResult, startAction } from '../support/runner.ts'
import { WHOLE_STEPS, whatIsWrong } from './steps.ts'

/** From the spawn on, and where most steps are done. */
const MOMENTS = Array.from({ length: 26 }, (_, index) => index * 20)

/** What stays of a step that is killed as the machine would: no signal that it could hear. */
async function killed(options: Parameters<typeof startAction>[0], ms: number): Promise<StepResult> {
  const step = startAction({ ...options, env: { NO_PROXY: '127.0.0.1' } })
  const timer = setTimeout(() => step.sendSignal('SIGKILL'), ms)
  return step.finished.finally(() => clearTimeout(timer))
}

const without = (result: StepResult): string => [...whatIsWrong(result), result.log].join('\n')

const HAS_POST = new Set(['slack-notify', 'blue-green-switch'])

describe.each(WHOLE_STEPS)('$name that is killed', ({ action, options }) => {
  test.concurrent.each(MOMENTS)(
    'after %i ms: what the runner does then is right',
    async (ms) => {
      const given = await options()
      const main = await killed(given, ms)
      const before = given.world?.()
      if (HAS_POST.has(action)) {
        const post = await runPost(main, { jobStatus: 'cancelled' })
        if (whatIsWrong(post).length > 0) throw new Error(without(post))
        const after = given.world?.()
        if (main.state['switch'] === undefined && main.exitCode === null) expect(after).toEqual(before)
        // Never a half: what the post step leaves is one of the two sides.
        if (action === 'blue-green-switch')
          expect(['{"blue":100,"green":0}', '{"blue":0,"green":100}']).toContain(JSON.stringify(after))
      }
      // And the next run of the job ends where this one wanted to, without doing anything twice.
      const again = await runAction({ ...given, env: { NO_PROXY: '127.0.0.1' } })
      if (whatIsWrong(again).length > 0) throw new Error(without(again))
      expect([again.conclusion, again.log]).toEqual(['success', again.log])
      // A switch that had come to its end is followed by one back.
      const { world } = given
      if (world !== undefined && action !== 'blue-green-switch')
        expect(world()).toEqual(await wholeWorld(action))
    },
    60_000,
  )
})

/** What has come of a step that nobody killed. */
const worlds = new Map<string, Promise<unknown>>()
function wholeWorld(action: string): Promise<unknown> {
  const known = worlds.get(action) ?? undisturbed(action)
  worlds.set(action, known)
  return known
}

async function undisturbed(action: string): Promise<unknown> {
  const given = await WHOLE_STEPS.find((step) => step.action === action)?.options()
  if (given === undefined) throw new Error(`no step of ${action}`)
  const result = await runAction({ ...given, env: { NO_PROXY: '127.0.0.1' } })
  expect([result.conclusion, result.log]).toEqual(['success', result.log])
  return given.world?.()
}
