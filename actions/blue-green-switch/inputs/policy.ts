import { type InputReader, type Reading, rules, shown } from '../../../shared/action/inputs.ts'
import { formatDuration } from '../../../shared/text/duration.ts'
import type { Policy } from '../protocol/world.ts'
import { readRate, readShare } from './values.ts'

/** What the protocol is asked for; durations in ms. */
export function readPolicy(inputs: InputReader): Policy {
  const waits = inputs.read('drain-sessions', rules.boolean, false)
  const longest = inputs.read('drain-timeout', rules.duration, 300_000)
  return {
    stepInterval: inputs.read('step-interval', rules.duration, 30_000),
    watch: inputs.read('watch', rules.duration, 60_000),
    drain: inputs.read('drain', rules.duration, 30_000),
    drainSessions: waits ? longest : undefined,
    propagation: inputs.read('propagation', rules.duration, 10_000),
    minSamples: inputs.read('min-samples', (text) => rules.integer(text, { min: 1, max: 100_000 }), 20),
    maxErrorRate: inputs.read('max-error-rate', readShare, 0),
    maxP95: inputs.read<number | undefined>('max-p95', (text) => rules.duration(text, { min: 1 }), undefined),
    maxP95Ratio: inputs.read<number | undefined>('max-p95-ratio', readRatio, undefined),
    maxErrorDifference: inputs.read<number | undefined>('max-error-difference', readShare, undefined),
    probeRate: inputs.read('probe-rate', readRate, 5),
    onInconclusive: inputs.read(
      'on-inconclusive',
      (text) => rules.choice(text, ['rollback', 'continue', 'fail']),
      'rollback',
    ),
    onOldDead: inputs.read('on-old-dead', (text) => rules.choice(text, ['stay', 'forward']), 'stay'),
    rollbackOnFailure: inputs.read('rollback-on-failure', rules.boolean, true),
    dryRun: inputs.read('dry-run', rules.boolean, false),
  }
}

/** How many times as slow the new side may be: `1.5`, `1.5x`, `150%`; pure. */
export function readRatio(text: string): Reading<number> {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*(x|%)?$/.exec(text) ?? []
  const ratio = Number(digits) / (unit === '%' ? 100 : 1)
  return ratio >= 1 && ratio <= 1_000
    ? { value: ratio }
    : {
        problem: `${shown(text)} is not a ratio from 1 on. Write 1.5 for at most one and a half times the old side.`,
      }
}

/** What the shortest switch takes, and that it fits into the timeout. */
export function checkTime(
  inputs: InputReader,
  { steps, policy, timeout }: { steps: readonly number[]; policy: Policy; timeout: number },
): void {
  const least = (steps.length - 1) * policy.stepInterval + policy.watch + policy.drain
  if (least < timeout) return
  const sum = formatDuration(least)
  inputs.add(
    'timeout',
    `steps, watch and drain take ${sum}, which does not fit into ${formatDuration(timeout)}. Raise the timeout.`,
  )
}
