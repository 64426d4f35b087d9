import { plural } from '../../../shared/text/list.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import { groupRuns, type SourcedRun } from '../sarif/category.ts'
import { findingsOf, isProblem, messageText } from '../sarif/findings.ts'
import { addFingerprint, counter } from '../sarif/fingerprint.ts'
import { type Checkout, joined } from '../sarif/layout.ts'
import { placesOf } from '../sarif/locations.ts'
import { mergeRuns } from '../sarif/merge.ts'
import type { Analysis, Finding, Prepared, ReadLog, Result, Run } from '../sarif/model.ts'
import { repairUris } from '../sarif/repair-uris.ts'
import { repairRules, ruleLookup } from '../sarif/rules.ts'
import type { TrivyFacts } from '../sarif/trivy.ts'
import { isAbsolutePath } from '../sarif/uri.ts'
import { addLineHashes, packageHash, type Wanted } from './fingerprints.ts'

/** Where reports belong. */
export interface Surroundings {
  /** Of runs that bring none. */
  category: string
  checkout: Checkout
  /** They are of sources that are not here any more: no line is hashed. */
  isPast?: boolean
}

/** What all runs of one analysis share. */
interface Shared {
  analysis: Analysis
  checkout: Checkout
  wanted: Map<string, Wanted[]>
  notes: string[]
  /** Counts equal hashes. */
  count: (hash: string) => string
}

/**
 * Makes reports acceptable to code scanning, in place, and reads the findings out of them: one run per tool and category,
 * places that are relative to the checkout, messages, severities, fingerprints. Reads source files, once each.
 */
export function prepare(
  logs: readonly ReadLog[],
  { category, checkout, isPast = false }: Surroundings,
): Prepared {
  const sourced: SourcedRun[] = logs.flatMap(({ log, source, target, part, origin, covered }) =>
    log.runs.map((run) => ({ run, source, target, part, covered, isFile: origin !== 'scan' })),
  )
  const { groups, notes } = groupRuns(sourced, category)
  const wanted = new Map<string, Wanted[]>()
  const runs: Run[] = []
  const analyses: Analysis[] = []
  const findings: Finding[] = []
  for (const [index, { analysis: described, members, rest }] of groups.entries()) {
    const analysis: Analysis = { run: index, ...described }
    const shared: Shared = { analysis, checkout, wanted, notes, count: counter() }
    const own = members.map((at) => sourced[at]?.run as Run)
    const beside = members.map((at) => besideOf(sourced[at] as SourcedRun))
    let offset = 0
    for (const [at, run] of own.entries()) {
      for (const finding of prepareRun(run, shared, beside[at]))
        findings.push(offset === 0 ? finding : { ...finding, result: finding.result + offset })
      offset += run.results?.length ?? 0
    }
    const run = mergeRuns(own)
    // Places of results are settled; what else has an address is not.
    for (const key of Object.keys(run))
      if (!/^(?:results|tool|properties)$/.test(key)) repairUris(run[key], key)
    run.automationDetails = {
      ...(own.length === 1 ? run.automationDetails : {}),
      id: `${analysis.category}/${rest}`,
    }
    runs.push(run)
    const covered = coveredBy(members.map((at) => sourced[at] as SourcedRun))
    analyses.push(covered === undefined ? analysis : { ...analysis, covered })
  }
  if (!isPast) addLineHashes(wanted, checkout.roots[0] ?? '')
  return { runs, analyses, findings: findings.map((finding) => fingerprinted(finding, runs)), notes }
}

/** What a scan looked at, or how many files a tool lists; undefined where nobody tells. */
function coveredBy(runs: readonly SourcedRun[]): number | undefined {
  const each = runs.map(({ covered, run }) => covered ?? (run.artifacts?.length || undefined))
  return each.includes(undefined) ? undefined : each.reduce((sum = 0, count = 0) => sum + count, 0)
}

/** The folder of a report, relative to the workspace. */
function besideOf({ source, isFile }: SourcedRun): string | undefined {
  const path = source.replaceAll('\\', '/')
  return isFile === true && !isAbsolutePath(path) ? joined('', path.replace(/[^/]*$/, '')) : undefined
}

function prepareRun(
  run: Run,
  { analysis, checkout, wanted, notes, count }: Shared,
  beside: string | undefined,
): Finding[] {
  const tool = oneLine(analysis.tool, 60)
  const rules = repairRules(run)
  if (rules > 0)
    notes.push(`${plural(rules, 'rule')} of ${tool} had a security-severity that is no number from 0 to 10.`)
  const places = placesOf(run, checkout, beside)
  if (places.said !== undefined) notes.push(`Paths of ${tool}: ${places.said}.`)
  const lookup = ruleLookup(run)
  const all = run.results ?? []
  const fine = all.filter((result) => !isProblem(result)).length
  if (fine > 0) {
    run.results = all.filter(isProblem)
    notes.push(`${plural(fine, 'result')} of ${tool} say that nothing is wrong; they are left out.`)
  }
  const placing = (result: Result, { target, package: part }: TrivyFacts) => {
    const hadLine = result.locations?.[0]?.physicalLocation?.region?.startLine !== undefined
    const place = places.settleResult(result, target ?? analysis.tool)
    const rule = lookup(result)
    if (!result.message.text || result.message.arguments !== undefined) {
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
