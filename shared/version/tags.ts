import { compareVersions, isSameCore, isStable, parseVersion, type Version } from './version.ts'

/** A tag whose name is the prefix and a version. */
export type Versioned<T> = T & { version: Version }

/**
 * The tags that are exactly a prefix and a strict version; everything else (`v1`, dates, four parts, leading zeros,
 * a doubled `v`, other prefixes) is left out. A tag that has been read before stays as it is.
 */
export function readVersionTags<T extends { name: string; version?: Version }>(
  tags: Iterable<T>,
  prefixes: string | readonly string[],
): Versioned<T>[] {
  const read: Versioned<T>[] = []
  const all = typeof prefixes === 'string' ? [prefixes] : prefixes
  for (const tag of tags) {
    if (tag.version !== undefined) {
      read.push(tag as Versioned<T>)
      continue
    }
    const version = versionIn(tag.name, all)
    if (version !== undefined) read.push({ ...tag, version })
  }
  return read
}

/** The version behind one of some prefixes; the first that fits. */
export function versionIn(name: string, prefixes: readonly string[]): Version | undefined {
  for (const prefix of prefixes) {
    const version = name.startsWith(prefix) ? parseVersion(name.slice(prefix.length)) : undefined
    if (version !== undefined) return version
  }
  return undefined
}

/** The tag of the highest precedence. Of versions that differ in build metadata only, the plain one, then by name. */
export function highestTag<T extends { name: string; version: Version }>(tags: Iterable<T>): T | undefined {
  let highest: T | undefined
  for (const tag of tags) if (highest === undefined || ranksAbove(tag, highest)) highest = tag
  return highest
}

function ranksAbove(a: { name: string; version: Version }, b: { name: string; version: Version }): boolean {
  const order = compareVersions(a.version, b.version)
  if (order !== 0) return order > 0
  return a.name.length === b.name.length ? a.name < b.name : a.name.length < b.name.length
}

/** The base of the next version: the highest stable one among the tags that the commit reaches. */
export function baseOf<T extends { name: string; version: Version; reachable: boolean }>(
  tags: readonly T[],
): T | undefined {
  return highestTag(tags.filter(({ reachable, version }) => reachable && isStable(version)))
}

/** The highest pre-release that the commit reaches and that ranks above the base: the one in progress. */
export function lastPrereleaseOf<T extends { name: string; version: Version; reachable: boolean }>(
  tags: readonly T[],
  base = baseOf(tags),
): T | undefined {
  const highest = highestTag(tags.filter(({ reachable, version }) => reachable && !isStable(version)))
  if (highest === undefined || base === undefined) return highest
  return compareVersions(highest.version, base.version) > 0 ? highest : undefined
}

/** Floating tags: `major` is `v1`, `minor` is `v1.2`. */
export const FLOATING_KINDS = ['major', 'minor', 'latest'] as const
export type FloatingKind = (typeof FLOATING_KINDS)[number]

/**
 * The name of a floating tag. `latest` takes the prefix without the `v` that belongs to the number, so that the parts
 * of a monorepo do not share one: `latest`, `api-latest` for `api-v`.
 */
export function floatingName(kind: FloatingKind, { major, minor }: Version, prefix: string): string {
  if (kind === 'latest') return `${prefix.replace(/(^|[^A-Za-z0-9])[vV]$/, '$1')}latest`
  return `${prefix}${kind === 'major' ? major : `${major}.${minor}`}`
}

/**
 * The line that a floating tag follows: the stable versions that could hold it.
 *
 * @returns the highest tag of the line, to which the floating tag may go without going down; pre-releases hold none
 */
export function highestOfLine<T extends { name: string; version: Version }>(
  kind: FloatingKind,
  version: Version,
  tags: readonly T[],
): T | undefined {
  return highestTag(tags.filter((tag) => isStable(tag.version) && isSameLine(kind, tag.version, version)))
}

function isSameLine(kind: FloatingKind, a: Version, b: Version): boolean {
  if (kind === 'latest') return true
  return a.major === b.major && (kind === 'major' || a.minor === b.minor)
}

/** The first tag that stands for this very version (build metadata does not make another one). */
export function findVersion<T extends { version: Version }>(
  tags: readonly T[],
  version: Version,
): T | undefined {
  return tags.find((tag) => compareVersions(tag.version, version) === 0)
}

/** The highest tag of the same core that ranks above a version. */
export function higherOfCore<T extends { name: string; version: Version }>(
  tags: readonly T[],
  version: Version,
): T | undefined {
  return highestTag(
    tags.filter((tag) => isSameCore(tag.version, version) && compareVersions(tag.version, version) > 0),
  )
}
