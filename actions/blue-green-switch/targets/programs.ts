import { messageOf } from '../../../shared/action/errors.ts'
import { type ProgramResult, runProgram } from '../../../shared/action/program.ts'
import { codeOf } from '../../../shared/http/errors.ts'
import { formatDuration } from '../../../shared/text/duration.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Argv } from './config.ts'
import { type ConnectOptions, TargetError } from './target.ts'

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
      ...{ timeout, signal, maxOutput, env: { ...withoutInputs(programs.env), ...env } },
      ...(input === undefined ? {} : { input }),
    })
  } catch (error) {
    const reason = codeOf(error) === 'ENOENT' ? `there is no program "${argv[0]}" here` : messageOf(error)
    throw new TargetError(`\`${words}\`: ${reason}.`)
  }
  const failure = failureOf(result, timeout)
  if (failure === undefined) return result
  const said = oneLine(result.stderr.trim() || result.stdout.trim(), 300)
  const message = `\`${words}\` ${failure}${said === '' ? ' and said nothing' : `: ${said}`}`
  throw new TargetError(`${message}.`, 'unknown')
}

function failureOf(
  { code, endedBy, timedOut, truncated }: ProgramResult,
  timeout: number,
): string | undefined {
  if (timedOut) return `did not end within ${formatDuration(timeout)}`
  if (endedBy !== null) return `was ended by ${endedBy}`
  if (truncated) return 'wrote more than it should'
  if (code !== 0) return `ended with exit code ${code}`
  return undefined
}

/** The inputs of this step (the token is one) are nothing for other programs. */
function withoutInputs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:INPUT|STATE)_/i.test(name)))
}
