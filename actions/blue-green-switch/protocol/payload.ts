import { isRecord } from '../targets/config.ts'
import { type LiveState, liveColor, type Weights } from '../targets/target.ts'
import type { Moves } from './moves.ts'

/** The task of our deployments: those of others are never touched. */
export const TASK = 'nexus-switch'

/** What a deployment tells about a switch: colors and weights, never hosts, paths or arguments. */
export interface Payload {
  nexus: 1
  target: string
  /** What was live before, and what is to be restored by a roll-back. */
  previous: { live: string | null; weights: Weights }
  /** What the switch installs. */
  installed: { live: string; weights: Weights }
  version: string
  /** The deployment that this one undoes, and why; null for a switch. */
  undoes: { id: number; reason: string } | null
}

/** The payload of a switch; pure. */
export function payloadOf(
  { to, steps }: Moves,
  recorded: LiveState,
  { target, version, undoes }: Pick<Payload, 'target' | 'version' | 'undoes'>,
): Payload {
  return {
    nexus: 1,
    target,
    previous: { live: recorded.live ?? null, weights: recorded.weights },
    installed: { live: to, weights: steps.at(-1)?.weights ?? {} },
    version,
    undoes,
  }
}

/** The payload of a deployment, which GitHub gives as a map or as its JSON; undefined when it is not ours. Pure. */
export function readPayload(given: unknown): Payload | undefined {
  const value = typeof given === 'string' ? parse(given) : given
  if (!isRecord(value) || value['nexus'] !== 1 || typeof value['target'] !== 'string') return undefined
  const { previous, installed, undoes, version } = value
  if (!isRecord(previous) || !isRecord(installed)) return undefined
  if (!isWeights(previous['weights']) || !isWeights(installed['weights'])) return undefined
  const live = previous['live'] ?? null
  if (live !== null && (typeof live !== 'string' || live !== liveColor(previous['weights']))) return undefined
  if (typeof installed['live'] !== 'string') return undefined
  return {
    nexus: 1,
    target: value['target'],
    previous: { live, weights: previous['weights'] },
    installed: { live: installed['live'], weights: installed['weights'] },
    version: typeof version === 'string' ? version : '',
    undoes: isRecord(undoes) ? { id: Number(undoes['id']), reason: String(undoes['reason']) } : null,
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isWeights(value: unknown): value is Weights {
  return isRecord(value) && Object.values(value).every((weight) => Number.isInteger(weight))
}

/** A deployment, as far as a roll-back has to do with it. */
export interface Deployment {
  id: number
  task: string
  environment: string
  /** As GitHub gives it. */
  payload: unknown
}

/** Where a roll-back leads, or why it is refused. */
export type Undo = { deployment: Deployment; to: string; installed: string } | { refused: string }

/** Whether a deployment can be undone now; pure. Nothing of it is believed but colors that the target has. */
export function undoOf(
  deployment: Deployment,
  { target, colors, environment }: { target: string; colors: readonly string[]; environment: string },
  { live, weights }: Pick<LiveState, 'live' | 'weights'>,
  expectLive: string,
): Undo {
  const name = `deployment ${deployment.id}`
  const refused = (why: string): Undo => ({ refused: `${why}. Nothing was written.` })
  const payload = deployment.task === TASK ? readPayload(deployment.payload) : undefined
  if (payload === undefined) return refused(`${name} was not made by this action`)
  if (environment !== '' && deployment.environment !== environment)
    return refused(`${name} is of the environment ${deployment.environment}, and not of ${environment}`)
  const { previous, installed, undoes } = payload
  if (payload.target !== target)
    return refused(`${name} was made for ${payload.target}, and not for ${target}`)
  if (undoes !== null)
    return refused(`${name} is a roll-back itself (of deployment ${undoes.id}). To go forward again, switch`)
  if (previous.live === null)
    return refused(`before ${name} the traffic was split, so there is no side to go back to`)
  const stranger = [previous.live, installed.live].find((color) => !colors.includes(color))
  if (stranger !== undefined) return refused(`${name} names "${stranger}", which target-config does not have`)
  if (previous.live === live) return refused(`${live} is live already, which is what was before ${name}`)
  const isAsInstalled =
    installed.live === live &&
    Object.keys(installed.weights).every((color) => installed.weights[color] === (weights[color] ?? 0))
  if (!isAsInstalled && !(expectLive !== '' && expectLive === live)) {
    const now = live ?? 'no side alone'
    return refused(
      `${name} installed ${installed.live}, but ${now} is live: something else has moved the traffic since. If that is right, say so with expect-live`,
    )
  }
  return { deployment, to: previous.live, installed: installed.live }
}
