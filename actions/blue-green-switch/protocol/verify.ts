import { formatDuration } from '../../../shared/text/duration.ts'
import { MEETING_RATE, PROOF, proofRate } from '../traffic/proof.ts'
import { failureOf, type Sample, samplesOf } from '../traffic/verdict.ts'
import { explained } from './limits.ts'
import { badAnswers, keepIfAsked, watchTraffic, whoAnswers } from './watching.ts'
import { movesOf, type Outcome, type Run, stepOf, stopped } from './world.ts'

/** VERIFY: the front door shows what was written. Until `propagation` is over the old side may still answer. */
export async function verify(run: Run): Promise<Outcome> {
  const { world } = run
  const { to } = movesOf(run)
  const { share } = stepOf(run)
  if (world.ask === undefined)
    return (
      stopped(run) ?? { event: 'proved', reason: 'read back; nobody looked at the front door (verify: none)' }
    )
  const isAll = share === 100
  const due = world.policy.propagation
  const outcome = await watchTraffic<Outcome>(run, {
    due,
    rate: (_, elapsed) => (isAll ? proofRate(elapsed) : MEETING_RATE),
    judge: (samples, elapsed) => {
      const ours = samplesOf(samples, to, to)
      const failure = failureOf(ours, world.policy)
      if (failure !== undefined) return badAnswers(ours, failure, to, world.policy)
      const last = isAll ? samples.slice(-PROOF) : ours
      const isProof = ({ side, outcome: what }: Sample): boolean => side === to && what === 'good'
      if (isAll ? last.length === PROOF && last.every(isProof) : last.some(isProof))
        return { event: 'proved', reason: `the front door answers with ${to}` }
      if (elapsed < due) return undefined
      const seen = whoAnswers(samples)
      // A small share may need longer to be met; whether there are enough answers is for the verdict of the step.
      if (!isAll)
        return { event: 'proved', reason: `the router says so; the front door answered with ${seen} so far` }
      const reason = `${formatDuration(due)} after the write the front door still answers with ${seen}`
      return { event: 'not proved', reason, firstBadAt: samples[0]?.at }
    },
  })
  if (outcome.event !== 'not proved') return keepIfAsked(run, outcome)
  return keepIfAsked(run, { ...outcome, reason: await explained(run, outcome.reason) })
}
