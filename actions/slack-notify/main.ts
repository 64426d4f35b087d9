import { readContext } from '../../shared/action/context.ts'
import { log } from '../../shared/action/log.ts'
import { type Outcome, passed, run } from '../../shared/action/run.ts'
import { readState, saveState } from '../../shared/action/state.ts'
import { apply } from './apply.ts'
import { type Inputs, readInputs } from './inputs.ts'
import { observe } from './observe.ts'
import { decide, describePlan, type Sent, type Turn } from './plan.ts'
import { report, reportWaiting } from './report.ts'

/** What main leaves for the post step; ids and times, no secrets. */
interface Left {
  startedAt: number
  sent: readonly Sent[]
}

run({
  main: async (signal) => {
    const inputs = await readInputs()
    if (inputs.lifecycle !== 'false') saveState('left', { startedAt: Date.now(), sent: [] } satisfies Left)
    if (inputs.lifecycle === 'final') return reportWaiting(inputs, readContext())
    return tell(inputs, 'main', inputs.lifecycle === 'true' ? 'start' : 'whole', signal)
  },
  // Without anything left, main has said all there is, or was refused.
  post: async (signal) => {
    const left = readState('left') as Left | undefined
    return left === undefined ? passed : tell(await readInputs(), 'post', 'finish', signal, left)
  },
})

async function tell(
  inputs: Inputs,
  phase: 'main' | 'post',
  turn: Turn,
  signal: AbortSignal,
  left: Left = { startedAt: Date.now(), sent: [] },
): Promise<Outcome> {
  const context = readContext()
  const wire = { deadline: performance.now() + inputs.timeout, signal }
  const observed = await observe(inputs, context, wire.deadline, signal)
  if (turn === 'finish') observed.durationMs ??= Date.now() - left.startedAt
  const plan = decide(inputs, context, observed, turn, left.sent)
  for (const line of describePlan(plan, inputs)) log.info(line)
  const results = inputs.dryRun ? [] : await apply(plan, inputs, context, observed, wire)
  if (turn === 'start') saveState('left', { ...left, sent: sentBy(results) } satisfies Left)
  return report(plan, inputs, observed, results, context, phase)
}

/** The messages that the post step finishes, by the channel as the user wrote it. */
function sentBy(results: Awaited<ReturnType<typeof apply>>): Sent[] {
  return results.flatMap(({ ok, delivery, ts, channelId }) =>
    ok && delivery.to === 'slack-api' && ts && channelId
      ? [{ channel: delivery.channel, channelId, ts }]
      : [],
  )
}
