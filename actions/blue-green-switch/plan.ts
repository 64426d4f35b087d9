import { joinWords, plural } from '../../shared/text/list.ts'
import type { Inputs, Observation, Plan } from './model.ts'
import { weightsOf } from './protocol/moves.ts'
import { undoOf } from './protocol/payload.ts'
import { bindingOf } from './targets/sticky.ts'
import { idleColor, type LiveState, type Target } from './targets/target.ts'
import { describeWeights } from './targets/weights.ts'

type Asked = Pick<Inputs, 'mode' | 'colors' | 'to' | 'expectLive' | 'steps' | 'sticky'> &
  Partial<Pick<Inputs, 'router' | 'environment'>>

/** Decides from the inputs and what the router says; pure. */
export function decide(asked: Asked, seen: Observation): Plan {
  if (asked.mode !== 'rollback') return decideMoves(asked, seen)
  const { deployment } = seen
  const plan = (more: Plan): Plan => ({ ...more, deployment })
  if (seen.state === undefined) return plan(decideMoves(asked, seen))
  if (deployment === undefined || 'refused' in deployment) {
    const reason = deployment?.refused ?? 'no deployment was looked for. Nothing was written.'
    return plan({ event: 'refused', reason, state: seen.state })
  }
  const where = {
    target: asked.router?.name ?? '',
    colors: asked.colors,
    environment: asked.environment ?? '',
  }
  const undo = undoOf(deployment, where, seen.state, asked.expectLive)
  if ('refused' in undo) return plan({ event: 'refused', reason: undo.refused, state: seen.state })
  return plan(decideMoves({ ...asked, to: undo.to }, seen))
}

function decideMoves(asked: Asked, seen: Observation): Plan {
  if (seen.state === undefined) return { event: seen.event, reason: seen.reason }
  const { state } = seen
  const { live, weights } = state
  const { mode, colors, to, expectLive, steps, sticky } = asked
  const now = describeWeights(weights)
  if (expectLive !== '' && live !== expectLive) {
    const reason = `expected ${expectLive} to be live (expect-live), but ${now}. Nothing was written. Find out who moved it, then run again with the color that is right.`
    return { event: 'state drift', reason, state }
  }
  if (mode === 'status') return { event: 'told', reason: describeState(state), state }
  const goal = to === 'idle' ? idleColor(weights) : to
  if (goal === undefined) {
    const words = joinWords(colors, 'or')
    const reason = `${now}, so no side is idle. Nothing was written. Say where the traffic is to go: "to: ${words}".`
    return { event: 'state drift', reason, state }
  }
  if (goal === live) return { event: 'already live', reason: `${goal} has all the traffic already`, state }
  if (state.sticky !== undefined && sticky === 'refuse') {
    const reason = `the router binds users to a side by ${state.sticky.by} (sticky: refuse). Nothing was written. Take that away, or say what becomes of these users: "sticky: keep" or "sticky: move".`
    return { event: 'refused', reason, state }
  }
  const obstacle = state.obstacles?.[goal]
  if (obstacle !== undefined) return { event: 'refused', reason: `${obstacle}. Nothing was written.`, state }
  const others = colors.filter((color) => color !== goal)
  const from = live ?? others.reduce((a, b) => ((weights[b] ?? 0) > (weights[a] ?? 0) ? b : a))
  const shares = steps.filter((share) => share > (weights[goal] ?? 0))
  if (state.splitProblem !== undefined && shares.some((share) => share < 100)) {
    const reason = `${state.splitProblem}. So it cannot split the traffic. Nothing was written. Use "steps: 100", or another balancing.`
    return { event: 'refused', reason, state }
  }
  const moves = {
    from,
    to: goal,
    steps: shares.map((share) => ({ share, weights: weightsOf(colors, from, goal, share) })),
  }
  return { event: 'read', reason: describeState(state), moves, state }
}

/** Who has the traffic, what binds users, and who has open sessions; pure. */
export function describeState(state: LiveState): string {
  const { weights, sticky, sessions } = state
  const parts = [describeWeights(weights)]
  if (sticky !== undefined) {
    const bound = Object.entries(sticky.bound ?? {}).map(([color, count]) => `${color} ${count}`)
    parts.push(
      `users are bound to a side by ${sticky.by}${bound.length === 0 ? '' : ` (${bound.join(', ')})`}`,
    )
  }
  if (sessions !== undefined) {
    const open = Object.entries(sessions).map(([color, count]) => `${color} ${count}`)
    parts.push(`open sessions: ${open.join(', ')}`)
  }
  return parts.join('; ')
}

/** The side without any traffic; undefined when there is none, or when users are still bound to it. Pure. */
export function idleSide(state: LiveState): string | undefined {
  const idle = idleColor(state.weights)
  return idle === undefined || bindingOf(state, idle) !== undefined ? undefined : idle
}

/** What the plan says, for the log. */
export function describePlan(plan: Plan, target: Target, sticky: Inputs['sticky']): string[] {
  const lines = [`${target.describe()}: ${plan.reason}.`]
  if (target.caution !== undefined) lines.push(target.caution)
  const { state, moves } = plan
  if (moves === undefined) return lines
  lines.push(...(state?.notes ?? []).map((note) => `Warning: ${note}`))
  const { from, to, steps } = moves
  lines.push(`Plan: from ${from} to ${to} in ${steps.map(({ share }) => `${share} %`).join(', ')}.`)
  for (const { share, weights } of steps)
    lines.push(...target.plan(weights).map((line) => `  ${share} %: ${line}`))
  if (state?.sticky !== undefined) lines.push(`  ${describeSticky(state.sticky, from, sticky)}`)
  return lines
}

function describeSticky(
  { by, bound, outlivesWeight }: NonNullable<LiveState['sticky']>,
  from: string,
  sticky: Inputs['sticky'],
): string {
  const count = bound?.[from]
  const who =
    count === undefined
      ? `Users that ${by} binds to ${from}`
      : `${plural(count, 'user')} bound to ${from} by ${by}`
  if (sticky === 'move') return `${who} are moved too (sticky: move)`
  return outlivesWeight
    ? `${who} stay there (sticky: keep), so ${from} will not be idle`
    : `${who} stay there while both sides have traffic, and are moved with the last step`
}
