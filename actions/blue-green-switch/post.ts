import { log } from '../../shared/action/log.ts'
import { passed, run } from '../../shared/action/run.ts'
import { finish, open, readLeft } from './apply.ts'
import { readInputs } from './inputs.ts'
import { reportPost } from './report.ts'

run('post', async ({ context, signal }) => {
  const left = readLeft()
  if (left === undefined) {
    log.info('Nothing to do: the main phase has written nothing.')
    return passed
  }
  const inputs = await readInputs(process.env, 'post')
  const tools = { inputs, target: await open(inputs), context, cancel: signal }
  return reportPost(await finish(tools, left), left)
})
