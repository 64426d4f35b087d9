import { messageOf } from '../../../../shared/action/errors.ts'
import { lockPath } from '../../../../shared/files/lock.ts'
import { oneLine } from '../../../../shared/text/untrusted.ts'
import { parseReport, type Report } from '../../targets/command/report.ts'
import { readCommand } from '../../targets/command.ts'
import { type Argv, isRecord } from '../../targets/config.ts'
import {
  Conflict,
  type Connect,
  type ConnectOptions,
  type LiveState,
  sameWeights,
  TargetError,
  type Weights,
} from '../../targets/target.ts'
import { liveState, told } from '../../targets/weights.ts'
import { runCommand } from './programs.ts'

/** The whole step, unless it says otherwise. */
const STEP_MS = 900_000
/** A restoring write has at least this: `timeout` bounds the way forward. */
const RESTORE_MS = 30_000
/** A signal that is to abort ends the program, whatever it may still take. */
const NEVER_MS = 2_147_483_647

interface Programs {
  read: Argv
  write: Argv
  colors: readonly string[]
  options: ConnectOptions
}

/** Two programs of the user: one prints the weights as JSON, one makes them so. */
export const connect: Connect = (config, options, problems) => {
  const settings = readCommand(config, problems)
  if (settings === undefined) return undefined
  const { read, write, colors, writeTimeout, atomic } = settings
  const programs: Programs = { read, write, colors, options }
  const words = (argv: Argv): string => `"${oneLine([...options.via, ...argv].join(' '), 120)}"`
  const ask = (signal: AbortSignal): Promise<LiveState> => readWeights(programs, signal)
  // The same words in another repository are another router.
  const identity = JSON.stringify(['command', options.env['GITHUB_REPOSITORY'], options.via, read, write])
  return {
    colors,
    weighted: true,
    patience: writeTimeout ?? STEP_MS * 24,
    restorePatience: writeTimeout ?? Math.max(RESTORE_MS, options.timeout ?? STEP_MS),
    late: true,
    atomic,
    caution: 'What is live is what your program says.',
    describe: () => `the command ${words(write)}`,
    get lock() {
      return lockPath(undefined, identity)
    },
    read: ask,
    plan: (weights) => [`Run ${words(write)} with NEXUS_WEIGHTS=${JSON.stringify(weights)}`],
    async write(weights, expected, signal) {
      const now = await ask(signal)
      if (now.revision !== expected.revision) {
        throw new Conflict(
          `The weights were changed since they were read: they were ${told(expected.weights)}, they are ${told(now.weights)}.`,
        )
      }
      try {
        await runWrite(programs, { weights, from: now.weights, phase: 'switch' }, signal)
      } catch (error) {
        return await afterFailure(programs, now, weights, error)
      }
      return await ask(signal).catch((error: unknown) => {
        throw new TargetError(`The weights were written and cannot be read back: ${messageOf(error)}`, 'yes')
      })
    },
    async restore(recorded, signal) {
      const weights = Object.fromEntries(colors.map((color) => [color, recorded.weights[color] ?? 0]))
      const mirrored = Object.fromEntries(colors.map((color) => [color, 100 - (weights[color] ?? 0)]))
      const { state } = isRecord(recorded.raw) ? recorded.raw : {}
      const failure = await runWrite(
        programs,
        { weights, from: mirrored, phase: 'restore', state },
        signal,
      ).then(
        () => undefined,
        (error: unknown) => messageOf(error),
      )
      const now = await ask(signal)
      // The exit code proves nothing: what is read counts.
      if (failure === undefined || sameWeights(now.weights, weights)) return now
      throw new TargetError(`${failure} The weights are ${told(now.weights)}.`, 'unknown')
    },
  }
}

async function readWeights({ read, colors, options }: Programs, signal: AbortSignal): Promise<LiveState> {
  const { stdout } = await runCommand(options, read, { signal, timeout: NEVER_MS }).catch(
    (error: unknown) => {
      throw new TargetError(messageOf(error))
    },
  )
  const report = parseReport(stdout, colors)
  if (typeof report === 'string') {
    const example = JSON.stringify({
      weights: Object.fromEntries(colors.map((color, at) => [color, at * 100])),
    })
    throw new TargetError(
      `"${oneLine(read.join(' '), 80)}" ${report}: "${oneLine(stdout, 200)}". It has to print ${example}.`,
    )
  }
  return stateOf(report)
}

function stateOf({ weights, state, sessions, sticky, rolledBack }: Report): LiveState {
  return {
    ...liveState(weights, state === undefined ? { weights } : { weights, state }, JSON.stringify(weights)),
    ...(sessions === undefined ? {} : { sessions }),
    ...(sticky === undefined ? {} : { sticky: { by: sticky, outlivesWeight: true } }),
    ...(rolledBack === undefined ? {} : { ownRollback: rolledBack }),
  }
}

interface Write {
  weights: Weights
  /** What is there now, or what is thought to be. */
  from: Weights
  phase: 'switch' | 'restore'
  /** What the reading program has handed over when the recorded state was read. */
  state?: unknown
}

/** `NEXUS_TO` is who gets more than now, `NEXUS_FROM` who gets less. */
async function runWrite(
  { write, colors, options }: Programs,
  { weights, from: now, phase, state }: Write,
  signal: AbortSignal,
): Promise<void> {
  const gain = (color: string): number => (weights[color] ?? 0) - (now[color] ?? 0)
  const [to = '', from = ''] = colors.toSorted((a, b) => gain(b) - gain(a))
  const env = {
    NEXUS_WEIGHTS: JSON.stringify(weights),
    NEXUS_TO: to,
    NEXUS_FROM: from,
    NEXUS_VERSION: options.version ?? '',
    NEXUS_PHASE: phase,
    ...(state === undefined ? {} : { NEXUS_STATE: JSON.stringify(state) }),
  }
  await runCommand(options, write, { signal, env, timeout: NEVER_MS })
}

/**
 * The exit code proves nothing, in either direction: what is read afterwards counts. A platform may still be about to
 * do what it was told, so a program that was started is never said to have written nothing.
 */
async function afterFailure(
  programs: Programs,
  before: LiveState,
  weights: Weights,
  error: unknown,
): Promise<LiveState> {
  const reason = messageOf(error)
  if (error instanceof TargetError && error.applied === 'no') throw error
  const now = await readWeights(programs, AbortSignal.timeout(4_000)).catch(() => undefined)
  if (now === undefined)
    throw new TargetError(`${reason} Nor can the weights be read: they are not known.`, 'unknown')
  if (now.revision === before.revision)
    throw new TargetError(`${reason} The weights are as they were, so far.`, 'unknown')
  const applied = sameWeights(now.weights, weights)
    ? 'They were set all the same'
    : 'They are not as they should be'
  throw new TargetError(`${reason} ${applied}: ${told(now.weights)}.`, 'yes')
}
