import { compareVersions, parseVersion } from '../../../shared/version/version.ts'
import type { Links, Release } from '../model.ts'
import { compareUrl } from './inline.ts'

/** Definition = "[" Label "]:" Address */
const DEFINITION = /^(\[([^\]]+)\]:[ \t]*)(\S+)([ \t]*)$/

/**
 * The link definitions at the end of a file, in step with a version that is now in it: one of its own where other versions
 * have some, and Unreleased begins at it when nothing higher is there. The same text when there is nothing to do.
 */
export function definitionsFor(
  tail: string,
  { version, from, to }: Release,
  { links, lineEnd }: { links: Links | undefined; lineEnd: string },
): string {
  const own = version === undefined ? undefined : parseVersion(version)
  if (own === undefined || links === undefined || tail === '') return tail
  const lines = tail.split(lineEnd)
  const defined = lines.map((line) => DEFINITION.exec(line))
  const versionAt = defined.map((match) => parseVersion((match?.[2] ?? '').replace(/^v/, '')))
  const isHere = versionAt.some((other) => other !== undefined && compareVersions(other, own) === 0)
  const isComparing = defined.some((match) => match?.[3]?.includes('/compare/') === true)
  if (!isComparing) return tail
  const isHighest = versionAt.every((other) => other === undefined || compareVersions(other, own) <= 0)
  const after = lines.map((line, at) => {
    const [, before = '', label = '', address = '', end = ''] = defined[at] ?? []
    if (!isHighest || !/^unreleased$/i.test(label)) return line
    const since = address.replace(/\/compare\/.+?(?=\.\.\.)/, () => `/compare/${encodeURI(to)}`)
    return `${before}${since}${end}`
  })
  if (isHere || versionAt.every((other) => other === undefined)) return after.join(lineEnd)
  const place = versionAt.findIndex((other) => other !== undefined && compareVersions(own, other) > 0)
  const prefix = defined.some((match) => /^v\d/.test(match?.[2] ?? '')) ? 'v' : ''
  const line = `[${prefix}${version}]: ${compareUrl(links, from, to)}`
  const at = place < 0 ? versionAt.findLastIndex((other) => other !== undefined) + 1 : place
  return after.toSpliced(at, 0, line).join(lineEnd)
}
