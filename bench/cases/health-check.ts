import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, compare, median, type Run, ratio, runOnce } from '../measure.ts'
import { installPeer } from '../peers.ts'
import type { Row } from '../row.ts'

const BUNDLE = join(import.meta.dirname, '..', '..', 'dist', 'health-check', 'index.js')
const BARE: Command = { argv: ['-e', '0'] }
const HEALTHY = JSON.stringify({
  status: 'healthy',
  version: '1.4.2',
  checks: { database: 'ok', redis: 'ok' },
})
const WAIT_ON = '9.5.1'
const action = 'health-check'

/** Every row of health-check. `quick` takes fewer runs, to see that the bench itself works. */
export async function healthCheck(quick: boolean): Promise<Row[]> {
  const pairs = quick ? 3 : 21
  const stage = mkdtempSync(join(tmpdir(), 'nexus-bench-stage-'))
  try {
    return [
      ...(await wrongInput(stage, pairs)),
      ...(await oneEndpoint(stage, pairs)),
      ...(await lateness(stage, quick ? 3 : 25)),
      ...(await manyChecks(stage, quick ? 100 : 1_000)),
    ]
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

async function wrongInput(stage: string, pairs: number): Promise<Row[]> {
  const runs = await compare(step(stage, { timeout: 'soon' }), BARE, pairs)
  const cpuRatio = ratio(runs, 'cpu')
  return [
    {
      action,
      what: 'wrong input',
      who: 'health-check',
      ...figures(runs.a, cpuRatio, ratio(runs, 'wall')),
      budget: '≤ 1.8 × CPU',
      met: cpuRatio <= 1.8,
    },
  ]
}

async function oneEndpoint(stage: string, pairs: number): Promise<Row[]> {
  const what = 'one healthy local endpoint'
  const server = await serve(() => true)
  try {
    const ours = await compare(step(stage, { url: server.url }), BARE, pairs)
    const cpuRatio = ratio(ours, 'cpu')
    const peak = median(ours.a.map((run) => run.peak))
    const rows: Row[] = [
      {
        action,
        what,
        who: 'health-check',
        ...figures(ours.a, cpuRatio, ratio(ours, 'wall')),
        budget: '≤ 2.2 × CPU, ≤ 55 MiB',
        met: cpuRatio <= 2.2 && peak <= 55,
      },
    ]
    const bare = `require('http').get(${JSON.stringify(server.url)}, { agent: false }, (r) => { let b = ''; r.on('data', (d) => { b += d }).on('end', () => process.exit(JSON.parse(b).status === 'healthy' ? 0 : 1)) })`
    const get = await compare({ argv: ['-e', bare] }, BARE, pairs)
    rows.push({
      action,
      what,
      who: 'bare http.get and JSON.parse',
      ...figures(get.a, ratio(get, 'cpu'), ratio(get, 'wall')),
    })
    const waitOn = installPeer('wait-on', WAIT_ON, 'bin/wait-on')
    if (waitOn !== undefined) {
      const peer = await compare({ argv: [waitOn, httpGet(server.url)] }, BARE, pairs)
      rows.push({
        action,
        what,
        who: `wait-on ${WAIT_ON}`,
        ...figures(peer.a, ratio(peer, 'cpu'), ratio(peer, 'wall')),
      })
    }
    return rows
  } finally {
    server.close()
  }
}

/** How long after the endpoint has turned healthy it is noticed: the first good answer, and the end of the process. */
async function lateness(stage: string, runs: number): Promise<Row[]> {
  const what = 'an endpoint that turns healthy after 2 to 2.3 s'
  const rows: Row[] = []
  const ours = await noticed((url) => step(stage, { url }), runs)
  rows.push({
    action,
    what,
    who: 'health-check',
    more: `first good answer ${spread(ours.answer)} after it turned; step ended ${spread(ours.exit)}`,
    budget: 'first good answer ≤ 50 ms (median)',
    met: median(ours.answer) <= 50,
  })
  const waitOn = installPeer('wait-on', WAIT_ON, 'bin/wait-on')
  if (waitOn !== undefined) {
    const peer = await noticed((url) => ({ argv: [waitOn, httpGet(url)] }), runs)
    rows.push({
      action,
      what,
      who: `wait-on ${WAIT_ON}`,
      more: `first good answer ${spread(peer.answer)} after it turned; process ended ${spread(peer.exit)}`,
    })
  }
  return rows
}

async function noticed(
  command: (url: string) => Command,
  runs: number,
): Promise<{ answer: number[]; exit: number[] }> {
  const answer: number[] = []
  const exit: number[] = []
  for (let run = 0; run < runs; run++) {
    const turnsAt = performance.now() + 2_000 + (300 * run) / runs
    let first: number | undefined
    const server = await serve(() => {
      if (performance.now() < turnsAt) return false
      first ??= performance.now()
      return true
    })
    await runOnce(command(server.url))
    exit.push(performance.now() - turnsAt)
    if (first !== undefined) answer.push(first - turnsAt)
    server.close()
  }
  return { answer, exit }
}

async function manyChecks(stage: string, count: number): Promise<Row[]> {
  const open = new Map<string, number>()
  let most = 0
  const server = await serve(
    (path) => {
      const now = (open.get(path) ?? 0) + 1
      open.set(path, now)
      most = Math.max(most, now)
      return true
    },
    (path) => open.set(path, (open.get(path) ?? 0) - 1),
  )
  try {
    const checks = Array.from(
      { length: count },
      (_, index) => `- { name: check-${index}, url: "${server.url}/${index}" }`,
    )
    const run = await runOnce(step(stage, { checks: checks.join('\n'), concurrency: '50' }))
    return [
      {
        action,
        what: `${count} HTTP checks`,
        who: 'health-check',
        peak: run.peak,
        more: `${Math.round(run.wall)} ms in all, ${run.exitCode === 0 ? 'all healthy' : 'NOT all healthy'}, at most ${most} in flight per target`,
        budget: '≤ 120 MiB, 1 in flight per target',
        met: run.peak <= 120 && most === 1 && run.exitCode === 0,
      },
    ]
  } finally {
    server.close()
  }
}

/** The bundle as the runner starts it, with files of its own for outputs, state and summary. */
function step(stage: string, inputs: Readonly<Record<string, string>>): Command {
  const files = Object.fromEntries(
    ['OUTPUT', 'STATE', 'STEP_SUMMARY'].map((name) => {
      const file = join(stage, name)
      writeFileSync(file, '')
      return [`GITHUB_${name}`, file]
    }),
  )
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  )
  return { argv: [BUNDLE], env: { ...files, ...given, RUNNER_TEMP: stage } }
}

interface Service {
  url: string
  close(): void
}

async function serve(
  healthy: (path: string) => boolean,
  answered?: (path: string) => void,
): Promise<Service> {
  const server: Server = createServer((request, response) => {
    const path = request.url ?? ''
    const good = healthy(path)
    response.writeHead(good ? 200 : 503, { 'content-type': 'application/json' })
    response.on('close', () => answered?.(path))
    response.end(good ? HEALTHY : '{"status":"unhealthy"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/health`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function figures(
  runs: readonly Run[],
  cpuRatio: number,
  wallRatio: number,
): Pick<Row, 'cpuRatio' | 'wallRatio' | 'peak'> {
  return { cpuRatio, wallRatio, peak: median(runs.map((run) => run.peak)) }
}

function spread(values: readonly number[]): string {
  return `${Math.round(median(values))} ms (max ${Math.round(Math.max(...values))} ms)`
}

/** wait-on sends HEAD to http:, GET to http-get:. */
function httpGet(url: string): string {
  return url.replace('http:', 'http-get:')
}
