import type { Node } from './graph.ts'

/** Where the commits of a list stand, the newest first. */
export class Places {
  readonly #commits: readonly Node[]
  readonly #bySha = new Map<string, number>()

  constructor(commits: readonly Node[]) {
    this.#commits = commits
    for (let at = 0; at < commits.length; at++) this.#bySha.set((commits[at] as Node).sha, at)
  }

  of(sha: string): number | undefined {
    return this.#bySha.get(sha)
  }

  /** Of a parent of the commit at a place: most stand right behind it, and need not be looked up. */
  ofParent(parent: string, at: number): number | undefined {
    return this.#commits[at + 1]?.sha === parent ? at + 1 : this.#bySha.get(parent)
  }
}
