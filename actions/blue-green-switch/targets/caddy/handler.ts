import { rules } from '../../../../shared/action/inputs.ts'
import { isRecord } from '../config.ts'
import type { Weights } from '../target.ts'

/** The JSON of a `reverse_proxy` handler; only what is named here is understood, the rest stays as it is. */
export type Handler = Readonly<Record<string, unknown>>

/** What is recorded: the list of upstreams as colors, one after the other, and the weights of its policy. */
export interface Pool {
  upstreams: readonly string[]
  /** Of `weighted_round_robin`, in the same order. */
  weights?: readonly number[]
}

type Dials = Readonly<Record<string, string>>

const WEIGHTED = 'weighted_round_robin'
/** These choose among the entries of the list as they stand, so an entry that is there twice gets twice as much. */
const BY_ENTRY = ['round_robin', 'random', WEIGHTED]

/** The pool of a handler; pure. @returns what is wrong, in words that follow the handler's name */
export function poolOf(handler: unknown, dials: Dials): Pool | string {
  if (!isRecord(handler) || handler['handler'] !== 'reverse_proxy') {
    return 'is not a reverse_proxy handler: set "@id" in the object that has "handler": "reverse_proxy"'
  }
  if (handler['dynamic_upstreams'] != null) return 'has dynamic upstreams, which nobody can switch'
  const entries = Array.isArray(handler['upstreams']) ? handler['upstreams'] : []
  const colors: string[] = []
  for (const entry of entries) {
    const dial = dialOf(entry)
    const color = Object.keys(dials).find((name) => bare(dials[name] ?? '') === bare(dial))
    if (color === undefined)
      return `has an upstream ${JSON.stringify(dial)} that is none of ${Object.keys(dials).join(' and ')}`
    colors.push(color)
  }
  const { policy, weights } = selection(handler)
  if (policy !== WEIGHTED) return { upstreams: colors }
  return {
    upstreams: colors,
    weights: colors.map((_, at) => (Array.isArray(weights) ? Number(weights[at] ?? 1) : 1)),
  }
}

/** How much of the traffic each color gets, in any unit; pure. */
export function sharesOf({ upstreams, weights }: Pool, colors: readonly string[]): Record<string, number> {
  const shares = Object.fromEntries(colors.map((color) => [color, 0]))
  for (const [at, color] of upstreams.entries()) shares[color] = (shares[color] ?? 0) + (weights?.[at] ?? 1)
  return shares
}

/** The smallest list that splits like this; pure. Who gets nothing is not in it. */
export function poolFor(weights: Weights, isWeighted: boolean): Pool {
  const some = Object.entries(weights).filter(([, weight]) => weight > 0)
  if (isWeighted)
    return { upstreams: some.map(([color]) => color), weights: some.map(([, weight]) => weight) }
  const divisor = some.reduce((common, [, weight]) => gcd(common, weight), 0)
  return { upstreams: some.flatMap(([color, weight]) => new Array<string>(weight / divisor).fill(color)) }
}

/** The handler with another pool; pure. An upstream that comes in gets the settings of its own or another entry. */
export function withPool(handler: Handler, pool: Pool, dials: Dials): Handler {
  const entries = (Array.isArray(handler['upstreams']) ? handler['upstreams'] : []).filter(isRecord)
  const upstreams = pool.upstreams.map((color) => {
    const dial = dials[color] ?? ''
    const own = entries.find((entry) => bare(dialOf(entry)) === bare(dial))
    return own ?? { ...entries[0], dial }
  })
  if (pool.weights === undefined) return { ...handler, upstreams }
  const balancing = isRecord(handler['load_balancing']) ? handler['load_balancing'] : {}
  const policy = { ...selection(handler), policy: WEIGHTED, weights: pool.weights }
  return { ...handler, upstreams, load_balancing: { ...balancing, selection_policy: policy } }
}

/** Why a handler cannot split; undefined when it can. Pure. */
export function splitProblem(handler: Handler): string | undefined {
  const policy = selection(handler)['policy'] ?? 'random'
  if (BY_ENTRY.some((known) => known === policy)) return undefined
  return `chooses by ${JSON.stringify(policy)}, which does not split by weight: use "round_robin", or only the step 100`
}

/** What binds users to an upstream, as long as it is in the list; pure. */
export function stickyOf(handler: Handler): string | undefined {
  const { policy, name } = selection(handler)
  if (policy === 'cookie') return `the cookie ${typeof name === 'string' && name !== '' ? name : 'lb'}`
  return policy === 'ip_hash' || policy === 'client_ip_hash' ? 'the address of the client' : undefined
}

/** Caddy cuts WebSockets and other streams with each change of its configuration unless it is told to wait; pure. */
export const cutsStreams = (handler: Handler): boolean => handler['stream_close_delay'] == null

/** `weighted_round_robin` came with Caddy 2.7; where it is in use it stays in use. */
export const isWeighted = (handler: Handler): boolean => selection(handler)['policy'] === WEIGHTED

/** What was recorded, or undefined when it is not about these colors; pure. */
export function parsePool(raw: unknown, colors: readonly string[]): Pool | undefined {
  if (!isRecord(raw) || !Array.isArray(raw['upstreams']) || raw['upstreams'].length > 1_000) return undefined
  const upstreams: unknown[] = raw['upstreams']
  if (!upstreams.every((color) => typeof color === 'string' && colors.includes(color))) return undefined
  const { weights } = raw
  if (weights === undefined) return { upstreams: upstreams as string[] }
  const isWeight = (weight: unknown): boolean => 'value' in rules.integer(weight)
  if (!Array.isArray(weights) || weights.length !== upstreams.length || !weights.every(isWeight))
    return undefined
  return { upstreams: upstreams as string[], weights: weights as number[] }
}

function selection(handler: Handler): Readonly<Record<string, unknown>> {
  const balancing = isRecord(handler['load_balancing']) ? handler['load_balancing'] : {}
  return isRecord(balancing['selection_policy']) ? balancing['selection_policy'] : {}
}

function dialOf(entry: unknown): string {
  return isRecord(entry) && typeof entry['dial'] === 'string' ? entry['dial'] : ''
}

/** Network addresses without a network are TCP. */
export const bare = (dial: string): string => dial.replace(/^tcp\//, '')

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b))
