import type { ReportingDescriptor, Result, Run, ToolComponent } from './model.ts'
import { securitySeverity } from './rules.ts'

/** Lists of a run that its results point into by number; they differ from run to run. */
const TABLES: Readonly<Record<string, string>> = {
  artifacts: 'location',
  logicalLocations: '',
  threadFlowLocations: '',
}
/** What else belongs to one run alone. */
const OWN = [
  'artifacts',
  'logicalLocations',
  'threadFlowLocations',
  'addresses',
  'webRequests',
  'webResponses',
  'graphs',
  'originalUriBaseIds',
  'versionControlProvenance',
  'conversion',
  'runAggregates',
  'baselineGuid',
  'properties',
] as const

/**
 * One run of several of one tool: its results are theirs, one after the other. Rules are told apart by id; of two with one
 * id the more severe one stands. Places must have been made relative before, because the folders that they began at are
 * the runs' own. Changes the results.
 */
export function mergeRuns(runs: readonly Run[]): Run {
  const [first] = runs
  if (first === undefined || runs.length === 1) return first as Run
  const driver = mergedComponent(runs.map(({ tool }) => tool.driver))
  const extensions = mergedExtensions(runs)
  const places = new Map<string, { component: number; index: number }>()
  for (const [at, { rules = [] }] of [driver, ...extensions].entries())
    for (const [index, { id }] of rules.entries())
      if (!places.has(id)) places.set(id, { component: at - 1, index })
  const results: Result[] = []
  for (const run of runs)
    for (const result of run.results ?? []) results.push(pointed(inlined(result, run), places))
  const merged: Run = { ...first, tool: { ...first.tool, driver }, results }
  if (extensions.length > 0) merged.tool.extensions = extensions
  for (const key of OWN) delete merged[key]
  const invocations = runs.flatMap((run) => run.invocations ?? [])
  if (invocations.length > 0) merged.invocations = invocations
  return merged
}

function mergedExtensions(runs: readonly Run[]): ToolComponent[] {
  const byName = new Map<string, ToolComponent[]>()
  for (const { tool } of runs) {
    for (const extension of tool.extensions ?? []) {
      const key = JSON.stringify([extension.name, extension.guid])
      byName.set(key, [...(byName.get(key) ?? []), extension])
    }
  }
  return [...byName.values()].map(mergedComponent)
}

function mergedComponent(components: readonly ToolComponent[]): ToolComponent {
  const rules = new Map<string, ReportingDescriptor>()
  for (const component of components) {
    for (const rule of component.rules ?? []) {
      const known = rules.get(rule.id)
      if (known === undefined || scoreOf(rule) > scoreOf(known)) rules.set(rule.id, rule)
    }
  }
  const [first] = components as [ToolComponent]
  return components.some((component) => component.rules !== undefined)
    ? { ...first, rules: [...rules.values()] }
    : first
}

function scoreOf({ properties }: ReportingDescriptor): number {
  return Number(securitySeverity(properties?.['security-severity']) ?? -1)
}

/** The same rule by where it stands now. */
function pointed(result: Result, places: ReadonlyMap<string, { component: number; index: number }>): Result {
  const id = result.ruleId ?? result.rule?.id ?? ''
  const place = places.get(id) ?? places.get(id.slice(0, Math.max(0, id.lastIndexOf('/'))))
  delete result.ruleIndex
  delete result.rule
  if (place === undefined) return result
  if (place.component < 0) result.ruleIndex = place.index
  else result.rule = { index: place.index, toolComponent: { index: place.component } }
  return result
}

/** A result that points into no list of its run: what it pointed to stands in its place. */
function inlined(result: Result, run: Run): Result {
  const walk = (value: unknown, key: string): void => {
    if (Array.isArray(value)) {
      for (const each of value) walk(each, key)
      return
    }
    if (typeof value !== 'object' || value === null || key === 'properties') return
    const node = value as Record<string, unknown>
    const table = {
      artifactLocation: 'artifacts',
      logicalLocations: 'logicalLocations',
      locations: 'threadFlowLocations',
    }[key]
    if (table !== undefined && typeof node['index'] === 'number' && isOf(key, node)) {
      const list = run[table]
      const entry: unknown = Array.isArray(list) ? list[node['index']] : undefined
      const part =
        TABLES[table] === '' ? entry : (entry as Record<string, unknown> | undefined)?.[TABLES[table] ?? '']
      delete node['index']
      if (typeof part === 'object' && part !== null)
        for (const [name, each] of Object.entries(part))
          if (!Object.hasOwn(node, name) && name !== 'index') node[name] = structuredClone(each)
    }
    delete node['parentIndex']
    for (const [name, each] of Object.entries(node)) walk(each, name)
  }
  walk(result, '')
  for (const key of ['webRequest', 'webResponse'])
    delete (result[key] as { index?: unknown } | undefined)?.index
  return result
}

/** `locations` of a result are no steps of a thread flow. */
function isOf(key: string, node: Record<string, unknown>): boolean {
  return key !== 'locations' || !('physicalLocation' in node)
}
