import { type Checkout, insideOf, joined, layoutOf } from './layout.ts'
import type { ArtifactLocation, Location, Result, Run } from './model.ts'
import { repairRegion } from './region.ts'
import { hasMore, repairUris } from './repair-uris.ts'
import { isAbsolutePath, type Place, pathOf, placeAt, relativePlace } from './uri.ts'

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
  /** Where paths start, where that is not what one would expect. */
  readonly said: string | undefined
}

/**
 * Makes the places of a run ones that code scanning takes, in place.
 *
 * @param beside the folder of the report, relative to the top of the checkout; undefined where it does not count
 */
export function placesOf(run: Run, checkout: Checkout, beside?: string): Places {
  const known = new Map<string, Map<string, Place>>()
  const moved: Moved = { outside: 0, without: 0 }
  const bases = run.originalUriBaseIds ?? {}
  const layout = layoutOf(run, firstPaths(run, bases), checkout, beside)
  const { roots } = checkout

  const make = (uri: string, uriBaseId: string): Place => {
    const base = baseOf(bases, uriBaseId)
    // A package's path in an image is absolute by nature.
    if (base === '/') return { ...relativePlace(uri, roots, base), outside: false }
    const path = fullPath(uri, base)
    if (!isAbsolutePath(path)) {
      return layout.folder === '' && base === undefined
        ? relativePlace(uri, roots)
        : placeAt(joined(layout.folder, path))
    }
    const { foreign } = layout
    if (insideOf(path, roots) !== undefined) return relativePlace(uri, roots, base)
    const inside = foreign === undefined ? undefined : insideOf(path, [foreign.root])
    if (foreign !== undefined && inside !== undefined) return placeAt(joined(foreign.folder, inside))
    const own = pathOf(uri)
    return isAbsolutePath(own) ? relativePlace(uri, roots) : placeAt(joined(layout.folder, own))
  }
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
      found = make(uri, uriBaseId)
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
    said: layout.said,
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

/** The first place of each result, decoded, as far as the run tells; those of images are left out. */
function firstPaths(run: Run, bases: Record<string, ArtifactLocation>): Set<string> {
  const paths = new Set<string>()
  const seen = new Set<string>()
  for (const { locations } of run.results ?? []) {
    const given = locations?.[0]?.physicalLocation?.artifactLocation
    if (given === undefined) continue
    const { uri, uriBaseId = '' } = given.uri === undefined ? (artifactOf(run, given.index) ?? {}) : given
    if (uri === undefined || uri.trim() === '' || seen.has(`${uriBaseId}\n${uri}`)) continue
    seen.add(`${uriBaseId}\n${uri}`)
    const base = baseOf(bases, uriBaseId)
    if (base !== '/') paths.add(fullPath(uri, base))
  }
  return paths
}

function fullPath(uri: string, base: string | undefined): string {
  const path = pathOf(uri)
  return base === undefined || isAbsolutePath(path) ? path : `${base}/${path}`
}

/**
 * A base, decoded: absolute, or relative to the checkout where the chain ends in one whose place is not told (a base may
 * itself be relative to another one, SARIF 3.14.14); undefined when nothing is known.
 */
function baseOf(bases: Record<string, ArtifactLocation>, id: string): string | undefined {
  let path = ''
  let next: string | undefined = id
  for (let hops = 0; next !== undefined && next !== '' && hops < 10; hops++) {
    const base: ArtifactLocation | undefined = Object.hasOwn(bases, next) ? bases[next] : undefined
    if (base?.uri === undefined) break
    path = `${pathOf(base.uri).replace(/\/+$/, '')}/${path}`
    if (isAbsolutePath(path)) return path.replace(/\/+$/, '') || '/'
    next = base.uriBaseId
  }
  const open = path.replace(/\/+$/, '')
  return open === '' ? undefined : open
}
