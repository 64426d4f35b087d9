import { log } from '../../shared/action/log.ts'
import { run } from '../../shared/action/run.ts'
import { setDeadline } from '../../shared/action/watchdog.ts'
import { connectToGitHub } from '../../shared/github/connector.ts'
import { apply } from './apply.ts'
import { deadlineOf, readInputs } from './inputs.ts'
import { observe } from './observe.ts'
import { decide } from './plan.ts'
import { planLines } from './report/plan-lines.ts'
import { report, reportFailure } from './report.ts'

run(
  'main',
  async (step) => {
    const inputs = await readInputs()
    setDeadline(deadlineOf(inputs))
    try {
      const observation = await observe(inputs, step)
      const plan = decide(inputs, observation)
      for (const line of planLines(plan, inputs)) log.info(line)
      const applied = await apply(plan, inputs, step)
      return report(inputs, observation, plan, applied, step)
    } catch (error) {
      reportFailure(inputs, step)
      throw error
    }
  },
  connectToGitHub,
)
