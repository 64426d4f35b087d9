import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { worldOfNovember } from '../actions/delivery-metrics/world-of-november.ts'
import { startDeliveryGitHub } from '../support/delivery/github.ts'
import { makeRepository } from '../support/git.ts'
import { startGitHub } from '../support/github/server.ts'
import { addCommit } from '../support/github/state.ts'
import { atEnd, tempFolder } from '../support/runner/cleanup.ts'
import { type RunOptions, runAction, type StepResult } from '../support/runner.ts'
import { startStandIn } from '../support/slack/stand-in.ts'

/** A step that does all of its work, in surroundings where nothing is wrong. */
export interface WholeStep {
  name: string
  action: string
  /** It asks GitHub's API on the way. */
  asks: boolean
  /** Green whatever happens: a message that is not sent does not stop a deployment. */
  staysGreen: boolean
  options: () => Promise<Prepared>
}

/** How the step is run, and what has come of it in the world. */
export interface Prepared extends RunOptions {
  world?: () => unknown
}

const REPORT = JSON.stringify({
  version: '2.1.0',
  runs: [
    {
      tool: {
        driver: { name: 'Semgrep OSS', rules: [{ id: 'R1', properties: { 'security-severity': '8.1' } }] },
      },
      results: [
        {
          ruleId: 'R1',
          message: { text: 'm' },
          locations: [
            { physicalLocation: { artifactLocation: { uri: 'src/a.ts' }, region: { startLine: 1 } } },
          ],
        },
      ],
    },
  ],
})

const PLATFORM = `
import { readFileSync, writeFileSync } from 'node:fs'
const [file, what] = process.argv.slice(2)
if (what === 'write') writeFileSync(file, process.env.NEXUS_WEIGHTS)
console.log(JSON.stringify({ weights: JSON.parse(readFileSync(file, 'utf8')) }))
`

/** A checkout with two releases' worth of commits, reports and configuration; no step changes it. */
function checkout(): string {
  const repository = makeRepository({ directory: tempFolder('nexus-checkout-') })
  repository.write(
    '.github/release.yml',
    'changelog:\n  categories:\n    - title: New\n      labels: ["*"]\n',
  )
  repository.write('results.sarif', REPORT)
  repository.commit('feat: one', { path: 'a.txt' })
  repository.tag('v1.0.0', 'v1.0.0')
  repository.commit('fix: two (#2)', { path: 'b.txt' })
  return repository.directory
}

let shared: string | undefined
const workspaceOf = (): string => (shared ??= checkout())

/** GitHub with the commits of the checkout, for this one step. */
async function githubContext({ released = false } = {}): Promise<Partial<Prepared>> {
  const github = await startGitHub({ enterprise: true })
  atEnd(() => void github.close().catch(() => {}))
  const first = addCommit(github.state, { message: 'feat: one' })
  const head = addCommit(github.state, { message: 'fix: two (#2)' })
  github.state.refs.set('refs/tags/v1.0.0', first)
  if (released) github.state.refs.set('refs/tags/v1.0.1', head)
  const { owner, name } = github.state
  const { serverUrl, apiUrl, graphqlUrl, state } = github
  const world = (): unknown => ({
    tags: [...state.refs.keys()].filter((ref) => ref.startsWith('refs/tags/')).sort(),
    releases: state.releases.map(({ tag, draft }) => `${tag}${draft ? ' draft' : ''}`).sort(),
  })
  return {
    world,
    context: {
      serverUrl,
      apiUrl,
      graphqlUrl,
      repository: `${owner}/${name}`,
      sha: head,
      ref: 'refs/heads/main',
    },
  }
}

async function webServer(): Promise<string> {
  const server = await startStandIn(() => ({ status: 200, body: 'ok' }))
  atEnd(() => void server.close())
  return server.url
}

const step = (
  name: string,
  action: string,
  options: () => Promise<Omit<Prepared, 'action'>>,
  { asks = true, staysGreen = false } = {},
): WholeStep => ({ name, action, asks, staysGreen, options: async () => ({ action, ...(await options()) }) })

