import type { Release } from '../../../shared/github/releases.ts'
import { highestOfLine, readVersionTags } from '../../../shared/version/tags.ts'
import { compareVersions, isStable, parsePrefixedVersion } from '../../../shared/version/version.ts'
import type { Refused, ReleaseRequest } from '../model/plan.ts'
import type { ReleaseMode, VersionTag } from '../model.ts'

export interface ReleaseWish {
  mode: Exclude<ReleaseMode, 'none'>
  tag: string
  tagPrefixes: readonly string[]
  /** All version tags of the prefix. */
  tags: readonly VersionTag[]
  existing: Release | undefined
  /** The text as it is to be, with what people wrote by hand into the existing one. */
  body: string
}

/**
 * What to do to the release. Nothing when it says all this already; what people set by hand (title, pre-release, latest)
 * stays.
 */
export function planRelease(
  wish: ReleaseWish,
): { kind: 'request'; request: ReleaseRequest; notices: string[] } | Refused {
  const { mode, tag, existing, body } = wish
  if (mode === 'update' && existing === undefined) {
    return {
      kind: 'refused',
      title: 'No release',
      reason: `There is no release of ${tag} to update. Use release: publish or release: draft to create one.`,
    }
  }
  const version = parsePrefixedVersion(tag, wish.tagPrefixes)
  const request = {
    ...{ tag, body, name: existing?.name ?? tag },
    draft: mode === 'draft' || (mode === 'update' && existing?.draft === true),
    prerelease: existing?.prerelease ?? (version !== undefined && !isStable(version)),
    makeLatest: isHighest(wish),
  }
  if (existing === undefined) return { kind: 'request', request: { kind: 'create', ...request }, notices: [] }
  if (mode === 'draft' && !existing.draft) {
    const notice = `${tag} is published already: release: draft leaves it as it is. Use release: update to change its text.`
    const as = { ...request, body: existing.body, draft: false }
    return { kind: 'request', request: { kind: 'unchanged', existing, ...as }, notices: [notice] }
  }
  const isSame = existing.draft === request.draft && sameText(existing.body, body)
  return {
    kind: 'request',
    request: { kind: isSame ? 'unchanged' : 'update', existing, ...request },
    notices: [],
  }
}

/** Whether two texts of a release say the same; the editor on the web writes CRLF. */
export function sameText(a: string, b: string): boolean {
  const plain = (text: string): string => text.replace(/\r\n/g, '\n').trimEnd()
  return plain(a) === plain(b)
}

/** As semver-tag decides it: the highest stable version is the latest one. */
function isHighest({ tag, tagPrefixes, tags }: ReleaseWish): boolean {
  const version = parsePrefixedVersion(tag, tagPrefixes)
  if (version === undefined || !isStable(version)) return false
  const highest = highestOfLine('latest', version, readVersionTags(tags, tagPrefixes))
  return highest === undefined || compareVersions(highest.version, version) <= 0
}
