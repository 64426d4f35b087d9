import { type ChildProcess, spawn } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { atEnd } from '../runner/cleanup.ts'

/** A real server on loopback, on a port of its own, in a process group of its own. */
export interface Service {
  port: number
  /** Everything that it has written. */
  log(): string
  /** Keeps its sockets and does nothing any more, until {@link thaw}. */
  freeze(): void
  thaw(): void
  stop(): Promise<void>
  /** The same server on the same port again. Does not wait until it is ready. */
  start(): void
  /** Resolves when it accepts connections. */
  ready(): Promise<void>
}

export interface Launch {
  /** How it is started. */
  argv: readonly [string, ...string[]]
  env?: Readonly<Record<string, string>>
  port: number
  /** In its log when it is ready; without it, it is when the port is open. */
  says?: RegExp
  /** The signal that asks it to stop at once. */
  stopSignal?: NodeJS.Signals
  patienceMs?: number
}

/** Starts a server and waits until it is ready. It ends with the test file at the latest. */
export async function startService(launch: Launch): Promise<Service> {
  const service = serviceOf(launch)
  service.start()
  await service.ready()
  return service
}

/** A server that has not been started yet. */
export function serviceOf({
  argv: [program, ...args],
  env,
  port,
  says,
  stopSignal = 'SIGTERM',
  patienceMs = 20_000,
}: Launch): Service {
  let child: ChildProcess | undefined
  let log = ''
  /** Where the log of the present process begins. */
  let begin = 0
  const group = (signal: NodeJS.Signals): void => {
    if (child?.pid === undefined || hasEnded(child)) return
    try {
      process.kill(-child.pid, signal)
    } catch {
      // It is gone.
    }
  }
  atEnd(() => group('SIGKILL'))
  return {
    port,
    log: () => log,
    freeze: () => group('SIGSTOP'),
    thaw: () => group('SIGCONT'),
    start() {
      begin = log.length
      child = spawn(program, args, {
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', ...env },
      })
      child.on('error', (error) => {
        log += `${error.message}\n`
      })
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk: Buffer) => {
          log += chunk.toString('utf8')
        })
      }
    },
    async ready() {
      const isReady = async (): Promise<boolean> =>
        (says === undefined || says.test(log.slice(begin))) && (await accepts(port))
      const started = child
      await until(
        isReady,
        () => `${program} on port ${port}:\n${log}`,
        patienceMs,
        () => started === undefined || hasEnded(started),
      )
    },
    async stop() {
      const ending = child
      if (ending === undefined || hasEnded(ending)) return
      group('SIGCONT')
      group(stopSignal)
      const timer = setTimeout(() => group('SIGKILL'), 10_000)
      await until(
        () => hasEnded(ending),
        () => `${program} does not stop:\n${log}`,
      )
      clearTimeout(timer)
    },
  }
}

/** Polls until it is so. @throws with `what` when it is not in time, or cannot become so any more */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  what: () => string,
  patienceMs = 20_000,
  hopeless: () => boolean = () => false,
): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await isSo())) {
    if (hopeless() || performance.now() > deadline) throw new Error(`waited in vain: ${what()}`)
    await delay(10)
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const done = (is: boolean): void => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => done(true)).once('error', () => done(false))
  })
}
