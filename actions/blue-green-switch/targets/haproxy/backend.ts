import { messageOf } from '../../../../shared/action/errors.ts'
import { rules } from '../../../../shared/action/inputs.ts'
import { didYouMean } from '../../../../shared/text/nearest.ts'
import { oneLine } from '../../../../shared/text/untrusted.ts'
import { isRecord } from '../config.ts'
import type { Place } from '../place.ts'
import { within } from '../settle.ts'
import { Conflict, type LiveState, type Sticky, sameWeights, TargetError, type Weights } from '../target.ts'
import { liveState, percentages, told } from '../weights.ts'
import type { Say } from './runtime.ts'
import { type BackendState, parseBackend, question, type Server, STATES } from './state.ts'
import { stickTable } from './sticky.ts'

/** A backend of HAProxy whose servers are the colors. */
export interface Backend {
  name: string
  servers: Readonly<Record<string, string>>
  say: Say
  /** Where the state of all servers is kept for a restart. */
  persisted: Place | undefined
  /** Users who are bound to a side that loses its traffic are moved too. */
  movesSticky: boolean
}

/** What is recorded for each color, and all that we ever change. */
type Settings = Readonly<Record<string, Pick<Server, 'weight' | 'state'>>>

/** How a side loses its traffic: by its weight, or by its state, which also takes away users who are bound to it. */
type Way = 'weight' | 'state'

/** With these HAProxy takes any weight at run time; a hash over a fixed map takes only 0 and the one it started with. */
const DYNAMIC = /^(?:roundrobin|leastconn|random|first)\b/

interface Seen {
  state: LiveState
  settings: Settings
  servers: ReadonlyMap<string, Server>
  /** The name of an algorithm that takes no weights at run time. */
  fixed: string | undefined
  way: Way
}

/** @throws TargetError */
export async function readBackend(backend: Backend, signal: AbortSignal): Promise<LiveState> {
  return (await look(backend, signal)).state
}

/**
 * The commands for weights, who gets more first, so that somebody is there at any moment. A server that gets some
 * traffic is made ready. Pure.
 */
export function commands(
  { name, servers }: Pick<Backend, 'name' | 'servers'>,
  weights: Weights,
  { way, fixed }: { way: Way; fixed: boolean } = { way: 'weight', fixed: false },
): string[] {
  return byWeight(servers, weights).flatMap(([color, server]) => {
    const weight = weights[color] ?? 0
    const set = `set server ${name}/${server}`
    const state = weight > 0 ? 'ready' : way === 'state' ? 'maint' : undefined
    // A fixed map takes all or nothing of what is configured.
    const own = !fixed ? `${weight}` : weight > 0 ? '100%' : undefined
    return [
      ...(state === undefined ? [] : [`${set} state ${state}`]),
      ...(own === undefined ? [] : [`${set} weight ${own}`]),
    ]
  })
}

/** The commands for settings as they were recorded; pure. */
function commandsFor(
  { name, servers }: Pick<Backend, 'name' | 'servers'>,
  weights: Weights,
  settings: Settings,
) {
  return byWeight(servers, weights).flatMap(([color, server]) => {
    const { weight, state } = settings[color] ?? { weight: weights[color] ?? 0, state: 'ready' }
    return [`set server ${name}/${server} state ${state}`, `set server ${name}/${server} weight ${weight}`]
  })
}

function byWeight(servers: Backend['servers'], weights: Weights): [string, string][] {
  return Object.entries(servers).toSorted(([a], [b]) => (weights[b] ?? 0) - (weights[a] ?? 0))
}

