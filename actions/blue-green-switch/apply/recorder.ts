import { messageOf } from '../../../shared/action/errors.ts'
import { log } from '../../../shared/action/log.ts'
import type { Step } from '../../../shared/action/step.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { isFailure } from '../../../shared/github/errors.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Inputs } from '../model.ts'
import { deploymentsOf, stateOf } from '../observe/deployments.ts'
import type { End } from '../protocol/machine.ts'
import type { Moves } from '../protocol/moves.ts'
import { payloadOf, TASK } from '../protocol/payload.ts'
import type { LiveState } from '../targets/target.ts'

/** ms after which all waiting for GitHub ends. */
const PATIENCE_MS = 30_000
/** GitHub refuses a longer one. */
const MAX_DESCRIPTION = 140

/** A deployment on record for a switch. */
export interface Recorder {
  /** Before the first write. @returns its id; undefined when there is none. @throws Error when there has to be one */
  begin(moves: Moves, recorded: LiveState): Promise<number | undefined>
}

type Asked = Pick<
  Inputs,
  'environment' | 'environmentUrl' | 'record' | 'token' | 'version' | 'router' | 'rollback'
>
type Told = Pick<Step, 'connect' | 'context'>

/** Undefined where nothing is to be recorded. @param undoes the deployment that is undone */
export function recorderFor(inputs: Asked, step: Told, undoes: number | undefined): Recorder | undefined {
  const { environment, record } = inputs
  if (environment === '' || record === 'false') return undefined
  return {
    async begin(moves, recorded) {
      try {
        const github = await step.connect(inputs.token, PATIENCE_MS)?.()
        if (github === undefined) throw new Error('there is no token, or no repository')
        return await create(github, inputs, step, { moves, recorded, undoes })
      } catch (error) {
        const words = `the deployment could not be recorded: ${messageOf(error)}`
        if (record === 'true') throw new Error(words, { cause: error })
        const hint = isFailure(error, 'permission') ? ' Give the job "permissions: deployments: write".' : ''
        log.warning('Deployment not recorded', `${words}${hint}`)
        return undefined
      }
    },
  }
}

interface NewDeployment {
  moves: Moves
  recorded: LiveState
  undoes: number | undefined
}

async function create(
  github: GitHub,
  inputs: Asked,
  step: Told,
  { moves, recorded, undoes }: NewDeployment,
): Promise<number> {
  const { environment, version, router, rollback } = inputs
  const { context } = step
  const payload = payloadOf(moves, recorded, {
    target: router.name,
    version,
    undoes: undoes === undefined ? null : { id: undoes, reason: oneLine(rollback?.reason ?? '', 500) },
  })
  const what = undoes === undefined ? 'Switch' : `Roll-back of deployment ${undoes}`
  const { data } = await github.send<{ id: number }>({
    route: 'POST /repos/{owner}/{repo}/deployments',
    parameters: {
      ref: context.sha || context.refName,
      task: TASK,
      auto_merge: false,
      required_contexts: [],
      environment,
      payload,
      description: oneLine(
        `${what} from ${moves.from} to ${moves.to}${version === '' ? '' : `, ${version}`}`,
        MAX_DESCRIPTION,
      ),
    },
    about: `a deployment of ${environment}`,
    shape: { id: 'number' },
  })
  await setState(github, data.id, { state: 'in_progress', words: `${moves.from} is live`, inputs, step })
  return data.id
}

interface NewState {
  state: 'in_progress' | 'success' | 'failure' | 'error' | 'inactive'
  words: string
  inputs: Asked
  step: Told
}

async function setState(github: GitHub, id: number, { state, words, inputs, step }: NewState): Promise<void> {
  const { environmentUrl, environment } = inputs
  await github.send({
    route: 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    parameters: {
      deployment_id: id,
      state,
      description: oneLine(words, MAX_DESCRIPTION),
      environment,
      // Ours are made inactive one by one: GitHub would end those of other tools too.
      auto_inactive: false,
      ...(step.context.runUrl === '' ? {} : { log_url: step.context.runUrl }),
      ...(environmentUrl === '' ? {} : { environment_url: environmentUrl }),
    },
    about: `the status of deployment ${id}`,
  })
}

const STATES: Partial<Record<End, NewState['state']>> = {
  switched: 'success',
  stuck: 'error',
  unanswered: 'error',
}

/** How it ended. What cannot be told is a warning: the traffic is where it is. @param undone a deployment that is over */
export async function endDeployment(
  inputs: Asked,
  step: Told,
  { id, end, words, undone }: { id: number; end: End; words: string; undone?: number | undefined },
): Promise<void> {
  const state = STATES[end] ?? 'failure'
  try {
    const github = await step.connect(inputs.token, PATIENCE_MS)?.()
    if (github === undefined) return
    await setState(github, id, { state, words, inputs, step })
    if (state !== 'success') return
    const over = undone === undefined ? [] : [undone]
    for (const { id: other } of await deploymentsOf(github, inputs.environment)) {
      if (other !== id && (over.includes(other) || (await stateOf(github, other)) === 'success'))
        await setState(github, other, { state: 'inactive', words: `Ended by deployment ${id}`, inputs, step })
    }
  } catch (error) {
    log.warning(
      'Deployment not up to date',
      `Deployment ${id} could not be brought to "${state}": ${messageOf(error)}`,
    )
  }
}
