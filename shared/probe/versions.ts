import { oneLine } from '../text/untrusted.ts'

/** Whether two versions are the same; a leading `v` on either side does not matter. */
export function sameVersion(one: string, other: string): boolean {
  return bare(one) === bare(other)
}

function bare(version: string): string {
  return version.replace(/^v(?=\d)/i, '')
}

/**
 * How the last answers are spread over versions, most frequent first: `29 of the last 40 answers were 1.0.0, 11 were
 * 2.0.0`; undefined when all are the same.
 */
export function describeShares(versions: readonly string[]): string | undefined {
  const counts = new Map<string, number>()
  for (const version of versions) counts.set(version, (counts.get(version) ?? 0) + 1)
  if (counts.size < 2) return undefined
  const [most, ...others] = [...counts].sort(([, a], [, b]) => b - a)
  if (most === undefined) return undefined
  const rest = others.slice(0, 3).map(([version, count]) => `${count} were ${oneLine(version, 60)}`)
  if (others.length > rest.length)
    rest.push(`the others were of ${others.length - rest.length} more versions`)
  const [version, count] = most
  return `${[`${count} of the last ${versions.length} answers were ${oneLine(version, 60)}`, ...rest].join(', ')}`
}

/** One check that reports a version, for the comparison of several. */
export interface Reported {
  name: string
  version: string
}

/** Those that report another version than most, and why; without a majority it is all of them. */
export function oddOnes<T extends Reported>(group: readonly T[]): { one: T; reason: string }[] {
  const names = new Map<string, string[]>()
  for (const { name, version } of group) {
    const same = names.get(bare(version))
    if (same === undefined) names.set(bare(version), [name])
    else same.push(name)
  }
  if (names.size < 2) return []
  const most = Math.max(...[...names.values()].map(({ length }) => length))
  const common = [...names].filter(([, checks]) => checks.length === most).map(([version]) => version)
  const said = [...names]
    .slice(0, 10)
    .map(
      ([version, checks]) => `${version} (${checks.slice(0, 3).join(', ')}${checks.length > 3 ? ' …' : ''})`,
    )
  if (names.size > said.length) said.push(`and ${names.size - said.length} more`)
  return group
    .filter(({ version }) => common.length > 1 || bare(version) !== common[0])
    .map((one) => ({
      one,
      reason: `reports version ${one.version}, but versions must be the same: ${said.join(', ')}`,
    }))
}
