import { plural } from '../../../shared/text/list.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import { assignCategories, type SourcedRun } from '../sarif/category.ts'
import { findingsOf, isProblem, messageText } from '../sarif/findings.ts'
import { addFingerprint, counter, packageHash } from '../sarif/fingerprint.ts'
import { placesOf } from '../sarif/locations.ts'
import type { Analysis, Finding, Prepared, ReadLog, Result, Run } from '../sarif/model.ts'
import { repairRules, ruleLookup } from '../sarif/rules.ts'
import type { TrivyFacts } from '../sarif/trivy.ts'
import { addLineHashes, type Wanted } from './fingerprints.ts'

/** Where reports belong. */
export interface Surroundings {
  /** Of runs that bring none. */
  category: string
  /** Absolute paths with forward slashes that mean the checkout; the first is where files are read. */
  roots: readonly string[]
}

/**
 * Makes reports acceptable to code scanning, in place, and reads the findings out of them: one category per run, places
 * that are relative to the checkout, messages, severities, fingerprints. Reads source files, once each.
 */
export function prepare(logs: readonly ReadLog[], { category, roots }: Surroundings): Prepared {
  const sourced: SourcedRun[] = logs.flatMap(({ log, source }) => log.runs.map((run) => ({ run, source })))
  const { analyses, notes } = assignCategories(sourced, category)
  const wanted = new Map<string, Wanted[]>()
  const findings = sourced.flatMap(({ run }, index) =>
    prepareRun(run, analyses[index] as Analysis, roots, wanted, notes),
  )
  addLineHashes(wanted, roots[0] ?? '')
  const runs = sourced.map(({ run }) => run)
  return { runs, analyses, findings: findings.map((finding) => fingerprinted(finding, runs)), notes }
}

function prepareRun(
  run: Run,
  analysis: Analysis,
  roots: readonly string[],
  wanted: Map<string, Wanted[]>,
  notes: string[],
): Finding[] {
  const tool = oneLine(analysis.tool, 60)
  const rules = repairRules(run)
  if (rules > 0)
    notes.push(`${plural(rules, 'rule')} of ${tool} had a security-severity that is no number from 0 to 10.`)
  const places = placesOf(run, roots)
  const lookup = ruleLookup(run)
  const all = run.results ?? []
  const fine = all.filter((result) => !isProblem(result)).length
  if (fine > 0) {
    run.results = all.filter(isProblem)
    notes.push(`${plural(fine, 'result')} of ${tool} say that nothing is wrong; they are left out.`)
  }
  const count = counter()
  const placing = (result: Result, { target, package: part }: TrivyFacts) => {
    const hadLine = result.locations?.[0]?.physicalLocation?.region?.startLine !== undefined
    const place = places.settleResult(result, target ?? analysis.tool)
    const rule = lookup(result)
    if (result.message.text === undefined || result.message.arguments !== undefined) {
      const { arguments: _, ...message } = result.message
      result.message = { ...message, text: messageText(result.message, rule) || 'No message.' }
    }
    result.ruleId ??= result.rule?.id ?? rule?.id ?? 'unnamed'
    if (target !== undefined && part !== undefined) {
      addFingerprint(result, count(packageHash(result.ruleId, part, place.path)))
    } else if (hadLine) want(wanted, place.path, result)
    return place
  }
  const findings = findingsOf(run, analysis, placing)
  const { outside, without } = places.moved
  if (outside > 0)
    notes.push(
      `${plural(outside, 'finding')} of ${tool} lie outside the checkout; their paths were made relative.`,
    )
  if (without > 0)
    notes.push(`${plural(without, 'finding')} of ${tool} came without a file and got a stand-in.`)
  return findings
}

function want(wanted: Map<string, Wanted[]>, path: string, result: Result): void {
  const line = result.locations?.[0]?.physicalLocation?.region?.startLine ?? 1
  const list = wanted.get(path)
  if (list === undefined) wanted.set(path, [{ result, line }])
  else list.push({ result, line })
}

/** Line hashes come after the findings were read. */
function fingerprinted(finding: Finding, runs: readonly Run[]): Finding {
  const { partialFingerprints } = runs[finding.run]?.results?.[finding.result] ?? {}
  return partialFingerprints === undefined || partialFingerprints === finding.fingerprints
    ? finding
    : { ...finding, fingerprints: partialFingerprints }
}
