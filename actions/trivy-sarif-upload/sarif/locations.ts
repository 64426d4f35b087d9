import type { ArtifactLocation, Location, Region, Result, Run } from './model.ts'
import { type Place, pathOf, referenceOf, relativePlace } from './uri.ts'

/** What a run's places had to be changed for. */
export interface Moved {
  /** Results whose first place lies outside the checkout. */
  outside: number
  /** Results that had no place. */
  without: number
}

/** Places of one run: each URI is worked out once. */
export interface Places {
  /** Changes a location to a valid one, and tells where it is; undefined when it has no file. */
  settle(location: Location): Place | undefined
  /** All places of a result; at least one afterwards. @returns the first */
  settleResult(result: Result, fallback: string): Place
  readonly moved: Moved
}

/**
 * Makes the places of a run ones that code scanning takes, in place.
 *
 * @param roots see {@link relativePlace}
 */
export function placesOf(run: Run, roots: readonly string[]): Places {
  const known = new Map<string, Map<string, Place>>()
  const moved: Moved = { outside: 0, without: 0 }
  const bases = run.originalUriBaseIds ?? {}

  const place = (location: ArtifactLocation): Place | undefined => {
    const named = location.uri === undefined ? artifactOf(run, location.index) : location
    if (named?.uri === undefined || named.uri.trim() === '') return undefined
    const { uri, uriBaseId = '' } = named
    let inBase = known.get(uriBaseId)
    if (inBase === undefined) {
      inBase = new Map()
      known.set(uriBaseId, inBase)
    }
    let found = inBase.get(uri)
    if (found === undefined) {
      const base = baseOf(bases, uriBaseId)
      found = relativePlace(uri, roots, base)
      // A package's path in an image is absolute by nature.
      if (base === '/') found = { ...found, outside: false }
      inBase.set(uri, found)
    }
    return found
  }
  const settle = (location: Location): Place | undefined => {
    const physical = location.physicalLocation
    if (physical === undefined) return undefined
    if (physical.region !== undefined) repairRegion(physical.region)
    if (physical.artifactLocation === undefined) return undefined
    const found = place(physical.artifactLocation)
    if (found === undefined) return undefined
    if (physical.artifactLocation.uri !== found.uri) {
      physical.artifactLocation.uri = found.uri
      // It is relative to the checkout now, and to nothing else.
      delete physical.artifactLocation.uriBaseId
    }
    return found
  }

  return {
    moved,
    settle,
    settleResult(result, fallback) {
      const first = settleFirst(result, settle)
      for (let i = 1; i < (result.locations?.length ?? 0); i++) settle(result.locations?.[i] ?? {})
      for (const location of result.relatedLocations ?? []) settle(location)
      if (result.codeFlows !== undefined) {
        inlineSteps(result, run)
        for (const location of stepsOf(result)) settle(location)
      }
      for (const location of result.locations ?? []) onlyWithFile(location)
      for (const location of result.relatedLocations ?? []) onlyWithFile(location)
      if (hasMore(result)) repairUris(result, 'result')
      if (first !== undefined) {
        if (first.outside) moved.outside++
        return first
      }
      moved.without++
      return standIn(result, relativePlace(logicalName(result) ?? fallback, roots))
    },
  }
}

function* stepsOf({ codeFlows = [] }: Result): Generator<Location> {
  for (const { threadFlows = [] } of codeFlows) {
    for (const { locations = [] } of threadFlows) {
      for (const { location } of locations as { location?: Location }[])
        if (location !== undefined) yield location
    }
  }
}

/** GitHub does not look steps up that the run keeps in a list (3.38.2): they stand where they are used, or not at all. */
function inlineSteps(result: Result, run: Run): void {
  const kept = run['threadFlowLocations'] as { location?: Location }[] | undefined
  for (const flow of result.codeFlows ?? []) {
    for (const thread of flow.threadFlows ?? []) {
      thread.locations = (thread.locations as { index?: number; location?: Location }[]).flatMap((step) => {
        const { index, ...own } = step
        if (index === undefined) return [step]
        const found = { ...structuredClone(kept?.[index] ?? {}), ...own }
        return found.location === undefined ? [] : [found]
      })
    }
    flow.threadFlows = flow.threadFlows?.filter(({ locations = [] }) => locations.length > 0) ?? []
  }
  result.codeFlows = result.codeFlows?.filter(({ threadFlows = [] }) => threadFlows.length > 0) ?? []
  for (const location of stepsOf(result)) onlyWithFile(location)
}

