import type { Weights } from '../targets/target.ts'

/** Where the traffic goes, step by step. */
export interface Moves {
  from: string
  to: string
  /** `share` is the percent of the new side. */
  steps: readonly { share: number; weights: Weights }[]
}

/** The weights of a step; pure. */
export function weightsOf(colors: readonly string[], from: string, to: string, share: number): Weights {
  const weight = (color: string): number => (color === to ? share : color === from ? 100 - share : 0)
  return Object.fromEntries(colors.map((color) => [color, weight(color)]))
}
