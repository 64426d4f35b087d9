import { systemClock } from '../../shared/action/clock.ts'
import type { RunContext } from '../../shared/action/context.ts'
import { childEnvironment } from '../../shared/action/environment.ts'
import { messageOf } from '../../shared/action/errors.ts'
import { log } from '../../shared/action/log.ts'
import { runProgram } from '../../shared/action/program.ts'
import { keepRecord, readRecord } from '../../shared/action/record.ts'
import { oneLine } from '../../shared/text/untrusted.ts'
import type { HookName } from './inputs/values.ts'
import type { Inputs } from './inputs.ts'
import { gate } from './observe.ts'
import { describeWeights, type Moves } from './plan.ts'
import { lingering } from './protocol/common.ts'
import { type Journal, type Left, readJournal, recoveryOf } from './protocol/journal.ts'
import { HOOK_CANCELLED_MS, putBack, restore } from './protocol/restore.ts'
import { type Ended, runProtocol } from './protocol/run.ts'
import type { Outcome, World } from './protocol/world.ts'
import { acquireLock, type Lock } from './targets/lock.ts'
import { openTarget } from './targets/open.ts'
import { Conflict, type LiveState, sameWeights, type Target } from './targets/target.ts'
import { frontDoor } from './traffic/front-door.ts'

const HOOK_MS = 600_000
const RECOVERY_MS = 30_000

/** What a step has in hand. */
export interface Tools {
  inputs: Inputs
  target: Target
  context: RunContext
  /** Aborts on SIGINT and SIGTERM. */
  cancel: AbortSignal
}

/**
 * Takes the router for this run, and finishes what a run that died has left: its recorded state is put back first.
 *
 * @returns the lock, or what came of READ without it
 */
export async function takeRouter({ inputs, target, context, cancel }: Tools): Promise<Lock | Outcome> {
  let lock: Lock
  try {
    lock = await acquireLock(target.lock, whoAmI(context))
  } catch (error) {
    return { event: error instanceof Conflict ? 'busy' : 'unreadable', reason: messageOf(error) }
  }
  const journal = readJournal(lock.left)
  if (journal === undefined) return lock
  // From here on a failure leaves the lock as it is, and with it the journal, for the next run.
  try {
    const state = await target.read(AbortSignal.any([cancel, AbortSignal.timeout(RECOVERY_MS)]))
    const since = new Date(journal.at).toISOString()
    const died = `A run that began to move traffic at ${since} died (${journal.who})`
    const now = describeWeights(state.weights)
    const found = recoveryOf(journal, state, Date.now())
    switch (found === 'none' && target.readsFile === true ? 'restore' : found) {
      case 'none':
        log.info(`${died}; the traffic is as it was before it.`)
        return lock
      case 'foreign':
        log.warning('A run has died', `${died}. Somebody has moved the traffic since: ${now}.`)
        return lock
      case 'old':
        return {
          event: 'state drift',
          reason: `${died}, and left ${now}. That is too long ago to put back what was before. Make sure that the traffic is where it belongs, then remove ${target.lock}.`,
        }
      case 'restore': {
        log.warning('A run has died', `${died}, and left ${now}. What was before it is put back first.`)
        const hookTime = lingering(cancel, HOOK_CANCELLED_MS, HOOK_MS)
        const { from, to } = journal
        const problem = await runHook('before-restore', inputs, hookTime, { from, to, steps: [] })
        if (problem !== undefined)
          return {
            event: 'unreadable',
            reason: `${died}. ${problem}. So the traffic was not put back: ${now}`,
          }
        const back = await putBack(target, journal.recorded, RECOVERY_MS, cancel)
        if ('problem' in back) return { event: 'unreadable', reason: `${died}. ${back.problem}` }
        log.info(`Put back: ${describeWeights(back.state.weights)}.`)
        return lock
      }
    }
  } catch (error) {
    if (cancel.aborted) return { event: 'cancelled', reason: 'the job was cancelled' }
    return { event: 'unreadable', reason: messageOf(error) }
  }
}

/** Carries the plan out, keeps what the post step and the next run need, and gives the router back. */
export async function apply(
  tools: Tools,
  lock: Lock | undefined,
  read: Outcome,
  recorded: LiveState | undefined,
  moves: Moves | undefined,
  begun: number,
): Promise<Ended> {
  const { context, cancel } = tools
  let journal: Journal | undefined
  const world: World = {
    ...worldOf(tools, recorded, moves, begun),
    record: async () => {
      if (lock === undefined || recorded === undefined || moves === undefined)
        throw new TypeError('no lock is held')
      const { from, to, steps } = moves
      const who = whoAmI(context)
      journal = {
        ...{ version: 1, at: Date.now(), who, from, to, recorded },
        steps: steps.map(({ weights }) => weights),
      }
      await lock.write(journal)
      keepRecord('switch', { journal, phase: 'moving' } satisfies Left)
    },
  }
  const ended = await runProtocol(world, read, begun)
  if (journal !== undefined) {
    // After a cancellation the post step looks once more.
    const isOpen = ended.end === 'stuck' || (ended.end === 'restored' && cancel.aborted)
    const phase = isOpen ? 'moving' : ended.end === 'switched' ? 'switched' : 'settled'
    keepRecord('switch', { journal, phase } satisfies Left)
  }
  // A journal that is still needed stays in the lock, which the next run takes over from this dead process.
  if (ended.end !== 'stuck') await lock?.release()
  return ended
}

