/** How long after the deadline of a step the process is ended, in ms. */
const GRACE_MS = 2_000
/** A step that is done by then never pays for the thread (30 ms of CPU, 20 MiB). */
const ARM_AFTER_MS = 1_000
/** Child processes that are known to the thread at the same time; more than that are left to the runner. */
const MAX_CHILDREN = 256

/**
 * Shared with the thread. 0: the end in seconds of `process.hrtime()`, 0 for none. From 1 on: ids of child processes, each the
 * leader of a process group on POSIX.
 */
let shared: Int32Array | undefined
let timer: NodeJS.Timeout | undefined
let isArmed = false

/**
 * Ends the process 2 s after a deadline whatever the main thread does then: a parser or a pattern that never comes
 * back holds up every timer and every signal. The outcome is the usual one: one error annotation, a red step, and no
 * child process is left.
 *
 * @param ms from now on; a later call sets it anew
 */
export function setDeadline(ms: number): void {
  memory()[0] = Math.max(1, Math.ceil(seconds() + (ms + GRACE_MS) / 1_000))
  timer ??= setTimeout(arm, ARM_AFTER_MS)
  timer.unref()
}

/** Starts the thread now rather than after a second: to be called before work that cannot be interrupted. */
export function arm(): void {
  if (isArmed || memory()[0] === 0) return
  isArmed = true
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  const thread = new Worker(THREAD, {
    eval: true,
    workerData: { memory: memory().buffer, onPosix: process.platform !== 'win32' },
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2, stackSizeMb: 1 },
  })
  // It must not keep the process alive, and a machine without room for it is no reason to fail.
  thread.unref()
  thread.on('error', () => undefined)
}

/** A child process that has to end when the thread ends this one. */
export function guardChild(pid: number | undefined, what: 'started' | 'ended'): void {
  if (pid === undefined) return
  const places = memory()
  const place = places.indexOf(what === 'started' ? 0 : pid, 1)
  if (place > 0) places[place] = what === 'started' ? pid : 0
}

/** On a clock that never jumps and is the same in every thread. */
function seconds(): number {
  const [whole, nano] = process.hrtime()
  return whole + nano / 1e9
}

function memory(): Int32Array {
  shared ??= new Int32Array(new SharedArrayBuffer(4 * (1 + MAX_CHILDREN)))
  return shared
}

/** It writes to the file descriptor itself, because the streams of a thread go through the main thread. */
const THREAD = `
const { workerData: { memory, onPosix } } = require('node:worker_threads')
const { writeSync } = require('node:fs')
const shared = new Int32Array(memory)
setInterval(() => {
  const [whole, nano] = process.hrtime()
  if (whole + nano / 1e9 < shared[0]) return
  try {
    writeSync(1, '\\n::error title=Timed out::The step did not come to an end by its deadline and did not answer any more, so it was ended. What it had not reported by then was not done, or is not known.\\n')
  } catch {}
  for (const pid of shared.subarray(1)) {
    if (pid === 0) continue
    try { process.kill(onPosix ? -pid : pid, 'SIGKILL') } catch {}
  }
  process.kill(process.pid, 'SIGKILL')
}, 100)
`
