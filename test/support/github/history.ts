import { peeled, type StageCommit, type State } from './state.ts'

/** A commit by SHA (also shortened), branch, tag or full ref name. */
export function resolve(state: State, revision: string): StageCommit | undefined {
  for (const ref of [revision, `refs/${revision}`, `refs/tags/${revision}`, `refs/heads/${revision}`]) {
    const object = state.refs.get(ref)
    if (object !== undefined) return state.commits.get(peeled(state, object) ?? '')
  }
  const exact = state.commits.get(peeled(state, revision) ?? '')
  if (exact !== undefined || !/^[0-9a-f]{7,39}$/.test(revision)) return exact
  const found = [...state.commits.keys()].filter((sha) => sha.startsWith(revision))
  return found.length === 1 ? state.commits.get(found[0] ?? '') : undefined
}

/** A commit and all its ancestors. */
export function ancestors(state: State, sha: string): Set<string> {
  const found = new Set<string>()
  const open = [sha]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (found.has(at)) continue
    found.add(at)
    open.push(...(state.commits.get(at)?.parents ?? []))
  }
  return found
}

/** Newest committer date first, and never a parent before its child. */
export function sorted(state: State, shas: Iterable<string>): StageCommit[] {
  const left = new Set(shas)
  const children = new Map<string, number>()
  for (const sha of left) {
    for (const parent of state.commits.get(sha)?.parents ?? []) {
      children.set(parent, (children.get(parent) ?? 0) + 1)
    }
  }
  const time = (sha: string): number => Date.parse(state.commits.get(sha)?.committer.date ?? '')
  const ready = [...left].filter((sha) => !children.get(sha)).sort((a, b) => time(a) - time(b))
  const result: StageCommit[] = []
  for (let sha = ready.pop(); sha !== undefined; sha = ready.pop()) {
    const commit = state.commits.get(sha)
    if (commit === undefined) continue
    result.push(commit)
    for (const parent of commit.parents) {
      const more = (children.get(parent) ?? 0) - 1
      children.set(parent, more)
      if (more > 0 || !left.has(parent)) continue
      const at = ready.findIndex((other) => time(other) > time(parent))
      ready.splice(at === -1 ? ready.length : at, 0, parent)
    }
  }
  return result
}

export interface Compared {
  status: 'ahead' | 'behind' | 'diverged' | 'identical'
  aheadBy: number
  behindBy: number
  mergeBase: StageCommit
  /** Reachable from head and not from base, oldest first, as GitHub lists them. */
  commits: StageCommit[]
}

/** Undefined when they share no history. */
export function compareCommits(state: State, base: string, head: string): Compared | undefined {
  const ofBase = ancestors(state, base)
  const ofHead = ancestors(state, head)
  const ahead = [...ofHead].filter((sha) => !ofBase.has(sha))
  const behindBy = [...ofBase].filter((sha) => !ofHead.has(sha)).length
  const [mergeBase] = sorted(
    state,
    [...ofBase].filter((sha) => ofHead.has(sha)),
  )
  if (mergeBase === undefined) return undefined
  const commits = sorted(state, ahead).reverse()
  return { status: statusOf(ahead.length, behindBy), aheadBy: ahead.length, behindBy, mergeBase, commits }
}

function statusOf(ahead: number, behind: number): Compared['status'] {
  if (ahead > 0) return behind > 0 ? 'diverged' : 'ahead'
  return behind > 0 ? 'behind' : 'identical'
}
