import { plural } from '../../../shared/text/list.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { ReportingDescriptor, Result, Run, ToolComponent, Trimmed } from './model.ts'

/**
 * What GitHub refuses, and what it keeps of what it takes.
 *
 * @see https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning
 */
export const LIMITS = {
  runs: 20,
  results: 25_000,
  shownResults: 5_000,
  rules: 25_000,
  extensions: 100,
  locations: 100,
  threadFlowLocations: 1_000,
  tags: 10,
  /** "10 MB", gzipped. */
  bytes: 10_000_000,
} as const

/** What GitHub refuses, where it keeps less than that. */
const REFUSED = { locations: 1_000, threadFlowLocations: 10_000, tags: 20 } as const

/** One run as it is going to be sent. */
export interface Part {
  run: Run
  /** Indices of its results, in the order in which they are sent. */
  results: readonly number[]
  /** The id of its automationDetails, when it is not the run's own. */
  id?: string
  tool: string
  category: string
}

/** How bad a result is: 0 is the worst. */
export type Rank = (result: number) => number

/**
 * Results that may be sent, at most 25,000. More than 5,000 are put in order, the worst first: GitHub shows no more, and
 * not always the worst.
 */
export function limitResults(part: Part, rank: Rank, trimmed: Trimmed[]): Part {
  const had = part.results.length
  if (had <= LIMITS.shownResults) return part
  const results = worstFirst(part.results, rank)
  if (had <= LIMITS.results) return { ...part, results }
  const said = `${name(part)} has ${count(had)} results, GitHub takes ${count(LIMITS.results)} per run: the ${count(had - LIMITS.results)} least severe are not uploaded.`
  trimmed.push({ what: 'results', had, limit: LIMITS.results, kept: LIMITS.results, said })
  return { ...part, results: results.slice(0, LIMITS.results) }
}

/** Stable: what is equally bad stays in order. */
export function worstFirst(results: readonly number[], rank: Rank): number[] {
  return results.toSorted((a, b) => rank(a) - rank(b))
}

/**
 * Brings lists inside rules and results to what GitHub keeps of them, in place: tags, locations, steps of code flows.
 *
 * @param refusedOnly count only what GitHub would refuse, and change nothing
 */
export function limitLists(part: Part, refusedOnly: boolean, trimmed: Trimmed[]): void {
  const { run } = part
  const limits = refusedOnly ? REFUSED : LIMITS
  const most = { tags: 0, locations: 0, threadFlowLocations: 0 }
  const times = { tags: 0, locations: 0, threadFlowLocations: 0 }
  const over = (what: keyof typeof most, list: unknown[] | undefined): boolean => {
    if (list === undefined || list.length <= limits[what]) return false
    most[what] = Math.max(most[what], list.length)
    times[what]++
    return !refusedOnly
  }
  for (const { rules = [] } of [run.tool.driver, ...(run.tool.extensions ?? [])]) {
    for (const { properties } of rules) {
      const tags = properties?.tags
      if (!Array.isArray(tags) || !over('tags', tags) || properties === undefined) continue
      // This one decides whether an alert is one of security.
      const isSecurity = tags.includes('security') && !tags.slice(0, LIMITS.tags).includes('security')
      properties.tags = isSecurity
        ? ['security', ...tags.slice(0, LIMITS.tags - 1)]
        : tags.slice(0, LIMITS.tags)
    }
  }
  for (const index of part.results) {
    const result = run.results?.[index]
    if (result === undefined) continue
    for (const list of [result.locations, result.relatedLocations]) {
      if (over('locations', list) && list !== undefined) list.length = LIMITS.locations
    }
    if (result.codeFlows !== undefined) limitFlows(result, (list) => over('threadFlowLocations', list))
  }
  const nouns = {
    tags: ['rule', 'tags'],
    locations: ['result', 'locations'],
    threadFlowLocations: ['code flow', 'steps'],
  }
  for (const what of ['tags', 'locations', 'threadFlowLocations'] as const) {
    if (times[what] === 0) continue
    const [thing = '', of = ''] = nouns[what]
    const done = refusedOnly
      ? `GitHub takes ${count(limits[what])}.`
      : `GitHub keeps ${count(limits[what])}: the first of them are uploaded.`
    const said = `${name(part)}: ${plural(times[what], thing)} with up to ${count(most[what])} ${of}; ${done}`
    trimmed.push({
      what,
      had: most[what],
      limit: limits[what],
      kept: refusedOnly ? most[what] : limits[what],
      said,
    })
  }
}

