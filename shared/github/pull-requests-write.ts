import type { GitHub } from './client.ts'
import { GitHubError } from './errors.ts'
import { query } from './graphql.ts'

/** A pull request as it is kept up to date; bodies have plain line ends. */
export interface BranchPull {
  number: number
  title: string
  body: string
  state: 'OPEN' | 'CLOSED' | 'MERGED'
  /** Where its branch stands; of a closed one where it stood. */
  head: string
  isInMergeQueue: boolean
  labels: string[]
  /** The commit that brought it into its base, and its message; of a merged one. */
  merge?: { oid: string; message: string }
}

/** How a branch, its base and the pull requests between them stand. */
export interface BranchState {
  repositoryId: string
  /** Where the base stands. */
  base: string
  head: string | undefined
  /** The message of the commit there; empty without one. */
  headMessage: string
  /** The branch on which the next commit is made. */
  temporary: string | undefined
  /** The newest first, forks left out. */
  pulls: BranchPull[]
}

interface PullNode {
  number: number
  title: string
  body: string
  state: BranchPull['state']
  headRefOid: string
  isCrossRepository: boolean
  isInMergeQueue: boolean
  labels: { nodes: { name: string }[] } | null
  mergeCommit: { oid: string; message: string } | null
}

type RefNode = { target: { oid: string; message?: string } | null } | null

const FIELDS =
  'number title body state headRefOid isCrossRepository isInMergeQueue labels(first:50){nodes{name}} mergeCommit{oid message}'
/** As many as anybody looks back: each has been released, or given up. */
const NEWEST = 20

/**
 * All that decides about a release pull request, in one call. Undefined when the base is no branch.
 *
 * @throws GitHubError
 */
export async function readBranchState(
  github: GitHub,
  { base, head, temporary }: { base: string; head: string; temporary: string },
): Promise<BranchState | undefined> {
  const { repository } = await query<{
    repository: {
      id: string
      base: RefNode
      head: RefNode
      temporary: RefNode
      pullRequests: { nodes: PullNode[] }
    }
  }>(github, {
    text: `query($owner:String!,$name:String!,$b:String!,$h:String!,$t:String!,$base:String!,$head:String!){repository(owner:$owner,name:$name){id base:ref(qualifiedName:$b){target{oid}} head:ref(qualifiedName:$h){target{oid ...on Commit{message}}} temporary:ref(qualifiedName:$t){target{oid}} pullRequests(headRefName:$head,baseRefName:$base,first:${NEWEST},orderBy:{field:CREATED_AT,direction:DESC}){nodes{${FIELDS}}}}}`,
    variables: {
      owner: github.owner,
      name: github.repo,
      b: `refs/heads/${base}`,
      h: `refs/heads/${head}`,
      t: `refs/heads/${temporary}`,
      base,
      head,
    },
    about: `the release pull request of ${base}`,
  })
  const at = repository.base?.target?.oid
  if (at === undefined) return undefined
  return {
    repositoryId: repository.id,
    base: at,
    head: repository.head?.target?.oid,
    headMessage: repository.head?.target?.message ?? '',
    temporary: repository.temporary?.target?.oid,
    pulls: repository.pullRequests.nodes.filter(({ isCrossRepository }) => !isCrossRepository).map(pullOf),
  }
}

function pullOf(node: PullNode): BranchPull {
  const { number, title, body, state, headRefOid, isInMergeQueue, labels, mergeCommit } = node
  return {
    number,
    title,
    // The web editor sends carriage returns.
    body: body.replaceAll('\r\n', '\n'),
    state,
    head: headRefOid,
    isInMergeQueue,
    labels: (labels?.nodes ?? []).map(({ name }) => name),
    ...(mergeCommit === null ? {} : { merge: mergeCommit }),
  }
}

/**
 * Opens a pull request and gives its number; one call. `exists` when there is one already, or a lost reply may have
 * made one: read again.
 *
 * @throws GitHubError
 */
export async function openPullRequest(
  github: GitHub,
  pull: { title: string; body: string; head: string; base: string },
): Promise<number | 'exists'> {
  try {
    const { data } = await github.send<{ number: number }>({
      route: 'POST /repos/{owner}/{repo}/pulls',
      parameters: { ...pull, maintainer_can_modify: false },
      about: `the pull request of ${pull.head}`,
    })
    return data.number
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    if (error.uncertain || /pull request already exists/i.test(error.answer)) return 'exists'
    throw error
  }
}

/**
 * Changes a pull request; one call, repeated freely.
 *
 * @throws GitHubError
 */
export async function updatePullRequest(
  github: GitHub,
  number: number,
  change: { title?: string; body?: string; state?: 'closed' },
): Promise<void> {
  await github.send({
    route: 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}',
    parameters: { pull_number: number, ...change },
    about: `the pull request #${number}`,
    repeatable: true,
  })
}

/**
 * Adds labels; one call, repeated freely.
 *
 * @throws GitHubError a permission, when a label does not exist and the token may not make it
 */
export async function addLabels(github: GitHub, number: number, labels: readonly string[]): Promise<void> {
  await github.send({
    route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels',
    parameters: { issue_number: number, labels },
    about: `the labels of #${number}`,
    repeatable: true,
  })
}
