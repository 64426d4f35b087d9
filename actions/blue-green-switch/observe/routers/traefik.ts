import { createHash } from 'node:crypto'
import { systemClock } from '../../../../shared/action/clock.ts'
import { messageOf } from '../../../../shared/action/errors.ts'
import { rules } from '../../../../shared/action/inputs.ts'
import { maskSecret } from '../../../../shared/action/secrets.ts'
import { lockPath } from '../../../../shared/files/lock.ts'
import { formatDuration } from '../../../../shared/text/duration.ts'
import { isRecord, secretsIn } from '../../targets/config.ts'
import {
  Conflict,
  type Connect,
  type LiveState,
  sameWeights,
  TargetError,
  type Weights,
} from '../../targets/target.ts'
import { parseWeighted, type Weighted } from '../../targets/traefik/weighted.ts'
import { readTraefik } from '../../targets/traefik.ts'
import { liveState, percentages, told } from '../../targets/weights.ts'
import { type Place, placeOf } from './place.ts'
import { within } from './settle.ts'
import { type InForce, traefikApi } from './traefik/api.ts'

/** Traefik gathers changes for 2 s (`providersThrottleDuration`) unless told otherwise. */
const TAKES_EFFECT_MS = 10_000
const POLL_MS = 50

interface Traefik {
  service: string
  names: Readonly<Record<string, string>>
  place: Place
  inForce: InForce | undefined
}

/** A weighted service in a file of the file provider. With its API, Traefik itself says what is in force. */
export const connect: Connect = (config, options, problems) => {
  for (const secret of secretsIn(config)) maskSecret(secret)
  const settings = readTraefik(config, options, problems)
  if (settings === undefined) return undefined
  const { file, service, names, api } = settings
  const traefik: Traefik = {
    ...{ service, names },
    place: placeOf(file, options),
    inForce: api === undefined ? undefined : traefikApi(api, service, names),
  }
  const weigh = (weights: Weights): string =>
    Object.entries(names)
      .map(([color, name]) => `${name} ${weights[color] ?? 0}`)
      .join(', ')
  return {
    colors: Object.keys(names),
    weighted: true,
    ...(api === undefined
      ? {
          readsFile: true,
          caution: 'Without "api" nothing but requests proves that Traefik has taken the file.',
        }
      : {}),
    describe: () => `Traefik service ${service} in ${file}`,
    get lock() {
      const identity = JSON.stringify(['traefik', options.via, file, service])
      return lockPath(options.via.length === 0 ? file : undefined, identity)
    },
    read: (signal) => read(traefik, signal),
    plan: (weights) => [
      `Write ${file}: the weights of ${service} are ${weigh(weights)}`,
      ...(api === undefined ? [] : [`Wait until the API of Traefik at ${api.host} shows them`]),
    ],
    write: (weights, expected, signal) => write(traefik, weights, expected, signal),
    restore: (recorded, signal) => within(4_500, signal, (limit) => restore(traefik, recorded, limit)),
  }
}

interface Seen {
  text: string
  weighted: Weighted
  state: LiveState
}

async function look({ place, service, names }: Traefik, signal: AbortSignal): Promise<Seen> {
  const text = await place.read(signal)
  const weighted = await parseWeighted(text, service, names)
  if (typeof weighted === 'string') throw new TargetError(`${place.path} ${weighted}.`)
  const hash = createHash('sha256').update(text).digest('hex')
  const { cookie } = weighted
  const state: LiveState = {
    ...liveState(percentages(weighted.weights), weighted.weights, hash),
    ...(cookie === undefined
      ? {}
      : { sticky: { by: `the cookie ${cookie}`.trimEnd(), outlivesWeight: false } }),
  }
  return { text, weighted, state }
}

/** What the file says, when Traefik agrees; it may still be about to. */
async function read(traefik: Traefik, signal: AbortSignal): Promise<LiveState> {
  const { state } = await look(traefik, signal)
  await traefik.inForce?.(signal)
  await agreement(traefik, state.weights, signal, TAKES_EFFECT_MS).catch((error: unknown) => {
    throw new TargetError(messageOf(error))
  })
  return state
}

