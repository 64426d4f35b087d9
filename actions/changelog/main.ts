import { log } from '../../shared/action/log.ts'
import { run } from '../../shared/action/run.ts'
import { readInputs } from './inputs.ts'
import { connector } from './observe/connect.ts'
import { observe } from './observe.ts'
import type { Notes, Plan } from './plan/model.ts'
import { decide } from './plan.ts'
import { report, reportFailure } from './report.ts'
import { planLines } from './summary.ts'

run('main', async ({ context, signal }) => {
  const inputs = await readInputs()
  try {
    const connect = connector(inputs.token, context, signal)
    // The history that was read is let go once the plan is made: it may be large.
    const plan = await decide(inputs, await observe(inputs, { context, connect, signal }))
    for (const line of planLines(plan)) log.info(line)
    if (plan.kind === 'notes') log.group('Notes', plan.text.trimEnd().split('\n'))
    if (inputs.dryRun || !writes(plan)) return report(inputs, plan, undefined, context)
    // Loaded on use: many runs write nothing.
    const { apply } = await import('./apply.ts')
    const applied = await apply(plan, context.workspace || process.cwd(), connect)
    return report(inputs, plan, applied, context)
  } catch (error) {
    reportFailure(inputs, context)
    throw error
  }
})

function writes(plan: Plan): plan is Notes {
  return plan.kind === 'notes' && (plan.file !== undefined || plan.release !== undefined)
}
