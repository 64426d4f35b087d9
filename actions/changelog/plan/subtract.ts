import { parseVersion, type Version } from '../../../shared/version/version.ts'
import type { Elsewhere, Entry, Release } from '../model.ts'
import type { Line } from './lines.ts'

/**
 * Takes out the lines that a version of another line has too; of several the lowest counts.
 *
 * @param elsewhere from the lowest version up
 * @returns `commits`: those of the lines taken out; `released`: how many lines, by line of versions (`22.0.1 … 22.0.7`)
 */
export function subtract(
  lines: readonly Line[],
  elsewhere: readonly Elsewhere[],
): { kept: readonly Line[]; released: NonNullable<Release['elsewhere']>; commits: number } {
  if (elsewhere.length === 0) return { kept: lines, released: [], commits: 0 }
  const found = new Map<string, { tags: Set<string>; pullRequests: number[]; changes: number }>()
  let commits = 0
  const kept = lines.filter(({ entry, commits: own }) => {
    const there = elsewhere.find((one) => has(one, entry))
    if (there === undefined) return true
    const line = found.get(lineOf(there.tag)) ?? { tags: new Set<string>(), pullRequests: [], changes: 0 }
    line.tags.add(there.tag)
    line.changes++
    if (entry.pullRequest !== undefined) line.pullRequests.push(entry.pullRequest.number)
    found.set(lineOf(there.tag), line)
    commits += own
    return false
  })
  const order = elsewhere.map(({ tag }) => tag)
  const released = [...found.values()].map(({ tags, pullRequests, changes }) => {
    return { versions: order.filter((tag) => tags.has(tag)), pullRequests, changes }
  })
  return { kept, released, commits }
}

/** All commits of a line, or its pull request. */
function has({ pullRequests, shas }: Elsewhere, { pullRequest, shas: own }: Entry): boolean {
  return (
    (pullRequest !== undefined && pullRequests.has(pullRequest.number)) || own.every((sha) => shas.has(sha))
  )
}

/** `v22.0.7` is of the line `v22.0`. */
function lineOf(tag: string): string {
  const at = /\d+\.\d+\.\d+.*$/.exec(tag)
  const version: Version | undefined = at === null ? undefined : parseVersion(at[0])
  return version === undefined ? tag : `${tag.slice(0, at?.index)}${version.major}.${version.minor}`
}
