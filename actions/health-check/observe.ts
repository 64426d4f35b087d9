import { log } from '../../shared/action/log.ts'
import { tryOnce } from '../../shared/probe/attempt.ts'
import { type CheckReport, runChecks } from '../../shared/probe/engine.ts'
import type { Inputs } from './inputs.ts'

/** More lines than this are no log any more; the summary and `result` have every check. */
const MAX_NEWS = 500

export interface Observed {
  reports: readonly CheckReport[]
  durationMs: number
}

/** Probes every check until the verdict is clear, and logs what changes on the way. */
export async function observe({ checks, ca, timeout }: Inputs, signal: AbortSignal): Promise<Observed> {
  const started = performance.now()
  let told = 0
  const reports = await runChecks(checks, {
    timeout,
    signal,
    ca,
    tryOnce,
    onNews: (check, news) => {
      told += 1
      if (told <= MAX_NEWS) log.info(`${check.name}: ${news}`)
    },
  })
  if (told > MAX_NEWS) log.info(`… and ${told - MAX_NEWS} more changes.`)
  return { reports, durationMs: Math.round(performance.now() - started) }
}
