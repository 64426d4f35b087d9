import { maybe, type Shape } from '../../../shared/text/shape.ts'
import type { Commit, PullRequest } from '../model.ts'
import { type Asking, ask, connection, nodesOf, type Page, page, pageOf } from './budget.ts'

interface Node {
  oid: string
  authoredDate: string
  committedDate: string
  committedViaWeb: boolean
  messageHeadline: string
  messageBody?: string
  parents: { nodes: ({ oid: string } | null)[] | null }
  author: { user: { login: string } | null } | null
  associatedPullRequests?: { nodes: (PullNode | null)[] | null } | null
}

interface PullNode {
  number: number
  title: string
  createdAt: string
  mergedAt: string | null
  headRefName: string
  mergeCommit: { oid: string } | null
  labels: { nodes: ({ name: string } | null)[] | null } | null
}

interface Answer {
  repository: { object: { history?: Page<Node> } | null } | null
}

export interface Wanted {
  /** Commits whose ancestry matters, newest first. */
  heads: readonly string[]
  /** What was deployed before the first of them: its ancestors are old news. */
  base: string | undefined
  /** Pull requests are needed, and bodies. */
  pulls: boolean
  bodies: boolean
}

const PULLS = `associatedPullRequests(first:3){nodes{number title createdAt mergedAt headRefName mergeCommit{oid} labels(first:10){nodes{name}}}}`

const queryText = ({ pulls, bodies }: Wanted): string =>
  `query($owner:String!,$name:String!,$head:GitObjectID!,$first:Int!,$after:String){
  repository(owner:$owner,name:$name){object(oid:$head){...on Commit{history(first:$first,after:$after){
    pageInfo{hasNextPage endCursor} nodes{oid authoredDate committedDate committedViaWeb messageHeadline
      ${bodies ? 'messageBody' : ''} parents(first:10){nodes{oid}} author{user{login}} ${pulls ? PULLS : ''}}}}}}}`

const SHAPE: Shape = {
  repository: maybe({
    object: maybe({
      history: maybe(
        pageOf({
          oid: 'string',
          authoredDate: 'string',
          committedDate: 'string',
          messageHeadline: 'string',
          parents: { nodes: nodesOf({ oid: 'string' }) },
        }),
      ),
    }),
  }),
}

/**
 * The commits that the deployments brought: the history of each head, page by page, until nothing of it can still be
 * missing. History comes in the order of dates, which lie: meeting the base is no reason to stop, only that no commit
 * outside the base's ancestry has a parent that was not listed.
 *
 * @param into filled page by page
 * @throws GitHubError, CallsUsedUp
 */
export async function readCommits(asking: Asking, wanted: Wanted, into: Map<string, Commit>): Promise<void> {
  const coverage = coverageOf(wanted.base, into)
  for (const head of wanted.heads) {
    if (!coverage.isWhole(head)) await walk(asking, head, { wanted, coverage }, into)
  }
}

async function walk(
  asking: Asking,
  head: string,
  { wanted, coverage }: { wanted: Wanted; coverage: Coverage },
  into: Map<string, Commit>,
): Promise<void> {
  const text = queryText(wanted)
  const about = `the commits of ${head.slice(0, 7)}`
  // A commit that is gone has no history: the deployment says so itself.
  const pages = connection<Node>((after) =>
    page(100, async (first, attempts) => {
      const query = { text, variables: { head, first, after }, about, shape: SHAPE, attempts }
      return (await ask<Answer>(asking, query)).repository?.object?.history
    }),
  )
  for await (const { nodes } of pages) {
    for (const node of nodes) into.set(node.oid, commitOf(node))
    if (coverage.isWhole(head)) return
  }
}

interface Coverage {
  /** Every path from the head ends at a root, or within the ancestry of the base. */
  isWhole(head: string): boolean
}

/** Looks at each commit once: what was found whole stays so, whatever is read later. */
function coverageOf(base: string | undefined, commits: ReadonlyMap<string, Commit>): Coverage {
  const whole = new Set<string>()
  let isBaseListed = false
  /** Follows parents; @returns what is missing, and all that was passed. */
  const follow = (from: string): { isMissing: boolean; passed: Set<string> } => {
    const passed = new Set<string>()
    const open = [from]
    let isMissing = false
    for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
      if (passed.has(sha) || whole.has(sha)) continue
      const commit = commits.get(sha)
      if (commit === undefined) isMissing = true
      else {
        passed.add(sha)
        open.push(...commit.parents)
      }
    }
    return { isMissing, passed }
  }
  return {
    isWhole(head) {
      // Until then there is more to read in any case, unless the history ends before.
      if (base !== undefined && !commits.has(base)) return false
      if (!isBaseListed && base !== undefined) {
        isBaseListed = true
        // What the base had already is old news: nobody has to know all of it.
        for (const sha of follow(base).passed) whole.add(sha)
      }
      const { isMissing, passed } = follow(head)
      if (isMissing) return false
      for (const sha of passed) whole.add(sha)
      return true
    },
  }
}

function commitOf(node: Node): Commit {
  return {
    sha: node.oid,
    parents: (node.parents.nodes ?? []).flatMap((parent) => parent?.oid ?? []),
    authoredAt: Date.parse(node.authoredDate),
    committedAt: Date.parse(node.committedDate),
    headline: node.messageHeadline,
    reverts: [...(node.messageBody ?? '').matchAll(/\bThis reverts commit ([0-9a-f]{40})\b/g)].map(
      ([, sha]) => sha ?? '',
    ),
    login: node.author?.user?.login.toLowerCase() ?? '',
    pull: pullOf(node),
    byGitHub: node.committedViaWeb,
  }
}

/** The pull request that brought a commit in: the one that it merged, else the first that was merged. */
function pullOf({ oid, associatedPullRequests }: Node): PullRequest | undefined {
  const merged = (associatedPullRequests?.nodes ?? [])
    .filter((pull) => pull !== null)
    .filter(({ mergedAt }) => mergedAt !== null)
    .sort((a, b) => Date.parse(a.mergedAt ?? '') - Date.parse(b.mergedAt ?? ''))
  const pull = merged.find(({ mergeCommit }) => mergeCommit?.oid === oid) ?? merged[0]
  if (pull === undefined) return undefined
  return {
    number: pull.number,
    title: pull.title,
    createdAt: Date.parse(pull.createdAt),
    mergedAt: pull.mergedAt === null ? undefined : Date.parse(pull.mergedAt),
    branch: pull.headRefName,
    labels: (pull.labels?.nodes ?? []).flatMap((label) => label?.name ?? []),
  }
}
