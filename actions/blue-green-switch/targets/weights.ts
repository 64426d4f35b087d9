import { type LiveState, liveColour, type Weights } from './target.ts'

/**
 * Shares of the traffic as whole percent that are 100 in all (largest remainder); pure. Who has some keeps at least 1,
 * so that 100 means all of it. All are 0 when nobody has any.
 */
export function percentages(shares: Readonly<Record<string, number>>): Weights {
  const colours = Object.keys(shares)
  const total = colours.reduce((sum, colour) => sum + (shares[colour] ?? 0), 0)
  if (total === 0) return Object.fromEntries(colours.map((colour) => [colour, 0]))
  const exact = colours.map((colour) => ({ colour, percent: (100 * (shares[colour] ?? 0)) / total }))
  const weights = new Map(
    exact.map(({ colour, percent }) => [colour, percent > 0 ? Math.max(1, Math.floor(percent)) : 0]),
  )
  const byRemainder = exact
    .filter(({ percent }) => percent > 0)
    .sort((a, b) => (b.percent % 1) - (a.percent % 1) || b.percent - a.percent)
  const largest = exact.reduce((most, one) => (one.percent > most.percent ? one : most)).colour
  let rest = 100 - [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  for (const { colour } of byRemainder) {
    if (rest <= 0) break
    weights.set(colour, (weights.get(colour) ?? 0) + 1)
    rest -= 1
  }
  weights.set(largest, (weights.get(largest) ?? 0) + rest)
  return Object.fromEntries(weights)
}

/** What a router said, with what is recorded of it; the revision is that record. */
export function liveState(weights: Weights, raw: unknown, revision = JSON.stringify(raw)): LiveState {
  return { weights, live: liveColour(weights), raw, revision }
}

/** `blue 95, green 5` */
export function told(weights: Weights): string {
  return Object.entries(weights)
    .map(([colour, weight]) => `${colour} ${weight}`)
    .join(', ')
}
