import { globTest } from '../../../shared/text/glob.ts'
import type { AcceptRule } from '../model.ts'
import type { Finding } from '../sarif/model.ts'

/**
 * Findings that a rule of `accept` matches become accepted, or expired when its last day has passed; pure. Where several
 * rules match, one that still holds wins. What the tool itself suppressed stays so.
 *
 * @param today YYYY-MM-DD in UTC
 */
export function accepted(
  findings: readonly Finding[],
  rules: readonly AcceptRule[],
  today: string,
): readonly Finding[] {
  if (rules.length === 0) return findings
  const tests = rules.map(({ path }) => remembered(path === undefined ? () => true : globTest(path)))
  const holding = rules.map(({ until }) => until === undefined || today <= until)
  return findings.map((finding) => {
    if (finding.state === 'suppressed') return finding
    let expired: AcceptRule | undefined
    for (const [index, rule] of rules.entries()) {
      if (rule.rule !== '*' && rule.rule !== finding.rule) continue
      const test = tests[index]
      if (test === undefined || !(test(finding.path ?? '') || test(finding.target ?? ''))) continue
      if (holding[index]) return { ...finding, state: 'accepted', ...told(rule) }
      expired ??= rule
    }
    return expired === undefined ? finding : { ...finding, state: 'expired', ...told(expired) }
  })
}

/** Rules that match nothing are often misspelt, or no longer needed. Indices. */
export function unused(findings: readonly Finding[], rules: readonly AcceptRule[]): AcceptRule[] {
  const ids = new Set(findings.map(({ rule }) => rule))
  return rules.filter(({ rule }) => rule !== '*' && !ids.has(rule))
}

function told({ reason, until }: AcceptRule): Pick<Finding, 'acceptedReason' | 'acceptedUntil'> {
  return { acceptedReason: reason, ...(until === undefined ? {} : { acceptedUntil: until }) }
}

/** Many findings are in one file. */
function remembered(test: (path: string) => boolean): (path: string) => boolean {
  const known = new Map<string, boolean>()
  return (path) => {
    let answer = known.get(path)
    if (answer === undefined) {
      answer = test(path)
      known.set(path, answer)
    }
    return answer
  }
}
