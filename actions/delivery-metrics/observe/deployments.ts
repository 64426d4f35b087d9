import { maybe, type Shape } from '../../../shared/text/shape.ts'
import type { Attempt, Period, SwitchRecord } from '../model.ts'
import { type Asking, ask, connection, nodesOf, type Page, page, pageOf } from './budget.ts'

interface Node {
  id: string
  databaseId: number | null
  commitOid: string
  commit: { oid: string } | null
  createdAt: string
  environment: string | null
  originalEnvironment: string | null
  task: string | null
  ref: { name: string } | null
  statuses: { nodes: (Status | null)[] | null } | null
}

interface Status {
  state: string
  createdAt: string
  logUrl: string | null
}

interface Answer {
  repository: { deployments: Page<Node> } | null
}

/** Newest first: the API's own order begins with the oldest. A payload is anybody's JSON of any size: not asked for. */
const QUERY = `query($owner:String!,$name:String!,$environments:[String!],$first:Int!,$after:String){
  repository(owner:$owner,name:$name){deployments(first:$first,after:$after,environments:$environments,
    orderBy:{field:CREATED_AT,direction:DESC}){pageInfo{hasNextPage endCursor} nodes{
      id databaseId commitOid commit{oid} createdAt environment originalEnvironment task ref{name}
      statuses(first:20){nodes{state createdAt logUrl}}}}}}`

const SHAPE: Shape = {
  repository: maybe({
    deployments: pageOf({
      id: 'string',
      commitOid: 'string',
      createdAt: 'string',
      environment: maybe('string'),
      statuses: maybe({ nodes: nodesOf({ state: 'string', createdAt: 'string', logUrl: maybe('string') }) }),
    }),
  }),
}

const PAYLOADS = `query($ids:[ID!]!){nodes(ids:$ids){...on Deployment{id payload}}}`

/** What blue-green-switch calls its deployments. */
const OUR_TASK = 'nexus-switch'
const DAY_MS = 86_400_000

export interface Read {
  attempts: Attempt[]
  /** The list is whole from here on; undefined: from the first deployment ever. */
  since: number | undefined
}

/**
 * The deployments of environments that reach back to the last success before `from`, newest page first.
 *
 * @param into filled page by page, so that what was read counts when a later page fails
 * @throws GitHubError, CallsUsedUp
 */
export async function readDeployments(
  asking: Asking,
  {
    environments,
    from,
    serverUrl,
  }: { environments: readonly string[]; from: Period['since']; serverUrl: string },
  into: Read,
): Promise<void> {
  const ours = new Map<string, Attempt>()
  const about = `the deployments to ${environments.join(', ')}`
  const pages = connection<Node>((after) =>
    page(50, async (first, attempts) => {
      const query = { text: QUERY, variables: { environments, first, after }, about, shape: SHAPE, attempts }
      return (await ask<Answer>(asking, query)).repository?.deployments
    }),
  )
  for await (const { nodes, isLast } of pages) {
    for (const node of nodes) {
      const attempt = attemptOf(node, asking, serverUrl)
      into.attempts.push(attempt)
      if (node.task === OUR_TASK) ours.set(node.id, attempt)
    }
    if (isLast) {
      into.since = undefined
      break
    }
    const oldest = Math.min(...nodes.map(({ createdAt }) => Date.parse(createdAt)))
    into.since = Math.min(into.since ?? Number.POSITIVE_INFINITY, oldest)
    // An attempt may have begun a day before it came to its end.
    if (oldest < from - DAY_MS && hasSuccessBefore(into.attempts, from)) break
  }
  await readRecords(asking, ours)
}

function hasSuccessBefore(attempts: readonly Attempt[], from: number): boolean {
  return attempts.some(({ outcome, at }) => outcome === 'success' && at < from)
}

