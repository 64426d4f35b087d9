import type { Node } from './graph.ts'
import type { Message } from './message.ts'
import { Places } from './places.ts'
import { pullRequestOf } from './subject.ts'

/** A commit of which it matters whether it merged a pull request. */
interface Told extends Node {
  message: Pick<Message, 'subject'>
}

/** Whether a commit is the merge of a pull request: it has two parents, and its subject tells the number. */
export function isPullMerge({ parents = [], message }: Told): boolean {
  return parents.length > 1 && pullRequestOf(message.subject) !== undefined
}

/** The merge of a pull request that brought each commit in, by SHA: {@link ownersIn} for pull requests. */
export function pullMergesOf(commits: readonly Told[]): Map<string, string> {
  const merges = new Set(commits.filter(isPullMerge).map(({ sha }) => sha))
  return ownersIn(commits, ({ sha }) => merges.has(sha))
}

/**
 * Which merge brought each commit in: the innermost one, of those that count, whose `M^1..M^2` holds it; by SHA. What
 * stands on the first-parent line of the newest commit has none: it came with nobody, also when a pull request carried
 * it to another branch and back.
 *
 * Each line of first parents is walked from its oldest commit on, so that whatever a further parent of a merge reaches
 * and nobody has reached before came in by it. Linear, and without recursion, however deep merges are nested.
 *
 * @param commits the whole range, nothing left out, with the newest first
 * @param counts whether a merge is one that others belong to (the merge of a pull request)
 */
export function ownersIn(commits: readonly Node[], counts: (commit: Node) => boolean): Map<string, string> {
  const owners = new Map<string, string>()
  if (!commits.some(counts)) return owners
  const places = new Places(commits)
  const seen = new Uint8Array(commits.length)
  for (let start = 0; start < commits.length; start++) {
    if (seen[start] === 1) continue
    const open: Walk[] = [{ line: firstParents(start, commits, places, seen), heads: [], owner: undefined }]
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      const { line, heads, owner } = last
      const at = line.pop()
      if (at === undefined) {
        // The next parent of an octopus only now: what the one before it reaches has been walked.
        const head = heads.shift()
        if (head === undefined) open.pop()
        else last.line = firstParents(places.of(head), commits, places, seen)
        continue
      }
      const commit = commits[at] as Node
      if (owner !== undefined) owners.set(commit.sha, owner)
      const { parents = [] } = commit
      if (parents.length < 2) continue
      open.push({ line: [], heads: parents.slice(1), owner: counts(commit) ? commit.sha : owner })
    }
  }
  return owners
}

/** What is being walked: the places of a line, then the lines that begin at some heads, and whom it all belongs to. */
interface Walk {
  line: number[]
  heads: string[]
  owner: string | undefined
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
