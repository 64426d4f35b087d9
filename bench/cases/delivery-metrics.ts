import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDeliveryGitHub } from '../../test/support/delivery/github.ts'
import { largeWorld } from '../../test/support/delivery/large.ts'
import { type Command, compare, median, ratio } from '../measure.ts'
import type { Row } from '../row.ts'

const BUNDLE = join(import.meta.dirname, '..', '..', 'dist', 'delivery-metrics', 'index.js')
const BARE: Command = { argv: ['-e', '0'] }
const action = 'delivery-metrics'
const who = action

/** Every row of delivery-metrics: wrong input, and a large repository. */
export async function deliveryMetrics(quick: boolean): Promise<Row[]> {
  const stage = mkdtempSync(join(tmpdir(), 'nexus-bench-stage-'))
  try {
    const wrong = await compare(step(stage, { 'dry-run': 'neither' }), BARE, quick ? 3 : 21)
    const cpuRatio = ratio(wrong, 'cpu')
    const what = 'wrong input'
    const peak = median(wrong.a.map((run) => run.peak))
    const first = { action, what, who, cpuRatio, wallRatio: ratio(wrong, 'wall'), peak }
    return [{ ...first, budget: '≤ 1.5 × CPU', met: cpuRatio <= 1.5 }, await large(stage, quick ? 1 : 5)]
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}

async function large(stage: string, pairs: number): Promise<Row> {
  const until = Date.UTC(2026, 11, 1)
  const github = await startDeliveryGitHub(largeWorld(1_000, until))
  try {
    const inputs = {
      token: 'ghs_bench',
      repositories: 'octo/demo',
      until: '2026-12-01',
      window: '20d',
      timeout: '5m',
      'max-calls': '2000',
    }
    const env = {
      GITHUB_API_URL: github.apiUrl,
      GITHUB_GRAPHQL_URL: `${github.apiUrl}/graphql`,
      GITHUB_REPOSITORY: 'octo/demo',
    }
    const runs = await compare(step(stage, inputs, env), BARE, pairs)
    const cpu = median(runs.a.map((run) => run.cpu))
    const peak = median(runs.a.map((run) => run.peak))
    const failed = runs.a.filter(({ exitCode }) => exitCode !== 0).length
    const calls = Math.round(github.log.length / pairs)
    return {
      action,
      what: '1,000 deployments, 20,000 commits, 5,000 builds',
      who,
      cpuRatio: ratio(runs, 'cpu'),
      wallRatio: ratio(runs, 'wall'),
      peak,
      more: `${(cpu / 1_000).toFixed(2)} s CPU, ${calls} calls${failed > 0 ? `, ${failed} of ${pairs} FAILED` : ''}`,
      budget: '≤ 1 s CPU, ≤ 120 MiB',
      met: cpu <= 1_000 && peak <= 120 && failed === 0,
    }
  } finally {
    await github.close()
  }
}

function step(stage: string, inputs: Record<string, string>, env: Record<string, string> = {}): Command {
  const files = { GITHUB_OUTPUT: join(stage, 'output'), GITHUB_STEP_SUMMARY: join(stage, 'summary') }
  for (const file of Object.values(files)) writeFileSync(file, '')
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  return { argv: [BUNDLE], env: { ...Object.fromEntries(given), ...files, RUNNER_TEMP: stage, ...env } }
}
