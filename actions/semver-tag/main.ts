import { log } from '../../shared/action/log.ts'
import { run } from '../../shared/action/run.ts'
import { connectToGitHub } from '../../shared/github/connector.ts'
import { readInputs } from './inputs.ts'
import type { AlreadyReleased, Plan, Release, Rollback } from './model.ts'
import { observe } from './observe.ts'
import { decide } from './plan.ts'
import { planLines } from './report/summary.ts'
import { report, reportFailure } from './report.ts'

/** How often the version is worked out again because another run was faster. */
const MAX_AGAIN = 3

run(
  'main',
  async (step) => {
    const inputs = await readInputs()
    try {
      let made: string | undefined
      for (let round = 0; ; round++) {
        const again = round === 0 ? undefined : { made }
        const observation = await observe(inputs, step, again)
        const plan = decide(inputs, observation)
        for (const line of planLines(plan, inputs)) log.info(line)
        if (inputs.dryRun || !writes(plan))
          return report({ inputs, observation, plan, applied: undefined }, step)
        // Loaded on use: most runs write nothing.
        const { apply } = await import('./apply.ts')
        const applied = await apply(plan, inputs, step)
        if (applied.raced === undefined || round === MAX_AGAIN)
          return report({ inputs, observation, plan, applied }, step)
        if (applied.created) made = plan.tag
        log.info(`Another run was faster: ${applied.raced}. Working it out again.`)
      }
    } catch (error) {
      reportFailure(inputs, step)
      throw error
    }
  },
  connectToGitHub,
)

function writes(plan: Plan): plan is Release | AlreadyReleased | Rollback {
  return 'moves' in plan && (plan.createTag || plan.createRelease || plan.moves.length > 0)
}
