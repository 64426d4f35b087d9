import { joinWords } from '../../shared/text/list.ts'
import type { Inputs } from './inputs.ts'
import type { LiveState, Target, Weights } from './targets/target.ts'

/** Where the traffic goes, step by step. */
export interface Moves {
  from: string
  to: string
  steps: readonly { share: number; weights: Weights }[]
}

/** What is to be done, decided before anything is: an event of READ with its reason. */
export type Plan =
  | { event: 'read'; reason: string; moves: Moves }
  | { event: 'told' | 'already live' | 'state drift'; reason: string; moves?: undefined }

/** Decides from the inputs and what the router says; pure. */
export function decide(
  { mode, colors, to, expectLive, steps }: Pick<Inputs, 'mode' | 'colors' | 'to' | 'expectLive' | 'steps'>,
  { live, weights }: LiveState,
): Plan {
  const seen = describeWeights(weights)
  if (expectLive !== '' && live !== expectLive) {
    const reason = `expected ${expectLive} to be live (expect-live), but ${seen}. Nothing was written. Find out who moved it, then run again with the color that is right.`
    return { event: 'state drift', reason }
  }
  if (mode === 'status') return { event: 'told', reason: seen }
  const goal = to === 'idle' ? idleOf(colors, live) : to
  if (goal === undefined) {
    const words = joinWords(colors, 'or')
    const reason = `${seen}, so no side is idle. Nothing was written. Say where the traffic is to go: "to: ${words}".`
    return { event: 'state drift', reason }
  }
  if (goal === live) return { event: 'already live', reason: `${goal} has all the traffic already` }
  const others = colors.filter((color) => color !== goal)
  const from = live ?? others.reduce((a, b) => ((weights[b] ?? 0) > (weights[a] ?? 0) ? b : a))
  const shares = steps.filter((share) => share > (weights[goal] ?? 0))
  const moves: Moves = {
    from,
    to: goal,
    steps: shares.map((share) => ({ share, weights: weightsOf(colors, from, goal, share) })),
  }
  return { event: 'read', reason: seen, moves }
}

/** What the plan says, for the log. */
export function describePlan(plan: Plan, target: Target): string[] {
  const lines = [`${target.describe()}: ${plan.reason}.`]
  if (target.caution !== undefined) lines.push(target.caution)
  if (plan.moves === undefined) return lines
  const { from, to, steps } = plan.moves
  lines.push(`Plan: from ${from} to ${to} in ${steps.map(({ share }) => `${share} %`).join(', ')}.`)
  for (const { share, weights } of steps)
    lines.push(...target.plan(weights).map((line) => `  ${share} %: ${line}`))
  return lines
}

/** `blue has all the traffic`, `blue has 75 % and green 25 %`; pure. */
export function describeWeights(weights: Weights): string {
  const parts = Object.entries(weights).filter(([, weight]) => weight > 0)
  const [first] = parts
  if (first === undefined) return 'no side has traffic'
  if (parts.length === 1) return `${first[0]} has all the traffic`
  return `${first[0]} has ${joinWords(parts.map(([color, weight], index) => (index === 0 ? `${weight} %` : `${color} ${weight} %`)))}`
}

function idleOf(colors: readonly string[], live: string | undefined): string | undefined {
  const idle = colors.filter((color) => color !== live)
  return live !== undefined && idle.length === 1 ? idle[0] : undefined
}

function weightsOf(colors: readonly string[], from: string, to: string, share: number): Weights {
  const weight = (color: string): number => (color === to ? share : color === from ? 100 - share : 0)
  return Object.fromEntries(colors.map((color) => [color, weight(color)]))
}
