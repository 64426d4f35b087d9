/** A commit and those it stands on. */
export interface Node {
  sha: string
  parents?: readonly string[]
}

/** The commits of a list that can be reached from some of them, themselves included. Others end the walk. */
export function reachableFrom(nodes: ReadonlyMap<string, Node>, starts: Iterable<string>): Set<string> {
  const seen = new Set<string>()
  const open = [...starts]
  for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
    const node = seen.has(sha) ? undefined : nodes.get(sha)
    if (node === undefined) continue
    seen.add(sha)
    for (const parent of node.parents ?? []) open.push(parent)
  }
  return seen
}

/**
 * The ids of those commits of a range that `tip` does not reach, in their order.
 *
 * @param commits all commits of the range with their real parents; a range that leaves commits out by path has not
 */
export function commitsSince(commits: readonly Node[], tip: string): string[] {
  const reached = reachableFrom(new Map(commits.map((commit) => [commit.sha, commit])), [tip])
  return commits.map(({ sha }) => sha).filter((sha) => !reached.has(sha))
}

/** The commits of a list that a merge brought in: what its further parents reach and its first does not. */
export function broughtBy(merge: Node, nodes: ReadonlyMap<string, Node>): string[] {
  const [first, ...others] = merge.parents ?? []
  if (first === undefined || others.length === 0) return []
  const before = reachableFrom(nodes, [first])
  return [...reachableFrom(nodes, others)].filter((sha) => !before.has(sha))
}
