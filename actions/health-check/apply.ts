import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { messageOf } from '../../shared/action/errors.ts'
import { log } from '../../shared/action/log.ts'
import type { Step } from '../../shared/action/step.ts'
import { baselineOf } from './latency/baseline.ts'
import type { Inputs, Verdict } from './model.ts'
import { placeInCache } from './observe/baseline.ts'

/** What takes longer than this is not worth it. */
const LONGEST_MS = 20_000

/** Keeps the samples of a green run for later ones, where `baseline` is `cache`. Trouble is told, and is no failure. */
export async function apply(verdict: Verdict, _inputs: Inputs, step: Step): Promise<void> {
  if (!verdict.healthy || step.signal.aborted) return
  for (const report of verdict.passed) {
    const kept = baselineOf(report, step.clock.date())
    if (report.check.settings.baseline !== 'cache' || kept === undefined) continue
    const { key, path } = placeInCache(report.check, step)
    try {
      const { saveCache, isFeatureAvailable } = await import('@actions/cache')
      if (!isFeatureAvailable()) return
      mkdirSync(dirname(path), { recursive: true })
      const { name, conditions, version, values, date } = kept
      const check = { name, conditions, version: version ?? null, samples: { values } }
      writeFileSync(path, JSON.stringify({ finishedAt: date, checks: [check] }))
      const late = new AbortController()
      await Promise.race([saveCache([path], key), step.clock.sleep(LONGEST_MS, late.signal)])
      late.abort()
      log.info(`${name}: ${values.length} samples are kept as its baseline (${key}).`)
    } catch (error) {
      log.info(`${kept.name}: its samples were not kept: ${messageOf(error)}`)
    }
  }
}
