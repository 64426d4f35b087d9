import { nearest } from '../../../shared/text/nearest.ts'
import { highestTag, readVersionTags, type Versioned } from '../../../shared/version/tags.ts'
import {
  compareVersions,
  isStable,
  parsePrefixedVersion,
  parseVersion,
  type Version,
} from '../../../shared/version/version.ts'
import type { Observation, VersionTag } from '../model.ts'

export type KnownTag = Versioned<VersionTag>

/** The version that the notes are about: of the input, else of a tag at `to`; undefined: Unreleased. */
export interface Subject {
  version: Version | undefined
  /** The tag of the version, wherever it stands. */
  tag: KnownTag | undefined
}

/**
 * What the notes are about. Of several version tags at `to`, the one that was asked for by its name (`to`, or the tag
 * that started the run) counts, else the highest.
 *
 * @param names names by which `to` was asked for, the most telling first
 */
export function subjectOf(
  tags: readonly KnownTag[],
  sha: string,
  {
    given,
    prefixes,
    names,
  }: { given: string | undefined; prefixes: readonly string[]; names: readonly string[] },
): Subject {
  if (given !== undefined && /^unreleased$/i.test(given)) return { version: undefined, tag: undefined }
  if (given !== undefined) {
    const version = parsePrefixedVersion(given, prefixes)
    const same = tags.filter((tag) => version !== undefined && compareVersions(tag.version, version) === 0)
    const exact = same.find(({ name }) => name === tagNameOf(given, prefixes[0] ?? ''))
    // Build metadata is no part of the precedence, but who writes it means that tag and no other.
    if (exact !== undefined || given.includes('+')) return { version, tag: exact }
    return { version, tag: same.find(({ commit }) => commit === sha) ?? highestTag(same) }
  }
  const here = tags.filter(({ commit }) => commit === sha)
  const named = names.map((name) => here.find((tag) => tag.name === name)).find((tag) => tag !== undefined)
  const tag = named ?? highestTag(here)
  return { version: tag?.version, tag }
}

/** The tag of a version that is written with or without the prefix. */
export function tagNameOf(given: string, prefix: string): string {
  return parseVersion(given) === undefined ? given : `${prefix}${given}`
}

/**
 * The tags that may be the previous version, the highest first: below a stable version the stable ones, below a
 * pre-release versions of any kind, and before what has no version yet every one (SemVer item 11 orders them).
 */
export function previousCandidates(
  tags: readonly KnownTag[],
  { version }: Pick<Subject, 'version'>,
): KnownTag[] {
  const isLower = (tag: KnownTag): boolean =>
    version === undefined ||
    (compareVersions(tag.version, version) < 0 && (!isStable(version) || isStable(tag.version)))
  return tags.filter(isLower).sort(downwards)
}

/** By precedence from the highest down; of equal ones the shorter name first, then by name. */
export function downwards(a: KnownTag, b: KnownTag): number {
  const order = compareVersions(b.version, a.version) || a.name.length - b.name.length
  return order || (a.name < b.name ? -1 : 1)
}

/**
 * The stable versions between both ends of a range, that of the end's own core left out: what is not part of the range
 * has been released on another line.
 */
export function tagsBetween({ from, to, version, tags }: Ends): KnownTag[] {
  const end = version === undefined ? undefined : parseVersion(version)
  if (end === undefined) return []
  const known = readVersionTags(tags, [])
  const begin = highestTag(known.filter(({ commit }) => commit === from?.sha))?.version
  return known
    .filter((tag) => isStable(tag.version) && tag.commit !== to.sha && tag.commit !== from?.sha)
    .filter(({ version }) => compareVersions(version, end) < 0)
    .filter(({ version }) => begin === undefined || compareVersions(version, begin) > 0)
    .sort(downwards)
    .reverse()
}

interface Ends extends Pick<Observation, 'from' | 'to' | 'version'> {
  tags: readonly VersionTag[]
}

/** Version tags of a list, with what is known of each. */
export function versionTags(
  tags: readonly { name: string; commit?: string }[],
  prefixes: readonly string[],
): KnownTag[] {
  const onCommits = tags.flatMap(({ name, commit }): VersionTag[] =>
    commit === undefined ? [] : [{ name, commit }],
  )
  return readVersionTags(onCommits, prefixes)
}

/** Names of tags that a person may have meant: the nearest in spelling, then the highest versions. */
export function suggestedTags(
  given: string,
  all: readonly { name: string }[],
  versions: readonly KnownTag[],
): string[] {
  const names = all.map(({ name }) => name)
  const meant = nearest(given, names)
  const alike = names.filter((name) => name.includes(given) || (name !== '' && given.includes(name)))
  const highest = [...versions].sort(downwards).map(({ name }) => name)
  return [...new Set([...(meant === undefined ? [] : [meant]), ...alike, ...highest])].slice(0, 5)
}
