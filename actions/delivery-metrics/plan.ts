import { buildRows, durations, runsIn, successRate } from './figures/builds.ts'
import { judgeFailures } from './figures/failures.ts'
import { byTime, foldAttempts } from './figures/fold.ts'
import { percentile } from './figures/percentile.ts'
import { timelineOf } from './figures/timeline.ts'
import { FIGURES, figureOf, type Measured } from './figures/trend.ts'
import { isoWeek, weeksOf } from './figures/weeks.ts'
import type { Deployment, Facts, FigureName, Inputs, Observation, Period, Plan, Row, Run } from './model.ts'
import { headlineOf } from './render/headline.ts'

const WEEK_MS = 604_800_000

/** What is known of one repository, or of all, before it is cut into periods. */
interface Known {
  deployments: Deployment[]
  leftOut: { cancelled: number[]; pending: number[]; unknown: number[] }
  duplicates: number
  runs: Run[]
  /** From when on the deployments and the runs are all there. */
  attemptsSince: number | undefined
  runsSince: number | undefined
  hasRuns: boolean
}

/** Works the figures out; pure. */
export function decide(inputs: Inputs, observation: Observation): Plan {
  const known = observation.map((facts) => knownOf(facts, inputs))
  const rows = observation.map((facts, index) => rowOf(facts, known[index] as Known, inputs))
  const [only] = rows
  const whole = only !== undefined && rows.length === 1 ? only : wholeOf(rows, known, inputs)
  return {
    rows,
    whole,
    headline: headlineOf(whole, inputs.period),
    missed: whole.figures.filter(({ missed }) => missed),
    regressed: whole.figures.filter(({ regressed }) => regressed),
  }
}

function knownOf(
  { attempts, attemptsSince, commits, incidents, runs, runsSince }: Facts,
  inputs: Inputs,
): Known {
  const folded = foldAttempts(attempts)
  const line = timelineOf(folded.attempts, commits, inputs)
  const times = (list: readonly { at: number }[]): number[] => list.map(({ at }) => at)
  return {
    deployments: judgeFailures(line.deployments, { incidents, commits }, inputs),
    leftOut: {
      cancelled: times(line.cancelled),
      pending: times(line.pending),
      unknown: times(line.unknown),
    },
    duplicates: folded.duplicates,
    runs,
    attemptsSince,
    runsSince,
    hasRuns: runsSince !== undefined,
  }
}

function rowOf(facts: Facts, known: Known, inputs: Inputs): Row {
  return {
    repository: facts.repository,
    source: facts.source,
    ...shownOf(known, inputs),
    partial: facts.partial,
    notes: [...facts.notes, ...notesOf(known, inputs.period)],
  }
}

/** The sum of unlike repositories is a blend: the rows come first. */
function wholeOf(rows: readonly Row[], known: readonly Known[], inputs: Inputs): Row {
  const latest = (times: readonly (number | undefined)[]): number | undefined => {
    const given = times.filter((time) => time !== undefined)
    return given.length === 0 ? undefined : Math.max(...given)
  }
  const all: Known = {
    deployments: known.flatMap(({ deployments }) => deployments).sort(byTime),
    leftOut: {
      cancelled: known.flatMap(({ leftOut }) => leftOut.cancelled),
      pending: known.flatMap(({ leftOut }) => leftOut.pending),
      unknown: known.flatMap(({ leftOut }) => leftOut.unknown),
    },
    duplicates: known.reduce((sum, { duplicates }) => sum + duplicates, 0),
    runs: known.flatMap(({ runs }) => runs),
    attemptsSince: latest(known.map(({ attemptsSince }) => attemptsSince)),
    runsSince: latest(known.map(({ runsSince }) => runsSince)),
    hasRuns: known.every(({ hasRuns }) => hasRuns),
  }
  return {
    repository: `all ${rows.length}`,
    source: undefined,
    ...shownOf(all, inputs),
    partial: rows.flatMap(({ repository, partial }) => partial.map((what) => `${repository}: ${what}`)),
    notes: [],
  }
}

function shownOf(known: Known, inputs: Inputs): Omit<Row, 'repository' | 'source' | 'partial' | 'notes'> {
  const { period, comparison } = inputs
  const inPeriod = known.deployments.filter(within(period))
  const counted = inPeriod.filter(isCounted)
  const [now, before] = [measure(known, period), measure(known, comparison)]
  const count = (times: readonly number[]): number => times.filter((at) => within(period)({ at })).length
  return {
    figures: FIGURES.map((kind) => figureOf(kind, now[kind.name], before[kind.name], inputs)),
    counted: counted.length,
    successes: counted.filter(reached).length,
    failed: counted.filter(({ failures }) => failures.length > 0).length,
    redeployments: inPeriod.length - counted.length,
    leftOut: {
      cancelled: count(known.leftOut.cancelled),
      pending: count(known.leftOut.pending),
      unknown: count(known.leftOut.unknown),
      duplicates: known.duplicates,
    },
    openFailures: counted.filter(
      ({ failures, recoveryMs }) => failures.length > 0 && recoveryMs === undefined,
    ).length,
    deployments: inPeriod,
    weeks: weeksOf(period).map(({ week, whole }) => ({
      week,
      whole,
      deployments: counted.filter(({ at }) => isoWeek(at) === week).length,
    })),
    builds: buildRows(runsIn(known.runs, period)),
  }
}

