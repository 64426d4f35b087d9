import type { Moves } from '../../../actions/blue-green-switch/protocol/moves.ts'
import { runProtocol } from '../../../actions/blue-green-switch/protocol/run.ts'
import type { Ended, Policy, World } from '../../../actions/blue-green-switch/protocol/world.ts'
import {
  type LiveState,
  liveColor,
  type Target,
  TargetError,
  type Weights,
} from '../../../actions/blue-green-switch/targets/target.ts'
import type { Answer } from '../../../actions/blue-green-switch/traffic/front-door.ts'
import { virtualClock } from './virtual-clock.ts'

const CANARY: Moves = {
  from: 'blue',
  to: 'green',
  steps: [
    { share: 10, weights: { blue: 90, green: 10 } },
    { share: 100, weights: { blue: 0, green: 100 } },
  ],
}

/** The same without the canary. */
export const AT_ONCE: Moves = { ...CANARY, steps: CANARY.steps.slice(1) }

/** A router in memory, releases that answer by its weights, and a clock that stands still but for sleeping. */
export interface FakeWorld {
  weights: Weights
  policy: Policy
  moves: Moves
  /** What was asked of it, in order. */
  log: string[]
  gateSays: boolean
  failingHook: 'before-switch' | 'before-restore' | undefined
  /** `restore-anyway: false` */
  needsHook: boolean
  recordFails: boolean
  failWrite: (count: number) => Error | undefined
  /** Writes are accepted and do nothing. */
  ignores: boolean
  /** What a write makes of the weights that it was given. */
  makes: (weights: Weights) => Weights
  /** Percent of the new side that the front door has whatever the router is told, from the first write on. */
  loaded: number | undefined
  /** What reading cannot prove. */
  caution: string | undefined
  failRead: boolean
  failRestore: boolean
  /** After this write somebody else writes. */
  foreignAt: { write: number; weights: Weights } | undefined
  /** The side that answers badly, and whether it still tells who it is. */
  sick: { side: string | undefined; of?: string } | undefined
  /** The front door answers with this side, whatever the router says. */
  doorStays: string | undefined
  /** ms from the start */
  cancelAt: number | undefined
  lifetime: number
}

export function fakeWorld(): FakeWorld {
  return {
    weights: { blue: 100, green: 0 },
    moves: CANARY,
    policy: {
      ...{ stepInterval: 1_000, watch: 2_000, drain: 500, propagation: 3_000, probeRate: 20 },
      ...{ minSamples: 5, maxErrorRate: 0, maxP95: undefined, maxP95Ratio: undefined },
      ...{ maxErrorDifference: undefined, drainSessions: undefined, onOldDead: 'stay' },
      ...{ onInconclusive: 'rollback', rollbackOnFailure: true, dryRun: false },
    },
    ...{
      log: [],
      gateSays: true,
      failingHook: undefined,
      needsHook: true,
      recordFails: false,
      ignores: false,
    },
    failWrite: () => undefined,
    makes: (weights) => weights,
    ...{ loaded: undefined, caution: undefined },
    ...{ failRead: false, failRestore: false, foreignAt: undefined, sick: undefined },
    ...{ doorStays: undefined, cancelAt: undefined, lifetime: 60_000 },
  }
}

/** What is different in a world. */
export type Change = Partial<Omit<FakeWorld, 'policy'>> & { policy?: Partial<Policy> }

export function change(world: FakeWorld, { policy, ...rest }: Change): void {
  Object.assign(world, rest)
  Object.assign(world.policy, policy)
}

/** Runs the protocol in it. */
export async function run(fake: FakeWorld, policy: Partial<Policy> = {}): Promise<Ended> {
  Object.assign(fake.policy, policy)
  const cancel = new AbortController()
  const clock = virtualClock()
  clock.onPass = (now) => {
    if (fake.cancelAt !== undefined && now >= fake.cancelAt) cancel.abort()
  }
  let writes = 0
  let turn = 0
  const state = (): LiveState => ({
    weights: fake.weights,
    live: liveColor(fake.weights),
    raw: fake.weights,
  })
  const target: Target = {
    ...{ describe: () => 'a router', colors: ['blue', 'green'], weighted: true, lock: '', plan: () => [] },
    ...(fake.caution === undefined ? {} : { caution: fake.caution }),
    async read() {
      if (fake.failRead) throw new TargetError('connection refused')
      return state()
    },
    async write(weights) {
      writes += 1
      const error = fake.failWrite(writes)
      // Nobody knows of it, and it was applied.
      if (error === undefined || (error instanceof TargetError && error.applied === 'unknown')) {
        if (!fake.ignores) fake.weights = fake.makes(weights)
        fake.log.push(`write ${weights['green']}`)
      }
      if (error !== undefined) throw error
      const seen = state()
      if (fake.foreignAt?.write === writes) fake.weights = fake.foreignAt.weights
      return seen
    },
    async restore(recorded) {
      fake.log.push('restore')
      if (fake.failRestore) throw new TargetError('connection refused', 'unknown')
      fake.weights = recorded.weights
      return state()
    },
  }
  const answer = (): Answer => {
    turn += 1
    // Bresenham: green gets exactly its share, evenly spread.
    const share = (writes > 0 ? fake.loaded : undefined) ?? fake.weights['green'] ?? 0
    const green = Math.floor((turn * share) / 100) > Math.floor(((turn - 1) * share) / 100)
    const side = fake.doorStays ?? (green ? 'green' : 'blue')
    const isSick = fake.sick !== undefined && side === (fake.sick.of ?? fake.sick.side)
    return isSick
      ? { ms: 3, side: fake.sick?.side, good: false, reason: 'HTTP 500' }
      : { ms: 3, side, good: true, reason: 'HTTP 200' }
  }
  const world: World = {
    ...{ target, recorded: state(), moves: fake.moves, policy: fake.policy, deadline: fake.lifetime },
    cancel: cancel.signal,
    ask: async () => answer(),
    clock,
    gate: async (color) => {
      fake.log.push(`gate ${color}`)
      return { healthy: fake.gateSays, reason: 'asked' }
    },
    askSide: undefined,
    needsHook: fake.needsHook,
    hook: (name) => async () => {
      if (name === 'before-switch') fake.log.push(`hook ${name}`)
      return fake.failingHook === name ? `the hook ${name} ended with exit code 1` : undefined
    },
    record: async () => {
      if (fake.recordFails) throw new Error('no space left on device')
      fake.log.push('record')
    },
    say: () => {},
    allow: () => {},
  }
  return runProtocol(world, { event: 'read', reason: 'blue has all the traffic' }, 0)
}
