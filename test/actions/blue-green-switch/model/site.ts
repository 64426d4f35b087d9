import { finish } from '../../../../actions/blue-green-switch/apply/finish.ts'
import { switchTraffic } from '../../../../actions/blue-green-switch/apply/switch.ts'
import type { Tools } from '../../../../actions/blue-green-switch/apply/tools.ts'
import type { Finished, Inputs } from '../../../../actions/blue-green-switch/model.ts'
import { look } from '../../../../actions/blue-green-switch/observe.ts'
import { decide } from '../../../../actions/blue-green-switch/plan.ts'
import type { Journal, Left } from '../../../../actions/blue-green-switch/protocol/journal.ts'
import type { Ended } from '../../../../actions/blue-green-switch/protocol/world.ts'
import type { Lock } from '../../../../actions/blue-green-switch/targets/lock.ts'
import {
  Conflict,
  type LiveState,
  liveColor,
  sameWeights,
  type Target,
  TargetError,
  type Weights,
} from '../../../../actions/blue-green-switch/targets/target.ts'
import { percentages } from '../../../../actions/blue-green-switch/targets/weights.ts'
import type { Answer } from '../../../../actions/blue-green-switch/traffic/front-door.ts'
import { virtualClock } from '../virtual-clock.ts'

/** What may happen at a point. */
export type Event =
  | 'kill'
  | 'kill after'
  | 'cancel'
  | 'fails'
  | 'refused'
  | 'lost'
  | 'dropped'
  | 'half'
  | 'foreign split'
  | 'foreign green'
  | 'foreign blue'
  | 'green turns bad'
  | 'blue dies'
  | 'second run'

/** A place where a process touches the world, in the order of the execution. */
export interface Point {
  process: string
  op: string
  /** What may happen here. */
  events: readonly Event[]
}

/** What is left out of the code under test, to see that the check would find it. */
export type Mutant = 'does not look' | 'drops journals of others' | 'releases after it has kept the end'

export interface Model {
  steps: readonly number[]
  /** Two main steps, and both posts in this order. */
  runs: 1 | 2
  posts: 'in order' | 'in reverse'
  /** The router compares before it writes, and writes whole. */
  compares: boolean
  /** What is read is a file, and proves nothing. */
  readsFile: boolean
  asksSides: boolean
  /** `rollback-on-job-failure`, and the job fails after the main steps. */
  takesBack: boolean
  mutant?: Mutant
}

const FOREIGN: Partial<Record<Event, Weights>> = {
  'foreign split': { blue: 40, green: 60 },
  'foreign green': { blue: 0, green: 100 },
  'foreign blue': { blue: 100, green: 0 },
}
const START: Weights = { blue: 100, green: 0 }
const NEVER = new Promise<never>(() => {})

interface Process {
  name: string
  alive: boolean
  cancel: AbortController
  kept: Left | undefined
  /** Points at which it last asked the router, with an answer or not. */
  readAt: number
  triedAt: number
  wroteAt: number
  /** Answers of green, good and in a row, that it got since the last write. */
  proofs: number
  asked: number
  ended?: Ended
  finished?: Finished
}

/** One execution: the events by the number of the point at which they happen. */
export interface Execution {
  points: Point[]
  violations: string[]
  /** For people. */
  story: string[]
}

