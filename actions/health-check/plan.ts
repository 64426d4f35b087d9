import type { Check } from '../../shared/probe/check.ts'
import { describeStatuses } from '../../shared/probe/expect/statuses.ts'
import type { CheckReport } from '../../shared/probe/report.ts'
import { isSampled, samplesOf } from '../../shared/probe/samples.ts'
import type { SettingName } from '../../shared/probe/settings.ts'
import { isSpread, isUsable } from '../../shared/probe/usable.ts'
import { formatDuration } from '../../shared/text/duration.ts'
import { formatShare } from '../../shared/text/units.ts'
import { oneLine } from '../../shared/text/untrusted.ts'
import { compareSamples, LEAST_SAMPLES } from './latency/compare.ts'
import { describeComparison } from './latency/words.ts'
import type { Compared, Inputs, Observation, Verdict } from './model.ts'

/** What all reports together mean; those that were slower than their baseline have failed. */
export function decide(_inputs: Inputs, observation: Observation): Verdict {
  const { durationMs } = observation
  const { reports, compared, notCompared } = compareAll(observation)
  const passed = reports.filter((report) => report.passed)
  const failed = reports.filter((report) => !report.passed)
  const blocking = failed.filter(({ check }) => check.required)
  const tolerated = passed.filter(({ degraded }) => degraded.length > 0)
  const status =
    blocking.length > 0 ? 'unhealthy' : failed.length + tolerated.length > 0 ? 'degraded' : 'healthy'
  const counted = `${passed.length} of ${reports.length} ${reports.length === 1 ? 'check' : 'checks'} passed`
  const sentence = `${counted} in ${formatDuration(durationMs)}`
  const healthy = status !== 'unhealthy'
  return { status, healthy, passed, failed, sentence, reports, compared, notCompared }
}

function compareAll({
  reports,
  baselines,
}: Observation): Pick<Verdict, 'reports' | 'compared' | 'notCompared'> {
  const compared = new Map<string, Compared>()
  const notCompared: string[] = []
  const after = reports.map((report): CheckReport => {
    const { check, samples } = report
    const baseline = baselines.get(check.name)
    if (baseline === undefined || samples === undefined) return report
    if (typeof baseline === 'string' || samples.values.length < LEAST_SAMPLES) {
      const why = typeof baseline === 'string' ? baseline : `only ${samples.values.length} samples were good`
      notCompared.push(`${check.name}: ${why}`)
      return report
    }
    const comparison = compareSamples(samples, baseline, check.settings['max-regression'])
    const told = describeComparison(comparison, baseline)
    compared.set(check.name, { baseline, comparison, told })
    if (!comparison.isRegression || !report.passed) return report
    const allowed = `max-regression allows ${formatShare(check.settings['max-regression'])}`
    return {
      ...report,
      passed: false,
      failure: 'regression',
      reason: `slower than before: ${told}; ${allowed}`,
    }
  })
  return { reports: after, compared, notCompared }
}

/** What will be checked, line by line, before anything is. */
export function describePlan({ checks, timeout }: Inputs): string[] {
  const many = checks.length === 1 ? '1 check' : `${checks.length} checks`
  return [
    `Waiting at most ${formatDuration(timeout)} for ${many}.`,
    ...checks.slice(0, 100).map(describeCheck),
  ]
}

/** Only what a check can do: a connection has no status, and nothing but HTTP has a version. */
function describeCheck(check: Check): string {
  const { name, display, required, settings, target } = check
  const can = (setting: SettingName): boolean => isUsable(setting, target)
  const version = can('expect-version') ? settings['expect-version'] : undefined
  const sameVersion = can('same-version') && settings['same-version']
  const wanted = [
    can('body') && settings.body !== undefined ? bodyOf(settings) : undefined,
    settings.invert
      ? 'is down'
      : can('expect-status')
        ? `HTTP ${describeStatuses(settings['expect-status'])}`
        : undefined,
    version === undefined ? undefined : `version ${version}`,
    can('connect-to') && settings['connect-to'] !== undefined
      ? `at ${settings['connect-to'].host}:${settings['connect-to'].port}`
      : undefined,
    can('expect-header') && settings['expect-header'].length > 0
      ? settings['expect-header'].map(({ label }) => label).join(', ')
      : undefined,
    can('expect-json') && settings['expect-json'].length > 0
      ? settings['expect-json'].map(({ label }) => label).join(', ')
      : undefined,
    can('expect-body') && settings['expect-body'] !== undefined ? 'body' : undefined,
    sameVersion ? 'same version' : undefined,
    describeRow(check),
    settings['stable-for'] > 0 ? `stable for ${formatDuration(settings['stable-for'])}` : undefined,
    settings.hold > 0 ? `hold ${formatDuration(settings.hold)}` : undefined,
    isSampled(check) ? `${samplesOf(settings)} samples` : undefined,
    isSampled(check) && settings.baseline !== undefined
      ? `not slower than its baseline by ${formatShare(settings['max-regression'])}`
      : undefined,
    required ? undefined : 'optional',
  ]
  const method = can('method') ? `${settings.method} ` : ''
  return `  ${name}: ${method}${display} (${wanted.filter((part) => part !== undefined).join(', ')})`
}

/** What is sent, by its kind: a Content-Type that nobody gave may be a surprise. */
function bodyOf({ headers }: Check['settings']): string {
  const kind = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1]
  return kind === undefined ? 'with a body' : `with a body of ${oneLine(kind, 60)}`
}

/** How many good answers in a row; with versions there may be a load balancer that spreads at random. */
function describeRow({ settings, target }: Check): string {
  const given = settings['success-threshold']
  if (given !== undefined) return `${given} × in a row`
  const asksVersion = settings['expect-version'] !== undefined || settings['same-version']
  return asksVersion && isSpread(target) && !settings.invert
    ? '30 × in a row, since replicas may differ'
    : '2 × in a row'
}
