import { createHash } from 'node:crypto'
import { messageOf } from '../../../../shared/action/errors.ts'
import { lockPath } from '../../../../shared/files/lock.ts'
import type { Argv } from '../../targets/config.ts'
import {
  type Entry,
  entriesFor,
  parseEntries,
  parseUpstream,
  sharesOf,
  type Upstream,
} from '../../targets/nginx/upstream.ts'
import { readNginx } from '../../targets/nginx.ts'
import {
  Conflict,
  type Connect,
  type ConnectOptions,
  type LiveState,
  TargetError,
  type Weights,
} from '../../targets/target.ts'
import { liveState, percentages, told } from '../../targets/weights.ts'
import { type ErrorLog, errorLog } from './nginx/error-log.ts'
import { type Place, placeOf } from './place.ts'
import { runCommand } from './programs.ts'
import { within } from './settle.ts'

const RELOAD: Argv = ['nginx', '-s', 'reload']
/** `nginx -T` prints the whole configuration. */
const MAX_DUMP = 16_777_216

interface Nginx {
  name: string
  servers: Readonly<Record<string, string>>
  place: Place
  reload: Argv
  test: { argv: Argv; dumps: boolean } | undefined
  log: ErrorLog
  options: ConnectOptions
}

/** One upstream in a file that nginx includes. Of the running nginx nothing can be asked: requests have to tell. */
export const connect: Connect = (config, options, problems) => {
  const settings = readNginx(config, options, problems)
  if (settings === undefined) return undefined
  const { file, name, servers, test, log } = settings
  const reload = settings.reload ?? RELOAD
  const nginx: Nginx = {
    ...{ name, servers, reload, options },
    place: placeOf(file, options),
    test: test === undefined ? testLike(reload) : { argv: test, dumps: false },
    log: errorLog(log, options),
  }
  const words = (argv: Argv): string => [...options.via, ...argv].join(' ')
  return {
    colors: Object.keys(servers),
    weighted: true,
    readsFile: true,
    caution:
      'nginx tells what stands in its files, not what it has loaded: only requests prove which side answers.',
    describe: () => `nginx upstream ${name} in ${file}`,
    get lock() {
      return lockPath(
        options.via.length === 0 ? file : undefined,
        JSON.stringify(['nginx', options.via, file, name]),
      )
    },
    read: async (signal) => (await look(nginx, signal)).state,
    plan: (weights) => [
      `Write ${file}: upstream ${name} with ${entriesFor(weights, [])
        .map((entry) => line(nginx, entry))
        .join(' ')}`,
      ...(nginx.test === undefined ? [] : [`Test it: ${words(nginx.test.argv)}`]),
      `Reload: ${words(reload)}`,
    ],
    write: (weights, expected, signal) => write(nginx, weights, expected, signal),
    restore: (recorded, signal) => within(4_500, signal, (limit) => restore(nginx, recorded, limit)),
    explain: (signal) => nginx.log.complaint(signal),
  }
}

/** `nginx -s reload` also tells how nginx is called to test; of `systemctl reload nginx` nothing can be derived. */
function testLike(reload: Argv): Nginx['test'] {
  if (reload.at(-2) !== '-s' || reload.at(-1) !== 'reload') return undefined
  return { argv: [...reload.slice(0, -2), '-T'] as unknown as Argv, dumps: true }
}

const line = ({ servers }: Nginx, { color, params }: Entry): string =>
  `server ${[servers[color], ...params].join(' ')};`

interface Seen {
  text: string
  upstream: Upstream
  state: LiveState
}

async function look({ place, name, servers }: Nginx, signal: AbortSignal): Promise<Seen> {
  const text = await place.read(signal)
  const upstream = parseUpstream(text, name, servers)
  if (typeof upstream === 'string') throw new TargetError(`${place.path} ${upstream}.`)
  const weights = percentages(sharesOf(upstream.entries, Object.keys(servers)))
  const hash = createHash('sha256').update(text).digest('hex')
  const { method } = upstream
  const bound: Partial<LiveState> =
    method === undefined
      ? {}
      : {
          sticky: { by: `"${method}"`, outlivesWeight: false },
          splitProblem: `upstream ${name} has "${method}", which sends each client to one side: our own requests come from one client, and would meet one side only`,
        }
  const state: LiveState = { ...liveState(weights, { servers: upstream.entries }, hash), ...bound }
  return { text, upstream, state }
}

async function write(
  nginx: Nginx,
  weights: Weights,
  expected: LiveState,
  signal: AbortSignal,
): Promise<LiveState> {
  const { place, log } = nginx
  const { text, upstream, state } = await look(nginx, signal)
  if (state.revision !== expected.revision) {
    throw new Conflict(
      `${place.path} was changed since it was read: it had ${told(expected.weights)}, it has ${told(state.weights)}.`,
    )
  }
  const fresh = upstream.with(entriesFor(weights, upstream.entries))
  await log.mark(signal)
  try {
    await place.replace(fresh, signal)
    await tested(nginx, fresh, signal)
  } catch (error) {
    throw await undone(nginx, text, messageOf(error), false)
  }
  try {
    await runCommand(nginx.options, nginx.reload, { signal })
  } catch (error) {
    throw await undone(nginx, text, messageOf(error), true)
  }
  return (await look(nginx, signal)).state
}

/** @throws TargetError when nginx would not take it, or does not even read it */
async function tested({ test, options, place }: Nginx, fresh: string, signal: AbortSignal): Promise<void> {
  if (test === undefined) return
  const { stdout } = await runCommand(options, test.argv, { signal, maxOutput: MAX_DUMP })
  if (test.dumps && !stdout.includes(fresh.trim())) {
    throw new TargetError(
      `nginx does not see the new content of ${place.path}: it is not in what \`${test.argv.join(' ')}\` prints. Is the file included, and is its folder what a container has mounted, instead of the file alone?`,
    )
  }
}

/** Puts the old bytes back after a test or reload that went wrong. @returns the error to throw */
async function undone(nginx: Nginx, old: string, reason: string, isLoaded: boolean): Promise<TargetError> {
  const said = await within(1_000, undefined, (signal) => nginx.log.complaint(signal)).catch(() => undefined)
  const words = said === undefined || reason.includes(said) ? reason : `${reason} Its error log: ${said}`
  try {
    await within(4_000, undefined, async (signal) => {
      await nginx.place.replace(old, signal)
      // A reload that failed may still have arrived.
      if (isLoaded) await runCommand(nginx.options, nginx.reload, { signal })
    })
  } catch (error) {
    const known = isLoaded ? 'unknown' : 'no'
    return new TargetError(
      `${words} The old content could not be put back either: ${messageOf(error)}`,
      known,
    )
  }
  return new TargetError(`${words} The old content is back in ${nginx.place.path}.`)
}

/** The servers as they were; what somebody else changed beside them meanwhile stays. */
async function restore(nginx: Nginx, recorded: LiveState, signal: AbortSignal): Promise<LiveState> {
  const entries = parseEntries(recorded.raw, Object.keys(nginx.servers))
  if (entries === undefined) {
    throw new TargetError('What was recorded is about other colors: is this target-config another one now?')
  }
  const { text, upstream } = await look(nginx, signal)
  const old = upstream.with(entries)
  if (old !== text) await nginx.place.replace(old, signal)
  // Also when the file is as it was: a run that died may have loaded another one.
  await nginx.log.mark(signal)
  await runCommand(nginx.options, nginx.reload, { signal })
  return (await look(nginx, signal)).state
}
