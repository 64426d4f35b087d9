import { log } from '../../shared/action/log.ts'
import type { Step } from '../../shared/action/step.ts'
import { tryOnce } from '../../shared/probe/attempt.ts'
import { runChecks } from '../../shared/probe/engine.ts'
import type { Inputs, Observation } from './model.ts'

/** More lines than this are no log any more; the summary and `result` have every check. */
const MAX_NEWS = 500

/** From here on, what one try leaves behind is worth collecting early. */
const MANY_CHECKS = 100

/** Probes every check until the verdict is clear, and logs what changes on the way. */
export async function observe(inputs: Inputs, step: Step): Promise<Observation> {
  const { checks, ca, timeout } = inputs
  const { signal, clock } = step
  if (checks.length > MANY_CHECKS) keepHeapSmall()
  const started = clock.now()
  const baselines = checks.some(({ settings }) => settings.baseline !== undefined)
    ? import('./observe/baseline.ts').then(({ observeBaselines }) => observeBaselines(inputs, step))
    : undefined
  let told = 0
  const reports = await runChecks(checks, {
    timeout,
    signal,
    ca,
    tryOnce,
    clock,
    onNews: (check, news) => {
      told += 1
      if (told <= MAX_NEWS) log.info(`${check.name}: ${news}`)
    },
  })
  if (told > MAX_NEWS) log.info(`… and ${told - MAX_NEWS} more changes.`)
  const durationMs = Math.round(clock.now() - started)
  return { reports, durationMs, baselines: (await baselines) ?? new Map() }
}

/**
 * Lets V8 collect the garbage of short-lived tries in 2 MB instead of growing its young generation to 48 MB: a thousand
 * checks then take two thirds of the memory, at the same speed.
 */
function keepHeapSmall(): void {
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  setFlagsFromString('--max-semi-space-size=2')
  setFlagsFromString('--semi-space-growth-factor=1')
}