/** Runs the real main and post steps against a world in memory, with these events. */
export async function execute(model: Model, schedule: ReadonlyMap<number, Event>): Promise<Execution> {
  const clock = virtualClock()
  const points: Point[] = []
  const violations: string[] = []
  const story: string[] = []
  let weights = START
  let isForeign = false
  let foreignAt = -1
  /** What was live before, and what somebody else has set since. */
  const chosen: Weights[] = [START]
  let lock: { holder: Process; journal: unknown } | undefined
  let greenIsBad = false
  let blueIsDead = false
  let completed = false
  let turn = 0
  let second: (() => Promise<void>) | undefined
  let journals = 0

  const violate = (what: string): void => {
    violations.push(what)
    story.push(`VIOLATION: ${what}`)
  }
  const set = (by: Process | undefined, next: Weights): void => {
    weights = next
    isForeign = by === undefined
    if (Object.values(next).every((weight) => weight === 0)) violate('a moment without a side')
    for (const process of processes) process.proofs = 0
    // What comes after is about something else.
    completed = false
    if (by === undefined) {
      foreignAt = points.length - 1
      chosen.push(next)
    }
    story.push(`${by?.name ?? 'somebody'} sets ${JSON.stringify(next)}`)
  }
  const processes: Process[] = []

  /** Every touch of the world; `effect` is what it does, all at once. */
  const op = async <T>(
    process: Process,
    name: string,
    events: readonly Event[],
    effect: (event?: Event) => T,
  ): Promise<T> => {
    if (!process.alive) return NEVER
    const index = points.length
    const can: Event[] = [...events]
    if (!process.cancel.signal.aborted && name !== 'ask') can.push('cancel')
    if (second !== undefined) can.push('second run')
    points.push({ process: process.name, op: name, events: can })
    const event = schedule.get(index)
    if (event !== undefined) story.push(`${index} ${process.name} ${name}: ${event}`)
    const value = FOREIGN[event as Event]
    if (value !== undefined) set(undefined, value)
    if (event === 'green turns bad') greenIsBad = true
    if (event === 'blue dies') blueIsDead = true
    if (event === 'cancel') process.cancel.abort()
    if (event === 'second run') {
      const run = second
      second = undefined
      await run?.()
    }
    if (event === 'kill') {
      process.alive = false
      wake.get(process)?.()
      return NEVER
    }
    // A microtask, as every call has one at least.
    await null
    if (!process.alive) return NEVER
    const result = effect(event)
    if (event === 'kill after') {
      process.alive = false
      wake.get(process)?.()
      return NEVER
    }
    return result
  }
  const wake = new Map<Process, () => void>()

  const stateOf = (): LiveState => ({
    weights,
    live: liveColor(weights),
    raw: weights,
    revision: JSON.stringify(weights),
  })
  const mine = new Map<Process, Weights>()

  const targetFor = (process: Process): Target => {
    const read = async (): Promise<LiveState> =>
      await op(
        process,
        'read',
        ['kill', 'fails', 'foreign split', 'foreign green', 'foreign blue'],
        (event) => {
          process.triedAt = points.length - 1
          if (event === 'fails') throw new TargetError('connection refused')
          process.readAt = points.length - 1
          const own = mine.get(process)
          if (model.mutant === 'does not look' && own !== undefined)
            return { weights: own, live: liveColor(own), raw: own, revision: JSON.stringify(own) }
          return stateOf()
        },
      )
    const change = (event: Event | undefined, next: Weights): LiveState => {
      if (lock?.holder !== process) violate(`${process.name} writes without the lock`)
      if (event === 'refused') throw new TargetError('refused', 'no')
      if (event === 'dropped') throw new TargetError('no answer', 'unknown')
      const before = weights
      if (event === 'half') {
        // Who gets more comes first.
        const gains = Object.entries(next).filter(([color, weight]) => weight > (before[color] ?? 0))
        set(process, percentages({ ...before, ...Object.fromEntries(gains) }))
        throw new TargetError('half of it', 'yes')
      }
      set(process, next)
      mine.set(process, next)
      process.wroteAt = points.length - 1
      if (event === 'lost') throw new TargetError('no answer', 'unknown')
      return stateOf()
    }
    const faults: Event[] = ['kill', 'kill after', 'refused', 'lost', 'dropped']
    if (!model.compares) faults.push('half')
    return {
      describe: () => 'the router',
      colors: ['blue', 'green'],
      weighted: true,
      lock: 'lock',
      plan: () => [],
      ...(model.readsFile ? { readsFile: true, caution: 'It tells what stands in its file.' } : {}),
      read,
      write: async (next, expected) =>
        await op(process, 'write', [...faults, 'foreign split', 'foreign green'], (event) => {
          if (JSON.stringify(weights) !== expected.revision) throw new Conflict('somebody was faster')
          return change(event, next)
        }),
      restore: async (recorded) =>
        await op(process, 'restore', [...faults, 'foreign split'], (event) => {
          const index = points.length - 1
          const isKnown =
            isForeign &&
            sameWeights(weights, FOREIGN['foreign split'] ?? {}) &&
            !sameWeights(weights, recorded.weights)
          if (isKnown && foreignAt < index) {
            if (foreignAt <= process.readAt)
              violate(`${process.name} overwrites what it saw somebody else set`)
            else if (process.triedAt < process.wroteAt)
              violate(`${process.name} overwrites without having looked`)
          }
          const isUndone =
            completed && !model.takesBack && !sameWeights(weights, recorded.weights) && !isForeign
          if (isUndone) violate(`${process.name} undoes a switch that was completed`)
          return change(event, recorded.weights)
        }),
    }
  }

  const lockFor = async (process: Process): Promise<Lock> =>
    await op(process, 'lock', ['kill'], () => {
      if (lock?.holder.alive === true && lock.holder !== process) throw new Conflict('held')
      let journal = lock?.journal ?? undefined
      lock = { holder: process, journal: lock?.journal }
      if (model.mutant === 'drops journals of others' && process.name.endsWith('post')) {
        const id = (journal as Journal | undefined)?.id
        if (id !== process.kept?.journal.id) journal = undefined
      }
      const held: Lock = {
        left: journal === undefined ? undefined : { journal, isProved: true },
        write: async (next) =>
          await op(process, 'lock.write', ['kill after'], () => {
            if (lock?.holder !== process) throw new Conflict('lost')
            const isDone = (next as Journal | null)?.done != null
            if (isDone && weights['green'] === 100 && process.proofs >= 3) completed = true
            if (isDone && model.mutant === 'releases after it has kept the end') return
            // As it comes back from the disk.
            lock.journal = next === null ? undefined : JSON.parse(JSON.stringify(next))
          }),
        release: async () =>
          await op(process, 'release', ['kill', 'kill after'], () => {
            if (lock?.holder === process) lock = undefined
          }),
      }
      return held
    })

  const inputs = (): Inputs =>
    ({
      mode: 'switch',
      colors: ['blue', 'green'],
      to: 'green',
      version: '',
      expectLive: '',
      steps: model.steps,
      sticky: 'keep',
      policy: {
        stepInterval: 100,
        watch: 100,
        drain: 0,
        drainSessions: undefined,
        propagation: 200,
        probeRate: 20,
        minSamples: 1,
        maxErrorRate: 0,
        maxP95: undefined,
        maxP95Ratio: undefined,
        maxErrorDifference: undefined,
        onInconclusive: 'rollback',
        onOldDead: 'stay',
        rollbackOnFailure: true,
        dryRun: false,
      },
      rollbackOnJobFailure: model.takesBack,
      hooks: { argv: {}, restoreAnyway: true, timeout: 1_000 },
      timeout: 600_000,
      jobStatus: 'failure',
    }) as unknown as Inputs

  const toolsFor = (process: Process): Tools => ({
    inputs: inputs(),
    target: targetFor(process),
    clock: {
      now: clock.now,
      date: clock.date,
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal)
        if (!process.alive) await NEVER
      },
    },
    cancel: process.cancel.signal,
    who: process.name,
    newId: () => `${process.name} ${++journals}`,
    recorder: undefined,
    deployment: undefined,
    takeLock: () => lockFor(process),
    keep: (left) => {
      process.kept = JSON.parse(JSON.stringify(left)) as Left
      if (left.phase === 'switched') completed = true
    },
    frontDoor: () => async () => {
      // The first answer of a phase stands for all of them.
      const isFirst = process.asked % 3 === 0
      process.asked++
      const events: Event[] = isFirst ? ['green turns bad', 'blue dies', 'foreign split'] : []
      return await op(process, 'ask', events, (): Answer => {
        turn++
        const share = weights['green'] ?? 0
        const isGreen = Math.floor((turn * share) / 100) > Math.floor(((turn - 1) * share) / 100)
        if (!isGreen && blueIsDead) {
          process.proofs = 0
          return { ms: 1, side: undefined, good: false, reason: 'HTTP 502', status: 502 }
        }
        const good = !(isGreen && greenIsBad)
        process.proofs = isGreen && good ? process.proofs + 1 : 0
        return {
          ms: 1,
          side: isGreen ? 'green' : 'blue',
          good,
          reason: good ? '' : 'HTTP 500',
          status: good ? 200 : 500,
        }
      })
    },
    gate: async () => await op(process, 'gate', ['kill'], () => ({ healthy: true, reason: 'asked' })),
    askSide: model.asksSides
      ? async (color) =>
          blueIsDead && color === 'blue'
            ? { state: 'dead', reason: 'refused' }
            : { state: 'healthy', reason: '1 check' }
      : undefined,
    hook: () => undefined,
    say: (line) => void (process.name.startsWith(SHOWN) && story.push(`${process.name}: ${line}`)),
    warn: () => {},
  })

  const startProcess = (name: string, kept?: Left): Process => {
    const process: Process = {
      name,
      alive: true,
      cancel: new AbortController(),
      kept,
      readAt: -1,
      triedAt: -1,
      wroteAt: -1,
      proofs: 0,
      asked: 0,
    }
    processes.push(process)
    return process
  }
  const orKilled = async <T>(process: Process, work: () => Promise<T>): Promise<T | undefined> => {
    const killed = new Promise<undefined>((resolve) => wake.set(process, () => resolve(undefined)))
    const result = await Promise.race([work(), killed])
    process.alive = false
    return result
  }

  const main = async (process: Process): Promise<void> => {
    const tools = toolsFor(process)
    const work = async (): Promise<Ended> => {
      const begun = clock.now()
      const plan = decide(tools.inputs, await look(tools.target, tools.clock, tools.cancel))
      return (await switchTraffic(tools, plan, begun)).ended
    }
    const ended = await orKilled(process, work)
    if (ended === undefined) return
    process.ended = ended
    if (process.kept !== undefined) process.kept = { ...process.kept, told: true }
    story.push(`${process.name} ends ${ended.end}: ${ended.reason} ${ended.restoring ?? ''}`)
    if (ended.end !== 'switched') return
    if (!isForeign && !sameWeights(weights, { blue: 0, green: 100 }))
      violate(`${process.name} says switched, and is not`)
    if (process.proofs < 3 && !isForeign) violate(`${process.name} commits without proof`)
  }
  const post = async (of: Process): Promise<void> => {
    const { kept } = of
    if (kept === undefined) return
    const process = startProcess(`${of.name} post`, kept)
    const finished = await orKilled(process, () => finish(toolsFor(process), kept))
    if (finished === undefined) return
    process.finished = finished
    story.push(`${process.name} ends ${finished.what}: ${finished.reason}`)
  }

  const a = startProcess('A')
  const b = model.runs === 2 ? startProcess('B') : undefined
  if (b !== undefined) second = () => main(b)
  await main(a)
  // Without an overlap it runs after the first.
  if (second !== undefined) {
    const run: () => Promise<void> = second
    second = undefined
    await run()
  }
  const order = b === undefined ? [a] : model.posts === 'in order' ? [a, b] : [b, a]
  for (const of of order) await post(of)

  const isProved = processes.some(({ ended }) => ended?.end === 'switched') || completed
  const isLoud = processes.some(({ ended, finished }) =>
    ended === undefined ? finished?.what === 'stuck' : LOUD.includes(ended.end),
  )
  // A post step that is killed leaves it to the next run.
  const isOpen =
    lock !== undefined &&
    (lock.journal as Journal | undefined)?.id !== undefined &&
    (lock.journal as Journal).done == null
  const isFine =
    chosen.some((one) => sameWeights(one, weights)) ||
    (isProved && sameWeights(weights, { blue: 0, green: 100 })) ||
    isLoud ||
    isOpen
  if (!isFine)
    violate(
      `all has ended, and ${JSON.stringify(weights)} is neither proved nor what was before, and nobody says so`,
    )
  return { points, violations, story }
}

const LOUD = ['stuck', 'kept', 'drifted', 'unanswered', 'forwarded']
/** Of these processes the log is shown with a violation. */
const SHOWN = ''
