import type { Node } from '../../../shared/commits/graph.ts'

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
  const nodes = new Map<string, Node>()
  for (const commit of commits) nodes.set(commit.sha, commit)
  const seen = new Set<string>()
  for (const { sha } of commits) {
    if (seen.has(sha)) continue
    const open = [{ line: firstParents(sha, nodes, seen), owner: undefined as string | undefined }]
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      const { line, owner } = last
      const commit = line.pop()
      if (commit === undefined) {
        open.pop()
        continue
      }
      if (owner !== undefined) owners.set(commit.sha, owner)
      const inner = counts(commit) ? commit.sha : owner
      const { parents = [] } = commit
      for (let further = parents.length - 1; further > 0; further--)
        open.push({ line: firstParents(parents[further] ?? '', nodes, seen), owner: inner })
    }
  }
  return owners
}

/** From a commit back along its first parents, as far as nobody has been; the oldest is last. */
function firstParents(start: string, nodes: ReadonlyMap<string, Node>, seen: Set<string>): Node[] {
  const line: Node[] = []
  for (let at = nodes.get(start); at !== undefined && !seen.has(at.sha); ) {
    seen.add(at.sha)
    line.push(at)
    const parent = at.parents?.[0]
    at = parent === undefined ? undefined : nodes.get(parent)
  }
  return line
}
