import type { RunContext } from '../../../shared/action/context.ts'
import { log } from '../../../shared/action/log.ts'
import { keepRecord } from '../../../shared/action/record.ts'
import type { Outcome } from '../../../shared/action/run.ts'
import { apply } from '../apply.ts'
import type { Inputs } from '../inputs.ts'
import { observe } from '../observe.ts'
import { decide, describePlan, type Sent, type Turn } from '../plan.ts'
import { report } from '../report.ts'

/** What main leaves for the post step; ids and times, no secrets. */
export interface Left {
  startedAt: number
  sent: readonly Sent[]
}

export async function tell(
  inputs: Inputs,
  { phase, turn, left }: { phase: 'main' | 'post'; turn: Turn; left: Left },
  context: RunContext,
  signal: AbortSignal,
): Promise<Outcome> {
  const wire = { deadline: performance.now() + inputs.timeout, signal }
  const observed = await observe(inputs, context, wire.deadline, signal)
  if (turn === 'finish') observed.durationMs ??= Date.now() - left.startedAt
  const plan = decide(inputs, context, observed, turn, left.sent)
  for (const line of describePlan(plan, inputs)) log.info(line)
  const results = inputs.dryRun ? [] : await apply(plan, inputs, context, observed, wire)
  if (turn === 'start')
    keepRecord('left', { startedAt: left.startedAt, sent: sentBy(results) } satisfies Left)
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
