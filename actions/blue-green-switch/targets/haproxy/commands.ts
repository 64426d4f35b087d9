import type { Weights } from '../target.ts'
import type { Server } from './state.ts'

/** The backend, and what each color's server is called there. */
export interface Named {
  name: string
  servers: Readonly<Record<string, string>>
}

/** What is recorded for each color, and all that we ever change. */
export type Settings = Readonly<Record<string, Pick<Server, 'weight' | 'state'>>>

/** How a side loses its traffic: by its weight, or by its state, which also takes away users who are bound to it. */
export type Way = 'weight' | 'state'

/**
 * The commands for weights, who gets more first, so that somebody is there at any moment. A server that gets some
 * traffic is made ready. Pure.
 */
export function commands(
  { name, servers }: Named,
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
export function commandsFor({ name, servers }: Named, weights: Weights, settings: Settings) {
  return byWeight(servers, weights).flatMap(([color, server]) => {
    const { weight, state } = settings[color] ?? { weight: weights[color] ?? 0, state: 'ready' }
    return [`set server ${name}/${server} state ${state}`, `set server ${name}/${server} weight ${weight}`]
  })
}

function byWeight(servers: Named['servers'], weights: Weights): [string, string][] {
  return Object.entries(servers).toSorted(([a], [b]) => (weights[b] ?? 0) - (weights[a] ?? 0))
}
