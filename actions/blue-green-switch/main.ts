import { run } from '../../shared/action/run.ts'
import { connectToGitHub } from '../../shared/github/connector.ts'
import { apply, keepTold } from './apply.ts'
import { readInputs } from './inputs.ts'
import { observe } from './observe.ts'
import { decide } from './plan.ts'
import { report } from './report.ts'

run(
  'main',
  async (step) => {
    const inputs = await readInputs()
    const begun = step.clock.now()
    const plan = decide(inputs, await observe(inputs, step))
    const applied = await apply(plan, inputs, step, begun)
    const outcome = report(applied, inputs, step)
    keepTold(applied)
    return outcome
  },
  connectToGitHub,
)
