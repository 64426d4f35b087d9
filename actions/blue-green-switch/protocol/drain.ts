import { formatDuration } from '../../../shared/text/duration.ts'
import { plural } from '../../../shared/text/list.ts'
import { bindingOf } from '../targets/sticky.ts'
import { failureOf, samplesOf } from '../traffic/verdict.ts'
import { backAgain, foreignChange } from './soak.ts'
import { badAnswers, keepIfAsked, pause, watchTraffic } from './watching.ts'
import { movesOf, type Outcome, type Run, stopped } from './world.ts'

/** How often the router is asked whether the old side still has sessions. */
const SESSIONS_MS = 1_000

/** COMMIT: the old side finishes what it has; the new one is still looked at. */
export async function drain(run: Run): Promise<Outcome> {
  const { world } = run
  const { policy, clock } = world
  const stop = await watchFor(run, policy.drain)
  if (stop !== undefined) return keepIfAsked(run, stop)
  if (policy.drain > 0 || policy.drainSessions !== undefined) {
    const changed = await foreignChange(run)
    if (changed !== undefined) return keepIfAsked(run, changed)
  }
  if (policy.drainSessions !== undefined) {
    const { from } = movesOf(run)
    // What is proved is not put back for want of time.
    const end = clock.now() + Math.min(policy.drainSessions, world.deadline - clock.now() - 2 * SESSIONS_MS)
    while ((run.state?.sessions?.[from] ?? 0) > 0 && clock.now() < end) {
      const bad = (await watchFor(run, SESSIONS_MS)) ?? (await foreignChange(run))
      if (bad !== undefined) return keepIfAsked(run, bad)
    }
  }
  return stopped(run) ?? { event: 'drained', reason: commitWords(run) }
}

/** @returns what went wrong */
async function watchFor(run: Run, length: number): Promise<Outcome | undefined> {
  const { world } = run
  const { policy } = world
  if (length === 0) return stopped(run)
  if (world.ask === undefined) return await pause(run, length)
  const { to } = movesOf(run)
  const outcome = await watchTraffic<Outcome | 'over'>(run, {
    due: length,
    rate: () => policy.probeRate,
    judge: (samples, elapsed) => {
      const ours = samplesOf(samples, to, to)
      const failure = failureOf(ours, policy)
      if (failure !== undefined) return badAnswers(ours, failure, to, policy)
      const back = backAgain(samples, 100, to, policy.propagation)?.reason
      if (back !== undefined) return { event: 'bad answers', reason: `${to}: ${back}` }
      return elapsed < length ? undefined : 'over'
    },
  })
  return outcome === 'over' ? undefined : outcome
}

/** Who has the traffic, and whether the old side is idle. */
function commitWords(run: Run): string {
  const { to, from } = movesOf(run)
  const { state, world } = run
  const open = state?.sessions?.[from]
  const left = open === undefined || open === 0 ? undefined : `${plural(open, 'session')} open on it`
  const binds = state === undefined ? undefined : bindingOf(state, from)
  if (binds !== undefined) {
    const more = left === undefined ? '' : `, ${left}`
    return `${to} has all new traffic; ${from} is not idle: ${binds}${more}`
  }
  if (left !== undefined) {
    const waited =
      world.policy.drainSessions === undefined
        ? ''
        : ` after ${formatDuration(world.policy.drainSessions)} (drain-timeout)`
    return `${to} has all the traffic; ${from} is not idle yet: ${left}${waited}`
  }
  return `${to} has all the traffic; ${from} is idle${open === 0 ? ', no session is open on it' : ''}`
}
