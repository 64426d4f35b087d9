import { log } from '../../shared/action/log.ts'
import { run } from '../../shared/action/run.ts'
import { within } from '../../shared/action/step.ts'
import { setDeadline } from '../../shared/action/watchdog.ts'
import { connectToGitHub } from '../../shared/github/connector.ts'
import { readInputs } from './inputs.ts'
import type { Notes, Plan } from './model/plan.ts'
import { observe } from './observe.ts'
import { decide } from './plan.ts'
import { planLines } from './report/summary.ts'
import { report, reportFailure } from './report.ts'

run(
  'main',
  async (whole) => {
    const inputs = await readInputs()
    setDeadline(inputs.timeout)
    const step = within(whole, inputs.timeout)
    try {
      // The history that was read is let go once the plan is made: it may be large.
      const plan = await decide(inputs, await observe(inputs, step))
      for (const line of planLines(plan)) log.info(line)
      if (plan.kind === 'notes') log.group('Notes', plan.text.trimEnd().split('\n'))
      if (inputs.dryRun || !writes(plan)) return report({ inputs, plan, applied: undefined }, step)
      // Loaded on use: many runs write nothing.
      const { apply } = await import('./apply.ts')
      const applied = await apply(plan, inputs, step)
      return report({ inputs, plan, applied }, step)
    } catch (error) {
      reportFailure(inputs, step)
      throw error
    }
  },
  connectToGitHub,
)

function writes(plan: Plan): plan is Notes {
  return plan.kind === 'notes' && (plan.file !== undefined || plan.release !== undefined)
}
