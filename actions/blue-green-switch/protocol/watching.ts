import { formatDuration } from '../../../shared/text/duration.ts'
import { watch } from '../traffic/front-door.ts'
import { type Limits, type Sample, samplesOf, statsOf } from '../traffic/verdict.ts'
import { movesOf, type Outcome, type Run, type Suspect, stepOf, stopped } from './world.ts'

/** How often the log says how it goes, so that nobody wonders whether it still lives. */
const NEWS_MS = 10_000

export interface Watching<T> {
  /** ms from now at which there may be a verdict */
  due: number
  /** Requests per second. */
  rate(samples: readonly Sample[], elapsed: number): number
  judge(samples: readonly Sample[], elapsed: number): T | undefined
}

/** Watches the front door until there is a verdict (mostly when `due` is over), the step is cancelled, or its time is over. */
export async function watchTraffic<T>(run: Run, { due, rate, judge }: Watching<T>): Promise<T | Outcome> {
  const { world } = run
  const { ask, clock, cancel, target } = world
  const { to } = movesOf(run)
  if (ask === undefined) throw new TypeError('there is no front door')
  const settledAt = target.atomic === false ? run.wroteAt + world.policy.propagation : 0
  // While a change takes effect somewhere between router and user, an error of no side is nobody's.
  const counts = ({ side, outcome, at }: Sample): boolean =>
    side !== undefined || outcome === 'good' || at >= settledAt
  let next = NEWS_MS
  const tell = (samples: readonly Sample[], elapsed: number): void => {
    if (elapsed < next) return
    next += NEWS_MS
    const { samples: count, errors, p95 } = statsOf(samplesOf(samples, to, to))
    const slow = p95 === undefined ? '' : `, p95 ${formatDuration(p95)}`
    world.say(`  ${formatDuration(elapsed)}: ${count} answers of ${to}, ${errors} failed${slow}.`)
  }
  const found = await watch<T | Outcome>({
    ask,
    clock,
    signal: cancel,
    newSide: to,
    share: stepOf(run).share,
    due,
    rate,
    judge: (all, elapsed) => {
      const samples = settledAt === 0 ? all : all.filter(counts)
      tell(samples, elapsed)
      return judge(samples, elapsed) ?? stopped(run)
    },
    onSample: (sample) => run.samples.push({ ...sample, at: sample.at - run.started }),
  })
  return found ?? stopped(run) ?? { event: 'cancelled', reason: 'the job was cancelled' }
}

/**
 * Bad answers, with whose they seem to be; pure.
 *
 * @param samples that count against the new side
 * @param what in words, without whose
 */
export function badAnswers(samples: readonly Sample[], what: string, to: string, limits: Limits): Outcome {
  const bad = samples.filter(({ outcome }) => outcome !== 'good')
  const by: Suspect =
    bad.length === 0 || bad.some(({ side }) => side === to)
      ? 'new side'
      : bad.every(({ status }) => status === undefined)
        ? 'front door'
        : 'unknown'
  const who = { 'new side': to, 'front door': 'the front door', unknown: 'an answer of no side' }[by]
  return {
    event: 'bad answers',
    reason: `${who}: ${what}`,
    firstBadAt: firstBad(samples, limits),
    bad: { what, by },
  }
}

/** When the answers began that the failure is about. */
export function firstBad(samples: readonly Sample[], { maxP95 }: Pick<Limits, 'maxP95'>): number | undefined {
  const isSlow = ({ ms }: Sample): boolean => maxP95 !== undefined && ms > maxP95
  const first = samples.find((sample) => sample.outcome !== 'good' || isSlow(sample))
  return first === undefined ? undefined : first.at + first.ms
}

/** Who gave the last answers, in words; pure. */
export function whoAnswers(samples: readonly Sample[], last = 10): string {
  const sides = new Set(samples.slice(-last).map(({ side, reason }) => side ?? `an error (${reason ?? ''})`))
  return sides.size === 0 ? 'nothing' : [...sides].join(' and ')
}

/** With `rollback-on-failure: false` the weights stay; a cancelled job and an unknown state are put back all the same. */
export function keepIfAsked({ world }: Run, outcome: Outcome): Outcome {
  const { event, reason } = outcome
  const stays = ['bad answers', 'not proved', 'inconclusive', 'out of time'].includes(event)
  if (world.policy.rollbackOnFailure || !stays) return outcome
  return { ...outcome, event: 'keep', reason: `${reason} (rollback-on-failure: false)` }
}

export async function pause(run: Run, ms: number): Promise<Outcome | undefined> {
  const { clock, cancel, deadline } = run.world
  await clock.sleep(Math.max(0, Math.min(ms, deadline - clock.now())), cancel)
  return stopped(run)
}
