import type { Inputs, Observation, Plan } from '../model.ts'
import type { Finding } from '../sarif/model.ts'
import { withNew } from './new.ts'

/** Whether only new findings count for the gate; pure. */
export function judgesNew({ onlyNew, baseline }: Pick<Inputs, 'onlyNew' | 'baseline'>): boolean {
  return onlyNew || baseline !== undefined
}

/** Findings with the word whether they are new: those that neither the base nor the baseline has; pure. */
export function againstBases(
  findings: readonly Finding[],
  { base, baseline }: Pick<Observation, 'base' | 'baseline'>,
): readonly Finding[] {
  let found = findings
  for (const each of [base, baseline]) {
    if (each === undefined) continue
    // A finding of each stands for one here, so they are not thrown together.
    const held = withNew(findings, each)
    found = found.map((finding, index) => ({
      ...finding,
      isNew: finding.isNew !== false && held[index]?.isNew !== false,
    }))
  }
  return found
}

/**
 * What the cache is to keep, where that is another baseline than before; pure. Only the default branch decides what is
 * known, and only when all reports are there and whole: what was not looked at would be new the next time.
 */
export function baselineToKeep(
  { baselineCache: cache, missing, prepared, target, troubles }: Observation,
  findings: readonly Finding[],
): Plan['keptBaseline'] {
  const isWhole = missing.length === 0 && troubles.length === 0
  if (cache === undefined || !target.onDefaultBranch || !isWhole) return undefined
  if (prepared.analyses.some(({ complete }) => !complete)) return undefined
  const known = findings.map(({ tool, category, rule, path = null, message, fingerprints }) => ({
    tool,
    category,
    rule,
    path,
    message,
    fingerprints,
  }))
  const text = JSON.stringify(known)
  return text === cache.restored ? undefined : { cache, text }
}
