import { messageOf } from '../../../shared/action/errors.ts'
import { formatDuration } from '../../../shared/text/duration.ts'
import { plural } from '../../../shared/text/list.ts'
import { describeWeights } from '../plan.ts'
import { sameWeights } from '../targets/target.ts'
import { watch as watchDoor } from '../traffic/front-door.ts'
import {
  failureOf,
  type Limits,
  neededRate,
  type Sample,
  samplesOf,
  statsOf,
  type Verdict,
  verdictOf,
} from '../traffic/verdict.ts'
import { explained, movesOf, ROUTER_MS, stepOf, stopped } from './common.ts'
import type { Run } from './run.ts'
import type { Outcome, StepReport } from './world.ts'

/** So many answers in a row prove which side has the traffic. */
export const PROOF = 3
/** A share of the traffic smaller than this is not told from none. */
const STRAY = 0.02
/** Requests per second at which a small share is met soon. */
export const MEETING_RATE = 50

/** Requests per second while a proof is awaited: it is mostly there at once, and else nobody needs it so fast. */
export const proofRate = (elapsed: number): number => (elapsed < 1_000 ? 50 : 10)

/** How often the log says how it goes, so that nobody wonders whether it still lives. */
const NEWS_MS = 10_000

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
  const within = world.policy.propagation
  const outcome = await watchTraffic<Outcome>(
    run,
    within,
    (_, elapsed) => (isAll ? proofRate(elapsed) : MEETING_RATE),
    (samples, elapsed) => {
      const ours = samplesOf(samples, to, to)
      const failure = failureOf(ours, world.policy)
      if (failure !== undefined)
        return { event: 'bad answers', reason: `${to}: ${failure}`, firstBadAt: firstBad(ours, world.policy) }
      const last = isAll ? samples.slice(-PROOF) : ours
      const isProof = ({ side, outcome: what }: Sample): boolean => side === to && what === 'good'
      if (isAll ? last.length === PROOF && last.every(isProof) : last.some(isProof))
        return { event: 'proved', reason: `the front door answers with ${to}` }
      if (elapsed < within) return undefined
      const seen = whoAnswers(samples)
      // A small share may need longer to be met; whether there are enough answers is for the verdict of the step.
      if (!isAll)
        return { event: 'proved', reason: `the router says so; the front door answered with ${seen} so far` }
      const reason = `${formatDuration(within)} after the write the front door still answers with ${seen}`
      return { event: 'not proved', reason, firstBadAt: samples[0]?.at }
    },
  )
  if (outcome.event !== 'not proved') return keepIfAsked(run, outcome)
  return keepIfAsked(run, { ...outcome, reason: await explained(run, outcome.reason) })
}

