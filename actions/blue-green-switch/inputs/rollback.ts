import { type InputReader, rules, shown } from '../../../shared/action/inputs.ts'
import type { Inputs, Rollback } from '../model.ts'

const CONFIRM = 'ROLLBACK'

/** What a roll-back by hand asks for; undefined in another mode. */
export function readRollback(inputs: InputReader, mode: Inputs['mode']): Rollback | undefined {
  const id = inputs.text('deployment-id')
  const reason = inputs.text('reason') ?? ''
  const confirm = inputs.raw('confirm')
  if (mode !== 'rollback') {
    for (const name of ['deployment-id', 'confirm']) {
      if (inputs.text(name) !== undefined)
        inputs.add(name, 'it is for "mode: rollback". Leave it out, or ask for that mode.')
    }
    return undefined
  }
  const deploymentId = inputs.read<number | undefined>(
    'deployment-id',
    (text) => rules.integer(text, { min: 1 }),
    undefined,
  )
  if (confirm !== CONFIRM) {
    const given = confirm === undefined ? 'it is missing' : `${shown(confirm)} is not ${CONFIRM}`
    inputs.add('confirm', `${given}. Write ${CONFIRM}, in capitals, to put traffic back by hand.`)
  }
  if (reason === '')
    inputs.add('reason', 'it is missing. Say why, in a sentence: it is kept with the deployment.')
  if (id === undefined && inputs.text('environment') === undefined) {
    inputs.add(
      'deployment-id',
      'it is missing, and so is "environment". Say which deployment is to be undone, or of which environment the newest.',
    )
  }
  return { deploymentId, reason }
}
