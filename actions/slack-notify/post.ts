import { InputError } from '../../shared/action/errors.ts'
import { log } from '../../shared/action/log.ts'
import { readRecord } from '../../shared/action/record.ts'
import { failed, type Outcome, passed, run } from '../../shared/action/run.ts'
import { setDeadline } from '../../shared/action/watchdog.ts'
import { connectToGitHub } from '../../shared/github/connector.ts'
import { apply } from './apply.ts'
import { readInputs } from './inputs.ts'
import type { Moment } from './model.ts'
import { observe } from './observe.ts'
import { decide, describePlan } from './plan.ts'
import { report } from './report.ts'

run(
  'post',
  async (step) => {
    const left = readRecord('left') as Moment | undefined
    if (left === undefined) return withoutRecord()
    const inputs = await readInputs()
    setDeadline(inputs.timeout)
    const deadline = step.clock.now() + inputs.timeout
    const observation = await observe(inputs, step, { ...left, turn: 'finish' })
    const plan = decide(inputs, observation)
    for (const line of describePlan(plan, inputs)) log.info(line)
    const applied = inputs.dryRun ? [] : await apply(plan, inputs, observation, step, deadline)
    return report(plan, inputs, observation, applied, step, 'post')
  },
  connectToGitHub,
)

/** Main has said all there is, or was refused; or it ended before it could leave anything, and nobody was told. */
async function withoutRecord(): Promise<Outcome> {
  try {
    const { lifecycle } = await readInputs()
    if (lifecycle === 'false') return nothingToDo()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return nothingToDo()
  }
  return failed(
    'Nobody was told',
    'The main phase of this step ended before it left anything (the job was cancelled, or the step was killed), so no message was sent.',
  )
}

function nothingToDo(): Outcome {
  log.info('Nothing to do: main left nothing.')
  return passed
}