function measure(known: Known, period: Period): Record<FigureName, Measured> {
  const { attemptsSince, runsSince, hasRuns } = known
  const isRead = attemptsSince === undefined || attemptsSince <= period.since
  const counted = known.deployments.filter(within(period)).filter(isCounted)
  const leadTimes = counted.flatMap(({ changes }) => (changes ?? []).map(({ leadTimeMs }) => leadTimeMs))
  const recoveries = counted.flatMap(({ recoveryMs }) => recoveryMs ?? [])
  const failed = counted.filter(({ failures }) => failures.length > 0).length
  const rework = counted.filter(({ isRework }) => isRework).length
  const runs = runsIn(known.runs, period)
  const times = durations(runs)
  const runsRead = hasRuns && (runsSince ?? 0) <= period.since
  const noDeployments = isRead
    ? 'no deployment in this period'
    : 'the deployments of this period were not all read'
  const share = (part: number): Measured =>
    counted.length === 0 || !isRead
      ? { value: undefined, samples: 0, why: noDeployments }
      : { value: part / counted.length, samples: counted.length }
  const spans = (values: readonly number[], percent: number, least: number, why: string): Measured =>
    !isRead || values.length < least
      ? {
          value: undefined,
          samples: values.length,
          why:
            values.length > 0 && isRead
              ? `p${percent} needs ${least} samples, there are ${values.length}`
              : why,
        }
      : { value: percentile(values, percent), samples: values.length }
  const noRuns = runsRead ? 'no build in this period' : 'the builds of this period were not all read or kept'
  const builds = (percent: number, least: number): Measured =>
    !runsRead || times.length < least
      ? {
          value: undefined,
          samples: times.length,
          why:
            runsRead && times.length > 0
              ? `p${percent} needs ${least} builds, there are ${times.length}`
              : noRuns,
        }
      : { value: percentile(times, percent), samples: times.length }
  const weeks = (period.until - period.since) / WEEK_MS
  return {
    'deployments-per-week': isRead
      ? { value: counted.filter(reached).length / weeks, samples: counted.filter(reached).length }
      : { value: undefined, samples: 0, why: noDeployments },
    'change-lead-time-p50': spans(
      leadTimes,
      50,
      1,
      counted.length === 0 ? noDeployments : 'no change with a known lead time',
    ),
    'change-lead-time-p90': spans(
      leadTimes,
      90,
      10,
      counted.length === 0 ? noDeployments : 'no change with a known lead time',
    ),
    'change-fail-rate': share(failed),
    'recovery-time-p50': spans(
      recoveries,
      50,
      1,
      failed === 0 ? 'no deployment failed' : 'no failure has been recovered from yet',
    ),
    'rework-rate': share(rework),
    'build-success-rate': runsRead
      ? { ...successRate(runs), why: noRuns }
      : { value: undefined, samples: 0, why: noRuns },
    'build-duration-p50': builds(50, 1),
    'build-duration-p95': builds(95, 20),
  }
}

function notesOf({ deployments }: Known, period: Period): string[] {
  const shown = deployments.filter(within(period))
  const misdated = shown.reduce((sum, each) => sum + each.misdated, 0)
  const lost = shown.filter(({ kind, changes }) => kind === 'deployment' && changes === undefined).length
  return [
    ...(misdated > 0
      ? [
          `${misdated} ${misdated === 1 ? 'change carries a date after its deployment and counts' : 'changes carry a date after their deployment and count'} for no lead time.`,
        ]
      : []),
    ...(lost > 0
      ? [
          `${lost} ${lost === 1 ? 'deployment has' : 'deployments have'} no lead times: it is the first one known, or its commits or those before it are gone.`,
        ]
      : []),
  ]
}

const within =
  ({ since, until }: Period) =>
  ({ at }: { at: number }): boolean =>
    at >= since && at < until

/** A redeployment of what is live is counted apart. */
const isCounted = ({ kind }: Deployment): boolean => kind !== 'redeployment'

/** It came to production. */
const reached = ({ kind }: Deployment): boolean => kind !== 'failed-attempt'
