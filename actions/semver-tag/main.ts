import { log } from '../../shared/action/log.ts'
import { run } from '../../shared/action/run.ts'
import { readInputs } from './inputs.ts'
import { connector, observe } from './observe.ts'
import type { AlreadyReleased, Plan, Release, Rollback } from './plan/model.ts'
import { decide } from './plan.ts'
import { report, reportFailure } from './report.ts'
import { planLines } from './summary.ts'

/** How often the version is worked out again because another run was faster. */
const MAX_AGAIN = 3

run('main', async ({ context, signal }) => {
  const inputs = await readInputs()
  try {
    const connect = connector(inputs, context, signal)
    let made: string | undefined
    for (let round = 0; ; round++) {
      const again = round === 0 ? undefined : { made }
      const observation = await observe(inputs, { context, connect, signal }, again)
      const plan = decide(inputs, observation)
      for (const line of planLines(plan, inputs)) log.info(line)
      if (inputs.dryRun || !writes(plan)) return report(inputs, observation, plan, undefined, context)
      // Loaded on use: most runs write nothing.
      const { apply } = await import('./apply.ts')
      const applied = await apply(plan, inputs, context.runId, connect)
      if (applied.raced === undefined || round === MAX_AGAIN)
        return report(inputs, observation, plan, applied, context)
      if (applied.created) made = plan.tag
      log.info(`Another run was faster: ${applied.raced}. Working it out again.`)
    }
  } catch (error) {
    reportFailure(inputs, context)
    throw error
  }
})

function writes(plan: Plan): plan is Release | AlreadyReleased | Rollback {
  return 'moves' in plan && (plan.createTag || plan.createRelease || plan.moves.length > 0)
}