function attemptOf(node: Node, { owner, name }: Asking, serverUrl: string): Attempt {
  const statuses = (node.statuses?.nodes ?? [])
    .filter((status) => status !== null)
    .map(({ state, createdAt, logUrl }) => ({
      state: state.toUpperCase(),
      at: Date.parse(createdAt),
      logUrl: logUrl ?? '',
    }))
    // Their order is not promised.
    .sort((a, b) => a.at - b.at)
  const createdAt = Date.parse(node.createdAt)
  const { outcome, at, failedAt } = outcomeOf(statuses, createdAt)
  const run = statuses
    .map(({ logUrl }) => /\/actions\/runs\/(\d+)(?:\/|$)/.exec(logUrl)?.[1])
    .findLast((id) => id !== undefined)
  const id = String(node.databaseId ?? node.id)
  return {
    id,
    name: node.ref?.name ?? id,
    environment: node.environment ?? node.originalEnvironment ?? '',
    sha: node.commitOid,
    hasCommit: node.commit !== null,
    createdAt,
    outcome,
    at,
    failedAt,
    run,
    url:
      run === undefined
        ? `${serverUrl}/${owner}/${name}/commit/${node.commitOid}`
        : `${serverUrl}/${owner}/${name}/actions/runs/${run}`,
    record: undefined,
  }
}

/**
 * What became of a deployment: the last status that is not INACTIVE, at its own time; a deployment that was replaced, or
 * set inactive by a clean-up, keeps the outcome it had; pure. `Deployment.state` and `updatedAt` would be moved by both.
 */
export function outcomeOf(
  statuses: readonly { state: string; at: number }[],
  createdAt: number,
): Pick<Attempt, 'outcome' | 'at' | 'failedAt'> {
  const last = statuses.findLast(({ state }) => state !== 'INACTIVE')
  const failedAt = undefined
  if (last === undefined)
    return {
      outcome: statuses.length > 0 ? 'unknown' : 'pending',
      at: statuses.at(-1)?.at ?? createdAt,
      failedAt,
    }
  if (last.state === 'SUCCESS')
    return { outcome: 'success', at: firstOfLastStretch(statuses, 'SUCCESS'), failedAt }
  if (last.state !== 'FAILURE' && last.state !== 'ERROR') return { outcome: 'pending', at: last.at, failedAt }
  const success = statuses.find(({ state }) => state === 'SUCCESS')
  // It was in production before somebody said that it is bad.
  return success === undefined
    ? { outcome: 'failure', at: last.at, failedAt }
    : { outcome: 'success', at: success.at, failedAt: last.at }
}

/** A success that is reported again later was one from the beginning. */
function firstOfLastStretch(statuses: readonly { state: string; at: number }[], state: string): number {
  const relevant = statuses.filter((status) => status.state !== 'INACTIVE')
  let start = relevant.length - 1
  while (start > 0 && relevant[start - 1]?.state === state) start -= 1
  return relevant[start]?.at ?? 0
}

/** @param ours by node id */
async function readRecords(asking: Asking, ours: ReadonlyMap<string, Attempt>): Promise<void> {
  const ids = [...ours.keys()]
  for (let at = 0; at < ids.length; at += 50) {
    const { nodes } = await ask<{ nodes: ({ id?: string; payload?: string | null } | null)[] }>(asking, {
      text: PAYLOADS,
      variables: { ids: ids.slice(at, at + 50) },
      about: 'what blue-green-switch recorded',
      shape: { nodes: [maybe('any')] },
    })
    for (const node of nodes) {
      const attempt = ours.get(node?.id ?? '')
      if (attempt !== undefined) attempt.record = recordOf(node?.payload)
    }
  }
}

/** What blue-green-switch keeps in a payload; anything else is as if it were not there. */
export function recordOf(payload: string | null | undefined): SwitchRecord | undefined {
  try {
    let value: unknown = JSON.parse(payload ?? '')
    // A payload that was given as text comes as JSON within JSON.
    if (typeof value === 'string') value = JSON.parse(value)
    if (value === null || typeof value !== 'object') return undefined
    const { nexus, undoes } = value as { nexus?: unknown; undoes?: { id?: unknown } | null }
    if (nexus !== 1) return undefined
    if (undoes === null || undoes === undefined) return { mode: 'switch', undoes: undefined }
    return { mode: 'rollback', undoes: Number.isSafeInteger(undoes.id) ? String(undoes.id) : undefined }
  } catch {
    return undefined
  }
}
