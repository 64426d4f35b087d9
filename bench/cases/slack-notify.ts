import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttp, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { authority, certificate } from '../../test/support/certificates.ts'
import { type Command, compare, median, ratio } from '../measure.ts'
import { installPeer } from '../peers.ts'
import type { Row } from '../row.ts'

const BUNDLE = join(import.meta.dirname, '..', '..', 'dist', 'slack-notify', 'index.js')
const BARE: Command = { argv: ['-e', '0'] }
const WEBHOOK = '8.0.2'
const PATH = '/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX'
const action = 'slack-notify'

/** Every row of slack-notify: wrong input, and one message over http and https beside what others need for it. */
export async function slackNotify(quick: boolean): Promise<Row[]> {
  const pairs = quick ? 3 : 21
  const stage = mkdtempSync(join(tmpdir(), 'nexus-bench-stage-'))
  try {
    const ca = join(stage, 'ca.pem')
    writeFileSync(ca, await authority())
    const wrong = await row('wrong input', 'slack-notify', step(stage, { template: 'x' }), pairs, 1.8)
    return [
      wrong,
      ...(await oneMessage(stage, 'http', {}, pairs, 2.2)),
      ...(await oneMessage(stage, 'https', { NODE_EXTRA_CA_CERTS: ca }, pairs, 3)),
    ]
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

async function oneMessage(
  stage: string,
  scheme: 'http' | 'https',
  env: NodeJS.ProcessEnv,
  pairs: number,
  budget: number,
): Promise<Row[]> {
  const what = `one webhook message over ${scheme}`
  const server = await serve(scheme)
  const url = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`
  try {
    const ours = step(stage, { 'webhook-url': url, 'job-status': 'success' }, env)
    const rows = [await row(what, 'slack-notify', ours, pairs, budget)]
    const bare = `const q = require('${scheme}').request(${JSON.stringify(url)}, { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } }, (r) => { r.resume().on('end', () => process.exit(r.statusCode === 200 ? 0 : 1)) }); q.end(JSON.stringify({ text: 'done' }))`
    rows.push(await row(what, `bare node:${scheme}`, { argv: ['-e', bare], env }, pairs))
    const peer = installPeer('@slack/webhook', WEBHOOK, 'dist/index.js')
    if (peer !== undefined) {
      const script = join(stage, `peer-${scheme}.cjs`)
      writeFileSync(
        script,
        `const { IncomingWebhook } = require(${JSON.stringify(peer)})\nnew IncomingWebhook(${JSON.stringify(url)}).send({ text: 'done' }).then(() => process.exit(0), () => process.exit(1))\n`,
      )
      rows.push(await row(what, `@slack/webhook ${WEBHOOK}`, { argv: [script], env }, pairs))
    }
    return rows
  } finally {
    server.close()
  }
}

async function row(
  what: string,
  who: string,
  command: Command,
  pairs: number,
  budget?: number,
): Promise<Row> {
  const runs = await compare(command, BARE, pairs)
  const cpuRatio = ratio(runs, 'cpu')
  const peak = median(runs.a.map((run) => run.peak))
  const failed = runs.a.filter(({ exitCode }) => exitCode !== (what === 'wrong input' ? 1 : 0)).length
  const figures = { action, what, who, cpuRatio, wallRatio: ratio(runs, 'wall'), peak }
  const more = failed === 0 ? {} : { more: `${failed} of ${pairs} FAILED` }
  if (budget === undefined) return { ...figures, ...more }
  const isMessage = what !== 'wrong input'
  return {
    ...figures,
    ...more,
    budget: `≤ ${budget.toFixed(1)} × CPU${isMessage ? ', ≤ 55 MiB' : ''}`,
    met: cpuRatio <= budget && (!isMessage || peak <= 55) && failed === 0,
  }
}

/** The bundle as the runner starts it. */
function step(stage: string, inputs: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}): Command {
  const files = Object.fromEntries(
    ['OUTPUT', 'STATE', 'STEP_SUMMARY'].map((name) => {
      const file = join(stage, name)
      writeFileSync(file, '')
      return [`GITHUB_${name}`, file]
    }),
  )
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  const run = { GITHUB_REPOSITORY: 'octo-org/octo-repo', GITHUB_WORKFLOW: 'release', GITHUB_RUN_ID: '1' }
  return {
    argv: [BUNDLE],
    env: { ...env, ...run, ...files, ...Object.fromEntries(given), RUNNER_TEMP: stage },
  }
}

async function serve(scheme: 'http' | 'https'): Promise<Server> {
  const server = scheme === 'http' ? createHttp() : createHttps(await certificate('good'))
  server.on('request', (request, response) => request.resume().on('end', () => response.end('ok')))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server as Server
}
