import type { ChildProcess } from 'node:child_process'
import { childEnvironment } from './environment.ts'
import { guardChild } from './watchdog.ts'

const running = new Set<ChildProcess>()
const onPosix = process.platform !== 'win32'

export interface ProgramOptions {
  /** Milliseconds until the program and all it started are killed. */
  timeout: number
  /** Stops the program too. */
  signal?: AbortSignal
  /** Bytes kept of each of stdout and stderr; the rest is read and dropped. */
  maxOutput?: number
  cwd?: string
  /** That of {@link childEnvironment} unless said otherwise; what is given must come from there too. */
  env?: NodeJS.ProcessEnv
  /** What it reads from its standard input; nothing when not given. */
  input?: string
  /** Gets each line of stderr, without its end, as it comes; only those that it answers with true are kept. */
  onErrorLine?: (line: string) => boolean
}

export interface ProgramResult {
  /** Exit code, or null when a signal ended it. */
  code: number | null
  endedBy: NodeJS.Signals | null
  stdout: string
  stderr: string
  /** Some output was dropped because it was longer than `maxOutput`. */
  truncated: boolean
  timedOut: boolean
}

/**
 * Runs a program with an argument array, never through a shell, in a process group of its own, so that a time-out
 * also ends what it started. Resolves when it ended, whatever its exit code.
 *
 * @throws the system's error when it cannot be started (`code` is `ENOENT`, `EACCES` …)
 */
export async function runProgram(
  argv: readonly [string, ...string[]],
  options: ProgramOptions,
): Promise<ProgramResult> {
  const {
    timeout,
    signal,
    maxOutput = 1_048_576,
    cwd,
    env = childEnvironment(),
    input,
    onErrorLine,
  } = options
  // Loaded on use: most steps start no program.
  const { spawn } = await import('node:child_process')
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0], argv.slice(1), {
      cwd,
      env,
      detached: onPosix,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    running.add(child)
    guardChild(child.pid, 'started')
    // EPIPE: it may end before it has read everything; its exit code tells.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    const stdout = collect(child.stdout, maxOutput)
    const stderr =
      onErrorLine === undefined
        ? collect(child.stderr, maxOutput)
        : collectLines(child.stderr, maxOutput, onErrorLine)
    let timedOut = false
    const end = (): void => {
      kill(child, 'SIGTERM')
      setTimeout(() => {
        kill(child, 'SIGKILL')
        // A grandchild that left the group may still hold the pipes; nobody waits for it.
        child.stdout.destroy()
        child.stderr.destroy()
      }, 500).unref()
    }
    const timer = setTimeout(() => {
      timedOut = true
      end()
    }, timeout)
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted) end()
    const settle = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      running.delete(child)
      guardChild(child.pid, 'ended')
    }
    child.once('error', (error) => {
      settle()
      reject(error)
    })
    child.once('close', (code, endedBy) => {
      settle()
      resolve({
        code,
        endedBy,
        stdout: stdout.text(),
        stderr: stderr.text(),
        truncated: stdout.truncated() || stderr.truncated(),
        timedOut,
      })
    })
  })
}

/** Passes a signal on to every program that still runs, and to what it started. */
export function stopChildren(signal: NodeJS.Signals): void {
  for (const child of running) kill(child, signal)
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || (child.exitCode !== null && signal !== 'SIGKILL')) return
  try {
    if (onPosix) process.kill(-child.pid, signal)
    else child.kill(signal)
  } catch {
    // ESRCH: it ended by itself in the meantime.
  }
}

function collect(stream: NodeJS.ReadableStream, limit: number) {
  const chunks: Buffer[] = []
  let kept = 0
  let dropped = false
  stream.on('data', (chunk: Buffer) => {
    const room = limit - kept
    if (chunk.length > room) dropped = true
    if (room <= 0) return
    const part = chunk.subarray(0, room)
    chunks.push(part)
    kept += part.length
  })
  return { text: () => Buffer.concat(chunks).toString('utf8'), truncated: () => dropped }
}

/** A line longer than that is given in pieces. */
const MAX_LINE = 65_536

/** The last lines that are wanted, at most `limit` bytes: what a program gave up with comes last. */
function collectLines(stream: NodeJS.ReadableStream, limit: number, isWanted: (line: string) => boolean) {
  const lines: string[] = []
  let kept = 0
  let dropped = false
  let rest = ''
  const take = (line: string): void => {
    if (!isWanted(line)) return
    lines.push(line)
    kept += line.length + 1
    while (kept > limit && lines.length > 1) {
      kept -= (lines.shift() ?? '').length + 1
      dropped = true
    }
  }
  stream.setEncoding('utf8')
  stream.on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) take(line)
    if (rest.length > MAX_LINE) {
      take(rest)
      rest = ''
    }
  })
  stream.on('end', () => {
    if (rest !== '') take(rest)
  })
  return { text: () => lines.map((line) => `${line}\n`).join(''), truncated: () => dropped }
}
