import { InputError } from '../../shared/action/errors.ts'
import { log } from '../../shared/action/log.ts'
import { readRecord } from '../../shared/action/record.ts'
import { failed, type Outcome, passed, run } from '../../shared/action/run.ts'
import { readInputs } from './inputs.ts'
import { type Left, tell } from './message/tell.ts'

run('post', async ({ context, signal }) => {
  const left = readRecord('left') as Left | undefined
  if (left === undefined) return withoutRecord()
  return tell(await readInputs(), { phase: 'post', turn: 'finish', left }, context, signal)
})

/** Main has said all there is, or was refused; or it ended before it could leave anything, and nobody was told. */
async function withoutRecord(): Promise<Outcome> {
  try {
    const { lifecycle } = await readInputs()
    if (lifecycle !== 'false') {
      const message = 'The main phase of this step ended before it left anything, so no message was sent.'
      return failed('Nobody was told', message)
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
  }
  log.info('Nothing to do: main left nothing.')
  return passed
}
