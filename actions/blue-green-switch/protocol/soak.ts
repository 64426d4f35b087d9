import { messageOf } from '../../../shared/action/errors.ts'
import { plural } from '../../../shared/text/list.ts'
import { sameWeights } from '../targets/target.ts'
import { describeWeights } from '../targets/weights.ts'
import { PROOF, STRAY } from '../traffic/proof.ts'
import {
  compareSides,
  neededRate,
  type Sample,
  samplesOf,
  statsOf,
  type Verdict,
  verdictOf,
} from '../traffic/verdict.ts'
import { ROUTER_MS, within } from './limits.ts'
import { badAnswers, keepIfAsked, pause, watchTraffic, whoAnswers } from './watching.ts'
import { movesOf, type Outcome, type Run, type StepReport, stepOf, stopped } from './world.ts'
import { rolledBackByItself } from './write.ts'

/** WATCH: the step's soak time, its verdict, and whether the router is still as we left it. */
export async function soak(run: Run): Promise<Outcome> {
  const { world } = run
  const { policy, clock } = world
  const { steps, to } = movesOf(run)
  const isLast = run.progress.step === steps.length - 1
  const length = isLast ? policy.watch : policy.stepInterval
  const started = clock.now()
  const before = run.samples.length
  const report = ({ verdict, reason }: Pick<StepReport, 'verdict' | 'reason'>): void => {
    const samples = run.samples.slice(before)
    const stats = world.target.colors.map((color) => [color, statsOf(samplesOf(samples, color, to))])
    const times = { from: started - run.started, to: clock.now() - run.started }
    run.steps.push({
      share: stepOf(run).share,
      verdict,
      reason,
      stats: Object.fromEntries(stats),
      from: times.from,
      to: times.to,
    })
  }
  let verdict: Verdict = { verdict: 'pass', reason: 'not watched (verify: none)' }
  if (world.ask === undefined) {
    const stop = await pause(run, length)
    if (stop !== undefined) return keepIfAsked(run, stop)
    report({ verdict: 'unwatched', reason: verdict.reason })
  } else {
    const outcome = await watchStep(run, length)
    if (!('verdict' in outcome)) {
      report({ verdict: 'inconclusive', reason: outcome.reason })
      return keepIfAsked(run, outcome)
    }
    verdict = outcome.verdict
    report(verdict)
    if (outcome.bad !== undefined) return keepIfAsked(run, outcome.bad)
  }
  if (verdict.verdict === 'inconclusive' && policy.onInconclusive !== 'continue') {
    if (policy.onInconclusive === 'fail')
      return { event: 'keep', reason: `inconclusive: ${verdict.reason} (on-inconclusive: fail)` }
    return keepIfAsked(run, { event: 'inconclusive', reason: verdict.reason })
  }
  const changed = await foreignChange(run)
  if (changed !== undefined) return keepIfAsked(run, changed)
  const isTolerated = verdict.verdict === 'inconclusive'
  const reason = isTolerated ? `inconclusive: ${verdict.reason} (on-inconclusive: continue)` : verdict.reason
  return stopped(run) ?? { event: isLast ? 'soaked' : 'passed', reason }
}

/** The verdict on the step, with the event of a failed one. */
function watchStep(run: Run, length: number): Promise<{ verdict: Verdict; bad?: Outcome } | Outcome> {
  const { policy } = run.world
  const { to, from } = movesOf(run)
  const { share } = stepOf(run)
  return watchTraffic<{ verdict: Verdict; bad?: Outcome }>(run, {
    due: length,
    rate: (samples, elapsed) => {
      const missing = policy.minSamples - samplesOf(samples, to, to).length
      return neededRate(policy.probeRate, missing, share, Math.max(length - elapsed, 1_000))
    },
    judge: (samples, elapsed) => {
      const ours = samplesOf(samples, to, to)
      const verdict = verdictOf(ours, policy, elapsed, length)
      if (verdict?.verdict === 'fail') return { verdict, bad: badAnswers(ours, verdict.reason, to, policy) }
      const worse =
        (verdict?.verdict === 'pass' && share < 100
          ? compareSides(
              ours,
              samples.filter(({ side }) => side === from),
              policy,
            )
          : undefined) ?? backAgain(samples, share, to, policy.propagation)?.reason
      if (worse === undefined) return verdict === undefined ? undefined : { verdict }
      const bad: Outcome = { event: 'bad answers', reason: `${to}: ${worse}` }
      return { verdict: { verdict: 'fail', reason: worse }, bad }
    },
  })
}

/** Asks the router once more: what we wrote must still be there. */
export async function foreignChange(run: Run): Promise<Outcome | undefined> {
  const { target, clock, cancel } = run.world
  const wanted = stepOf(run).weights
  try {
    const limit = { clock, ms: ROUTER_MS, over: 'it took too long', stop: cancel }
    run.state = await within(limit, (signal) => target.read(signal))
  } catch (error) {
    if (cancel.aborted) return stopped(run)
    return { event: 'unreadable', reason: `the router does not say what is live: ${messageOf(error)}` }
  }
  if (run.state.ownRollback !== undefined) return rolledBackByItself(run.state.ownRollback)
  if (sameWeights(run.state.weights, wanted)) return undefined
  const reason = `something else has changed the router: ${describeWeights(run.state.weights)}, we wrote: ${describeWeights(wanted)}`
  return { event: 'state drift', reason }
}

/**
 * After the proof, with all the traffic ours, the other side answers again, or still gets a part: one of several proxies
 * was not switched, or one of its processes. What comes within `propagation` is only late; pure.
 */
export function backAgain(
  samples: readonly Sample[],
  share: number,
  to: string,
  propagation: number,
): Verdict | undefined {
  if (share < 100) return undefined
  const isOther = ({ side }: Sample): boolean => side !== undefined && side !== to
  const last = samples.slice(-PROOF)
  if (last.length === PROOF && last.every(isOther)) {
    const reason = `the front door answers with ${whoAnswers(last)} again, though ${to} was given all the traffic`
    return { verdict: 'fail', reason }
  }
  const settled = (samples[0]?.at ?? 0) + propagation
  const late = samples.filter(({ at }) => at >= settled)
  const others = late.filter(isOther)
  if (others.length < PROOF || others.length <= STRAY * late.length) return undefined
  const reason = `${others.length} of ${plural(late.length, 'answer')} are still of ${whoAnswers(others)}, though ${to} was given all the traffic`
  return { verdict: 'fail', reason }
}