async function write(
  traefik: Traefik,
  weights: Weights,
  expected: LiveState,
  signal: AbortSignal,
): Promise<LiveState> {
  const { place } = traefik
  const { text, weighted, state } = await look(traefik, signal)
  if (state.revision !== expected.revision) {
    throw new Conflict(
      `${place.path} was changed since it was read: it had ${told(expected.weights)}, it has ${told(state.weights)}.`,
    )
  }
  await place.replace(weighted.with(weights), signal)
  try {
    await agreement(traefik, weights, signal, TAKES_EFFECT_MS)
  } catch (error) {
    const reason = messageOf(error)
    // Whoever stopped us restores what was recorded.
    if (signal.aborted) throw new TargetError(`${reason} ${place.path} has the new weights.`, 'yes')
    throw await undone(traefik, text, state.weights, reason)
  }
  return (await look(traefik, signal)).state
}

async function undone(traefik: Traefik, old: string, weights: Weights, reason: string): Promise<TargetError> {
  try {
    await within(4_500, undefined, async (signal) => {
      await traefik.place.replace(old, signal)
      await agreement(traefik, weights, signal, TAKES_EFFECT_MS)
    })
    return new TargetError(`${reason} The old content is back in ${traefik.place.path}.`)
  } catch (error) {
    return new TargetError(`${reason} After putting the old content back: ${messageOf(error)}`, 'unknown')
  }
}

/** What somebody else changed beside the weights meanwhile stays. */
async function restore(traefik: Traefik, recorded: LiveState, signal: AbortSignal): Promise<LiveState> {
  const { raw } = recorded
  const entries = Object.keys(traefik.names).map((color) => {
    const weight = rules.integer(isRecord(raw) ? raw[color] : undefined)
    if ('value' in weight) return [color, weight.value] as const
    throw new TargetError(
      `What was recorded says nothing about "${color}": is this target-config another one now?`,
    )
  })
  const { text, weighted } = await look(traefik, signal)
  const old = weighted.with(Object.fromEntries(entries))
  if (old !== text) await traefik.place.replace(old, signal)
  const { state } = await look(traefik, signal)
  await agreement(traefik, state.weights, signal, TAKES_EFFECT_MS).catch((error: unknown) => {
    throw new TargetError(`${traefik.place.path} has its old weights again. ${messageOf(error)}`, 'yes')
  })
  return state
}

/** Waits until Traefik itself says so; with no API there is nobody to ask. @throws TargetError when it does not */
async function agreement(
  { inForce, place }: Traefik,
  weights: Weights,
  signal: AbortSignal,
  ms: number,
): Promise<void> {
  if (inForce === undefined) return
  const deadline = systemClock.now() + ms
  let problem = 'The API of Traefik has not been asked.'
  while (!signal.aborted && systemClock.now() < deadline) {
    const seen = await inForce(signal).catch((error: unknown) => messageOf(error))
    // The last request of a wait that was stopped tells nothing.
    if (signal.aborted) break
    if (typeof seen === 'string') problem = seen
    else if (!sameWeights(percentages(seen.weights), weights)) {
      problem = `Traefik has ${told(percentages(seen.weights))} in force and not ${told(weights)}.`
    } else if (seen.errors === '') return
    else throw new TargetError(`Traefik has ${told(weights)} in force, and says "${seen.errors}".`, 'unknown')
    await systemClock.sleep(POLL_MS, signal)
  }
  if (signal.aborted) throw new TargetError(`${problem} There was no time to wait longer.`, 'unknown')
  throw new TargetError(
    `${problem} It had ${formatDuration(ms)}: does it watch the folder of ${place.path}, as a whole and not the file alone? Is every file in it valid? Its log tells.`,
    'unknown',
  )
}
