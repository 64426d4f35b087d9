import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { atEnd } from './cleanup.ts'
import { lineSplitter } from './lines.ts'

const onPosix = process.platform !== 'win32'

/** The runner gives pipes that a grandchild still holds this long after the process ended. */
const STREAMS_MS = 5_000

export interface StepProcess {
  pid: number
  stdout(): string
  stderr(): string
  signal(name: NodeJS.Signals): boolean
  /** Kills it and everything that it started. */
  killTree(): void
  /** Resolves when the process has ended. */
  exited: Promise<void>
  /** Resolves when the output has been read as well. `orphans` are processes that outlived it; they are killed. */
  finished: Promise<ProcessEnd>
}

export interface ProcessEnd {
  exitCode: number | null
  signal: NodeJS.Signals | null
  orphans: number[]
}

/** Node 24: this very one, or the one that the repository depends on. */
export function node24(): string {
  return Number(process.versions.node.split('.')[0]) >= 24
    ? process.execPath
    : resolve(import.meta.dirname, '../../../node_modules/.bin/node')
}

/** Starts a script under Node 24 with exactly this environment. `trackingId` marks all that descends from it. */
export function startProcess(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  trackingId: string,
  onLine: (line: string) => void,
  node = node24(),
): StepProcess {
  const child = spawn(node, [script], {
    cwd,
    env: { ...env, RUNNER_TRACKING_ID: trackingId },
    detached: onPosix,
    windowsHide: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const pid = child.pid ?? 0
  const kept = [child.stdout, child.stderr].map((stream) => {
    const chunks: Buffer[] = []
    const lines = lineSplitter(onLine)
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      lines.write(chunk)
    })
    return { text: () => Buffer.concat(chunks).toString('utf8'), end: lines.end }
  })
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null

  const killTree = (): void => {
    if (onPosix && !hasEnded() && pid > 0) kill(-pid, 'SIGKILL')
    else child.kill('SIGKILL')
    for (const each of tracked(trackingId)) kill(each, 'SIGKILL')
  }
  atEnd(() => {
    if (!hasEnded()) killTree()
  })

  const closed = new Promise<void>((resolve, reject) =>
    child.once('close', () => resolve()).once('error', reject),
  )
  const exited = new Promise<void>((resolve, reject) =>
    child.once('exit', () => resolve()).once('error', reject),
  )
  const finish = async (): Promise<ProcessEnd> => {
    await exited
    const timer = new AbortController()
    await Promise.race([
      closed,
      delay(STREAMS_MS, undefined, { signal: timer.signal }).catch(() => undefined),
    ])
    timer.abort()
    const orphans = await survivors(trackingId)
    for (const orphan of orphans) kill(orphan, 'SIGKILL')
    child.stdout.destroy()
    child.stderr.destroy()
    for (const { end } of kept) end()
    return { exitCode: child.exitCode, signal: child.signalCode, orphans }
  }

  return {
    pid,
    stdout: () => kept[0]?.text() ?? '',
    stderr: () => kept[1]?.text() ?? '',
    signal: (name) => !hasEnded() && child.kill(name),
    killTree,
    exited,
    finished: finish(),
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // ESRCH: it is gone.
  }
}

/** Processes that outlived the step; one that was killed just now is given a moment to go. */
async function survivors(trackingId: string): Promise<number[]> {
  const deadline = Date.now() + 300
  let pids = tracked(trackingId)
  while (pids.length > 0 && Date.now() < deadline) {
    await delay(10)
    pids = tracked(trackingId)
  }
  return pids
}

/** Every process that inherited the tracking id, which is how the runner finds orphans; none where /proc is missing. */
function tracked(trackingId: string): number[] {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isTracked(name, trackingId))
    .map(Number)
}

function isTracked(pid: string, trackingId: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`RUNNER_TRACKING_ID=${trackingId}\0`)
  } catch {
    return false
  }
}
