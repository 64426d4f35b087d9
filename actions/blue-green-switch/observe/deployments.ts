import { messageOf } from '../../../shared/action/errors.ts'
import type { Step } from '../../../shared/action/step.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { isFailure } from '../../../shared/github/errors.ts'
import type { Inputs } from '../model.ts'
import { type Deployment, readPayload, TASK } from '../protocol/payload.ts'

/** ms after which all waiting for GitHub ends. */
const PATIENCE_MS = 60_000
/** Deployments that are looked through for the newest one that was good. */
const MOST = 100

interface Data extends Deployment {
  id: number
}

/** The deployment that a roll-back is to undo, or why there is none. Never throws for what GitHub answers. */
export async function findDeployment(
  { rollback, environment, token }: Inputs,
  { connect }: Pick<Step, 'connect'>,
): Promise<Deployment | { refused: string }> {
  const github = await connect(token, PATIENCE_MS)?.()
  if (github === undefined)
    return {
      refused:
        'A roll-back reads deployments of GitHub, and there is no token or no repository. Nothing was written.',
    }
  const id = rollback?.deploymentId
  try {
    const found = id === undefined ? await newest(github, environment) : await read(github, id)
    if (found !== undefined) return found
    return {
      refused: `${environment} has no successful deployment of this action that could be undone. Nothing was written.`,
    }
  } catch (error) {
    if (isFailure(error, 'not-found') && id !== undefined)
      return { refused: `there is no deployment ${id} in this repository. Nothing was written.` }
    return { refused: `${messageOf(error)} Nothing was written.` }
  }
}

async function read(github: GitHub, id: number): Promise<Deployment> {
  const { data } = await github.send<Data>({
    route: 'GET /repos/{owner}/{repo}/deployments/{deployment_id}',
    parameters: { deployment_id: id },
    about: `deployment ${id}`,
    shape: { id: 'number', task: 'string', environment: 'string' },
  })
  return deploymentOf(data)
}

/** The newest of ours that ended well and is not a roll-back. */
async function newest(github: GitHub, environment: string): Promise<Deployment | undefined> {
  for (const deployment of await deploymentsOf(github, environment)) {
    const payload = readPayload(deployment.payload)
    if (payload === undefined || payload.undoes !== null) continue
    if ((await stateOf(github, deployment.id)) === 'success') return deployment
  }
  return undefined
}

/** Ours in this environment, the newest first. @throws GitHubError */
export async function deploymentsOf(github: GitHub, environment: string): Promise<Deployment[]> {
  const { data } = await github.send<Data[]>({
    route: 'GET /repos/{owner}/{repo}/deployments',
    parameters: { environment, task: TASK, per_page: MOST },
    about: `the deployments of ${environment}`,
  })
  return data.map(deploymentOf)
}

/** The state that a deployment has now; undefined without a status. @throws GitHubError */
export async function stateOf(github: GitHub, id: number): Promise<string | undefined> {
  const { data } = await github.send<{ state: string }[]>({
    route: 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    parameters: { deployment_id: id, per_page: 1 },
    about: `the status of deployment ${id}`,
  })
  return data[0]?.state
}

function deploymentOf({ id, task, environment, payload }: Data): Deployment {
  return { id, task, environment, payload }
}
