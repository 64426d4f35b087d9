import type { Analysis, Finding, ReportingDescriptor, Result, Run, Text } from './model.ts'
import { ruleLookup, severityOf } from './rules.ts'
import { type TrivyFacts, trivyFacts } from './trivy.ts'
import { UNREADABLE } from './unreadable.ts'
import type { Place } from './uri.ts'

const NO_FINGERPRINTS: Readonly<Record<string, string>> = {}

/** Gives a result's place; makes it valid in passing, when the run is one to upload. */
export type Placing = (result: Result, facts: TrivyFacts) => Place | undefined

/**
 * The findings of a run, in order. Results that say that all is well, or that something is gone, are none.
 *
 * @param placing where a result is; as the result says when left out
 */
export function findingsOf(
  run: Run,
  analysis: Pick<Analysis, 'run' | 'tool' | 'category'>,
  placing: Placing = asWritten,
): Finding[] {
  const lookup = ruleLookup(run)
  const titles = new Map<ReportingDescriptor, string>()
  const { run: index, tool, category } = analysis
  return (run.results ?? []).flatMap((result, at) => {
    if (!isProblem(result)) return []
    if (result[UNREADABLE] === true) return [unreadable(result, at, analysis)]
    const rule = lookup(result)
    const facts = trivyFacts(run, rule, result)
    const place = placing(result, facts)
    const line = result.locations?.[0]?.physicalLocation?.region?.startLine
    const message = messageText(result.message, rule)
    return {
      run: index,
      result: at,
      tool,
      category,
      rule: result.ruleId ?? result.rule?.id ?? rule?.id ?? 'unnamed',
      ...(rule?.name === undefined ? {} : { ruleName: rule.name }),
      ...(rule?.helpUri === undefined ? {} : { helpUri: rule.helpUri }),
      title: titleOf(rule, titles) || firstLine(message),
      message,
      severity: facts.severity ?? severityOf(run, result, rule),
      ...(place === undefined ? {} : { path: place.path }),
      ...(line === undefined ? {} : { line }),
      ...(facts.detail === undefined ? {} : { detail: facts.detail }),
      ...(facts.target === undefined ? {} : { target: facts.target }),
      ...(facts.package === undefined ? {} : { package: facts.package }),
      fingerprints: result.partialFingerprints ?? result.fingerprints ?? NO_FINGERPRINTS,
      state: isSuppressed(result) ? 'suppressed' : 'open',
    } satisfies Finding
  })
}

function unreadable(
  result: Result,
  at: number,
  { run, tool, category }: Pick<Analysis, 'run' | 'tool' | 'category'>,
): Finding {
  return {
    run,
    result: at,
    tool,
    category,
    rule: result.ruleId ?? 'unreadable',
    title: 'A result that cannot be read',
    message: result.message.text ?? '',
    severity: 'critical',
    fingerprints: NO_FINGERPRINTS,
    state: 'open',
    unreadable: true,
  }
}

/** Whether a result is about something that is wrong now (SARIF 3.27.9 and 3.27.24). */
export function isProblem({ kind, baselineState }: Result): boolean {
  return kind !== 'pass' && kind !== 'notApplicable' && kind !== 'informational' && baselineState !== 'absent'
}

/** Whether its suppressions hold: there is one, and none is rejected or still under review (SARIF 3.27.23). */
export function isSuppressed({ suppressions }: Result): boolean {
  if (!Array.isArray(suppressions) || suppressions.length === 0) return false
  return suppressions.every(({ status = 'accepted' }) => status === 'accepted')
}

/** The text of a message: its own, or the rule's by its id, with the arguments put in (SARIF 3.11). */
export function messageText(message: Text, rule: ReportingDescriptor | undefined): string {
  if (message.text !== undefined && message.arguments === undefined) return message.text
  const strings = rule?.messageStrings
  const template =
    message.text ??
    (message.id !== undefined && strings !== undefined && Object.hasOwn(strings, message.id)
      ? strings[message.id]?.text
      : undefined)
  if (template === undefined)
    return message.markdown ?? rule?.shortDescription?.text ?? rule?.fullDescription?.text ?? rule?.name ?? ''
  const { arguments: given = [] } = message
  return template.replace(/\{\{|\}\}|\{(\d+)\}/g, (whole, index?: string) =>
    index === undefined ? whole.charAt(0) : (given[Number(index)] ?? whole),
  )
}

function asWritten(result: Result): Place | undefined {
  const uri = result.locations?.[0]?.physicalLocation?.artifactLocation?.uri
  return uri === undefined ? undefined : { uri, path: decoded(uri), outside: false }
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri)
  } catch {
    return uri
  }
}

function titleOf(rule: ReportingDescriptor | undefined, titles: Map<ReportingDescriptor, string>): string {
  if (rule === undefined) return ''
  const known = titles.get(rule)
  if (known !== undefined) return known
  const { id, shortDescription, fullDescription, name } = rule
  // What Semgrep writes where others describe the rule; its message comes second.
  const empty = [id, `Semgrep Finding: ${id}`]
  const texts = [shortDescription?.text, fullDescription?.text, name]
  const title = firstLine(texts.find((text) => text !== undefined && !empty.includes(text)) ?? '')
  // `B602: B602: …`
  const bare = title.toLowerCase().startsWith(`${id.toLowerCase()}: `) ? title.slice(id.length + 2) : title
  titles.set(rule, bare)
  return bare
}

function firstLine(text: string): string {
  const end = text.search(/[\r\n]/)
  const line = end < 0 ? text : text.slice(0, end)
  return line.length > 200 ? `${line.slice(0, 199)}…` : line
}
