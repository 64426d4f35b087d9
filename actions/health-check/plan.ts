import type { Check } from '../../shared/probe/check.ts'
import type { CheckReport } from '../../shared/probe/engine.ts'
import { describeStatuses } from '../../shared/probe/expect/statuses.ts'
import { isSampled, samplesOf } from '../../shared/probe/parse.ts'
import { formatDuration } from '../../shared/text/duration.ts'
import type { Inputs } from './inputs.ts'

export type Status = 'healthy' | 'degraded' | 'unhealthy'

/** What all reports together mean; pure. */
export interface Verdict {
  status: Status
  /** Healthy or degraded. */
  healthy: boolean
  passed: readonly CheckReport[]
  failed: readonly CheckReport[]
  /** One sentence for log, summary and annotation. */
  sentence: string
}

/** @param reports of all checks, in their order */
export function decide(reports: readonly CheckReport[], durationMs: number): Verdict {
  const passed = reports.filter((report) => report.passed)
  const failed = reports.filter((report) => !report.passed)
  const blocking = failed.filter(({ check }) => check.required)
  const tolerated = passed.filter(({ degraded }) => degraded.length > 0)
  const status =
    blocking.length > 0 ? 'unhealthy' : failed.length + tolerated.length > 0 ? 'degraded' : 'healthy'
  const counted = `${passed.length} of ${reports.length} ${reports.length === 1 ? 'check' : 'checks'} passed`
  const sentence = `${counted} in ${formatDuration(durationMs)}`
  return { status, healthy: status !== 'unhealthy', passed, failed, sentence }
}

/** What will be checked, line by line, before anything is. */
export function describePlan({ checks, timeout }: Inputs): string[] {
  const many = checks.length === 1 ? '1 check' : `${checks.length} checks`
  return [
    `Waiting at most ${formatDuration(timeout)} for ${many}.`,
    ...checks.slice(0, 100).map(describeCheck),
  ]
}

function describeCheck(check: Check): string {
  const { name, display, required, settings, target } = check
  const isHttp = target.scheme === 'http' || target.scheme === 'https'
  const wanted = [
    settings.invert ? 'is down' : isHttp ? `HTTP ${describeStatuses(settings['expect-status'])}` : undefined,
    settings['expect-version'] === undefined ? undefined : `version ${settings['expect-version']}`,
    settings['expect-json'].length > 0
      ? settings['expect-json'].map(({ label }) => label).join(', ')
      : undefined,
    settings['expect-body'] === undefined ? undefined : 'body',
    settings['same-version'] && isHttp ? 'same version' : undefined,
    `${settings['success-threshold']} × in a row`,
    settings.hold > 0 ? `hold ${formatDuration(settings.hold)}` : undefined,
    isSampled(check) ? `${samplesOf(settings)} samples` : undefined,
    required ? undefined : 'optional',
  ]
  return `  ${name}: ${isHttp ? `${settings.method} ` : ''}${display} (${wanted.filter((part) => part !== undefined).join(', ')})`
}