/** See `Target.write`. */
export async function writeBackend(
  backend: Backend,
  weights: Weights,
  expected: LiveState,
  signal: AbortSignal,
): Promise<LiveState> {
  const { name, servers, say } = backend
  const seen = await look(backend, signal)
  if (seen.state.revision !== expected.revision) {
    throw new Conflict(
      `HAProxy backend ${name} was changed since it was read: it had ${told(expected.weights)}, it has ${told(seen.state.weights)}.`,
    )
  }
  for (const [color, server] of Object.entries(servers)) {
    const status = seen.servers.get(color)?.status ?? ''
    // A health check, a tracked server or DNS: a weight does not help there.
    if ((weights[color] ?? 0) > 0 && /^(?:DOWN|NOLB|MAINT ?\()/.test(status)) {
      throw new TargetError(
        `HAProxy sends nothing to ${server}: it holds it for "${oneLine(status, 60)}". Nothing was written.`,
      )
    }
  }
  const isSplit = Object.values(weights).filter((weight) => weight > 0).length > 1
  if (isSplit && seen.state.splitProblem !== undefined)
    throw new TargetError(
      `${seen.state.splitProblem}. Use "hash-type consistent" or another "balance". Nothing was written.`,
    )
  // A file that cannot be written is found before anything moved; what it gets is what is the case.
  await persist(backend, signal)
  const all = commands(backend, weights, { way: seen.way, fixed: seen.fixed !== undefined })
  // HAProxy goes on after a command that failed. Where one is likely to, each has to wait for the one before.
  const lines = seen.fixed === undefined ? [all.join('; ')] : all
  try {
    for (const line of lines) accepted(await say(line, signal))
  } catch (error) {
    return await afterFailure(backend, seen, weights, error)
  }
  try {
    await persist(backend, signal)
  } catch (error) {
    throw new TargetError(
      `HAProxy has the new weights, but a restart would forget them: ${messageOf(error)}`,
      'yes',
    )
  }
  return await readBackend(backend, signal).catch((error: unknown) => {
    throw new TargetError(`HAProxy accepted the weights and cannot be read back: ${messageOf(error)}`, 'yes')
  })
}

/** See `Target.restore`. It sends first and looks afterwards. */
export async function restoreBackend(
  backend: Backend,
  recorded: LiveState,
  stop: AbortSignal,
): Promise<LiveState> {
  const settings = settingsOf(backend, recorded.raw)
  return await within(4_500, stop, async (signal) => {
    accepted(await backend.say(commandsFor(backend, recorded.weights, settings).join('; '), signal))
    const { state } = await look(backend, signal)
    try {
      await persist(backend, signal)
    } catch (error) {
      const problem = `HAProxy has its old weights again, but after a restart it would not: ${messageOf(error)}`
      throw new TargetError(problem, 'yes')
    }
    return state
  })
}

/** What is known after a write that went wrong; what was done of it is undone. */
async function afterFailure(
  backend: Backend,
  before: Seen,
  weights: Weights,
  error: unknown,
): Promise<LiveState> {
  const reason = messageOf(error)
  const now = await within(2_000, undefined, (signal) => look(backend, signal)).catch(() => undefined)
  // The answer was lost on its way, the command was not.
  const wasLost = error instanceof TargetError && error.applied === 'unknown'
  if (wasLost && now !== undefined && sameWeights(now.state.weights, weights)) return now.state
  if (now?.state.revision === before.state.revision) throw new TargetError(`${reason} Nothing was changed.`)
  if (now === undefined)
    throw new TargetError(`${reason} It is not known whether the weights were set.`, 'unknown')
  await restoreBackend(backend, before.state, new AbortController().signal).catch(() => undefined)
  const end = await within(2_000, undefined, (signal) => look(backend, signal)).catch(() => undefined)
  if (end?.state.revision === before.state.revision)
    throw new TargetError(`${reason} What was set is undone.`)
  throw new TargetError(`${reason} The weights are now ${told((end ?? now).state.weights)}.`, 'yes')
}

/** Success is an empty answer to each command; everything else is an error in words. */
function accepted(answer: string): void {
  const words = oneLine(answer, 300)
  if (words === '') return
  const hint = words.includes('static LB algorithm')
    ? ' Use "hash-type consistent" or another "balance".'
    : ''
  throw new TargetError(`HAProxy refused: "${words}".${hint}`)
}

async function look({ name, servers, say, movesSticky }: Backend, signal: AbortSignal): Promise<Seen> {
  const answer = await say(question(name), signal).catch((error: unknown) => {
    throw new TargetError(messageOf(error))
  })
  const backend = parseBackend(answer)
  if (backend === undefined) {
    throw new TargetError(
      `HAProxy does not tell about backend "${name}": "${oneLine(answer, 200)}". Is that its name in the configuration?`,
    )
  }
  const found = new Map<string, Server>()
  for (const [color, wanted] of Object.entries(servers)) {
    const server = backend.servers.find((candidate) => candidate.name === wanted)
    if (server === undefined) throw new TargetError(unknownServer(name, wanted, backend.servers))
    if (server.backup) {
      throw new TargetError(
        `The server ${name}/${wanted} is a "backup": HAProxy uses it only when all others are down, whatever its weight is. Remove the word.`,
      )
    }
    found.set(color, server)
  }
  const ours = new Set(Object.values(servers))
  const foreign = backend.servers.find(
    (server) => !ours.has(server.name) && !server.backup && !server.out && server.weight > 0,
  )
  if (foreign !== undefined) {
    throw new TargetError(
      `The server ${name}/${foreign.name} has weight ${foreign.weight} and is none of ${[...found.keys()].join(' and ')}: where its traffic belongs is not known. Give it weight 0, or a backend of its own.`,
    )
  }
  const settings: Settings = Object.fromEntries(
    [...found].map(([color, { weight, state }]) => [color, { weight, state }]),
  )
  const shares = [...found].map(([color, { weight, out }]) => [color, out ? 0 : weight])
  const sessions = [...found].map(([color, server]) => [color, server.sessions])
  const fixed = DYNAMIC.test(backend.algorithm) ? undefined : backend.algorithm || 'a fixed map'
  const sticky = withoutOut(await boundBy(backend, { name, servers, say }, signal), found)
  const state: LiveState = {
    ...liveState(percentages(Object.fromEntries(shares)), settings),
    sessions: Object.fromEntries(sessions),
    ...(sticky === undefined ? {} : { sticky }),
    ...(fixed === undefined ? {} : fixedProblems(name, fixed, found)),
  }
  const way = fixed !== undefined || (sticky !== undefined && movesSticky) ? 'state' : 'weight'
  return { state, settings, servers: found, fixed, way }
}

/** What keeps users on a server that has no weight any more. */
async function boundBy(
  { cookie }: BackendState,
  { name, servers, say }: Pick<Backend, 'name' | 'servers' | 'say'>,
  signal: AbortSignal,
): Promise<Sticky | undefined> {
  if (cookie !== '') return { by: `the cookie ${cookie}`, outlivesWeight: true }
  return await stickTable(say, { backend: name, servers }, signal).catch(() => undefined)
}

/** Nobody is bound to a server that is out, whatever cookie or table say. */
function withoutOut(sticky: Sticky | undefined, found: ReadonlyMap<string, Server>): Sticky | undefined {
  const out = [...found].filter(([, server]) => server.out).map(([color]) => [color, 0] as const)
  if (sticky === undefined || out.length === 0) return sticky
  return { ...sticky, bound: { ...sticky.bound, ...Object.fromEntries(out) } }
}

/** What a map that is fixed at the start cannot do: split at run time, or send anything to who has weight 0 in it. */
function fixedProblems(
  name: string,
  algorithm: string,
  found: ReadonlyMap<string, Server>,
): Pick<LiveState, 'splitProblem' | 'obstacles'> {
  const without = [...found].filter(([, server]) => server.configured === 0)
  const obstacles = without.map(([color, server]) => [
    color,
    `HAProxy backend ${name} has "balance ${algorithm}", which takes only the weights of its configuration, and ${server.name} has weight 0 there. Give both servers a weight, and write "disabled" behind the idle one`,
  ])
  return {
    splitProblem: `HAProxy backend ${name} has "balance ${algorithm}", a static LB algorithm, which takes no other weights at run time`,
    obstacles: Object.fromEntries(obstacles),
  }
}

function unknownServer(backend: string, wanted: string, servers: readonly Server[]): string {
  const names = servers.map(({ name }) => name)
  return `HAProxy backend ${backend} has no server "${wanted}". It has ${names.join(', ')}.${didYouMean(wanted, names)}`
}

/** @throws TargetError when what was recorded is not about these colors */
function settingsOf({ servers }: Backend, raw: unknown): Settings {
  const entries = Object.keys(servers).map((color) => {
    const setting = isRecord(raw) ? raw[color] : undefined
    const { weight, state } = isRecord(setting) ? setting : {}
    const isWeight = 'value' in rules.integer(weight, { max: 256 })
    const known = STATES.find((word) => word === state)
    if (!isWeight || known === undefined) {
      throw new TargetError(
        `What was recorded says nothing about "${color}": is this target-config another one now?`,
      )
    }
    return [color, { weight: weight as number, state: known }] as const
  })
  return Object.fromEntries(entries)
}

/** For `load-server-state-from-file`. It holds the servers of all backends, or the others would lose theirs. */
async function persist({ say, persisted }: Backend, signal: AbortSignal): Promise<void> {
  if (persisted === undefined) return
  const answer = await say('show servers state', signal)
  if (!/^1\n# be_id /.test(answer)) throw new TargetError(`HAProxy told no state: "${oneLine(answer, 200)}".`)
  await persisted.replace(`${answer.trimEnd()}\n`, signal)
}
