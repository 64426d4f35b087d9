import { parseVersion } from '../../../shared/version/version.ts'
import {
  planVersionFiles,
  readVersionFile,
  type VersionFilesPlan,
} from '../../../shared/version-files/plan.ts'

/** What becomes of a repository's files: the plan, and the texts afterwards. */
export async function setVersion(
  files: Readonly<Record<string, string>>,
  items: readonly string[],
  { next = '1.3.0', known = ['1.2.3'] }: { next?: string; known?: readonly string[] } = {},
): Promise<VersionFilesPlan & { after: Record<string, string> }> {
  const version = parseVersion(next)
  if (version === undefined) throw new Error(`${next} is not a version`)
  const specs = items.map((item) => {
    const spec = readVersionFile(item)
    if (spec === undefined) throw new Error(`${item} is not known`)
    return spec
  })
  const plan = await planVersionFiles({
    specs,
    known,
    next: version,
    paths: new Set(Object.keys(files)),
    read: async (path) => files[path] as string,
  })
  const changed = Object.fromEntries(plan.changes.map(({ path, text }) => [path, text]))
  return { ...plan, after: { ...files, ...changed } }
}

/** The one place where two texts differ, as the shortest pair of what stood and what stands there. */
export function difference(before: string, after: string): [string, string] {
  let start = 0
  while (start < Math.min(before.length, after.length) && before[start] === after[start]) start++
  let end = 0
  const most = Math.min(before.length, after.length) - start
  while (end < most && before.at(-1 - end) === after.at(-1 - end)) end++
  return [before.slice(start, before.length - end), after.slice(start, after.length - end)]
}
