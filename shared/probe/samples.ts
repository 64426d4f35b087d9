import type { Check } from './check.ts'
import type { Settings } from './settings.ts'
import { isUsable } from './usable.ts'

/** Whether timed requests follow once it is healthy: HTTP only. */
export function isSampled({ target, settings }: Check): boolean {
  return isUsable('samples', target) && samplesOf(settings) > 0
}

/**
 * How many timed requests follow: as given; 50 for a threshold without `samples`, and 100 for `max-p99`. None when the
 * target is to be down.
 */
export function samplesOf(settings: Settings): number {
  if (settings.invert) return 0
  const [, needed] = neededSamples(settings)
  const gated = needed > 0 || settings['max-error-rate'] !== undefined || settings.baseline !== undefined
  return settings.samples === 0 && gated ? Math.max(50, needed) : settings.samples
}

/** Nearest rank needs enough values: p95 of fewer than 20 samples is nothing but their maximum. */
export function neededSamples(settings: Settings): ['max-p95' | 'max-p99' | 'baseline', number] {
  if (settings['max-p99'] !== undefined) return ['max-p99', 100]
  if (settings.baseline !== undefined) return ['baseline', 50]
  return ['max-p95', settings['max-p95'] !== undefined ? 20 : 0]
}
