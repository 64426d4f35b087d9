import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { makeRepository, type TestRepository } from '../../../test/support/git.ts'
import { loadRepository } from '../../../test/support/github/load.ts'
import { type Stage, startGitHub } from '../../../test/support/github/server.ts'
import { startAction } from '../../../test/support/runner.ts'
import { logPrinter } from '../../action/terminal.ts'
import { REPOSITORY } from '../../actions.ts'
import type { DemoStep, Train, Wagon } from '../train.ts'
import { cloneOf, headOf, refsOf, repositoryOfTheUser } from '../user-repository.ts'

const ACTION = 'changelog'

const BY_HAND =
  '# Changelog\r\n\r\nKept by people and by a machine.\r\n\r\n## [1.0.0] - 2026-01-01\r\n\r\n- The beginning\r\n'

export const wagon: Wagon = {
  title: 'Notes that people want to read',
  story:
    'A small repository has what real ones have: pull requests with labels, a fix that was reverted, a co-author, somebody new, and a commit message that tries HTML, a mention and a heading of its own. A small GitHub on this machine gets the release. The same run again changes nothing; CHANGELOG.md is updated in place; and the last step reads a real repository (this one, or the one that --repo names).',
  async run(train) {
    const repository = shop()
    const source = repositoryOfTheUser()
    const before = refsOf(source)
    const stage = await startGitHub({ state: loadRepository(repository.directory, 'octo-org', 'shop') })
    try {
      addPulls(stage)
      const own = { stage, workspace: repository.directory }
      const release = { version: 'v1.1.0', release: 'publish' }
      const written = await step(train, own, 'Write the release', release)
      const body = stage.state.releases[0]?.body ?? ''
      const writes = countWrites(stage)
      const again = await step(train, own, 'The same run again', release)

      const file = join(repository.directory, 'CHANGELOG.md')
      writeFileSync(file, BY_HAND)
      const inFile = { version: 'v1.1.0', format: 'keep-a-changelog', file: 'CHANGELOG.md' }
      const updated = await step(train, own, 'Update CHANGELOG.md in place', inFile)
      const text = readFileSync(file, 'utf8')
      const untouched = await step(train, own, 'Update it again', inFile)

      const clone = cloneOf(source)
      const real = await step(train, { workspace: clone }, 'A real repository, without a token', {
        'pull-requests': 'false',
        include: 'all',
      })
      return {
        steps: [written, again, updated, untouched, real],
        claims: {
          'the release has its notes': body.includes('orders by date'),
          'what was reverted is not in them': !body.includes('gift wrapping'),
          'the message that tries HTML, a mention and a heading stays text':
            !/<img/i.test(body) && !/(^|[^\w`])@everyone\b/.test(body) && !/^# v9\.9\.9/m.test(body),
          'somebody new is welcomed': body.includes('newcomer'),
          'the same run again wrote nothing': countWrites(stage) === writes,
          'CHANGELOG.md keeps what people wrote, and its line ends':
            text.includes('Kept by people') && text.includes('- The beginning') && !/[^\r]\n/.test(text),
          'updating it again changed no byte': readFileSync(file, 'utf8') === text,
          'your repository is as it was': refsOf(source) === before,
        },
      }
    } finally {
      await stage.close()
      repository.remove()
    }
  },
}

/** From v1.0.0 to v1.1.0. */
function shop(): TestRepository {
  const repository = makeRepository()
  const { commit, tag } = repository
  commit('feat: the shop opens')
  tag('v1.0.0')
  commit('feat(orders): list orders by date (#7)')
  const gift = commit('feat: gift wrapping')
  commit('fix: no empty page at the end (#9)\n\nCo-authored-by: Grace <7+grace@users.noreply.github.com>')
  commit('fix: <img src=x onerror=alert(1)> ping @everyone\n\n# v9.9.9\n\n- forged')
  commit(`Revert "feat: gift wrapping"\n\nThis reverts commit ${gift}.`)
  commit('feat(api)!: prices are in cents\n\nBREAKING CHANGE: divide by 100 where you show them.')
  tag('v1.1.0')
  return repository
}

function addPulls({ state }: Stage): void {
  const pull = { merged: true, base: 'main', body: '', commits: [] }
  state.pulls.push(
    { ...pull, number: 2, title: 'First steps', author: 'ada', labels: [] },
    { ...pull, number: 7, title: 'Orders by date', author: 'ada', labels: ['enhancement'] },
    { ...pull, number: 9, title: 'No empty page at the end', author: 'newcomer', labels: ['bug'] },
  )
}

function countWrites({ log }: Stage): number {
  return log.filter(({ operation }) => /^(?:POST|PATCH) \/repos/.test(operation)).length
}

async function step(
  train: Train,
  { stage, workspace }: { stage?: Stage; workspace: string },
  name: string,
  inputs: Readonly<Record<string, string>>,
): Promise<DemoStep> {
  train.say(name)
  const handle = startAction({
    action: ACTION,
    inputs,
    workspace,
    context: {
      sha: headOf(workspace),
      token: stage === undefined ? '' : 'stage-token',
      ...(stage === undefined ? {} : addressesOf(stage)),
    },
    onLine: logPrinter(train.say, '  '),
  })
  const uses = stringify([{ name, uses: `${REPOSITORY}/${ACTION}@v1`, with: inputs }], {
    lineWidth: 0,
  }).trim()
  return { uses, expected: 'success', result: await handle.finished }
}

function addressesOf({ apiUrl, graphqlUrl, serverUrl, state }: Stage) {
  return { apiUrl, graphqlUrl, serverUrl, repository: `${state.owner}/${state.name}` }
}
