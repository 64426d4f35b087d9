import type { Commit } from '../../../shared/git/history.ts'
import type { ReachableTag } from '../../../shared/git/tags.ts'
import type { Source, Standing } from './source.ts'

/** Of versions that the commit does not reach; more decide nothing. */
const MAX_STANDING = 1_000

/** Which commits touch some paths, learned from one reading. */
export class Touched {
  /** Folder or file → the indices of the commits that touch it, ascending; an empty path is the whole repository. */
  readonly #commits = new Map<string, number[]>()

  /** @param paths all that will be asked for */
  constructor(paths: Iterable<string>) {
    for (const path of paths) this.#commits.set(path, [])
  }

  add(commit: number, paths: readonly string[]): void {
    for (const path of paths) {
      for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
        const list = this.#commits.get(path.slice(0, end))
        if (list !== undefined && list.at(-1) !== commit) list.push(commit)
      }
    }
  }

  /** The indices of commits that touch one of some paths. */
  of(paths: readonly string[]): Set<number> {
    return new Set(paths.flatMap((path) => this.#commits.get(path) ?? []))
  }
}

interface Read {
  tags: readonly ReachableTag[]
  /** Newest first, all that the commit reaches. */
  commits: readonly Commit[]
  touched: Touched
  prefixes: readonly string[]
}

/** One reading of a repository as the source of many packages. */
export function historySource(git: Source, { tags, commits, touched, prefixes }: Read): Source {
  const places = new Map(commits.map(({ sha }, index) => [sha, index]))
  const parents = commits.map((commit) => commit.parents.flatMap((sha) => places.get(sha) ?? []))
  let standing: Promise<Map<string, Standing>> | undefined
  const outside = (): string[] => {
    const own = tags.filter(
      ({ name, reachable }) => !reachable && prefixes.some((prefix) => name.startsWith(prefix)),
    )
    return [...new Set(own.flatMap(({ commit }) => commit ?? []))].slice(0, MAX_STANDING)
  }
  return {
    kind: git.kind,
    tags: async () => [...tags],
    message: (tag) => git.message(tag),
    range: async (without, paths) => {
      const gone = reachable(
        without.flatMap((sha) => places.get(sha) ?? []),
        parents,
      )
      const wanted = paths.length === 0 ? undefined : touched.of(paths)
      return commits.filter((_, index) => gone[index] === 0 && wanted?.has(index) !== false)
    },
    // Asked once for all packages: three processes.
    standing: async (some) => {
      standing ??= git.standing(outside())
      const all = await standing
      return new Map(
        some.flatMap((commit) => (all.has(commit) ? [[commit, all.get(commit) as Standing]] : [])),
      )
    },
    tip: (branch) => git.tip(branch),
  }
}

/** 1 for each commit that some reach, themselves included. */
function reachable(from: readonly number[], parents: readonly (readonly number[])[]): Uint8Array {
  const seen = new Uint8Array(parents.length)
  const open = [...from]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (seen[at] === 1) continue
    seen[at] = 1
    for (const parent of parents[at] ?? []) if (seen[parent] === 0) open.push(parent)
  }
  return seen
}
