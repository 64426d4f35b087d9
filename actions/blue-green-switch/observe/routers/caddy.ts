import { messageOf } from '../../../../shared/action/errors.ts'
import { maskSecret } from '../../../../shared/action/secrets.ts'
import { lockPath } from '../../../../shared/files/lock.ts'
import {
  bare,
  cutsStreams,
  type Handler,
  isWeighted,
  type Pool,
  parsePool,
  poolFor,
  poolOf,
  sharesOf,
  splitProblem,
  stickyOf,
  withPool,
} from '../../targets/caddy/handler.ts'
import { readCaddy } from '../../targets/caddy.ts'
import { secretsIn } from '../../targets/config.ts'
import {
  Conflict,
  type Connect,
  type LiveState,
  sameWeights,
  TargetError,
  type Weights,
} from '../../targets/target.ts'
import { liveState, percentages, told } from '../../targets/weights.ts'
import { type Admin, adminApi } from './caddy/admin.ts'
import { within } from './settle.ts'

/** @see https://caddyserver.com/docs/caddyfile/directives/reverse_proxy#streaming */
const STREAMS =
  'Caddy cuts WebSockets and other streams with every change of its configuration. Give the handler a "stream_close_delay", such as "5m", to let them end by themselves.'

interface Caddy {
  id: string
  upstreams: Readonly<Record<string, string>>
  admin: Admin
}

/** The only target here with a true compare-and-set: the ETag of the handler. */
export const connect: Connect = (config, options, problems) => {
  for (const secret of secretsIn(config)) maskSecret(secret)
  const settings = readCaddy(config, options, problems)
  if (settings === undefined) return undefined
  const { base, id, upstreams } = settings
  const caddy: Caddy = { id, upstreams, admin: adminApi(base, id) }
  const entries = (weights: Weights): string =>
    Object.entries(weights)
      .filter(([, weight]) => weight > 0)
      .map(([color, weight]) => `${upstreams[color]} for ${weight} %`)
      .join(', ')
  return {
    colors: Object.keys(upstreams),
    weighted: true,
    describe: () => `Caddy handler ${id} at ${base.origin}`,
    get lock() {
      return lockPath(undefined, JSON.stringify(['caddy', base.origin, id]))
    },
    read: async (signal) => (await look(caddy, signal)).state,
    plan: (weights) => [`Caddy: PATCH /id/${id} with upstreams ${entries(weights)}, If-Match its ETag`],
    write: (weights, expected, signal) => write(caddy, weights, expected, signal),
    restore: (recorded, signal) => within(4_500, signal, (limit) => restore(caddy, recorded, limit)),
  }
}

async function look(
  { admin, id, upstreams }: Caddy,
  signal: AbortSignal,
): Promise<{ handler: Handler; etag: string; state: LiveState }> {
  const { handler, etag } = await admin.get(signal)
  const pool = poolOf(handler, upstreams)
  if (typeof pool === 'string') throw new TargetError(`"@id": "${id}" of Caddy ${pool}.`)
  const weights = percentages(sharesOf(pool, Object.keys(upstreams)))
  const counts = await admin.sessions(signal)
  const open = Object.entries(upstreams).map(([color, dial]) => [color, counts?.get(bare(dial)) ?? 0])
  const problem = splitProblem(handler)
  const sticky = stickyOf(handler)
  const state: LiveState = {
    ...liveState(weights, pool, etag),
    ...(counts === undefined ? {} : { sessions: Object.fromEntries(open) }),
    ...(problem === undefined ? {} : { splitProblem: `"@id": "${id}" of Caddy ${problem}` }),
    ...(sticky === undefined ? {} : { sticky: { by: sticky, outlivesWeight: false } }),
    ...(cutsStreams(handler) ? { notes: [STREAMS] } : {}),
  }
  return { handler, etag, state }
}

async function write(
  caddy: Caddy,
  weights: Weights,
  expected: LiveState,
  signal: AbortSignal,
): Promise<LiveState> {
  const { handler, etag, state } = await look(caddy, signal)
  if (etag !== expected.revision) {
    throw new Conflict(
      `Caddy was changed since it was read: it had ${told(expected.weights)}, it has ${told(state.weights)} (its ETag is another one).`,
    )
  }
  const isSplit = Object.values(weights).filter((weight) => weight > 0).length > 1
  const problem = isSplit ? splitProblem(handler) : undefined
  if (problem !== undefined)
    throw new TargetError(`"@id": "${caddy.id}" of Caddy ${problem}. Nothing was written.`)
  const pool = poolFor(weights, isWeighted(handler))
  try {
    await caddy.admin.patch(withPool(handler, pool, caddy.upstreams), etag, signal)
  } catch (error) {
    if (!(error instanceof TargetError) || error.applied !== 'unknown') throw error
    return await afterLostAnswer(caddy, state, weights, error)
  }
  return await look(caddy, signal).then(
    (now) => now.state,
    (error: unknown) => {
      throw new TargetError(`Caddy took the weights and cannot be read back: ${messageOf(error)}`, 'yes')
    },
  )
}

async function afterLostAnswer(
  caddy: Caddy,
  before: LiveState,
  weights: Weights,
  error: TargetError,
): Promise<LiveState> {
  const now = await look(caddy, AbortSignal.timeout(2_000)).catch(() => undefined)
  if (now === undefined)
    throw new TargetError(`${error.message} It is not known whether it was applied.`, 'unknown')
  if (sameWeights(now.state.weights, weights)) return now.state
  if (now.etag === before.revision) throw new TargetError(`${error.message} Nothing was changed.`)
  throw new TargetError(`${error.message} The weights are now ${told(now.state.weights)}.`, 'yes')
}

/** What somebody else changed beside the upstreams meanwhile stays. */
async function restore(caddy: Caddy, recorded: LiveState, signal: AbortSignal): Promise<LiveState> {
  const pool: Pool | undefined = parsePool(recorded.raw, Object.keys(caddy.upstreams))
  if (pool === undefined) {
    throw new TargetError('What was recorded is about other colors: is this target-config another one now?')
  }
  for (let attempt = 1; ; attempt++) {
    const { handler, etag } = await caddy.admin.get(signal)
    const isStill = isWeighted(handler) === (pool.weights !== undefined)
    const wanted = isStill ? pool : poolFor(recorded.weights, isWeighted(handler))
    try {
      await caddy.admin.patch(withPool(handler, wanted, caddy.upstreams), etag, signal)
      return (await look(caddy, signal)).state
    } catch (error) {
      if (!(error instanceof Conflict) || attempt === 5) throw error
    }
  }
}
