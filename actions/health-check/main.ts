import { log } from '../../shared/action/log.ts'
import { run } from '../../shared/action/run.ts'
import { setDeadline } from '../../shared/action/watchdog.ts'
import { readInputs } from './inputs.ts'
import { observe } from './observe.ts'
import { decide, describePlan } from './plan.ts'
import { report, reportDryRun } from './report.ts'

run('main', async (step) => {
  const inputs = await readInputs()
  for (const line of describePlan(inputs)) log.info(line)
  if (inputs.dryRun) return reportDryRun(inputs, step)
  setDeadline(inputs.timeout)
  const observation = await observe(inputs, step)
  const verdict = decide(inputs, observation)
  if (inputs.checks.some(({ settings }) => settings.baseline === 'cache')) {
    // It comes after the verdict and decides nothing, so it has its own time.
    setDeadline(120_000)
    const { apply } = await import('./apply.ts')
    await apply(verdict, inputs, step)
  }
  return report(verdict, observation, inputs, step)
})
