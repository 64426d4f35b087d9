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
  return report(decide(inputs, observation), observation, inputs, step)
})