/** WATCH: the step's soak time, its verdict, and whether the router is still as we left it. */
export async function watchStep(run: Run): Promise<Outcome> {
  const { world } = run
  const { policy, clock } = world
  const { steps, to } = movesOf(run)
  const { share } = stepOf(run)
  const isLast = run.progress.step === steps.length - 1
  const length = isLast ? policy.watch : policy.stepInterval
  const started = clock.now()
  const before = run.samples.length
  const report = (verdict: StepReport['verdict'], reason: string): void => {
    const samples = run.samples.slice(before)
    const stats = world.target.colors.map((color) => [color, statsOf(samplesOf(samples, color, to))])
    const times = { from: started - run.started, to: clock.now() - run.started }
    run.steps.push({ share, verdict, reason, stats: Object.fromEntries(stats), ...times })
  }
  let verdict: Verdict = { verdict: 'pass', reason: 'not watched (verify: none)' }
  let firstBadAt: number | undefined
  if (world.ask === undefined) {
    const stop = await pause(run, length)
    if (stop !== undefined) return keepIfAsked(run, stop)
    report('unwatched', verdict.reason)
  } else {
    const rate = (samples: readonly Sample[], elapsed: number): number => {
      const missing = policy.minSamples - samplesOf(samples, to, to).length
      return neededRate(policy.probeRate, missing, share, Math.max(length - elapsed, 1_000))
    }
    const outcome = await watchTraffic<{ verdict: Verdict }>(run, length, rate, (samples, elapsed) => {
      const ours = samplesOf(samples, to, to)
      const found =
        verdictOf(ours, policy, elapsed, length) ?? backAgain(samples, share, to, policy.propagation)
      if (found === undefined) return undefined
      if (found.verdict === 'fail') firstBadAt = firstBad(ours, policy)
      return { verdict: found }
    })
    if (!('verdict' in outcome)) {
      report('inconclusive', outcome.reason)
      return keepIfAsked(run, outcome)
    }
    verdict = outcome.verdict
    report(verdict.verdict, verdict.reason)
  }
  if (verdict.verdict === 'fail')
    return keepIfAsked(run, { event: 'bad answers', reason: `${to}: ${verdict.reason}`, firstBadAt })
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

/** COMMIT: the old side finishes what it has; the new one is still looked at. */
export async function drain(run: Run): Promise<Outcome> {
  const { world } = run
  const { to, from } = movesOf(run)
  const length = world.policy.drain
  const done: Outcome = { event: 'drained', reason: `${to} has all the traffic; ${from} is idle` }
  if (length === 0) return stopped(run) ?? done
  if (world.ask === undefined) {
    const stop = await pause(run, length)
    if (stop !== undefined) return keepIfAsked(run, stop)
  } else {
    const outcome = await watchTraffic<Outcome>(run, length, world.policy.probeRate, (samples, elapsed) => {
      const ours = samplesOf(samples, to, to)
      const failure =
        failureOf(ours, world.policy) ?? backAgain(samples, 100, to, world.policy.propagation)?.reason
      if (failure !== undefined)
        return { event: 'bad answers', reason: `${to}: ${failure}`, firstBadAt: firstBad(ours, world.policy) }
      return elapsed < length ? undefined : done
    })
    if (outcome.event !== 'drained') return keepIfAsked(run, outcome)
  }
  const changed = await foreignChange(run)
  return changed === undefined ? (stopped(run) ?? done) : keepIfAsked(run, changed)
}

/** Asks the router once more: what we wrote must still be there. */
async function foreignChange(run: Run): Promise<Outcome | undefined> {
  const { world } = run
  const wanted = stepOf(run).weights
  try {
    const limit = AbortSignal.any([world.cancel, AbortSignal.timeout(ROUTER_MS)])
    run.state = await world.target.read(limit)
  } catch (error) {
    if (world.cancel.aborted) return stopped(run)
    return { event: 'unreadable', reason: `the router does not say what is live: ${messageOf(error)}` }
  }
  if (sameWeights(run.state.weights, wanted)) return undefined
  const reason = `something else has changed the router: ${describeWeights(run.state.weights)}, we wrote: ${describeWeights(wanted)}`
  return { event: 'state drift', reason }
}

/** With `rollback-on-failure: false` the weights stay; a cancelled job and an unknown state are put back all the same. */
function keepIfAsked({ world }: Run, outcome: Outcome): Outcome {
  const { event, reason } = outcome
  const stays = ['bad answers', 'not proved', 'inconclusive', 'out of time'].includes(event)
  if (world.policy.rollbackOnFailure || !stays) return outcome
  return { ...outcome, event: 'keep', reason: `${reason} (rollback-on-failure: false)` }
}

/**
 * After the proof, with all the traffic ours, the other side answers again, or still gets a part: one of several proxies
 * was not switched, or one of its processes. What comes within `propagation` is only late.
 */
function backAgain(
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

/** When the answers began that the failure is about. */
function firstBad(samples: readonly Sample[], { maxP95 }: Limits): number | undefined {
  const isSlow = ({ ms }: Sample): boolean => maxP95 !== undefined && ms > maxP95
  const first = samples.find((sample) => sample.outcome !== 'good' || isSlow(sample))
  return first === undefined ? undefined : first.at + first.ms
}

export function whoAnswers(samples: readonly Sample[], last = 10): string {
  const sides = new Set(samples.slice(-last).map(({ side, reason }) => side ?? `an error (${reason ?? ''})`))
  return sides.size === 0 ? 'nothing' : [...sides].join(' and ')
}

async function pause(run: Run, ms: number): Promise<Outcome | undefined> {
  const { clock, cancel, deadline } = run.world
  await clock.sleep(Math.max(0, Math.min(ms, deadline - clock.now())), cancel)
  return stopped(run)
}

/** Watches the front door until there is a verdict (mostly when `due` is over), the step is cancelled, or its time is over. */
async function watchTraffic<T>(
  run: Run,
  due: number,
  rate: number | ((samples: readonly Sample[], elapsed: number) => number),
  judge: (samples: readonly Sample[], elapsed: number) => T | undefined,
): Promise<T | Outcome> {
  const { world } = run
  const { ask, clock, cancel } = world
  if (ask === undefined) throw new TypeError('there is no front door')
  let next = NEWS_MS
  const tell = (samples: readonly Sample[], elapsed: number): void => {
    if (elapsed < next) return
    next += NEWS_MS
    const { samples: count, errors, p95 } = statsOf(samplesOf(samples, movesOf(run).to, movesOf(run).to))
    const slow = p95 === undefined ? '' : `, p95 ${formatDuration(p95)}`
    world.say(
      `  ${formatDuration(elapsed)}: ${count} answers of ${movesOf(run).to}, ${errors} failed${slow}.`,
    )
  }
  const found = await watchDoor<T | Outcome>({
    ...{ ask, clock, signal: cancel, newSide: movesOf(run).to, share: stepOf(run).share, due },
    rate: typeof rate === 'number' ? () => rate : rate,
    judge: (samples, elapsed) => {
      tell(samples, elapsed)
      return judge(samples, elapsed) ?? stopped(run)
    },
    onSample: (sample) => run.samples.push({ ...sample, at: sample.at - run.started }),
  })
  return found ?? stopped(run) ?? { event: 'cancelled', reason: 'the job was cancelled' }
}
