import { findGit, gitEnvironment, type Remote } from './environment.ts'
import { GitError } from './errors.ts'
import { failureOf } from './failures.ts'
import type { Repository } from './model.ts'

export interface GitOptions {
  signal?: AbortSignal | undefined
  /** What git reads from its standard input; nothing when not given. */
  input?: string
  /** Bytes that git may print; more is an error. */
  maxOutput?: number
  /** Exit codes that are an answer and no failure, besides 0. */
  accept?: readonly number[]
  env?: NodeJS.ProcessEnv
  /** The only server it may talk to; without one, none. */
  remote?: Remote
  /** Ms without any output after which it is taken for hanging; a minute, with a remote ten. */
  idle?: number
}

/** Git that reads what is on this machine says something within a minute, or never. */
const IDLE_MS = 60_000
/** A fetch is quiet. */
const IDLE_REMOTE_MS = 600_000

const MAX_ERRORS = 65_536

/**
 * The only place that starts git: an absolute program, an argument array, a fixed environment, no shell. Yields what
 * it prints as it comes; leaving the loop early, or aborting, kills it. Ends after git has ended well.
 *
 * @param args the command first; whatever comes from outside stands behind `--end-of-options` or `--`
 * @throws GitError
 */
export async function* runGit(
  repository: Repository,
  args: readonly [string, ...string[]],
  options: GitOptions = {},
): AsyncGenerator<Buffer, void> {
  const {
    signal,
    input,
    maxOutput = Number.POSITIVE_INFINITY,
    accept = [],
    env = process.env,
    remote,
    idle = remote === undefined ? IDLE_MS : IDLE_REMOTE_MS,
  } = options
  if (args.some((arg) => arg.includes('\0'))) {
    throw new GitError('failed', 'Wrong argument', 'Git cannot be given a text with a NUL character.')
  }
  if (signal?.aborted) throw cancelled(signal)
  const git = findGit(env)
  // Loaded on use, because many steps run no git, and without the namespace object that an import would make.
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(git, ['--no-pager', '--literal-pathspecs', ...args], {
    cwd: repository.directory,
    env: gitEnvironment(repository, env, remote),
    windowsHide: true,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  const ended = new Promise<{ code: number | null; error?: Error }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, error }))
    child.once('close', (code) => resolve({ code }))
  })
  const kill = (): void => {
    child.kill('SIGKILL')
  }
  let isHanging = false
  const watch = setTimeout(() => {
    isHanging = true
    kill()
  }, idle)
  signal?.addEventListener('abort', kill, { once: true })
  // EPIPE: git may end before it has read everything; its exit code tells.
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    if (errors.length < MAX_ERRORS) errors += chunk.toString('utf8')
  })
  let done = false
  try {
    let bytes = 0
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      watch.refresh()
      bytes += chunk.length
      if (bytes > maxOutput) throw tooLarge(args[0], maxOutput)
      yield chunk
    }
    const { code, error } = await ended
    done = true
    if (isHanging) throw hanging(args[0], repository, idle)
    if (signal?.aborted) throw cancelled(signal)
    if (error !== undefined || (code !== 0 && !accept.includes(code ?? -1))) {
      throw failureOf(repository, args[0], { code, stderr: errors, error })
    }
  } finally {
    clearTimeout(watch)
    signal?.removeEventListener('abort', kill)
    if (!done) {
      kill()
      await ended
    }
  }
}

/** Everything that git prints, as text. */
export async function gitOutput(
  repository: Repository,
  args: readonly [string, ...string[]],
  options: GitOptions = {},
): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of runGit(repository, args, { maxOutput: 67_108_864, ...options }))
    chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function hanging(command: string, { directory }: Repository, idle: number): GitError {
  const seconds = Math.round(idle / 1_000)
  return new GitError(
    'timeout',
    'Git does not answer',
    `git ${command} said nothing for ${seconds} s in ${directory}, and was ended. Look for what it waits for there (a named pipe, a network drive), or read through the API.`,
  )
}

function cancelled(signal: AbortSignal): GitError {
  if ((signal.reason as Error | undefined)?.name === 'TimeoutError') {
    const message = 'Git was ended because the time of this step is over. Give it more with "timeout".'
    return new GitError('timeout', 'Out of time', message)
  }
  return new GitError('cancelled', 'Cancelled', 'Stopped while git was reading the repository.')
}

function tooLarge(command: string, limit: number): GitError {
  return new GitError(
    'too-large',
    'Too much history',
    `git ${command} printed more than ${limit.toLocaleString('en')} bytes, which is more than is read.`,
  )
}
