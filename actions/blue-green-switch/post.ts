import { log } from '../../shared/action/log.ts'
import { readRecord } from '../../shared/action/record.ts'
import { passed, run } from '../../shared/action/run.ts'
import { setDeadline } from '../../shared/action/watchdog.ts'
import { connectToGitHub } from '../../shared/github/connector.ts'
import { type Kept, RECORD } from './apply/tools.ts'
import { applyPost, longest } from './apply.ts'
import { readPostInputs } from './inputs.ts'
import { reportPost } from './report.ts'

run(
  'post',
  async (step) => {
    const kept = readRecord(RECORD) as Kept | undefined
    // A record is kept before the first write.
    if (kept === undefined) {
      log.info('Nothing to do: the main phase has left no record, so it has written nothing.')
      return passed
    }
    if (kept.phase === 'settled' && kept.told === true) return passed
    const inputs = await readPostInputs(kept.given)
    setDeadline(longest(inputs))
    return reportPost(await applyPost(kept, inputs, step), kept, step)
  },
  connectToGitHub,
)
