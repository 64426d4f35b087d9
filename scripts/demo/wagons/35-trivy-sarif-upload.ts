import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { type Stage, startGitHub } from '../../../test/support/github/server.ts'
import { addCommit } from '../../../test/support/github/state.ts'
import { type RunOptions, startAction } from '../../../test/support/runner.ts'
import { logPrinter } from '../../action/terminal.ts'
import { REPOSITORY } from '../../actions.ts'
import type { DemoStep, StepOrder, Train, Wagon } from '../train.ts'

const ACTION = 'trivy-sarif-upload'
/** Two small programs, and what `bandit -q -r . -f sarif` (Bandit 1.9.4) says without and with the second. */
const SHOP = join(import.meta.dirname, '..', 'shop')

type Order = Pick<StepOrder, 'name' | 'inputs' | 'expected'> & Pick<RunOptions, 'event' | 'context'>

export const wagon: Wagon = {
  title: 'Findings that arrive, and a gate that tells the truth',
  story:
    'Bandit has looked at the main branch and at a pull request. A small GitHub on this machine, with the limits of the real one, takes the reports. The pull request brings something new and is stopped; when GitHub refuses the upload, the verdict is the same. At last an audit opens issues, and its second run writes nothing.',
  async run(train) {
    const stage = await startGitHub()
    try {
      const { state } = stage
      state.private = true
      const main = addCommit(state, { message: 'feat: print orders' })
      const head = addCommit(state, { message: 'feat: export', branch: 'export', parents: [main] })
      const merge = addCommit(state, { message: 'Merge', branch: '', parents: [main, head] })
      state.refs.set('refs/pull/7/merge', merge)
      const workspace = join(train.workspace, 'shop')
      mkdirSync(workspace, { recursive: true })
      cpSync(SHOP, workspace, { recursive: true })

      const repository = { full_name: 'octo/demo', default_branch: 'main', private: true }
      const push = {
        context: { ref: 'refs/heads/main', sha: main },
        event: { name: 'push', payload: { repository } },
      }
      const pull = {
        context: { ref: 'refs/pull/7/merge', sha: merge },
        event: {
          name: 'pull_request',
          payload: {
            repository,
            pull_request: { number: 7, base: { ref: 'main' }, head: { sha: head, repo: repository } },
          },
        },
      }
      const gate = { 'sarif-file': 'pull.sarif', category: 'orders', 'fail-on': 'high', 'only-new': 'true' }
      const audit = {
        'sarif-file': 'main.sarif',
        category: 'orders',
        issues: 'sync',
        'issue-severity': 'medium',
      }
      const order = (name: string, inputs: StepOrder['inputs'], expected: StepOrder['expected']) => ({
        ...{ name, inputs, expected },
      })
      const step = (of: Order) => run(train, stage, workspace, of)

      const first = await step({
        ...push,
        ...order(
          'The main branch',
          { 'sarif-file': 'main.sarif', category: 'orders', 'fail-on': 'high' },
          'success',
        ),
      })
      const alerts = state.codeScanning.alerts.length
      const stopped = await step({ ...pull, ...order('A pull request with a shell', gate, 'failure') })
      state.codeScanning.access = 'off'
      const refused = await step({ ...pull, ...order('GitHub takes nothing', gate, 'failure') })
      state.codeScanning.access = 'on'
      const opened = await step({ ...push, ...order('The audit', audit, 'success') })
      const issues = state.issues.length
      const before = stage.log.length
      const again = await step({ ...push, ...order('The audit again', audit, 'success') })
      const writes = stage.log
        .slice(before)
        .filter(({ operation }) => /^(POST|PATCH) .*issues/.test(operation))
      const [, one, two] = [first, stopped, refused].map(({ result }) => result.outputs)
      return {
        steps: [first, stopped, refused, opened, again],
        claims: {
          'what Bandit found on main became alerts': alerts === 3,
          'the pull request is judged by what is new': one?.['new'] === '3' && one['total'] === '6',
          'a refused upload changes neither verdict nor counts':
            two?.['gate'] === 'failed' && two['high'] === one?.['high'] && two['uploaded'] === 'false',
          'and is told as well, with a remedy': refused.result.log.includes('code scanning'),
          'the audit opened one issue for each rule and place': issues === 2,
          'its second run wrote nothing': writes.length === 0,
        },
      }
    } finally {
      await stage.close()
    }
  },
}

async function run(train: Train, stage: Stage, workspace: string, order: Order): Promise<DemoStep> {
  const { name, inputs, expected, event, context } = order
  const { apiUrl, graphqlUrl, serverUrl } = stage
  train.say(name)
  const handle = startAction({
    ...{ action: ACTION, inputs, workspace, onLine: logPrinter(train.say, '  ') },
    ...(event === undefined ? {} : { event }),
    context: { apiUrl, graphqlUrl, serverUrl, repository: 'octo/demo', token: 'stage-token', ...context },
  })
  const uses = stringify([{ name, uses: `${REPOSITORY}/${ACTION}@v1`, with: inputs }], {
    lineWidth: 0,
  }).trim()
  return { uses, expected, result: await handle.finished }
}