/** The limit is for all steps of a result together. */
function limitFlows(result: Result, over: (list: unknown[]) => boolean): void {
  const { codeFlows = [] } = result
  const flows = codeFlows.flatMap(({ threadFlows = [] }) => threadFlows)
  const all = flows.flatMap(({ locations = [] }) => locations)
  if (!over(all)) return
  let left: number = LIMITS.threadFlowLocations
  for (const flow of codeFlows) {
    flow.threadFlows = (flow.threadFlows ?? []).filter((thread) => {
      thread.locations = (thread.locations ?? []).slice(0, left)
      left -= thread.locations.length
      // A flow needs a step.
      return thread.locations.length > 0
    })
  }
  result.codeFlows = codeFlows.filter(({ threadFlows = [] }) => threadFlows.length > 0)
}

/**
 * Rules and extensions that results refer to come first; what is beyond the limit goes. Makes a copy of the tool.
 *
 * @param used only rules that results refer to are kept, whatever the limit
 */
export function limitRules(part: Part, used: boolean, trimmed: Trimmed[]): Part {
  const { driver, extensions = [] } = part.run.tool
  const total = [driver, ...extensions].reduce((sum, { rules = [] }) => sum + rules.length, 0)
  const isOver = total > LIMITS.rules
  if (!used && !isOver && extensions.length <= LIMITS.extensions) return part
  const ids = new Set(part.results.map((index) => idOf(part.run, part.run.results?.[index])))
  let left: number = LIMITS.rules
  const chosen = (component: ToolComponent): ToolComponent => {
    const { rules } = component
    if (rules === undefined || !(used || isOver)) return component
    const wanted = rules.filter(({ id }) => ids.has(id))
    const others = used ? [] : rules.filter(({ id }) => !ids.has(id))
    const kept = [...wanted, ...others].slice(0, left)
    left -= kept.length
    return { ...component, rules: kept }
  }
  const needed = extensions.filter(({ rules = [] }) => rules.some(({ id }) => ids.has(id)))
  const keptExtensions = [...new Set([...needed, ...extensions])].slice(0, LIMITS.extensions)
  const tool = { ...part.run.tool, driver: chosen(driver), extensions: keptExtensions.map(chosen) }
  if (extensions.length === 0) delete (tool as { extensions?: unknown }).extensions
  if (isOver) {
    const kept = Math.min(LIMITS.rules, total)
    const said = `${name(part)} has ${count(total)} rules, GitHub takes ${count(LIMITS.rules)} per run: those that results refer to come first, ${count(total - kept)} are not uploaded.`
    trimmed.push({ what: 'rules', had: total, limit: LIMITS.rules, kept, said })
  }
  if (extensions.length > LIMITS.extensions) {
    const had = extensions.length
    const said = `${name(part)} has ${count(had)} tool extensions, GitHub takes ${count(LIMITS.extensions)} per run: those with rules that results refer to come first.`
    trimmed.push({ what: 'extensions', had, limit: LIMITS.extensions, kept: LIMITS.extensions, said })
  }
  return { ...part, run: withoutIndices({ ...part.run, tool }, part.results) }
}

/** Rules without their long texts, for a run whose rules alone are too big. */
export function withoutHelp(part: Part): Part {
  const slim = (component: ToolComponent): ToolComponent =>
    component.rules === undefined ? component : { ...component, rules: component.rules.map(slimRule) }
  const { tool } = part.run
  const extensions = tool.extensions === undefined ? {} : { extensions: tool.extensions.map(slim) }
  return { ...part, run: { ...part.run, tool: { ...tool, driver: slim(tool.driver), ...extensions } } }
}

function slimRule({
  help: _,
  fullDescription: __,
  messageStrings: ___,
  ...rule
}: ReportingDescriptor): ReportingDescriptor {
  return rule
}

/** Indices into lists of rules that are no longer the same; ids stay. Results that are not sent are left alone. */
function withoutIndices(run: Run, sent: readonly number[]): Run {
  const results = [...(run.results ?? [])]
  for (const at of sent) {
    const result = results[at]
    if (result === undefined) continue
    const { ruleIndex: _, rule: __, ...rest } = result
    const id = idOf(run, result)
    results[at] = id === undefined ? rest : { ...rest, ruleId: id }
  }
  return { ...run, results }
}

function idOf({ tool }: Run, result: Result | undefined): string | undefined {
  return result?.ruleId ?? result?.rule?.id ?? tool.driver.rules?.[result?.ruleIndex ?? -1]?.id
}

export function name({ tool, category }: Pick<Part, 'tool' | 'category'>): string {
  return `${oneLine(tool, 60)}${category === '' ? '' : ` (${oneLine(category, 100)})`}`
}

/** 25,000 */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}