export const WHOLE_STEPS: readonly WholeStep[] = [
  step(
    'health-check',
    'health-check',
    async () => ({ inputs: { url: `${await webServer()}/health`, timeout: '5s', interval: '50ms' } }),
    { asks: false },
  ),
  step('semver-tag', 'semver-tag', async () => ({
    ...(await githubContext()),
    inputs: {
      token: 'stage-token',
      source: 'api',
      create: 'release',
      'floating-tags': 'major',
      labels: 'true',
    },
  })),
  step('changelog', 'changelog', async () => ({
    ...(await githubContext({ released: true })),
    inputs: { token: 'stage-token', release: 'draft', version: '1.0.1' },
  })),
  step('trivy-sarif-upload', 'trivy-sarif-upload', async () => ({
    ...(await githubContext()),
    workspace: workspaceOf(),
    inputs: {
      ...{ token: 'stage-token', 'sarif-file': 'results.sarif', 'only-new': 'true', issues: 'sync' },
      ...{ 'wait-timeout': '3s', 'issues-public': 'true' },
    },
  })),
  step(
    'slack-notify',
    'slack-notify',
    async () => ({
      ...(await githubContext()),
      inputs: {
        token: 'stage-token',
        'discord-webhook-url': `${await webServer()}/api/webhooks/123456789012345678/${'x'.repeat(68)}`,
        ...{ jobs: 'true', 'notify-on': 'always, change', comment: 'true', timeout: '5s' },
      },
    }),
    { staysGreen: true },
  ),
  step('delivery-metrics', 'delivery-metrics', async () => {
    const github = await startDeliveryGitHub(worldOfNovember())
    atEnd(() => void github.close().catch(() => {}))
    const { apiUrl } = github
    return {
      context: { apiUrl, graphqlUrl: `${apiUrl}/graphql`, repository: 'octo/demo' },
      inputs: {
        token: 'stage-token',
        since: '2026-11-01',
        until: '2026-12-01',
        failures: 'status, rollback, incident, hotfix, revert',
        incidents: '{label: incident}',
        'format-file': 'metrics.json',
        timeout: '20s',
      },
    }
  }),
  step('blue-green-switch', 'blue-green-switch', async () => {
    const folder = tempFolder('nexus-platform-')
    const file = join(folder, 'weights')
    writeFileSync(file, '{"blue":100,"green":0}')
    writeFileSync(join(folder, 'platform.mjs'), PLATFORM)
    const argv = [process.execPath, join(folder, 'platform.mjs'), file]
    return {
      ...(await githubContext()),
      world: () => JSON.parse(readFileSync(file, 'utf8')) as unknown,
      inputs: {
        ...{ target: 'command', checks: 'none', verify: 'none', watch: '0s', drain: '0s', propagation: '0s' },
        'target-config': JSON.stringify({ read: [...argv, 'read'], write: [...argv, 'write'] }),
        ...{ token: 'stage-token', record: 'auto', timeout: '10s' },
      },
    }
  }),
]

/**
 * Whatever surrounds a step: it ends by itself, with one outcome, and says in words what is wrong.
 *
 * @param shows the step shows what a server answered: that is its work
 */
export function whatIsWrong(result: StepResult, { shows = false } = {}): string[] {
  const errors = result.annotations.filter(({ level }) => level === 'error')
  const said = [result.log, result.stderr, result.summary, ...Object.values(result.outputs)].join('\n')
  const wrong: string[] = []
  if (result.signal !== null) wrong.push(`it was ended by ${result.signal}`)
  if (result.exitCode !== 0 && result.exitCode !== 1) wrong.push(`exit code ${result.exitCode}`)
  if (result.exitCode === 1 && errors.length !== 1) wrong.push(`red with ${errors.length} errors`)
  if (result.exitCode === 0 && errors.length > 0) wrong.push('green with an error')
  for (const words of shows ? DEFECTS : [...DEFECTS, PAGE]) {
    const found = words.exec(said)
    if (found !== null)
      wrong.push(`it says "${said.slice(Math.max(0, found.index - 60), found.index + 160)}"`)
  }
  if (result.stderr.trim() !== '') wrong.push(`stderr: ${result.stderr.slice(0, 300)}`)
  return wrong
}

/** What only the author of the code can make something of. */
const DEFECTS: readonly RegExp[] = [
  /Unexpected error/,
  /defect of the action/,
  /Cannot (?:destructure|read propert|convert|access)/,
  /is not (?:a function|iterable|a constructor|defined)/,
  /Maximum call stack|Invalid (?:array length|string length|time value|count value)/,
  /\bTypeError\b|\bRangeError\b|\bSyntaxError\b|\bReferenceError\b/,
  /\bundefined\b/,
  /\[object \w+\]/,
  /^\s+at .*\.js:\d+/m,
]

/** What a server answered belongs into a message only where the answer itself is looked at. */
const PAGE = /<!DOCTYPE|<html|<body/i

export { runAction }
