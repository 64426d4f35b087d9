import { childEnvironment } from '../../../../shared/action/environment.ts'
import { messageOf } from '../../../../shared/action/errors.ts'
import { type ProgramResult, runProgram } from '../../../../shared/action/program.ts'
import { codeOf } from '../../../../shared/http/errors.ts'
import { formatDuration } from '../../../../shared/text/duration.ts'
import { oneLine } from '../../../../shared/text/untrusted.ts'
import type { Argv } from '../../targets/config.ts'
import { type ConnectOptions, TargetError } from '../../targets/target.ts'

/** Characters of what a failed program has said. */
const MAX_SAID = 300

export interface CommandOptions {
  signal: AbortSignal
  /** Milliseconds; 30 s when not given. */
  timeout?: number
  input?: string
  env?: Readonly<Record<string, string>>
  /** Bytes that it may write; 1 MiB when not given. */
  maxOutput?: number
}

/**
 * Runs a command of the target, behind `via`, and returns when it ended well.
 *
 * @throws TargetError, `applied: 'no'` when it could not be started, otherwise `'unknown'`
 */
export async function runCommand(
  programs: ConnectOptions,
  command: Argv,
  { signal, timeout = 30_000, input, env, maxOutput = 1_048_576 }: CommandOptions,
): Promise<ProgramResult> {
  const argv = [...programs.via, ...command] as [string, ...string[]]
  const words = oneLine(argv.join(' '), 120)
  let result: ProgramResult
  try {
    result = await runProgram(argv, {
      timeout,
      signal,
      maxOutput,
      env: childEnvironment(env, programs.env),
      ...(input === undefined ? {} : { input }),
    })
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? `there is no program "${argv[0]}" here` : messageOf(error)
    throw new TargetError(`"${words}": ${reason}.`)
  }
  const failure = failureOf(result, timeout, signal)
  if (failure === undefined) return result
  const said = endOf(result.stderr.trim() || result.stdout.trim())
  const message = `"${words}" ${failure}${said === '' ? ' and said nothing' : `: ${said}`}`
  throw new TargetError(`${message}.`, 'unknown')
}

/** What went wrong stands at the end. */
function endOf(text: string): string {
  const line = oneLine(text, text.length + 1)
  return line.length <= MAX_SAID ? line : `…${line.slice(-MAX_SAID)}`
}

function failureOf(
  { code, endedBy, timedOut, truncated }: ProgramResult,
  timeout: number,
  signal: AbortSignal,
): string | undefined {
  if (code === 0 && !timedOut && !truncated) return undefined
  if (signal.aborted) return `was ended by this step: ${messageOf(signal.reason)}`
  if (timedOut) return `was ended by this step: it took longer than ${formatDuration(timeout)}`
  if (endedBy !== null) return `was ended by ${endedBy}, which this step did not send`
  if (truncated) return 'wrote more than it should'
  if (code !== 0) return `ended with exit code ${code}`
  return undefined
}
