import type { World, WorldCommit, WorldDeployment, WorldRelease, WorldTag } from './world.ts'

interface Paged {
  first?: number
  after?: string | null
}

/** The root value of a query: only what a reader of deliveries asks for. */
export function rootOf(world: World): unknown {
  return {
    repository: ({ owner, name }: { owner: string; name: string }) => {
      if (owner !== world.owner || name !== world.name) {
        const error = new Error(`Could not resolve to a Repository with the name '${owner}/${name}'.`)
        throw Object.assign(error, { extensions: { type: 'NOT_FOUND' } })
      }
      return repositoryOf(world)
    },
    nodes: ({ ids }: { ids: string[] }) => ids.map((id) => nodeOf(world, id)),
  }
}

function repositoryOf(world: World): unknown {
  const byTime = (a: { createdAt: string }, b: { createdAt: string }): number =>
    Date.parse(a.createdAt) - Date.parse(b.createdAt)
  return {
    defaultBranchRef: { name: world.defaultBranch },
    environments: (paged: Paged) =>
      connection(
        world.environments.map((name) => ({ name })),
        paged,
      ),
    deployments: ({
      environments,
      orderBy,
      ...paged
    }: Paged & { environments?: string[]; orderBy?: { direction: string } }) => {
      // With case, as GitHub compares; oldest first unless asked otherwise.
      const found = world.deployments
        .filter(({ environment }) => environments?.includes(environment) ?? true)
        .sort(byTime)
      return connection(
        (orderBy?.direction === 'DESC' ? found.reverse() : found).map(deploymentOf(world)),
        paged,
      )
    },
    object: ({ oid }: { oid: string }) => {
      const commit = world.commits.find(({ sha }) => sha === oid)
      return commit === undefined ? null : commitOf(world, commit)
    },
    issues: ({
      labels,
      filterBy,
      ...paged
    }: Paged & { labels?: string[] | null; filterBy?: { since?: string } }) => {
      const since = filterBy?.since === undefined ? 0 : Date.parse(filterBy.since)
      const found = world.issues
        .filter((issue) => labels == null || issue.labels.some((label) => labels.includes(label)))
        .filter(
          ({ createdAt, closedAt }) =>
            Math.max(Date.parse(createdAt), Date.parse(closedAt ?? '') || Number.POSITIVE_INFINITY) >= since,
        )
        .sort(byTime)
        .reverse()
      return connection(
        found.map((issue) => ({
          ...issue,
          body: issue.body ?? '',
          url: `https://github.test/${issue.number}`,
          closedAt: issue.closedAt ?? null,
          stateReason: issue.stateReason ?? null,
          labels: () => ({ nodes: issue.labels.map((name) => ({ name })) }),
        })),
        paged,
      )
    },
    releases: (paged: Paged) => connection(world.releases.map(releaseOf), paged),
    refs: (paged: Paged) =>
      connection(
        [...world.tags].sort((a, b) => Date.parse(b.committed) - Date.parse(a.committed)).map(tagOf),
        paged,
      ),
  }
}

const deploymentOf = (world: World) => (deployment: WorldDeployment) => ({
  __typename: 'Deployment',
  id: `DE_${deployment.id}`,
  databaseId: deployment.id,
  commitOid: deployment.sha,
  commit: world.commits.some(({ sha }) => sha === deployment.sha)
    ? { __typename: 'Commit', oid: deployment.sha }
    : null,
  createdAt: deployment.createdAt,
  environment: deployment.environment,
  originalEnvironment: deployment.environment,
  task: deployment.task ?? 'deploy',
  ref: deployment.ref === undefined ? null : { name: deployment.ref },
  payload: deployment.payload === undefined ? null : JSON.stringify(deployment.payload),
  // In no promised order: newest first here.
  statuses: (paged: Paged) =>
    connection(
      [...deployment.statuses].reverse().map((status) => ({ ...status, logUrl: status.logUrl ?? null })),
      paged,
    ),
})

function commitOf(world: World, commit: WorldCommit): unknown {
  return {
    __typename: 'Commit',
    oid: commit.sha,
    authoredDate: commit.authored,
    committedDate: commit.committed ?? commit.authored,
    committedViaWeb: false,
    messageHeadline: commit.headline,
    messageBody: commit.body ?? '',
    parents: () => ({ nodes: commit.parents.map((oid) => ({ __typename: 'Commit', oid })) }),
    author: { user: commit.login === undefined ? null : { login: commit.login } },
    associatedPullRequests: (paged: Paged) =>
      connection(
        (commit.pulls ?? []).map((pull) => ({
          ...pull,
          headRefName: pull.branch,
          mergeCommit: pull.mergeCommit === null ? null : { oid: pull.mergeCommit },
          labels: () => ({ nodes: pull.labels.map((name) => ({ name })) }),
        })),
        paged,
      ),
    history: (paged: Paged) =>
      connection(
        reachable(world, commit.sha).map((each) => commitOf(world, each)),
        paged,
      ),
  }
}

/** In the world's order, which is that of `git log`: by the commit's date, not by ancestry. */
function reachable(world: World, from: string): WorldCommit[] {
  const bySha = new Map(world.commits.map((commit) => [commit.sha, commit]))
  const seen = new Set<string>()
  const open = [from]
  for (let sha = open.pop(); sha !== undefined; sha = open.pop()) {
    if (seen.has(sha)) continue
    seen.add(sha)
    open.push(...(bySha.get(sha)?.parents ?? []))
  }
  return world.commits.filter(({ sha }) => seen.has(sha))
}

function releaseOf({ id, tag, sha, publishedAt, draft = false, prerelease = false }: WorldRelease): unknown {
  return {
    databaseId: id,
    tagName: tag,
    publishedAt,
    isDraft: draft,
    isPrerelease: prerelease,
    url: `https://github.test/releases/${tag}`,
    tagCommit: { oid: sha },
  }
}

function tagOf({ name, sha, committed, tagged }: WorldTag): unknown {
  const commit = { __typename: 'Commit', oid: sha, committedDate: committed }
  if (tagged === undefined) return { name, target: commit }
  return {
    name,
    target: { __typename: 'Tag', oid: `${sha.slice(0, -1)}f`, tagger: { date: tagged }, target: commit },
  }
}

function nodeOf(world: World, id: string): unknown {
  const deployment = world.deployments.find((each) => `DE_${each.id}` === id)
  if (deployment !== undefined) return deploymentOf(world)(deployment)
  const run = world.runs.find((each) => `CS_${each.id}` === id)
  if (run === undefined) return null
  return {
    __typename: 'CheckSuite',
    id,
    checkRuns: (paged: Paged) => connection(run.jobs ?? [], paged),
  }
}

function connection<T>(all: readonly T[], { first = 100, after }: Paged) {
  const start = after == null ? 0 : Number(after)
  const nodes = all.slice(start, start + first)
  const end = start + nodes.length
  return {
    nodes,
    totalCount: all.length,
    pageInfo: { hasNextPage: end < all.length, endCursor: String(end) },
  }
}
