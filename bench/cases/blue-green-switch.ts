import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Behaviour } from '../../test/support/releases.ts'
import {
  answers,
  openScene,
  programOf,
  type RouterName,
  type Scene,
} from '../../test/support/routers/scene.ts'
import type { StepResult } from '../../test/support/runner.ts'
import { type Command, compare, median, ratio } from '../measure.ts'
import type { Row } from '../row.ts'

const BUNDLE = join(import.meta.dirname, '..', '..', 'dist', 'blue-green-switch', 'index.js')
const BARE: Command = { argv: ['-e', '0'] }
const ROUTERS: RouterName[] = ['haproxy', 'nginx', 'caddy']
const BAD: Exclude<Behaviour, 'good'>[] = ['errors', 'slow', 'wrong-version', 'dies']
const SOAK_MS = 1_000
const action = 'blue-green-switch'

/** Start, switches under load, and bad releases behind every real router that is installed. */
export async function blueGreenSwitch(quick: boolean): Promise<Row[]> {
  const rows: Row[] = [await start(quick ? 3 : 21)]
  for (const router of ROUTERS) {
    if (programOf(router) === undefined) {
      console.error(`${router} is not installed: its rows are left out.`)
      continue
    }
    rows.push(await switches(router, quick ? 1 : 5))
    for (const kind of BAD) rows.push(await putBack(router, kind, quick ? 2 : 20))
  }
  return rows
}

async function start(pairs: number): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-bench-stage-'))
  try {
    const files = ['OUTPUT', 'STATE', 'STEP_SUMMARY'].map((name) => [`GITHUB_${name}`, join(folder, name)])
    for (const [, file] of files) writeFileSync(file ?? '', '')
    const env = { INPUT_TARGET: 'haprox', RUNNER_TEMP: folder, ...Object.fromEntries(files) }
    const runs = await compare({ argv: [BUNDLE], env }, BARE, pairs)
    const cpuRatio = ratio(runs, 'cpu')
    const refused = runs.a.every(({ exitCode }) => exitCode === 1)
    return {
      ...{ action, what: 'wrong input', who: action, cpuRatio, wallRatio: ratio(runs, 'wall') },
      ...{ peak: median(runs.a.map(({ peak }) => peak)), budget: '≤ 1.8 × CPU' },
      met: refused && cpuRatio <= 1.8,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Good switches there and back with users all the while. */
async function switches(router: RouterName, times: number): Promise<Row> {
  const scene = await openScene(router)
  try {
    const users = await scene.users()
    const overheads: number[] = []
    for (let time = 0; time < times || users.requests() < 10_000; time++) {
      const step = good(
        await scene.run({
          'step-interval': `${SOAK_MS}ms`,
          watch: `${SOAK_MS}ms`,
          version: await idle(scene),
        }),
      )
      // The only step is the last one, which is watched for `watch`.
      overheads.push(step.durationMs - SOAK_MS)
    }
    await answers(users, 10_000)
    const report = await users.stop()
    const overhead = median(overheads)
    return {
      ...{ action, what: `switch under load, ${router}`, who: action },
      more: `${report.failed} of ${report.requests} requests failed in ${overheads.length} switches; ${Math.round(overhead)} ms (max ${Math.round(Math.max(...overheads))} ms) beyond soak`,
      ...{ budget: '0 failed of ≥ 10,000, ≤ 300 ms beyond soak' },
      met: report.failed === 0 && report.requests >= 10_000 && overhead <= 300,
    }
  } finally {
    await scene.close()
  }
}

/** The version of the side without traffic. */
async function idle(scene: Scene): Promise<string> {
  const answer = await fetch(scene.router.url)
  await answer.arrayBuffer()
  return answer.headers.get('x-color') === 'blue' ? scene.green.version : scene.blue.version
}

function good(step: StepResult): StepResult {
  if (step.conclusion !== 'success') throw new Error(`A good switch is ${step.conclusion}:\n${step.log}`)
  return step
}

/** A bad release with the default settings: from its first bad answer until the old state was read back. */
async function putBack(router: RouterName, kind: Behaviour, times: number): Promise<Row> {
  const back: number[] = []
  const restores: number[] = []
  let lost = 0
  for (let time = 0; time < times; time++) {
    const scene = await openScene(router)
    try {
      scene.green.behaviour = kind
      const step = await scene.run({
        identify: 'json: version\nvalues: { blue: 1.0.0, green: 2.0.0 }',
        ...{ 'min-samples': '', 'probe-rate': '', 'step-interval': '', watch: '', drain: '' },
        ...(kind === 'slow' ? { verify: `- url: ${scene.router.url}/health\n`, 'max-p95': '500ms' } : {}),
      })
      await scene.waitForSide('blue')
      const { startedAt, timeline, restoreMs } = JSON.parse(step.outputs['result'] ?? '{}') as Result
      const decided = timeline.at(-2)?.at
      if (
        step.outputs['rolled-back'] !== 'true' ||
        decided === undefined ||
        scene.green.firstBadAt === undefined
      )
        lost++
      else {
        // From the release's own first bad answer, as it knows itself, not from when it was seen.
        back.push(Date.parse(startedAt) + decided + restoreMs - scene.green.firstBadAt)
        restores.push(restoreMs)
      }
    } finally {
      await scene.close()
    }
  }
  const worst = Math.max(...back)
  return {
    ...{ action, what: `bad release (${kind}), ${router}`, who: action },
    more: `put back ${back.length} of ${times} times, ${seconds(median(back))} (max ${seconds(worst)}) after its first bad answer; the restore itself ${Math.round(median(restores))} ms (max ${Math.round(Math.max(...restores))} ms)`,
    ...{ budget: '≤ 10 s, every time' },
    met: lost === 0 && worst <= 10_000,
  }
}

interface Result {
  startedAt: string
  timeline: { at: number }[]
  restoreMs: number
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`
