import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { atEnd } from './runner/cleanup.ts'

/** Answers in a tenth of a second, by the side that gave them; `failed` are those that a user would see fail. */
export interface Slice {
  /** `Date.now()` of its begin. */
  at: number
  failed: number
  bySide: Record<string, number>
}

export interface LoadReport {
  requests: number
  failed: number
  /** Idempotent requests sent again because a kept connection had been closed under them (RFC 9112, section 9.3.1). */
  resent: number
  /** What went wrong, the first twenty. */
  failures: string[]
  /** By the side that answered. */
  bySide: Record<string, number>
  /** `Date.now()` of a side's first and last answer. */
  first: Record<string, number>
  last: Record<string, number>
  slices: Slice[]
}

export interface Load {
  /** Answers so far. */
  requests(): number
  /** Ends it and tells what came of it. */
  stop(): Promise<LoadReport>
}

export interface LoadOptions {
  /** Clients that keep their connection, and clients that open one for each request. */
  kept?: number
  fresh?: number
  /** Between an answer and the next request of one client. */
  pauseMs?: number
  /** It ends by itself after that long, whatever happens. */
  seconds?: number
}

/** Starts users in a process of their own. The side is what `X-Color` of the answer says. */
export async function startLoad(url: string, options: LoadOptions = {}): Promise<Load> {
  const { kept = 8, fresh = 8, pauseMs = 5, seconds = 120 } = options
  const worker = join(import.meta.dirname, 'load', 'worker.ts')
  const child = spawn(process.execPath, [worker, url, ...[kept, fresh, pauseMs, seconds].map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  atEnd(() => child.kill('SIGKILL'))
  let requests = 0
  let rest = ''
  let report: LoadReport | undefined
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('{')) report = JSON.parse(line) as LoadReport
      else requests = Number(line)
    }
  })
  const closed = once(child, 'close')
  await once(child.stdout, 'data')
  return {
    requests: () => requests,
    async stop() {
      child.stdin.end()
      await closed
      if (report === undefined) throw new Error('The load ended without a report.')
      return report
    },
  }
}

/** The share of a side in percent, of the answers between two times. */
export function shareOf(report: LoadReport, side: string, from = 0, to = Number.POSITIVE_INFINITY): number {
  const slices = report.slices.filter(({ at }) => at >= from && at + 100 <= to)
  const sum = (of: (slice: Slice) => number): number => slices.reduce((total, slice) => total + of(slice), 0)
  const all = sum(({ bySide }) => Object.values(bySide).reduce((total, count) => total + count, 0))
  return (100 * sum(({ bySide }) => bySide[side] ?? 0)) / all
}
