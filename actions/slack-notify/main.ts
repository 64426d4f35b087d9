import { keepRecord } from '../../shared/action/record.ts'
import { run } from '../../shared/action/run.ts'
import { readInputs } from './inputs.ts'
import { type Left, tell } from './message/tell.ts'
import { reportWaiting } from './report.ts'

run('main', async ({ context, signal, clock }) => {
  const inputs = await readInputs()
  const left: Left = { startedAt: clock.date(), sent: [] }
  if (inputs.lifecycle !== 'false') keepRecord('left', left)
  if (inputs.lifecycle === 'final') return reportWaiting(inputs, context)
  return tell(
    inputs,
    { phase: 'main', turn: inputs.lifecycle === 'true' ? 'start' : 'whole', left },
    context,
    signal,
  )
})
