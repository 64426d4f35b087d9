import type { Applied, Inputs } from '../model.ts'
import { idleSide } from '../plan.ts'
import { statsOf } from '../traffic/verdict.ts'

const MAX_BAD = 50

/** The document of `result`; pure. @param now ms since 1970, at the end of the run */
export function resultOf(
  { ended, moves }: Applied,
  { policy, mode, router, version }: Inputs,
  { describe, facts, now }: { describe: string; facts: Readonly<Record<string, unknown>>; now: number },
): Record<string, unknown> {
  const { end, state, steps, timeline, samples } = ended
  const sides = moves === undefined ? [] : [moves.to, moves.from]
  // The clock of the run never goes back, and knows no date.
  const when = (at: number): string => new Date(now - ended.durationMs + at).toISOString()
  const rounded = (ms: number | undefined): number | null => (ms === undefined ? null : Math.round(ms))
  return {
    dryRun: policy.dryRun,
    mode,
    target: router.name,
    router: describe,
    end,
    ...facts,
    failedIn: ended.failedIn?.toLowerCase() ?? null,
    restoring: ended.restoring ?? null,
    commit: ended.commit ?? null,
    weights: state?.weights ?? null,
    idle: state === undefined ? null : (idleSide(state) ?? null),
    sessions: state?.sessions ?? null,
    sticky: state?.sticky?.by ?? null,
    notes: state?.notes ?? [],
    version,
    plan:
      moves === undefined
        ? null
        : { from: moves.from, to: moves.to, steps: moves.steps.map(({ share }) => share) },
    startedAt: when(0),
    durationMs: Math.round(ended.durationMs),
    detectionMs: rounded(ended.detectionMs),
    restoreMs: rounded(ended.restoreMs),
    timeline: timeline.map((entry) => ({ ...entry, at: Math.round(entry.at) })),
    steps: steps.map(({ share, from, to, ...step }) => ({
      weight: share,
      ...step,
      from: when(from),
      to: when(to),
    })),
    answers: {
      all: samples.length,
      unknownSide: samples.filter(({ side }) => side === undefined).length,
      ...Object.fromEntries(sides.map((side) => [side, statsOf(samples.filter((one) => one.side === side))])),
    },
    badAnswers: samples
      .filter(({ outcome }) => outcome !== 'good')
      .slice(0, MAX_BAD)
      .map((sample) => ({ ...sample, at: Math.round(sample.at), ms: Math.round(sample.ms) })),
  }
}
