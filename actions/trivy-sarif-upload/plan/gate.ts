import { plural } from '../../../shared/text/list.ts'
import type { Counts, Gate, Inputs, Threshold } from '../model.ts'
import { type Finding, SEVERITIES, type Severity } from '../sarif/model.ts'

/** Whether a finding counts: it is there, and nobody has suppressed or accepted it. */
export function isCounted({ state }: Finding): boolean {
  return state === 'open' || state === 'expired'
}

/** Whether a severity is as bad as a threshold, or worse; `unknown` only is for `any`. */
export function isAsBad(severity: Severity, threshold: Threshold): boolean {
  return threshold === 'any' || SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold)
}

/**
 * How many findings count, by severity. Without `only-new` all of them are new.
 *
 * @param hidden how many more were taken out of the report before
 */
export function countFindings(findings: readonly Finding[], hidden = 0): Counts {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, unknown: 0, total: 0, new: 0, suppressed: hidden }
  for (const finding of findings) {
    if (!isCounted(finding)) {
      counts.suppressed++
      continue
    }
    counts[finding.severity]++
    counts.total++
    if (finding.isNew !== false) counts.new++
  }
  return counts
}

/** The verdict; pure, and a matter of the findings alone: what becomes of the upload has no part in it. */
export function gateOf(
  findings: readonly Finding[],
  { failOn, onlyNew, maxFindings }: Pick<Inputs, 'failOn' | 'onlyNew' | 'maxFindings'>,
): Gate {
  const limits = Object.entries(maxFindings) as [Severity | 'total', number][]
  if (failOn === 'none' && limits.length === 0) return { verdict: 'off', reasons: [], offending: [] }
  const gated = findings.flatMap((finding, index) =>
    isCounted(finding) && !(onlyNew && finding.isNew === false) ? [{ finding, index }] : [],
  )
  const what = onlyNew ? 'new finding' : 'finding'
  const reasons: string[] = []
  const offending = new Set<number>()
  if (failOn !== 'none') {
    const bad = gated.filter(({ finding }) => isAsBad(finding.severity, failOn))
    if (bad.length > 0) {
      const scale =
        failOn === 'any'
          ? 'of any severity'
          : failOn === 'critical'
            ? 'of severity critical'
            : `of severity ${failOn} or worse`
      reasons.push(`${plural(bad.length, what)} ${scale} (fail-on: ${failOn}).`)
      for (const { index } of bad) offending.add(index)
    }
  }
  for (const [severity, most] of limits) {
    const some = gated.filter(({ finding }) => severity === 'total' || finding.severity === severity)
    if (some.length <= most) continue
    const kind = severity === 'total' ? '' : `${severity} `
    reasons.push(
      `${plural(some.length, `${onlyNew ? 'new ' : ''}${kind}finding`)}, at most ${most} may be (max-findings).`,
    )
    for (const { index } of some) offending.add(index)
  }
  const verdict = reasons.length > 0 ? 'failed' : 'passed'
  return { verdict, reasons, offending: [...offending].sort((a, b) => a - b) }
}
