import { log } from '../../shared/action/log.ts'
import { run } from '../../shared/action/run.ts'
import { apply } from './apply.ts'
import { readInputs } from './inputs.ts'
import { connector, observe } from './observe.ts'
import { decide } from './plan.ts'
import { planLines } from './report/summary.ts'
import { report, reportFailure } from './report.ts'

run('main', async ({ context, signal }) => {
  const inputs = await readInputs()
  try {
    const connect = connector(inputs, context, signal)
    const observation = await observe(inputs, context, connect, signal)
    const plan = await decide(inputs, observation, context)
    for (const line of planLines(plan, inputs)) log.info(line)
    const applied = await apply(plan, inputs, observation, context, connect, signal)
    return report(inputs, observation, plan, applied, context)
  } catch (error) {
    reportFailure(inputs, context)
    throw error
  }
})
