import { messageOf } from '../../../shared/action/errors.ts'
import { shown } from '../../../shared/action/inputs.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import { type Argv, configReader, isRecord } from './config.ts'
import { lockPath } from './lock.ts'
import { runCommand } from './programs.ts'
import {
  Conflict,
  type Connect,
  type ConnectOptions,
  type LiveState,
  sameWeights,
  TargetError,
  type Weights,
} from './target.ts'
import { liveState, percentages, told } from './weights.ts'

/** A platform may take its time to move a domain. */
const WRITE_MS = 120_000

interface Programs {
  read: Argv
  write: Argv
  colors: readonly string[]
  options: ConnectOptions
}

/** Two programs of the user: one prints the weights as JSON, one makes them so. */
export const connect: Connect = (config, options, problems) => {
  const before = problems.list.length
  const reader = configReader(config, ['read', 'write', 'colors'], problems)
  const [read, write] = ['read', 'write'].map((key) => reader.argv(key))
  const colors = reader.argv('colors') ?? ['blue', 'green']
  for (const [key, argv] of Object.entries({ read, write })) {
    if (argv === undefined && isRecord(config) && config[key] == null) {
      reader.add(
        key,
        `it is missing. Give the program that ${key}s the weights, such as [./weights.sh, ${key}].`,
      )
    }
  }
  if (colors.length !== 2 || colors[0] === colors[1]) {
    reader.add('colors', `${shown(colors)} is not a list of two colors, such as [blue, green].`)
  }
  if (read === undefined || write === undefined || problems.list.length > before) return undefined
  const programs: Programs = { read, write, colors, options }
  const words = (argv: Argv): string => `\`${oneLine([...options.via, ...argv].join(' '), 120)}\``
  const ask = (signal: AbortSignal): Promise<LiveState> => readWeights(programs, signal)
  // The same words in another repository are another router.
  const identity = JSON.stringify(['command', options.env['GITHUB_REPOSITORY'], options.via, read, write])
  return {
    colors,
    weighted: true,
    patience: WRITE_MS,
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
        await runWrite(programs, weights, now.weights, signal)
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
      await runWrite(programs, weights, mirrored, signal)
      return await ask(signal)
    },
  }
}

async function readWeights({ read, colors, options }: Programs, signal: AbortSignal): Promise<LiveState> {
  const { stdout } = await runCommand(options, read, { signal }).catch((error: unknown) => {
    throw new TargetError(messageOf(error))
  })
  const weights = parseWeights(stdout, colors)
  if (typeof weights === 'string') {
    const example = JSON.stringify({
      weights: Object.fromEntries(colors.map((color, at) => [color, at * 100])),
    })
    throw new TargetError(
      `\`${oneLine(read.join(' '), 80)}\` ${weights}: "${oneLine(stdout, 200)}". It has to print ${example}.`,
    )
  }
  return liveState(weights, { weights })
}

/** The weights, or what is wrong with the text; pure. */
export function parseWeights(text: string, colors: readonly string[]): Weights | string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return 'printed no JSON'
  }
  const given = isRecord(value) ? value['weights'] : undefined
  if (!isRecord(given)) return 'printed no map "weights"'
  const names = Object.keys(given)
  const stranger = names.find((name) => !colors.includes(name))
  if (stranger !== undefined) {
    return `named a color that is none of ${colors.join(' and ')}, ${shown(stranger)}${didYouMean(stranger, colors)}`
  }
  const missing = colors.find((color) => !names.includes(color))
  if (missing !== undefined) return `said nothing about ${missing}`
  const isShare = (weight: unknown): boolean =>
    typeof weight === 'number' && weight >= 0 && weight <= 1_000_000
  const wrong = names.find((name) => !isShare(given[name]))
  if (wrong !== undefined) return `gave ${wrong} a weight that is no number from 0 on`
  return percentages(given as Record<string, number>)
}

/** `NEXUS_TO` is who gets more than now, `NEXUS_FROM` who gets less. */
async function runWrite(
  { write, colors, options }: Programs,
  weights: Weights,
  now: Weights,
  signal: AbortSignal,
): Promise<void> {
  const gain = (color: string): number => (weights[color] ?? 0) - (now[color] ?? 0)
  const [to = '', from = ''] = colors.toSorted((a, b) => gain(b) - gain(a))
  const env = { NEXUS_WEIGHTS: JSON.stringify(weights), NEXUS_TO: to, NEXUS_FROM: from }
  await runCommand(options, write, { signal, env, timeout: WRITE_MS })
}

/** The exit code proves nothing, in either direction: what is read afterwards counts. */
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
  if (now.revision === before.revision) throw new TargetError(`${reason} The weights are as they were.`)
  const applied = sameWeights(now.weights, weights)
    ? 'They were set all the same'
    : 'They are not as they should be'
  throw new TargetError(`${reason} ${applied}: ${told(now.weights)}.`, 'yes')
}
