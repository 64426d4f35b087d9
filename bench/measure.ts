import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** One program to time: started as it is, its output thrown away. */
export interface Command {
  argv: readonly string[]
  env?: NodeJS.ProcessEnv
  cwd?: string
}

/** What one finished process took, as the process itself read it from the system at its very end. */
export interface Run {
  /** user + system, ms */
  cpu: number
  /** ms */
  wall: number
  /** highest resident set, MiB */
  peak: number
  exitCode: number | null
}

export interface Compared {
  a: readonly Run[]
  b: readonly Run[]
}

const folder = mkdtempSync(join(tmpdir(), 'nexus-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

// Every process of a comparison loads these lines, so both sides pay for them alike.
const probe = join(folder, 'probe.cjs')
writeFileSync(
  probe,
  `process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  require('fs').writeFileSync(process.env.NEXUS_BENCH_USAGE, JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1000, peak: maxRSS / 1024 }))
})
`,
)

/** Runs a Node program once and measures the whole process. */
export function runOnce({ argv, env = {}, cwd }: Command): Promise<Run> {
  const usage = join(folder, `${process.hrtime.bigint()}.json`)
  const started = performance.now()
  const child = spawn(process.execPath, ['--require', probe, ...argv], {
    cwd,
    env: { PATH: process.env['PATH'], HOME: folder, ...env, NEXUS_BENCH_USAGE: usage },
    stdio: 'ignore',
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (exitCode) => {
      const wall = performance.now() - started
      resolve({
        ...(JSON.parse(readFileSync(usage, 'utf8')) as { cpu: number; peak: number }),
        wall,
        exitCode,
      })
    })
  })
}

/** Two commands in turn, A B A B …, so that both see the same weather; one pair is a warm-up and not counted. */
export async function compare(a: Command, b: Command, pairs: number): Promise<Compared> {
  const runs: { a: Run[]; b: Run[] } = { a: [], b: [] }
  for (let pair = -1; pair < pairs; pair++) {
    const [ofA, ofB] = [await runOnce(a), await runOnce(b)]
    if (pair < 0) continue
    runs.a.push(ofA)
    runs.b.push(ofB)
  }
  return runs
}

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)] ?? Number.NaN
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper
}

/** The median of the pairwise ratios a/b of one figure. */
export function ratio({ a, b }: Compared, figure: 'cpu' | 'wall'): number {
  return median(a.map((run, index) => run[figure] / (b[index]?.[figure] ?? Number.NaN)))
}
