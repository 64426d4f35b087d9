import { joinWords } from '../../../shared/text/list.ts'
import { type LiveState, liveColor, type Weights } from './target.ts'

/**
 * Shares of the traffic as whole percent that are 100 in all (largest remainder); pure. Who has some keeps at least 1,
 * so that 100 means all of it. All are 0 when nobody has any.
 */
export function percentages(shares: Readonly<Record<string, number>>): Weights {
  const colors = Object.keys(shares)
  const total = colors.reduce((sum, color) => sum + (shares[color] ?? 0), 0)
  if (total === 0) return Object.fromEntries(colors.map((color) => [color, 0]))
  const exact = colors.map((color) => ({ color, percent: (100 * (shares[color] ?? 0)) / total }))
  const weights = new Map(
    exact.map(({ color, percent }) => [color, percent > 0 ? Math.max(1, Math.floor(percent)) : 0]),
  )
  const byRemainder = exact
    .filter(({ percent }) => percent > 0)
    .sort((a, b) => (b.percent % 1) - (a.percent % 1) || b.percent - a.percent)
  const largest = exact.reduce((most, one) => (one.percent > most.percent ? one : most)).color
  let rest = 100 - [...weights.values()].reduce((sum, weight) => sum + weight, 0)
  for (const { color } of byRemainder) {
    if (rest <= 0) break
    weights.set(color, (weights.get(color) ?? 0) + 1)
    rest -= 1
  }
  weights.set(largest, (weights.get(largest) ?? 0) + rest)
  return Object.fromEntries(weights)
}

/** What a router said, with what is recorded of it; the revision is that record. */
export function liveState(weights: Weights, raw: unknown, revision = JSON.stringify(raw)): LiveState {
  return { weights, live: liveColor(weights), raw, revision }
}

/** `blue 95, green 5` */
export function told(weights: Weights): string {
  return Object.entries(weights)
    .map(([color, weight]) => `${color} ${weight}`)
    .join(', ')
}

/** `blue has all the traffic`, `blue has 75 % and green 25 %`; pure. */
export function describeWeights(weights: Weights): string {
  const parts = Object.entries(weights).filter(([, weight]) => weight > 0)
  const [first] = parts
  if (first === undefined) return 'no side has traffic'
  if (parts.length === 1) return `${first[0]} has all the traffic`
  return `${first[0]} has ${joinWords(parts.map(([color, weight], index) => (index === 0 ? `${weight} %` : `${color} ${weight} %`)))}`
}
