import { log } from '../../shared/action/log.ts'
import { run } from '../../shared/action/run.ts'
import { readInputs } from './inputs.ts'
import { observe } from './observe.ts'
import { decide, describePlan } from './plan.ts'
import { report, reportDryRun } from './report.ts'

run('main', async ({ context, signal }) => {
  const inputs = await readInputs()
  for (const line of describePlan(inputs)) log.info(line)
  if (inputs.dryRun) return reportDryRun(inputs, context)
  const observed = await observe(inputs, signal)
  return report(inputs, observed, decide(observed.reports, observed.durationMs), signal, context)
})
