import { type Answer, type Asked, notFound, page, type Route, refusal } from '../route.ts'
import type { StageDeployment } from '../stage-deployment.ts'
import { isoSeconds } from '../state.ts'
import { userJson } from './people.ts'

const MAX_DESCRIPTION = 140

export const deployments: readonly Route[] = [
  {
    operation: 'GET /repos/{owner}/{repo}/deployments',
    needs: ['deployments', 'read'],
    handle: (asked) => {
      const { state, query } = asked
      const wanted = (name: 'environment' | 'task' | 'ref' | 'sha', value: string): boolean =>
        [null, 'none', value].includes(query.get(name))
      const found = state.deployments.filter(
        (one) =>
          wanted('environment', one.environment) &&
          wanted('task', one.task) &&
          wanted('ref', one.ref) &&
          wanted('sha', one.sha),
      )
      const { items, headers } = page(asked, pathOf(asked), found.toReversed())
      return { status: 200, data: items.map((one) => deploymentJson(asked, one)), headers }
    },
  },
  { operation: 'POST /repos/{owner}/{repo}/deployments', needs: ['deployments', 'write'], handle: create },
  {
    operation: 'GET /repos/{owner}/{repo}/deployments/{deployment_id}',
    needs: ['deployments', 'read'],
    handle: (asked) => {
      const found = find(asked)
      return found === undefined ? notFound() : { status: 200, data: deploymentJson(asked, found) }
    },
  },
  {
    operation: 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    needs: ['deployments', 'read'],
    handle: (asked) => {
      const found = find(asked)
      if (found === undefined) return notFound()
      const { items, headers } = page(
        asked,
        `${pathOf(asked)}/${found.id}/statuses`,
        found.statuses.toReversed(),
      )
      return { status: 200, data: items.map((status) => statusJson(asked, found, status)), headers }
    },
  },
  {
    operation: 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    needs: ['deployments', 'write'],
    handle: addStatus,
  },
]

const pathOf = ({ state }: Asked): string => `/repos/${state.owner}/${state.name}/deployments`

function find({ state, parameters }: Asked): StageDeployment | undefined {
  return state.deployments.find(({ id }) => String(id) === parameters['deployment_id'])
}

/** A ref that is merged first, or whose checks are waited for, is not what our actions ask for. */
function create(asked: Asked): Answer {
  const { state, token, body } = asked
  const given = body as {
    ref: string
    task?: string
    environment?: string
    description?: string | null
    payload?: unknown
    auto_merge?: boolean
    required_contexts?: string[]
  }
  const sha = [`refs/heads/${given.ref}`, `refs/tags/${given.ref}`]
    .map((ref) => state.refs.get(ref))
    .find(Boolean)
  // GitHub takes any name of a commit; the runner's example commit stands for one that is there.
  const commit = sha ?? (/^[0-9a-f]{40}$/.test(given.ref) ? given.ref : undefined)
  if (commit === undefined) return refusal(422, `No ref found for: ${given.ref}`)
  if (
    given.auto_merge !== false ||
    given.required_contexts === undefined ||
    given.required_contexts.length > 0
  )
    return refusal(409, 'Conflict: Commit status checks failed for the ref.')
  const deployment: StageDeployment = {
    id: state.nextId++,
    sha: commit,
    ref: given.ref,
    task: given.task ?? 'deploy',
    environment: given.environment ?? 'production',
    description: given.description ?? null,
    payload: given.payload ?? {},
    creator: token.login,
    createdAt: isoSeconds(state.now()),
    statuses: [],
  }
  state.deployments.push(deployment)
  return { status: 201, data: deploymentJson(asked, deployment) }
}

function addStatus(asked: Asked): Answer {
  const { state, token, body } = asked
  const deployment = find(asked)
  if (deployment === undefined) return notFound()
  const given = body as {
    state: string
    description?: string
    environment_url?: string
    log_url?: string
    auto_inactive?: boolean
  }
  if ((given.description ?? '').length > MAX_DESCRIPTION)
    return refusal(422, 'Validation Failed', [
      {
        resource: 'DeploymentStatus',
        code: 'custom',
        field: 'description',
        message: `description is too long (maximum is ${MAX_DESCRIPTION} characters)`,
      },
    ])
  const createdAt = isoSeconds(state.now())
  const status = {
    id: state.nextId++,
    state: given.state,
    description: given.description ?? '',
    environmentUrl: given.environment_url ?? '',
    logUrl: given.log_url ?? '',
    creator: token.login,
    createdAt,
  }
  deployment.statuses.push(status)
  // "All prior non-transient, non-production environment deployments with the same repository and environment name".
  if (given.state === 'success' && given.auto_inactive !== false)
    for (const other of state.deployments)
      if (other !== deployment && other.environment === deployment.environment)
        other.statuses.push({ ...status, id: state.nextId++, state: 'inactive' })
  return { status: 201, data: statusJson(asked, deployment, status) }
}

function deploymentJson({ state, apiUrl, serverUrl }: Asked, one: StageDeployment): unknown {
  const url = `${apiUrl}/repos/${state.owner}/${state.name}/deployments/${one.id}`
  return {
    url,
    id: one.id,
    node_id: `DE_${one.id}`,
    sha: one.sha,
    ref: one.ref,
    task: one.task,
    payload: one.payload,
    environment: one.environment,
    original_environment: one.environment,
    description: one.description,
    creator: userJson(one.creator, apiUrl, serverUrl),
    created_at: one.createdAt,
    updated_at: one.statuses.at(-1)?.createdAt ?? one.createdAt,
    statuses_url: `${url}/statuses`,
    repository_url: `${apiUrl}/repos/${state.owner}/${state.name}`,
    transient_environment: false,
    production_environment: one.environment === 'production',
  }
}

function statusJson(
  { state, apiUrl, serverUrl }: Asked,
  { id, environment }: StageDeployment,
  status: StageDeployment['statuses'][number],
): unknown {
  const url = `${apiUrl}/repos/${state.owner}/${state.name}/deployments/${id}`
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: `DES_${status.id}`,
    state: status.state,
    creator: userJson(status.creator, apiUrl, serverUrl),
    description: status.description,
    environment,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: url,
    repository_url: `${apiUrl}/repos/${state.owner}/${state.name}`,
  }
}
