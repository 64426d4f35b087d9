import { log } from '../../shared/action/log.ts'
import { type Outcome, run } from '../../shared/action/run.ts'
import type { Step } from '../../shared/action/step.ts'
import { connectToGitHub } from '../../shared/github/connector.ts'
import { readInputs } from './inputs.ts'
import type { PackagesInputs } from './model/packages.ts'
import type { AlreadyReleased, Inputs, Plan, Release, Rollback } from './model.ts'
import { findReleaseFiles, withNotes } from './observe/release-files.ts'
import { observe } from './observe.ts'
import { decide } from './plan.ts'
import { planLines } from './report/summary.ts'
import { report, reportFailure, reportPackages } from './report.ts'

/** How often the version is worked out again because another run was faster. */
const MAX_AGAIN = 3

run(
  'main',
  async (step) => {
    const inputs = withNotes(await readInputs(), step.context.workspace)
    const files = findReleaseFiles(inputs, step.context.workspace)
    try {
      if (inputs.mode === 'pull-request') {
        // Loaded on use, as all that only this mode needs.
        const { keepPullRequest } = await import('./apply/keep.ts')
        const kept = await keepPullRequest(inputs, step, files)
        for (const line of planLines(kept.plan, inputs)) log.info(line)
        return report(
          { inputs, kept, observation: kept.observation, plan: kept.plan, applied: kept.applied },
          step,
        )
      }
      if (inputs.packages !== undefined) return await releasePackages(inputs, inputs.packages, step)
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
        const applied = await apply(plan, inputs, step, files)
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

/** All packages of a monorepo; loaded on use. */
async function releasePackages(inputs: Inputs, packages: PackagesInputs, step: Step): Promise<Outcome> {
  const { observePackages } = await import('./observe/packages.ts')
  const { decidePackages } = await import('./plan/packages.ts')
  const { packageLines } = await import('./report/packages.ts')
  const made = new Set<string>()
  for (let round = 0; ; round++) {
    const again = round === 0 ? undefined : { made }
    const plans = decidePackages(inputs, packages, await observePackages(inputs, packages, step, again))
    for (const line of packageLines(plans)) log.info(line)
    const isRefused = plans.some(({ plan }) => plan.kind === 'refused')
    if (inputs.dryRun || isRefused || !plans.some(({ plan }) => writes(plan))) {
      const told = plans.map((one) => ({ ...one, applied: undefined }))
      return reportPackages({ inputs, packages: told }, step)
    }
    const { applyPackages } = await import('./apply/packages.ts')
    const { packages: applied, raced } = await applyPackages(plans, step)
    if (raced === undefined || round === MAX_AGAIN)
      return reportPackages({ inputs, packages: applied, raced }, step)
    for (const { plan, applied: one } of applied) if (one?.created && 'tag' in plan) made.add(plan.tag ?? '')
    log.info(`Another run was faster: ${raced}. Working it out again.`)
  }
}

function writes(plan: Plan): plan is Release | AlreadyReleased | Rollback {
  return 'moves' in plan && (plan.createTag || plan.createRelease || plan.moves.length > 0)
}