/** What the main step left to do. */
export function readLeft(): Left | undefined {
  return readRecord('switch') as Left | undefined
}

export interface Finished {
  /** `nothing`: no need. `verified`: it was back already. `left`: it is not ours any more. */
  what: 'nothing' | 'verified' | 'restored' | 'left' | 'stuck'
  reason: string
}

/** The post step: finishes what main could not, and takes the switch back when the job has failed since. */
export async function finish(tools: Tools, { journal, phase }: Left): Promise<Finished> {
  const { inputs, target, context, cancel } = tools
  const jobFailed = inputs.jobStatus !== 'success'
  const takesBack = phase === 'switched' && inputs.rollbackOnJobFailure && jobFailed
  if (phase === 'settled' || (phase === 'switched' && !takesBack)) {
    return { what: 'nothing', reason: 'the switch has come to its end' }
  }
  let lock: Lock
  try {
    lock = await acquireLock(target.lock, whoAmI(context))
  } catch (error) {
    const reason = messageOf(error)
    if (error instanceof Conflict)
      return { what: 'left', reason: takesBack ? reason : `${reason} It takes care of what was left.` }
    return { what: 'stuck', reason }
  }
  let isOver = false
  try {
    const state = await target.read(AbortSignal.any([cancel, AbortSignal.timeout(RECOVERY_MS)]))
    const seen = describeWeights(state.weights)
    const recovery = recoveryOf(journal, state, journal.at)
    const found = recovery === 'none' && target.readsFile === true ? 'restore' : recovery
    // A switch that was completed is taken back from exactly where it ended.
    const isMoved = takesBack && !sameWeights(state.weights, journal.steps.at(-1) ?? {})
    // Whoever took our lock over has put our state back first; what is live now is that run's.
    const isTaken = !takesBack && state.live !== undefined && readJournal(lock.left)?.at !== journal.at
    if (found === 'none' || found === 'foreign' || isMoved || (isTaken && recovery === 'restore')) {
      isOver = true
      return found === 'none'
        ? { what: 'verified', reason: `${seen}, as before the switch` }
        : { what: 'left', reason: `something else has moved the traffic since the switch: ${seen}` }
    }
    const begun = performance.now()
    const { from, to } = journal
    const steps = journal.steps.map((weights) => ({ share: weights[to] ?? 0, weights }))
    const moves: Moves = { from, to, steps }
    const world: World = {
      ...worldOf(tools, journal.recorded, moves, begun),
      record: () => Promise.resolve(),
    }
    const run = {
      ...{ world, started: begun, state, timeline: [], samples: [], steps: [] },
      progress: { state: 'RESTORE' as const, wrote: true, step: 0 },
    }
    await lock.write(journal)
    const { event, reason } = await restore(run)
    isOver = event === 'restored'
    return { what: isOver ? 'restored' : 'stuck', reason }
  } catch (error) {
    return {
      what: 'stuck',
      reason: `${messageOf(error)} Who has the traffic is not known: look at the router`,
    }
  } finally {
    if (isOver) await lock.release()
  }
}

export async function open({ router: { name, config, via } }: Inputs): Promise<Target> {
  const target = await openTarget(name, config, { via, env: childEnvironment() }, { list: [], add: () => {} })
  if (target === undefined) throw new TypeError('target-config has been checked')
  return target
}

function worldOf(
  { inputs, target, cancel }: Tools,
  recorded: LiveState | undefined,
  moves: Moves | undefined,
  begun: number,
): Omit<World, 'record'> {
  const { verify, identify, checks, ca } = inputs
  const list = moves === undefined ? undefined : verify?.[moves.to]
  return {
    ...{ target, recorded, moves, policy: inputs.policy, clock: systemClock, cancel },
    ask:
      list === undefined || identify === undefined || moves === undefined
        ? undefined
        : frontDoor(list, identify, moves.to, ca),
    deadline: begun + inputs.timeout,
    gate: (colour, timeout) => gate(checks?.[colour], ca, timeout, cancel),
    hook: (name, signal) => runHook(name, inputs, signal, moves),
    say: (line) => log.info(line),
  }
}

async function runHook(
  name: HookName,
  { hooks, version }: Inputs,
  signal: AbortSignal,
  moves: Moves | undefined,
): Promise<string | undefined> {
  const argv = hooks[name]
  if (argv === undefined) return undefined
  const env = childEnvironment({
    NEXUS_FROM: moves?.from ?? '',
    NEXUS_TO: moves?.to ?? '',
    NEXUS_VERSION: version,
  })
  try {
    const { code, endedBy, stdout, stderr, timedOut } = await runProgram(argv, {
      timeout: HOOK_MS,
      signal,
      env,
    })
    const said = `${stdout}\n${stderr}`.trim()
    if (said !== '') log.group(`Hook ${name}`, said.split('\n'))
    if (code === 0) return undefined
    const how =
      timedOut || signal.aborted ? 'did not end in time' : `ended with ${endedBy ?? `exit code ${code}`}`
    const last = oneLine((stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '', 200)
    return `the hook ${name} (${oneLine(argv.join(' '), 100)}) ${how}${last === '' ? '' : `: ${last}`}`
  } catch (error) {
    return `the hook ${name} could not be started: ${messageOf(error)}`
  }
}

function whoAmI({ runUrl, workflow, job }: RunContext): string {
  return runUrl !== '' ? runUrl : [workflow, job].filter((part) => part !== '').join(' / ') || 'a local run'
}
