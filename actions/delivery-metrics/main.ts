import { log } from '../../shared/action/log.ts'
import { run } from '../../shared/action/run.ts'
import { setDeadline } from '../../shared/action/watchdog.ts'
import { connectToGitHub } from '../../shared/github/connector.ts'
import { apply } from './apply.ts'
import { readInputs } from './inputs.ts'
import { observe } from './observe.ts'
import { decide } from './plan.ts'
import { describePlan } from './render/plan.ts'
import { report, reportDryRun, reportFailure } from './report.ts'

run(
  'main',
  async (step) => {
    const inputs = await readInputs()
    setDeadline(inputs.timeout)
    const lines = describePlan(inputs)
    for (const line of lines) log.info(line)
    if (inputs.dryRun) return reportDryRun(lines, inputs, step)
    try {
      const plan = decide(inputs, await observe(inputs, step))
      return report(plan, await apply(plan, inputs), inputs, step)
    } catch (error) {
      reportFailure(inputs, step)
      throw error
    }
  },
  connectToGitHub,
)
