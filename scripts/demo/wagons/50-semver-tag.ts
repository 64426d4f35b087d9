import { stringify } from 'yaml'
import { loadRepository } from '../../../test/support/github/load.ts'
import { type Stage, startGitHub } from '../../../test/support/github/server.ts'
import { startAction } from '../../../test/support/runner.ts'
import { logPrinter } from '../../action/terminal.ts'
import { REPOSITORY } from '../../actions.ts'
import type { DemoStep, Train, Wagon } from '../train.ts'
import { cloneOf, headOf, refsOf, repositoryOfTheUser } from '../user-repository.ts'

const ACTION = 'semver-tag'

export const wagon: Wagon = {
  title: 'The next version, and why',
  story:
    'The commits of a real repository (this one, or the one that --repo names) decide. It is cloned into a temporary folder, and a small GitHub on this machine takes the tags: first a dry run with the reason of every commit, then the release, then the same run again.',
  async run(train) {
    const source = repositoryOfTheUser()
    const before = refsOf(source)
    const clone = cloneOf(source)
    const stage = await startGitHub({ state: loadRepository(clone) })
    try {
      const release = { create: 'release', 'floating-tags': 'major, minor', images: 'ghcr.io/octo/demo' }
      const steps = [
        await step(train, stage, clone, 'What would be released, and why', { ...release, 'dry-run': 'true' }),
        await step(train, stage, clone, 'Release', release),
        await step(train, stage, clone, 'The same run again', release),
      ]
      const [dry, real, again] = steps.map(({ result }) => result.outputs)
      const tags = [...stage.state.refs.keys()].filter((ref) => ref === `refs/tags/${real?.['tag']}`)
      return {
        steps,
        claims: {
          'the dry run gave the version of the real run': dry?.['version'] === real?.['version'],
          'the dry run released nothing': dry?.['released'] === 'false',
          'the version has one tag, if it has one': tags.length === (real?.['tag'] === '' ? 0 : 1),
          'the same run again made no second release': stage.state.releases.length <= 1,
          'and found its own': again?.['release-id'] === real?.['release-id'],
          'your repository is as it was': refsOf(source) === before,
        },
      }
    } finally {
      await stage.close()
    }
  },
}

async function step(
  train: Train,
  stage: Stage,
  workspace: string,
  name: string,
  inputs: Readonly<Record<string, string>>,
): Promise<DemoStep> {
  const { apiUrl, graphqlUrl, serverUrl, state } = stage
  const branch = state.defaultBranch
  const handle = startAction({
    action: ACTION,
    inputs,
    workspace,
    event: { name: 'push', payload: { repository: { default_branch: branch } } },
    context: {
      ...{ apiUrl, graphqlUrl, serverUrl, repository: `${state.owner}/${state.name}`, token: 'stage-token' },
      sha: headOf(workspace),
      ref: `refs/heads/${branch}`,
    },
    onLine: logPrinter(train.say, '  '),
  })
  train.say(name)
  const uses = stringify([{ name, uses: `${REPOSITORY}/${ACTION}@v1`, with: inputs }], {
    lineWidth: 0,
  }).trim()
  return { uses, expected: 'success', result: await handle.finished }
}
