import type { Level, ReportingDescriptor, Result, Run, Severity, ToolComponent } from './model.ts'

/** Finds the rule of a result: by its index, or by its id, in the driver or in an extension. */
export type RuleLookup = (result: Result) => ReportingDescriptor | undefined

/** The rules of a run; ids are looked up in constant time. */
export function ruleLookup({ tool }: Run): RuleLookup {
  const ids = new Map<ToolComponent, Map<string, ReportingDescriptor>>()
  const byId = (component: ToolComponent, id: string): ReportingDescriptor | undefined => {
    let known = ids.get(component)
    if (known === undefined) {
      known = new Map()
      for (const rule of component.rules ?? []) if (!known.has(rule.id)) known.set(rule.id, rule)
      ids.set(component, known)
    }
    // A result may name a sub-rule: CA1000/1 is one of CA1000 (SARIF 3.27.5).
    return known.get(id) ?? (id.includes('/') ? known.get(id.slice(0, id.lastIndexOf('/'))) : undefined)
  }
  return (result) => {
    const index = result.rule?.index ?? result.ruleIndex ?? -1
    const id = result.ruleId ?? result.rule?.id
    const component = componentOf(tool, result)
    const indexed = component.rules?.[index]
    if (indexed !== undefined && (id === undefined || id === indexed.id || id.startsWith(`${indexed.id}/`)))
      return indexed
    if (id === undefined) return undefined
    const own = byId(component, id)
    if (own !== undefined) return own
    for (const each of [tool.driver, ...(tool.extensions ?? [])]) {
      const found = byId(each, id)
      if (found !== undefined) return found
    }
    return undefined
  }
}

function componentOf({ driver, extensions = [] }: Run['tool'], { rule }: Result): ToolComponent {
  const wanted = rule?.toolComponent
  if (wanted === undefined) return driver
  return (
    extensions[wanted.index ?? -1] ??
    extensions.find(({ name, guid }) =>
      wanted.guid === undefined ? name === wanted.name : guid === wanted.guid,
    ) ??
    driver
  )
}

/** GitHub's bands. @see https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning */
const BANDS: readonly (readonly [number, Severity])[] = [
  [9, 'critical'],
  [7, 'high'],
  [4, 'medium'],
  [0.1, 'low'],
]
const LEVELS: Readonly<Record<Level, Severity>> = {
  error: 'high',
  warning: 'medium',
  note: 'low',
  none: 'unknown',
}
const WORDS: Readonly<Record<string, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  moderate: '5.5',
  low: '2.0',
}

/**
 * The severity of a result of any tool but Trivy: `security-severity` of the result or its rule by GitHub's bands, then
 * the level of the result, of its rule, and the standard's default, `warning`.
 */
export function severityOf(run: Run, result: Result, rule: ReportingDescriptor | undefined): Severity {
  const score = scoreOf(result.properties) ?? scoreOf(rule?.properties)
  const band = score === undefined ? undefined : BANDS.find(([least]) => score >= least)?.[1]
  return band ?? LEVELS[levelOf(run, result, rule)]
}

/**
 * The level of a result: its own, that which the run was configured to give the rule, the rule's, or `warning`; a result
 * of another kind than `fail` has none.
 *
 * @see SARIF 2.1.0, section 3.27.10
 */
export function levelOf(run: Run, result: Result, rule: ReportingDescriptor | undefined): Level {
  if (result.kind !== undefined && result.kind !== 'fail') return 'none'
  return result.level ?? overriddenLevel(run, result, rule) ?? rule?.defaultConfiguration?.level ?? 'warning'
}

/** @see SARIF 2.1.0, sections 3.20.5 and 3.51 */
function overriddenLevel(
  { invocations = [], tool }: Run,
  { provenance }: Result,
  rule: ReportingDescriptor | undefined,
): Level | undefined {
  if (rule === undefined || invocations.length === 0) return undefined
  const at = (provenance as { invocationIndex?: number } | undefined)?.invocationIndex ?? -1
  const invocation = at < 0 && invocations.length === 1 ? invocations[0] : invocations[at]
  const overrides = invocation?.['ruleConfigurationOverrides']
  if (!Array.isArray(overrides)) return undefined
  for (const { descriptor, configuration } of overrides as ConfigurationOverride[]) {
    const component = componentOf(tool, { rule: descriptor } as Result)
    const meant = component.rules?.[descriptor.index ?? -1]
    const isIt =
      meant === rule ||
      (descriptor.id !== undefined && descriptor.id === rule.id) ||
      (descriptor.guid !== undefined && descriptor.guid === rule['guid'])
    if (isIt && configuration.level !== undefined) return configuration.level
  }
  return undefined
}

interface ConfigurationOverride {
  descriptor: NonNullable<Result['rule']> & { guid?: string }
  configuration: { level?: Level }
}

/** What is given and cannot be read counts as the worst: nobody knows how bad it is. */
const WORST = '10.0'

function scoreOf(properties: Record<string, unknown> | undefined): number | undefined {
  const given = properties?.['security-severity']
  if (given === undefined || given === null || given === '') return undefined
  return Number(securitySeverity(given) ?? WORST)
}

/** A `security-severity` as GitHub takes it, the text of a number from 0 to 10; words and numbers become one. */
export function securitySeverity(given: unknown): string | undefined {
  if (typeof given !== 'string' && typeof given !== 'number') return undefined
  const text = String(given).trim().toLowerCase()
  const word = Object.hasOwn(WORDS, text) ? WORDS[text] : undefined
  if (word !== undefined) return word
  const number = text === '' ? Number.NaN : Number(text)
  // 0x9 and 1e1 are numbers for us alone.
  return number >= 0 && number <= 10 ? (/^\d+(\.\d+)?$/.test(text) ? text : String(number)) : undefined
}

/** Puts right what GitHub would refuse the whole file for. @returns how many rules had to change */
export function repairRules({ tool }: Run): number {
  let changed = 0
  for (const component of [tool.driver, ...(tool.extensions ?? [])]) {
    for (const { properties } of component.rules ?? []) {
      const given = properties?.['security-severity'] as unknown
      if (properties === undefined || given === undefined) continue
      const right = securitySeverity(given)
      if (right === given) continue
      changed++
      if (given === null || given === '') delete properties['security-severity']
      else properties['security-severity'] = right ?? WORST
    }
  }
  return changed
}
