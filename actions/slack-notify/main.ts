import { log } from '../../shared/action/log.ts'
import { keepRecord } from '../../shared/action/record.ts'
import { run } from '../../shared/action/run.ts'
import { setDeadline } from '../../shared/action/watchdog.ts'
import { connectToGitHub } from '../../shared/github/connector.ts'
import { sentBy } from './apply/sent.ts'
import { apply } from './apply.ts'
import { readInputs } from './inputs.ts'
import type { Moment } from './model.ts'
import { observe } from './observe.ts'
import { decide, describePlan } from './plan.ts'
import { report, reportWaiting } from './report.ts'

run(
  'main',
  async (step) => {
    const inputs = await readInputs()
    setDeadline(inputs.timeout)
    const deadline = step.clock.now() + inputs.timeout
    const turn = inputs.lifecycle === 'true' ? 'start' : 'whole'
    const moment: Moment = { turn, startedAt: step.clock.date(), sent: [] }
    if (inputs.lifecycle !== 'false') keepRecord('left', moment)
    if (inputs.lifecycle === 'final') return reportWaiting(inputs, step)
    const observation = await observe(inputs, step, moment)
    const plan = decide(inputs, observation)
    for (const line of describePlan(plan, inputs)) log.info(line)
    const applied = inputs.dryRun ? [] : await apply(plan, inputs, observation, step, deadline)
    if (turn === 'start') keepRecord('left', { ...moment, sent: sentBy(applied) })
    return report(plan, inputs, observation, applied, step, 'main')
  },
  connectToGitHub,
)