/** A region of no file is not a place (3.29.2). */
function onlyWithFile(location: Location): void {
  const { physicalLocation: physical } = location
  if (physical !== undefined && physical.artifactLocation === undefined && physical['address'] === undefined)
    delete location.physicalLocation
}

/** What most results consist of; all else may hold addresses that nobody has settled. */
const SETTLED = new Set([
  'ruleId',
  'ruleIndex',
  'rule',
  'level',
  'kind',
  'message',
  'locations',
  'relatedLocations',
  'codeFlows',
  'partialFingerprints',
  'fingerprints',
  'suppressions',
  'properties',
  'baselineState',
  'guid',
  'correlationGuid',
  'occurrenceCount',
  'rank',
])

function hasMore(result: Result): boolean {
  for (const key in result) if (!SETTLED.has(key)) return true
  return false
}

/** Makes URIs ones that the standard takes (RFC 3986), wherever they stand but where places are settled. */
export function repairUris(value: unknown, key: string): void {
  if (Array.isArray(value)) {
    for (const each of value) repairUris(each, key)
    return
  }
  if (typeof value !== 'object' || value === null || key === 'properties') return
  const node = value as Record<string, unknown>
  for (const name of Object.keys(node)) {
    const each = node[name]
    if (name === 'uri' && typeof each === 'string') node[name] = referenceOf(each)
    else if (typeof each === 'object' && !(key === 'result' && SETTLED.has(name))) repairUris(each, name)
  }
}

/** The first location that has a file comes first; those without one are kept behind it. */
function settleFirst(result: Result, settle: (location: Location) => Place | undefined): Place | undefined {
  const { locations = [] } = result
  for (const [index, location] of locations.entries()) {
    const found = settle(location)
    if (found === undefined) continue
    if (index > 0) locations.unshift(...locations.splice(index, 1))
    return found
  }
  return undefined
}

function standIn(result: Result, place: Place): Place {
  const given = result.locations?.[0]
  const location: Location = {
    ...given,
    physicalLocation: {
      artifactLocation: { uri: place.uri },
      region: { startLine: given?.physicalLocation?.region?.startLine ?? 1 },
    },
  }
  result.locations = [location, ...(result.locations ?? []).slice(1)]
  return place
}

function logicalName({ locations = [] }: Result): string | undefined {
  const [logical] = locations[0]?.logicalLocations ?? []
  const name = logical?.fullyQualifiedName ?? logical?.name
  return name === undefined || name.trim() === '' ? undefined : name
}

function artifactOf({ artifacts = [] }: Run, index: number | undefined): ArtifactLocation | undefined {
  return index === undefined ? undefined : artifacts[index]?.location
}

/** Absolute, or undefined when it is not known. A base may itself be relative to another one (SARIF 3.14.14). */
function baseOf(bases: Record<string, ArtifactLocation>, id: string): string | undefined {
  let path = ''
  let next: string | undefined = id
  for (let hops = 0; next !== undefined && next !== '' && hops < 10; hops++) {
    const base: ArtifactLocation | undefined = Object.hasOwn(bases, next) ? bases[next] : undefined
    if (base?.uri === undefined) return undefined
    path = `${pathOf(base.uri).replace(/\/+$/, '')}/${path}`
    if (/^(\/|[A-Za-z]:)/.test(path)) return path.replace(/\/+$/, '') || '/'
    next = base.uriBaseId
  }
  return undefined
}

/** Lines and columns count from 1; tools that mean "the whole file" write 0 (GitHub refuses it). */
function repairRegion(region: Region): void {
  for (const key of ['startLine', 'startColumn', 'endLine', 'endColumn'] as const) {
    const value = region[key]
    if (value !== undefined && value < 1) {
      if (key === 'startLine') region[key] = 1
      else delete region[key]
    }
  }
  const { startLine, endLine } = region
  if (startLine === undefined) region.startLine = 1
  else if (endLine !== undefined && endLine < startLine) {
    delete region.endLine
    delete region.endColumn
  }
  const isOneLine = region.endLine === undefined || region.endLine === region.startLine
  // Equal columns are an empty region, which is one (3.30.2).
  if (isOneLine && region.endColumn !== undefined && region.endColumn < (region.startColumn ?? 1))
    delete region.endColumn
}
