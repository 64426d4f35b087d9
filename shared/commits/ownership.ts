import type { Node } from './graph.ts'
import { Places } from './places.ts'

/**
 * Which merge brought each commit in: the innermost one of those that count, by its SHA. What stands on the first-parent
 * line of the newest commit has none.
 *
 * Each line of first parents is walked from its oldest commit on, so that whatever a further parent of a merge reaches
 * and nobody has reached before came in by it. Linear, and without recursion, however deep merges are nested.
 *
 * @param commits newest first
 * @param counts whether a merge is one that others belong to (the merge of a pull request)
 */
export function broughtInBy(
  commits: readonly Node[],
  counts: (commit: Node) => boolean,
): Map<string, string> {
  const owners = new Map<string, string>()
  if (!commits.some(counts)) return owners
  const places = new Places(commits)
  const seen = new Uint8Array(commits.length)
  for (let start = 0; start < commits.length; start++) {
    if (seen[start] === 1) continue
    const open = [
      { line: firstParents(start, commits, places, seen), owner: undefined as string | undefined },
    ]
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      const { line, owner } = last
      const at = line.pop()
      if (at === undefined) {
        open.pop()
        continue
      }
      const commit = commits[at] as Node
      if (owner !== undefined) owners.set(commit.sha, owner)
      const { parents = [] } = commit
      if (parents.length < 2) continue
      const inner = counts(commit) ? commit.sha : owner
      for (let further = parents.length - 1; further > 0; further--) {
        const begin = places.of(parents[further] ?? '')
        open.push({ line: firstParents(begin, commits, places, seen), owner: inner })
      }
    }
  }
  return owners
}

/** The places from a commit back along its first parents, as far as nobody has been; the oldest is last. */
function firstParents(
  start: number | undefined,
  commits: readonly Node[],
  places: Places,
  seen: Uint8Array,
): number[] {
  const line: number[] = []
  for (let at = start; at !== undefined && seen[at] === 0; ) {
    seen[at] = 1
    line.push(at)
    const parent = commits[at]?.parents?.[0]
    at = parent === undefined ? undefined : places.ofParent(parent, at)
  }
  return line
}
